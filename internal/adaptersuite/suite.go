// Package adaptersuite is what every adapter of destinations is held to, over a fake of its remote system: that a plan is a plan,
// that whatever goes wrong there is one object of each kind, and that what changes, ends and begins anew does so there.
package adaptersuite

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
)

// Loss is what becomes of a call whose answer is lost.
type Loss string

// The losses.
const (
	Kept   Loss = ""       // nothing is lost
	Before Loss = "before" // nothing is done
	After  Loss = "after"  // all is done
)

// Bench is an adapter before its fake.
type Bench struct {
	activation.Adapter
	Account activation.Account
	Want    activation.Want // of a deal that is to run, at that account
	// Changes are what can be changed of the want, each with the text that the remote system then has somewhere.
	Changes map[string]Change
	// Loses has calls that may do something lose their answers, by their number from 0, until it is set again; nil: the adapter
	// makes no calls.
	Loses func(how func(n int) Loss)
	// Twists has answers that say yes be others, by the number of the call from 0, though all is done, until it is set again; nil: the
	// adapter makes no calls.
	Twists func(how func(n int, answer []byte) []byte)
	// Calls counts the calls that came.
	Calls func() int
	// Holds counts what there is of the deal, by kind, and Text is what is there of it, as JSON.
	Holds func() map[string]int
	Text  func() string
	// Off tells whether nothing of the deal runs, or will.
	Off func() bool
	// Rests tells whether nothing of the deal runs, though it is there; nil: pausing it takes a person.
	Rests func() bool
	// Passes has time pass, so that what was sent has begun to run; nil: it makes no difference.
	Passes func()
	// Twice has a second object of a step there, which it names; nil: there cannot be two.
	Twice func() (step string)
}

// Change is a change of what is wanted.
type Change struct {
	Do   func(*activation.Want)
	Then string
}

// Run holds an adapter to everything. Each time it needs, open gives it a bench with nothing sent.
func Run(t *testing.T, open func(t *testing.T) Bench) {
	t.Helper()
	for name, test := range map[string]func(*sending){
		"a plan is stable and reaches nobody": plansAreStable, "sent again there is one": sentAgain, "changes arrive": changesArrive,
		"it ends and begins anew": endsAndBegins, "it is paused, changes and runs on": pausesAndResumes, "whatever is lost there is one": lost, "two are not told apart": twoAreFound,
		"failures tell no credential": secretsStay, "an odd answer says nothing": oddAnswers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(&sending{T: t, Bench: open(t), open: open})
		})
	}
}

// RunOnce holds an adapter to what it is held to at a destination that takes each object once: whatever is lost, each is made once,
// where nobody can look by a person's word alone on whether it is there.
func RunOnce(t *testing.T, open func(t *testing.T) Bench) {
	t.Helper()
	for _, loss := range []Loss{Before, After} {
		for n := range 10 {
			one := &sending{T: t, Bench: open(t), open: open}
			seen := 0
			one.Loses(func(i int) Loss {
				seen = i + 1
				if i == n {
					return loss
				}
				return Kept
			})
			for range 10 {
				err := one.bring()
				if err == nil {
					break
				}
				failure := activation.Failure(err)
				if failure.Code == activation.CannotLook {
					one.person()
				} else if failure.Class != parley.ClassUnsure && failure.Class != parley.ClassTransient {
					t.Fatalf("call %d lost %s the work: %v", n, loss, err)
				}
			}
			one.one()
			if seen <= n {
				break
			}
		}
	}
}

// person says of what nobody else can look at whether it is there.
func (s *sending) person() {
	there := len(s.Holds()) > 0
	for i := range s.begun {
		if step := &s.begun[i]; step.TriedHash != "" {
			if there {
				step.Ref, step.SentHash = step.Anchor, step.TriedHash
			}
			step.TriedHash = ""
		}
	}
}

// sending is a deal on its way, as a courier brings it.
type sending struct {
	*testing.T
	Bench
	open  func(t *testing.T) Bench
	begun []parley.ActivationStep
}

// plan is that of the want.
func (s *sending) plan() activation.Plan {
	s.Helper()
	plan, problems := s.Plan(s.Want)
	if len(problems) > 0 {
		s.Fatalf("no plan: %v", problems)
	}
	return plan
}

// bring does everything that is to be done, as far as nothing fails, and answers the first failure.
func (s *sending) bring() error {
	s.Helper()
	for range 50 {
		step, verb := activation.Next(s.plan(), s.begun)
		if verb == activation.Done {
			return nil
		}
		before := s.begun
		if err := s.take(step, verb); err != nil {
			if activation.Failure(err).Class != parley.ClassUnsure {
				s.begun = before // nothing was done
			}
			for i := range s.begun {
				if s.begun[i].TriedHash != "" {
					s.begun[i].SentHash = ""
				}
			}
			return err
		}
	}
	s.Fatal("there is always something to do")
	return nil
}

