package console

import (
	"strings"
	"testing"

	"parley"
	"parley/activation"
	"parley/seller"
)

// TestEveryFailureHasItsRepair looks at the repairs of the specification: where each leads, and that trying again is one click from it.
func TestEveryFailureHasItsRepair(t *testing.T) {
	t.Parallel()
	to := parley.Destination{ID: "dst-1"}
	for code, want := range map[string]struct {
		failure parley.ActivationFailure
		link    string
		retry   bool
		answer  bool
	}{
		"mapping_missing":       {parley.ActivationFailure{Class: parley.ClassRefused, Field: "refs.ad_units"}, "/destinations/dst-1/mapping?about=product&name=prd-1", true, false},
		"seat_unknown":          {parley.ActivationFailure{Class: parley.ClassRefused}, "/destinations/dst-1#settings", true, false},
		"credential":            {parley.ActivationFailure{Class: parley.ClassCredentials}, "/destinations/dst-1#credential", true, false},
		activation.CannotChange: {parley.ActivationFailure{Class: parley.ClassRefused}, "", false, true},
		activation.Ambiguous:    {parley.ActivationFailure{Class: parley.ClassRefused}, "", true, false},
		"buyer_rejected":        {parley.ActivationFailure{Class: parley.ClassRefused}, "/deals/D-1", true, false},
		"forecast_short":        {parley.ActivationFailure{Class: parley.ClassRefused}, "/deals/D-1", true, false},
		"gone":                  {parley.ActivationFailure{Class: parley.ClassGone}, "", true, false},
		"invalid":               {parley.ActivationFailure{Class: parley.ClassRefused, Field: "settings.folder"}, "/destinations/dst-1#settings", true, false},
		"anything":              {parley.ActivationFailure{Class: parley.ClassTransient}, "", true, false},
		"anything that it says": {parley.ActivationFailure{Class: parley.ClassRefused}, "", true, false},
	} {
		want.failure.Code = code
		got := repairOf(parley.Activation{DealID: "D-1", Status: parley.ActivationFailed, Failure: &want.failure}, to, "prd-1", seller.NeedsRepair)
		if got.Words == "" || strings.TrimPrefix(got.Link, root) != want.link || got.Retry != want.retry || got.Answer != want.answer {
			t.Errorf("%s: %+v", code, got)
		}
	}
}

func TestFailuresNameFieldsInWords(t *testing.T) {
	t.Parallel()
	for text, f := range map[string]parley.ActivationFailure{
		"Folder must be a name":       {Field: "settings.folder", Text: "settings.folder must be a name"},
		"the receiver has refused it": {Text: "the receiver has refused it"},
		"refused it":                  {Field: "kind", Text: "refused it"},
	} {
		if got := failureWords(f); got != text {
			t.Errorf("%q, want %q", got, text)
		}
	}
}
