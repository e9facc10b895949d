package main

import (
	"errors"
	"fmt"
	"testing"

	"parley"
)

// TestWhatADatabaseSaidIsNotToldOfARefusal has commands fail, for what somebody asked for and for what is nobody's doing.
func TestWhatADatabaseSaidIsNotToldOfARefusal(t *testing.T) {
	t.Parallel()
	said := errors.New(`ERROR: violates foreign key constraint "activations_destination_id_fkey" (SQLSTATE 23503)`)
	kept := &parley.Error{Code: parley.CodeConflict, Message: "Deals were for this destination. Pause it instead.", Cause: said}
	field := &parley.Error{Code: parley.CodeValidation, Message: "A field is wrong.", Fields: []parley.FieldError{{Path: "name", Message: "is taken"}}, Cause: said}
	for _, c := range []struct {
		err  error
		want string
	}{
		{kept, "conflict: Deals were for this destination. Pause it instead."},
		{fmt.Errorf("nothing was removed: %w; see the list", kept), "nothing was removed: conflict: Deals were for this destination. Pause it instead.; see the list"},
		{field, "validation: A field is wrong. [name: is taken]"},
		{parley.Internal(said), parley.Internal(said).Error()},
		{said, said.Error()},
	} {
		if got := refusalOf(c.err); got != c.want {
			t.Errorf("told %q, want %q", got, c.want)
		}
	}
}
