package activation

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"parley"
)

type answerKey struct{}

// Listening has what a destination answers to what is asked with a context be noted in an answer, the last one at the end.
func Listening(ctx context.Context, into *parley.ActivationAnswer) context.Context {
	return context.WithValue(ctx, answerKey{}, into)
}

// Unheard has nothing noted of what is answered with a context, such as where that is a secret.
func Unheard(ctx context.Context) context.Context {
	return context.WithValue(ctx, answerKey{}, (*parley.ActivationAnswer)(nil))
}

// hidden stands where an answer has what it was asked with.
const hidden = "(hidden)"

// leastSecret is how long a value at least is for an answer not to have it: a shorter one is in any text.
const leastSecret = 4

// Heard notes an answer, by its status and as much of its text as is kept, for whoever listens with the context. What is secret is hidden in
// it: a destination may answer with what it was asked.
func Heard(ctx context.Context, status int, text []byte, secret ...string) {
	into, _ := ctx.Value(answerKey{}).(*parley.ActivationAnswer)
	if into == nil {
		return
	}
	var forms []string
	longest := mostShown
	for _, s := range secret {
		if len(s) >= leastSecret {
			forms = append(forms, formsOf(s)...)
		}
		longest += 3 * len(s) // in the longest of its forms
	}
	shown := string(text[:min(len(text), longest)])
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	for _, form := range forms {
		shown = strings.ReplaceAll(shown, form, hidden)
	}
	into.Status, into.Text = status, Shown(shown)
}

// formsOf are the ways in which a secret is written where something is told of what was received.
func formsOf(secret string) []string {
	raw := []byte(secret)
	return []string{
		secret, hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
		base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw), // what fills them up says nothing
	}
}