func (s *sending) take(step activation.Step, verb activation.Verb) (err error) {
	now := parley.ActivationStep{Name: step.Name, Anchor: step.Anchor}
	for _, known := range s.begun {
		if known.Name == step.Name {
			now = known
		}
	}
	unsure := now.TriedHash != ""
	try := func() { s.begun = activation.With(s.begun, now.Tries(step.Hash, time.Time{})) }
	now.SentHash = step.Hash
	switch verb {
	case activation.Look:
		found, err := s.Look(s.Context(), s.Account, step)
		blind := errors.Is(err, activation.ErrBlind)
		switch {
		case blind && unsure && step.Repeats && s.Want.Intent == parley.IntentEnd:
			try()
			if now.Ref, err = s.End(s.Context(), s.Account, step.Anchor, step); err != nil {
				return err
			}
		case err != nil && !blind, blind && unsure && !step.Repeats:
			return err
		case len(found) > 1:
			return errSeveral
		case len(found) == 1:
			now.Ref, now.SentHash = found[0].Ref, found[0].Hash
		case s.Want.Intent == parley.IntentEnd:
		default:
			try()
			if now.Ref, err = s.Create(s.Context(), s.Account, step); err != nil {
				return err
			}
		}
	case activation.Update:
		try()
		now.Ref, err = s.Update(s.Context(), s.Account, now.Ref, step)
	case activation.Pause:
		try()
		now.Ref, err = s.Pause(s.Context(), s.Account, now.Ref, step)
	case activation.End:
		try()
		now.Ref, err = s.End(s.Context(), s.Account, now.Ref, step)
	case activation.Stuck, activation.Create, activation.Done:
		return fmt.Errorf("%s is %s", step.Name, verb)
	}
	if err != nil {
		return err
	}
	if now.Ref != "" && !activation.SafeRef(now.Ref) {
		s.Errorf("the ref %q is not one that is kept", now.Ref)
	}
	now.TriedHash = ""
	s.begun = activation.With(s.begun, now)
	return nil
}

var errSeveral = errors.New("there are several")

// must brings the deal there, though answers are lost.
func (s *sending) must() {
	s.Helper()
	for range 20 {
		err := s.bring()
		if err == nil {
			return
		}
		if class := activation.Failure(err).Class; class != parley.ClassUnsure && class != parley.ClassTransient {
			s.Fatal(err)
		}
	}
	s.Fatal("answers are lost again and again")
}

// one checks that there is one of each kind.
func (s *sending) one() {
	s.Helper()
	held := s.Holds()
	if len(held) == 0 {
		s.Error("nothing is there")
	}
	for kind, n := range held {
		if n != 1 {
			s.Errorf("there are %d of the %s", n, kind)
		}
	}
}

func plansAreStable(s *sending) {
	first, second := s.plan(), s.plan()
	if !reflect.DeepEqual(first, second) || s.Calls() != 0 {
		s.Errorf("%v, then %v, with %d calls", first, second, s.Calls())
	}
	names := map[string]bool{}
	for _, step := range first.Steps {
		if !json.Valid(step.Body) || names[step.Name] || step.Anchor == "" {
			s.Errorf("the step %s with the anchor %q is %s", step.Name, step.Anchor, step.Body)
		}
		names[step.Name] = true
	}
	s.Want.Revision++
	s.Want.Intent = parley.IntentPause
	if _, verb := activation.Next(s.plan(), sentAs(first)); verb != activation.Pause {
		s.Errorf("to pause it the first thing to do is to %s", verb)
	}
	s.Want.Intent = parley.IntentEnd
	for i, step := range s.plan().Steps {
		if i < len(first.Steps) && step.Hash == first.Steps[i].Hash {
			s.Errorf("the end of %s is as its beginning", step.Name)
		}
	}
}

// sentAs are the steps of a plan, all of which were sent.
func sentAs(plan activation.Plan) (sent []parley.ActivationStep) {
	for _, step := range plan.Steps {
		sent = append(sent, parley.ActivationStep{Name: step.Name, Anchor: step.Anchor, Ref: "refs/" + step.Name, SentHash: step.Hash})
	}
	return sent
}

