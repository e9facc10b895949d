package activation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"parley"
	"parley/activation"
)

func TestSpanHasDaysOfTwentyThreeAndTwentyFiveHours(t *testing.T) {
	t.Parallel()
	day := func(text string) parley.Date {
		d, err := parley.ParseDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, test := range []struct{ zone, from, to, starts, ends string }{
		{"UTC", "2026-07-01", "2026-07-10", "2026-07-01T00:00:00Z", "2026-07-10T23:59:59Z"},
		{"America/New_York", "2026-03-08", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z"}, // 23 hours
		{"America/New_York", "2026-11-01", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z"}, // 25 hours
		{"Asia/Kolkata", "2026-07-01", "2026-07-01", "2026-06-30T18:30:00Z", "2026-07-01T18:29:59Z"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		starts, ends := activation.Span(parley.Flight{Start: day(test.from), End: day(test.to)}, zone)
		if got := starts.UTC().Format(time.RFC3339) + " " + ends.UTC().Format(time.RFC3339); got != test.starts+" "+test.ends {
			t.Errorf("%s to %s in %s: %s", test.from, test.to, test.zone, got)
		}
	}
}

func plan(t interface{ Fatal(...any) }, intent parley.ActivationIntent, updatable bool, bodies ...string) activation.Plan {
	p := activation.Plan{Intent: intent}
	for i, body := range bodies {
		step, err := activation.NewStep(string(rune('a'+i)), "anchor", intent, updatable, body)
		if err != nil {
			t.Fatal(err)
		}
		p.Steps = append(p.Steps, step)
	}
	return p
}

func TestNext(t *testing.T) {
	t.Parallel()
	run, changed, end := plan(t, parley.IntentRun, true, "1", "2"), plan(t, parley.IntentRun, true, "1", "3"), plan(t, parley.IntentEnd, true, "1", "2")
	fixed := plan(t, parley.IntentRun, false, "4")
	a := parley.ActivationStep{Name: "a", Ref: "r1", SentHash: run.Steps[0].Hash}
	b := parley.ActivationStep{Name: "b", Ref: "r2", SentHash: run.Steps[1].Hash}
	endedB := parley.ActivationStep{Name: "b", Ref: "r2", SentHash: end.Steps[1].Hash}
	for name, test := range map[string]struct {
		plan  activation.Plan
		begun []parley.ActivationStep
		step  string
		verb  activation.Verb
	}{
		"nothing is known":              {run, nil, "a", activation.Look},
		"the first is there":            {run, []parley.ActivationStep{a}, "b", activation.Look},
		"all is there":                  {run, []parley.ActivationStep{b, a}, "", activation.Done},
		"one has changed":               {changed, []parley.ActivationStep{a, b}, "b", activation.Update},
		"one cannot be changed":         {fixed, []parley.ActivationStep{a}, "a", activation.Stuck},
		"adopted, and not as wanted":    {run, []parley.ActivationStep{{Name: "a", Ref: "r1"}}, "a", activation.Update},
		"ends from the back":            {end, []parley.ActivationStep{a, b}, "b", activation.End},
		"the rest ends":                 {end, []parley.ActivationStep{a, endedB}, "a", activation.End},
		"may be there when it is ended": {end, []parley.ActivationStep{a}, "b", activation.Look},
	} {
		if step, verb := activation.Next(test.plan, test.begun); step.Name != test.step || verb != test.verb {
			t.Errorf("%s: %s %s, want %s %s", name, verb, step.Name, test.verb, test.step)
		}
	}
}

// TestNextComesToAnEnd has every plan done in as many looks, makings and changes as it has steps, whatever was begun.
func TestNextComesToAnEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		intent := rapid.SampledFrom([]parley.ActivationIntent{parley.IntentRun, parley.IntentEnd}).Draw(t, "intent")
		wanted := plan(t, intent, true, rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "bodies")...)
		var begun []parley.ActivationStep
		for _, step := range wanted.Steps {
			switch rapid.IntRange(0, 2).Draw(t, "begun") {
			case 1:
				begun = append(begun, parley.ActivationStep{Name: step.Name, Ref: "ref", SentHash: step.Hash})
			case 2:
				begun = append(begun, parley.ActivationStep{Name: step.Name, Ref: "ref", SentHash: "another"})
			}
		}
		seen := map[string]bool{}
		for range wanted.Steps {
			step, verb := activation.Next(wanted, begun)
			if verb == activation.Done {
				break
			}
			if seen[step.Name] {
				t.Fatalf("%s is to be done again", step.Name)
			}
			seen[step.Name] = true
			begun = activation.With(begun, parley.ActivationStep{Name: step.Name, Ref: "ref", SentHash: step.Hash})
		}
		if step, verb := activation.Next(wanted, begun); verb != activation.Done {
			t.Fatalf("%s of %s is left", verb, step.Name)
		}
	})
}

