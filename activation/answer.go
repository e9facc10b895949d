package activation

import (
	"context"
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
	longest := mostShown
	for _, s := range secret {
		longest += len(s)
	}
	shown := string(text[:min(len(text), longest)])
	slices.SortFunc(secret, func(a, b string) int { return len(b) - len(a) })
	for _, s := range secret {
		if len(s) >= leastSecret {
			shown = strings.ReplaceAll(shown, s, hidden)
		}
	}
	into.Status, into.Text = status, Shown(shown)
}
