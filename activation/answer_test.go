package activation_test

import (
	"strings"
	"testing"

	"parley"
	"parley/activation"
)

func TestAnAnswerHasNothingOfTheCredential(t *testing.T) {
	t.Parallel()
	var got parley.ActivationAnswer
	ctx := activation.Listening(t.Context(), &got)
	for text, want := range map[string]string{
		"":                         "",
		"no such seat":             "no such seat",
		"you sent Bearer tok-4711": "you sent (hidden)",
		"tok-4711\x00 tok-4711":    "(hidden)  (hidden)",
		"a tok":                    "a tok", // the length of a word that any text has
		"as dG9rLTQ3MTE= came":     "as (hidden)= came",
		"hex 746f6b2d34373131 746F6B2D34373131 QmVhcmVyIHRvay00NzEx": "hex (hidden) (hidden) (hidden)",
	} {
		activation.Heard(ctx, 400, []byte(text), "tok", "tok-4711", "Bearer tok-4711")
		if got.Status != 400 || got.Text != want {
			t.Errorf("%q is kept as %d %q, want %q", text, got.Status, got.Text, want)
		}
	}
	long := strings.Repeat("a", 2040) + "tok-4711" + strings.Repeat("b", 5000) // the cut goes through it
	activation.Heard(ctx, 200, []byte(long), "tok-4711")
	if len(got.Text) != 2048 || strings.Contains(got.Text, "tok-") {
		t.Errorf("%d bytes, which end in %q", len(got.Text), got.Text[2030:])
	}
	activation.Heard(activation.Unheard(ctx), 500, []byte("a token"))
	activation.Heard(t.Context(), 500, []byte("nobody listens"))
	if got.Status != 200 {
		t.Errorf("an answer of %d was noted", got.Status)
	}
}