func TestOrderMoves(t *testing.T) {
	t.Parallel()
	of := func(status parley.ActivationStatus, fence int64, change ...func(*parley.Activation)) parley.Activation {
		a := parley.Activation{Required: true, Status: status, Intent: parley.IntentRun, Fence: fence}
		for _, c := range change {
			c(&a)
		}
		return a
	}
	optional := func(a *parley.Activation) { a.Required = false }
	ends := func(a *parley.Activation) { a.Intent = parley.IntentEnd }
	for name, test := range map[string]struct {
		from        parley.OrderStatus
		activations []parley.Activation
		to          parley.OrderStatus
	}{
		"no destination":                    {parley.OrderApproved, nil, ""},
		"none that it waits for":            {parley.OrderApproved, []parley.Activation{of(parley.ActivationLive, 1, optional)}, ""},
		"queued":                            {parley.OrderApproved, []parley.Activation{of(parley.ActivationQueued, 0)}, ""},
		"claimed":                           {parley.OrderApproved, []parley.Activation{of(parley.ActivationSending, 1)}, parley.OrderInProgress},
		"failed, which moves it no further": {parley.OrderInProgress, []parley.Activation{of(parley.ActivationFailed, 3)}, ""},
		"one of two is sent":                {parley.OrderInProgress, []parley.Activation{of(parley.ActivationWaiting, 1), of(parley.ActivationQueued, 0)}, ""},
		"both are sent":                     {parley.OrderInProgress, []parley.Activation{of(parley.ActivationWaiting, 1), of(parley.ActivationLive, 1)}, parley.OrderSyncing},
		"one is not live yet":               {parley.OrderSyncing, []parley.Activation{of(parley.ActivationWaiting, 1), of(parley.ActivationLive, 1)}, ""},
		"both are live":                     {parley.OrderSyncing, []parley.Activation{of(parley.ActivationLive, 1), of(parley.ActivationLive, 1)}, parley.OrderBooked},
		"one is given up":                   {parley.OrderInProgress, []parley.Activation{of(parley.ActivationLive, 1), of(parley.ActivationGivenUp, 1)}, parley.OrderFailed},
		"given up after it was booked":      {parley.OrderBooked, []parley.Activation{of(parley.ActivationGivenUp, 1)}, ""},
		"a change of a booked one":          {parley.OrderBooked, []parley.Activation{of(parley.ActivationQueued, 2)}, ""},
		"all end":                           {parley.OrderSyncing, []parley.Activation{of(parley.ActivationWithdrawing, 1, ends)}, ""},
	} {
		to, reason, ok := activation.OrderMove(test.from, test.activations)
		if to != test.to || ok != (test.to != "") || ok != (reason != "") {
			t.Errorf("%s: %s, %v, because %q", name, to, ok, reason)
		}
		if ok && !test.from.Allows(to) {
			t.Errorf("%s: an order does not move from %s to %s", name, test.from, to)
		}
	}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	of := func(class parley.ActivationClass, after time.Duration) error {
		return &activation.Error{Class: class, After: after}
	}
	for _, test := range []struct {
		err  error
		n    int
		want time.Duration
		ok   bool
	}{
		{of(parley.ClassTransient, 0), 1, 5 * time.Second, true},
		{of(parley.ClassTransient, 0), 2, 10 * time.Second, true},
		{of(parley.ClassTransient, 0), 11, time.Hour, true},
		{of(parley.ClassTransient, 0), 1_000_000, time.Hour, true},
		{of(parley.ClassTransient, 7*time.Minute), 1, 7 * time.Minute, true},
		{of(parley.ClassTransient, 48*time.Hour), 1, time.Hour, true},
		{of(parley.ClassUnsure, 0), 2, 2 * time.Minute, true},
		{of(parley.ClassUnsure, 0), 9, time.Hour, true},
		{errors.New("an adapter forgot its class"), 1, time.Minute, true},
		{of(parley.ClassNotYet, 0), 1, time.Minute, true},
		{of(parley.ClassNotYet, 0), 4, 10 * time.Minute, true},
		{of(parley.ClassNotYet, 0), 5, 15 * time.Minute, true},
		{of(parley.ClassRefused, 0), 1, 0, false},
		{of(parley.ClassGone, 0), 1, 0, false},
	} {
		if wait, ok := activation.Wait(test.err, test.n); wait != test.want || ok != test.ok {
			t.Errorf("%v, the %dth: %v %v", test.err, test.n, wait, ok)
		}
	}
}

func TestALostAnswerIsWaitedForLongerThanACallTakes(t *testing.T) {
	t.Parallel()
	if activation.UnsureWait != time.Minute || activation.LookAgain != 30*time.Second || activation.EmptyLooks != 2 {
		t.Errorf("%s, then %s, %d times", activation.UnsureWait, activation.LookAgain, activation.EmptyLooks)
	}
}

func TestShownTextIsCleanAndShort(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text")) + strings.Repeat("é\x00\n", rapid.IntRange(0, 2000).Draw(t, "long"))
		shown := activation.Shown(text)
		if len(shown) > 2048 || !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\n\r\x1b") {
			t.Fatalf("%d bytes: %q", len(shown), shown)
		}
		if again := activation.Shown(shown); again != shown {
			t.Fatal("what is shown changes when it is shown")
		}
	})
}

func TestEveryClassIsKnown(t *testing.T) {
	t.Parallel()
	if !slices.ContainsFunc(parley.ActivationClasses[:], parley.ActivationClass.Valid) || parley.ActivationClass("lost").Valid() {
		t.Error("classes are told apart wrongly")
	}
	if activation.Patience(parley.ClassNotYet) != 24*time.Hour || activation.Patience(parley.ClassTransient) != 0 {
		t.Error("patience")
	}
}

func TestTheSoonestStart(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]string{"12:00:00": "12:10:00", "12:00:01": "12:15:00", "12:04:59": "12:15:00", "12:05:00": "12:15:00"} {
		at, err := time.Parse(time.DateTime, "2026-06-01 "+now)
		if err != nil {
			t.Fatal(err)
		}
		if got := activation.Soonest(at).Format(time.TimeOnly); got != want {
			t.Errorf("at %s the soonest start is %s, want %s", now, got, want)
		}
	}
}