func sentAgain(s *sending) {
	s.must()
	s.one()
	before := s.begun
	s.begun = nil // as after a crash
	s.must()
	s.one()
	if len(before) != len(s.begun) {
		s.Errorf("%v, then %v", before, s.begun)
	}
	for i := range s.begun {
		if s.begun[i].Ref != before[i].Ref {
			s.Errorf("found %s, and made %s", s.begun[i].Ref, before[i].Ref)
		}
	}
	s.must() // there is nothing to do
}

func changesArrive(s *sending) {
	if len(s.Changes) == 0 {
		s.Fatal("nothing can be changed")
	}
	for name, change := range s.Changes {
		s.Run(name, func(t *testing.T) {
			t.Parallel()
			one := &sending{T: t, Bench: s.open(t)}
			one.must()
			if strings.Contains(one.Text(), change.Then) {
				t.Fatalf("%s is there before: %s", change.Then, one.Text())
			}
			one.Want.Revision++
			change.Do(&one.Want)
			one.must()
			one.one()
			if !strings.Contains(one.Text(), change.Then) {
				t.Errorf("%s is not in %s", change.Then, one.Text())
			}
		})
	}
}

func endsAndBegins(s *sending) {
	s.must()
	if s.Off() {
		s.Fatal("it is off")
	}
	s.end()
	s.begun = nil
	s.must() // what has ended is ended again
	s.Want.Intent, s.Want.Revision, s.begun = parley.IntentRun, s.Want.Revision+1, nil
	s.must()
	s.one()
	if s.Off() {
		s.Errorf("it is off: %s", s.Text())
	}
}

// pausesAndResumes pauses a deal that runs, changes it meanwhile, and has it run again.
func pausesAndResumes(s *sending) {
	s.must()
	pause := func() {
		s.Want.Intent, s.Want.Revision = parley.IntentPause, s.Want.Revision+1
	}
	pause()
	if s.Rests == nil {
		if err := s.bring(); err == nil || activation.Failure(err).Code != activation.CannotChange {
			s.Errorf("paused by a person: %v", err)
		}
		return
	}
	if s.Rests() {
		s.Fatalf("it rests before: %s", s.Text())
	}
	rests := func(when string) {
		s.Helper()
		s.must()
		s.one()
		if !s.Rests() || s.Off() {
			s.Errorf("%s it runs, or has ended: %s", when, s.Text())
		}
	}
	rests("paused")
	s.begun = nil // as after a crash
	rests("paused twice")
	for name, change := range s.Changes {
		s.Want.Revision++
		change.Do(&s.Want)
		rests("changed while paused (" + name + ")")
		if !strings.Contains(s.Text(), change.Then) {
			s.Errorf("%s is not in %s", change.Then, s.Text())
		}
	}
	if stands, err := s.Standing(s.Context(), s.Account, s.Want, refs(s.begun)); err != nil ||
		stands.State != activation.StatePaused && stands.State != activation.StateAnswer {
		s.Errorf("paused, it stands so: %+v %v", stands, err)
	}
	s.Want.Intent, s.Want.Revision = parley.IntentRun, s.Want.Revision+1
	s.must()
	s.one()
	if s.Rests() || s.Off() {
		s.Errorf("resumed, it rests: %s", s.Text())
	}
	pause()
	rests("paused again")
	s.end()
}

func refs(begun []parley.ActivationStep) (all []string) {
	for _, step := range begun {
		if step.Ref != "" {
			all = append(all, step.Ref)
		}
	}
	return all
}

// end has the deal end, once it has begun to run.
func (s *sending) end() {
	s.Helper()
	if s.Passes != nil {
		s.Passes()
	}
	s.Want.Intent, s.Want.Revision = parley.IntentEnd, s.Want.Revision+1
	s.must()
	if !s.Off() {
		s.Errorf("it is on: %s", s.Text())
	}
}

// lost has each call of a whole life lose its answer, before and after the work.
func lost(s *sending) {
	if s.Loses == nil {
		s.Skip("it makes no calls")
	}
	for _, loss := range []Loss{Before, After} {
		for n := range 40 {
			one := &sending{T: s.T, Bench: s.open(s.T)}
			seen := 0
			one.Loses(func(i int) Loss {
				seen = i + 1
				if i == n {
					return loss
				}
				return Kept
			})
			one.must()
			one.one()
			one.Want.Revision++
			for _, change := range one.Changes {
				change.Do(&one.Want)
			}
			one.must()
			one.one()
			if one.Rests != nil {
				for _, intent := range []parley.ActivationIntent{parley.IntentPause, parley.IntentRun} {
					one.Want.Intent, one.Want.Revision = intent, one.Want.Revision+1
					one.must()
					one.one()
					if one.Rests() != (intent == parley.IntentPause) {
						s.Errorf("call %d lost %s the work: to %s it is %s", n, loss, intent, one.Text())
					}
				}
			}
			one.end()
			if seen <= n {
				break
			}
		}
	}
}

