package activation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"parley"
)

// Plan are the steps that bring a destination to what is wanted, in the order in which they are taken. An end is taken in the
// other order.
type Plan struct {
	Intent   parley.ActivationIntent
	Steps    []Step
	Warnings []Warning // what keeps nothing from being sent, and people ought to know before it is
}

// Warning is something about a plan that is worth knowing.
type Warning struct {
	Field string // of the destination's settings or of the deal; empty: none
	Text  string // for people
}

// Step is one remote object as it is wanted.
type Step struct {
	Name      string
	Anchor    string
	Body      json.RawMessage // as planned; Next puts the names of earlier steps' objects into it
	Hash      string          // of Body as planned and of the intent
	Updatable bool            // whether the object can be changed once it is there
	// Repeats tells that an object is called by its anchor, and that making it once more changes the one that is there: it need not be
	// looked for.
	Repeats bool
	// There tells that the object is known to have been there as it was wanted, where an adapter asks for that; see Want.
	There bool
	// Tried is the hash of the body that calls were begun with whose answers are not known; see parley.ActivationStep.
	Tried string
	// Since is when the first of those calls was begun, or this one where there are none before it; zero where there is none at all. What
	// is asked for by the clock is asked for by this, so that a repeated call asks for the same.
	Since time.Time
}

// NewStep makes a step whose body is a value's JSON.
func NewStep(name, anchor string, intent parley.ActivationIntent, updatable bool, body any) (Step, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return Step{}, err
	}
	sum := sha256.Sum256(slices.Concat(raw, []byte(intent)))
	return Step{Name: name, Anchor: anchor, Body: raw, Hash: hex.EncodeToString(sum[:]), Updatable: updatable}, nil
}

// Problem is something that keeps a plan from being made, found without asking the destination.
type Problem struct {
	Code  string // mapping_missing, invalid, ...
	Field string // of the destination's settings or of the deal
	Text  string // for people
}

// Refused is the problem as the failure that it is where a deal is to be sent.
func (p Problem) Refused() *Error {
	text := p.Text
	if p.Field != "" {
		text = p.Field + " " + text
	}
	return &Error{Class: parley.ClassRefused, Code: p.Code, Field: p.Field, Text: text}
}

// Verb is what is to be done.
type Verb string

// The verbs. Done tells that the destination has what is wanted, as far as it was told; stuck that a person has to do it.
const (
	Done   Verb = "done"
	Look   Verb = "look"
	Create Verb = "create"
	Update Verb = "update"
	Pause  Verb = "pause"
	End    Verb = "end"
	Stuck  Verb = "stuck"
)

// Next is the first thing that is left to do, of a plan and of the steps that were begun. What is not known to be there is
// looked for before it is made, and before it is taken for not being there.
func Next(plan Plan, begun []parley.ActivationStep) (Step, Verb) {
	steps := plan.Steps
	if plan.Intent == parley.IntentEnd {
		steps = slices.Clone(steps)
		slices.Reverse(steps)
	}
	for _, step := range steps {
		known := Find(begun, step.Name)
		switch {
		case known.SentHash == step.Hash:
			continue
		case known.Ref == "":
			if step.Tried = known.TriedHash; step.Tried != "" && known.TriedAt != nil {
				step.Since = *known.TriedAt
			}
			return step.named(begun), Look
		case plan.Intent == parley.IntentEnd:
			return step.named(begun), End
		case plan.Intent == parley.IntentPause:
			return step.named(begun), Pause
		case !step.Updatable:
			return step.named(begun), Stuck
		}
		return step.named(begun), Update
	}
	return Step{}, Done
}

// RefOf stands in a body for the name of an earlier step's object, which is not known when the body is planned.
type RefOf string

// MarshalJSON implements json.Marshaler. No text of a body can look like it: the quotes of a text are escaped.
func (r RefOf) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"$ref": string(r)})
}

// named is the step with the names of what is known to be there in its body.
func (s Step) named(begun []parley.ActivationStep) Step {
	for _, known := range begun {
		place, err := json.Marshal(RefOf(known.Name))
		if err != nil || known.Ref == "" || !bytes.Contains(s.Body, place) {
			continue
		}
		if name, err := json.Marshal(known.Ref); err == nil {
			s.Body = bytes.ReplaceAll(s.Body, place, name)
		}
	}
	return s
}

// Find is what is known of a step by its name; of one that was never begun, nothing.
func Find(steps []parley.ActivationStep, name string) parley.ActivationStep {
	for _, s := range steps {
		if s.Name == name {
			return s
		}
	}
	return parley.ActivationStep{Name: name}
}

// With are the steps with one of them as it is now.
func With(steps []parley.ActivationStep, now parley.ActivationStep) []parley.ActivationStep {
	after := slices.Clone(steps)
	for i := range after {
		if after[i].Name == now.Name {
			after[i] = now
			return after
		}
	}
	return append(after, now)
}
