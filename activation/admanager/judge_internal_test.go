package admanager

import (
	"fmt"
	"testing"

	"parley"
	"parley/activation/remote"
)

// TestWhatGoogleNamesGoesBeforeTheStatus answers with the names of what may be asked again, by whichever status.
func TestWhatGoogleNamesGoesBeforeTheStatus(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		class parley.ActivationClass
		code  string
	}{
		"UNAVAILABLE": {parley.ClassTransient, "away"}, "RESOURCE_EXHAUSTED": {parley.ClassTransient, "away"}, "ABORTED": {parley.ClassTransient, "away"},
		"INVALID_ARGUMENT": {parley.ClassRefused, "refused"},
	} {
		for _, status := range []int{400, 409, 500, 503} {
			failure := judge(remote.Answer{Status: status, Text: fmt.Appendf(nil, `{"error": {"status": %q, "message": "x"}}`, name)}, true)
			switch {
			case failure == nil:
				t.Errorf("%d %s is taken for done", status, name)
			case want.class == parley.ClassTransient && (failure.Class != want.class || failure.Code != want.code),
				status == 400 && (failure.Class != want.class || failure.Code != want.code):
				t.Errorf("%d %s: %+v", status, name, failure)
			}
		}
	}
}