func twoAreFound(s *sending) {
	s.must()
	if s.Twice == nil {
		s.Skip("there cannot be two")
	}
	name := s.Twice()
	for _, step := range s.plan().Steps {
		if step.Name != name {
			continue
		}
		named := s.begun
		s.begun = nil
		for _, known := range named {
			if known.Name != name {
				s.begun = append(s.begun, known)
			}
		}
		if err := s.bring(); !errors.Is(err, errSeveral) {
			s.Errorf("two of the %s: %v", name, err)
		}
		return
	}
	s.Errorf("there is no step %s", name)
}

func secretsStay(s *sending) {
	if len(s.Account.Credential) == 0 {
		s.Skip("it has none")
	}
	secret := s.Account.Credential
	for _, credential := range [][]byte{bytes.ToUpper(secret), append([]byte("x"), secret...), []byte("other")} {
		s.Account.Credential = credential
		told := fmt.Sprint(s.bring(), s.Check(s.Context(), s.Account))
		for _, part := range [][]byte{credential, secret} {
			if len(part) > 5 && strings.Contains(told, string(part)) {
				s.Errorf("the credential is told: %s", told)
			}
		}
	}
}

// twists are the ways in which an answer is none that was asked for. A list that is empty is not among them.
var twists = map[string]func(answer []byte) []byte{
	"a list":                 func([]byte) []byte { return []byte(`[]`) },
	"nothing":                func([]byte) []byte { return []byte(`null`) },
	"an empty object":        func([]byte) []byte { return []byte(`{}`) },
	"a page":                 func([]byte) []byte { return []byte(`<html>be back soon</html>`) },
	"about something else":   func([]byte) []byte { return []byte(`{"id": "ELSE-1", "name": "networks/1/lineItems/1"}`) },
	"texts that are numbers": otherwise,
}

// otherwise writes an answer with numbers where it has texts, and texts where it has numbers.
func otherwise(answer []byte) []byte {
	var value any
	if json.Unmarshal(answer, &value) != nil {
		return answer
	}
	var turn func(any) any
	turn = func(value any) any {
		switch v := value.(type) {
		case map[string]any:
			for name := range v {
				v[name] = turn(v[name])
			}
		case []any:
			for i := range v {
				v[i] = turn(v[i])
			}
		case string:
			return 7
		case float64:
			return "seven"
		}
		return value
	}
	text, err := json.Marshal(turn(value))
	if err != nil {
		return answer
	}
	return text
}

// oddEvery is how many calls there are from one odd answer to the next. Whatever is begun anew after one gets through before the next.
const oddEvery = 5

// oddAnswers has each call of a whole life answered with what cannot be understood: nothing follows from it but that it is asked again.
func oddAnswers(s *sending) {
	if s.Twists == nil {
		s.Skip("it makes no calls")
	}
	for name, twist := range twists {
		for n := range oddEvery {
			one := &sending{T: s.T, Bench: s.open(s.T)}
			one.Twists(func(i int, answer []byte) []byte {
				if i%oddEvery == n {
					return twist(answer)
				}
				return answer
			})
			stands := func() {
				s.Helper()
				one.must()
				one.one()
				before, err := one.Standing(s.Context(), one.Account, one.Want, refs(one.begun))
				if err == nil {
					return
				}
				if class := activation.Failure(err).Class; class != parley.ClassUnsure && class != parley.ClassTransient {
					s.Errorf("each call %d is answered with %s: %+v, %v", n, name, before, err)
				}
			}
			stands()
			if len(one.begun) == 0 || one.Off() {
				s.Fatalf("each call %d is answered with %s: it is off", n, name)
			}
			one.Want.Revision++
			for _, change := range one.Changes {
				change.Do(&one.Want)
			}
			stands()
			for _, change := range one.Changes {
				if !strings.Contains(one.Text(), change.Then) {
					s.Errorf("each call %d is answered with %s: %s is not in %s", n, name, change.Then, one.Text())
				}
			}
			if one.Rests != nil {
				for _, intent := range []parley.ActivationIntent{parley.IntentPause, parley.IntentRun} {
					one.Want.Intent, one.Want.Revision = intent, one.Want.Revision+1
					stands()
					if one.Rests() != (intent == parley.IntentPause) {
						s.Errorf("each call %d is answered with %s: to %s it is %s", n, name, intent, one.Text())
					}
				}
			}
			one.end()
		}
	}
}
