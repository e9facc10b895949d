package dealsapi

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"parley"
	"parley/activation"
)

// FuzzStatus reads what a receiver says of a deal, whatever that is: a deal stands in one of the ways that there are, and what is kept of
// its seats is little, and plain text.
func FuzzStatus(f *testing.F) {
	for _, text := range []string{
		`{"version": "1.0", "id": "D-1", "buyerstatus": [{"buyerseatid": "seat-1", "status": 4}]}`,
		`{"version": "1.0", "id": "D-1", "buyerstatus": []}`, `{"id": "D-1"}`, `{"id": "D-2", "buyerstatus": null}`, `[]`, `null`, ``,
		`{"id": "D-1", "buyerstatus": [{"status": 2}, {"buyerseatid": "\u0000\u202e` + strings.Repeat("\u00e9", 200) + `", "status": -41}]}`,
		`{"id": "D-1", "buyerstatus": [{"buyerseatid": 7, "status": "4"}]}`, `{"id": "D-1", "buyerstatus": [{"status": 1e99}]}`,
	} {
		f.Add([]byte(text), "PG")
	}
	f.Fuzz(func(t *testing.T, text []byte, dealType string) {
		answer, err := statusOf(text, "D-1")
		if err != nil {
			if class := activation.Failure(err).Class; class != parley.ClassTransient {
				t.Errorf("failed as %s: %v", class, err)
			}
			return
		}
		kept := answer.buyers()
		if len(kept) > mostBuyers {
			t.Errorf("%d seats are kept", len(kept))
		}
		for _, b := range kept {
			if len(b.Seat) > mostSeat || !utf8.ValidString(b.Seat) || strings.ContainsFunc(b.Seat, unicode.IsControl) {
				t.Errorf("the seat %q", b.Seat)
			}
		}
		at, err := standing(answer.statuses(""), Settings{}, parley.DealType(dealType))
		switch {
		case err != nil && activation.Failure(err).Code == "buyer_rejected":
		case err != nil:
			t.Errorf("it stands as %v", err)
		case at.State != activation.StateLive && at.State != activation.StateWaiting && at.State != activation.StateEnded:
			t.Errorf("it stands as %q", at.State)
		case at.State == activation.StateLive && !at.Accepted:
			t.Error("it is live, and nobody accepted it")
		}
	})
}

// TestWhatIsNoStatusIsAskedAgain is of a page where a status is to be, such as that of a receiver which is being mended, and of other
// answers that are no status of the deal.
func TestWhatIsNoStatusIsAskedAgain(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "<html>We are back soon</html>", `{"id":`, `{"id": "D-2"}`, `[]`, `{}`, `null`, `"D-1"`, `{"id": 1}`, `{"id": "D-1", "buyerstatus": {}}`,
		`{"id": "D-1", "buyerstatus": [{"status": "4"}]}`, `{"id": "D-1", "buyerstatus": [{"status": 4.5}]}`,
	} {
		if _, err := statusOf([]byte(text), "D-1"); err == nil || activation.Failure(err).Class != parley.ClassTransient {
			t.Errorf("%s: %v", text, err)
		}
	}
}
