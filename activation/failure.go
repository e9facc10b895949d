package activation

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"parley"
)

// Error is how a call to a destination fails.
type Error struct {
	Class parley.ActivationClass
	Code  string
	Text  string // for people; without credentials and resolved addresses
	Field string
	After time.Duration // how long the destination asks to be left alone; 0: it does not say
}

// Error implements error.
func (e *Error) Error() string { return string(e.Class) + ": " + e.Text }

// Failure is what is kept of a failed call. What an adapter did not class may have done something.
func Failure(err error) parley.ActivationFailure {
	var known *Error
	if !errors.As(err, &known) {
		return parley.ActivationFailure{Class: parley.ClassUnsure, Code: "unclassed", Text: Shown(err.Error())}
	}
	return parley.ActivationFailure{Class: known.Class, Code: known.Code, Text: Shown(known.Text), Field: known.Field}
}

// CannotChange is the code of what a destination takes no call for: a person does it there, and acknowledges.
const CannotChange = "cannot_change"

// Ambiguous is the code of several objects that look like one: a person chooses among them, or mends that there.
const Ambiguous = "ambiguous_remote"

// The codes of what somebody else decided: the buyer, the ad server's staff, or whoever has something else there under the deal's name.
const (
	BuyerRejected = "buyer_rejected"
	Disapproved   = "disapproved"
	Conflict      = "conflict"
	AliasTaken    = "alias_taken"
)

// Decided tells whether a failure is one after which a person decides: whatever else is said of the destination, what somebody removed or
// refused there is not made again, nor anything beside what cannot be told apart.
func Decided(failure *parley.ActivationFailure) bool {
	if failure == nil {
		return false
	}
	switch failure.Code {
	case BuyerRejected, Disapproved, Conflict, AliasTaken, Ambiguous:
		return true
	}
	return failure.Class == parley.ClassGone
}

// CannotLook is the code of what may be at a destination at which nobody can look but a person, who says whether it is there, by
// acknowledging it, or is not, by having it tried again.
const CannotLook = "cannot_look"

// ErrBlind answers a look at a destination that does not tell what is there. It finds nothing out: what may be there may be there.
var ErrBlind = &Error{Class: parley.ClassRefused, Code: CannotLook, Text: "the answer was lost, and the destination does not tell what it has"}

// mostCandidates is how many of several objects a failure names.
const mostCandidates = 10

// Several is the failure of a step of which several objects were found.
func Several(step string, found []Remote) error {
	refs := ""
	for i, r := range found {
		if i == mostCandidates {
			break
		}
		refs += " " + r.Ref
	}
	return &Error{Class: parley.ClassRefused, Code: Ambiguous, Field: step, Text: "there are several of the " + step + ":" + refs}
}

// Candidates are the names of the objects that a failure leaves to choose among; none where it is another failure.
func Candidates(failure *parley.ActivationFailure) []string {
	if failure == nil || failure.Code != Ambiguous || failure.Field == "" {
		return nil
	}
	_, refs, _ := strings.Cut(failure.Text, ": ")
	return strings.Fields(refs)
}

// mostShown is how many bytes of a destination's text are kept.
const mostShown = 2048

// Shown is text of a destination as it is kept and shown: valid, without control characters, and cut to 2 KiB.
func Shown(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if len(text) > mostShown {
		text = strings.ToValidUTF8(text[:mostShown], "")
	}
	return text
}

// mostRef is how long a name of a remote object may be.
const mostRef = 256

// SafeRef tells whether a destination's name for an object is one that is kept: 1 to 256 letters, digits and . _ : / -.
func SafeRef(ref string) bool {
	if ref == "" || len(ref) > mostRef {
		return false
	}
	return !strings.ContainsFunc(ref, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._:/-", r)
	})
}

const (
	backoffAtFirst = 5 * time.Second
	longestBackoff = time.Hour
	notYetLast     = 15 * time.Minute
	notYetUntil    = 24 * time.Hour
)

var notYetWaits = [...]time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}

// Wait is how long an activation is left alone after a failure, which is the n-th in a row, from 1; ok is false when only a
// person goes on.
func Wait(err error, n int) (wait time.Duration, ok bool) {
	failure := Failure(err)
	switch failure.Class {
	case parley.ClassTransient, parley.ClassCredentials:
		wait = longestBackoff
		if n < 16 {
			wait = min(backoffAtFirst<<max(n-1, 0), longestBackoff)
		}
		return max(wait, asked(err)), true
	case parley.ClassUnsure:
		return min(UnsureWait<<min(max(n-1, 0), 6), longestBackoff), true
	case parley.ClassNotYet:
		wait = notYetLast
		if n <= len(notYetWaits) {
			wait = notYetWaits[max(n, 1)-1]
		}
		return max(wait, asked(err)), true
	case parley.ClassRefused, parley.ClassGone:
	}
	return 0, false
}

// asked is how long a failure asks to be left alone for, as far as that is heeded.
func asked(err error) time.Duration {
	var known *Error
	if errors.As(err, &known) {
		return min(known.After, longestBackoff)
	}
	return 0
}

// How long after a lost answer is looked for what may have been made, how long between two looks, and how many of them have to
// find nothing before it is made. Together they are longer than a call takes.
const (
	UnsureWait = time.Minute
	LookAgain  = 30 * time.Second
	EmptyLooks = 2
)

// Patience is how long failures of a class may go on before a person is asked; 0: as long as the publisher's patience with a
// destination.
func Patience(class parley.ActivationClass) time.Duration {
	if class == parley.ClassNotYet {
		return notYetUntil
	}
	return 0
}
