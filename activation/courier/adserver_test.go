package courier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync"
	"time"

	"parley"
	"parley/activation"
)

// fault is what goes wrong in a call.
type fault string

// The faults. After those that are lost, and those that stop the process, it is not known whether the work was done.
const (
	refuses     fault = "refuses"
	forbids     fault = "forbids"
	isAway      fault = "is away"      // nothing is done
	losesBefore fault = "loses before" // the answer is lost, and nothing was done
	losesAfter  fault = "loses after"  // the answer is lost, and all was done
	stopsBefore fault = "stops before" // the process is killed
	stopsAfter  fault = "stops after"
	slow        fault = "slow" // the work is done when the test says so
)

// adServer is an ad server in memory: an order and its line, which are found by the deal's id. It finds what was made only
// when the call that made it has ended.
type adServer struct {
	mu      sync.Mutex
	objects map[string][]object // by kind and anchor
	made    int
	calls   []string
	faults  func(verb, step string) fault // nil: none
	held    chan struct{}                 // slow calls wait for it
	waiting chan struct{}                 // and say so
	pending time.Duration                 // how long it is asked again after; 0: what was sent is live
}

type object struct {
	ref   string
	hash  string
	body  string
	ended bool
	rests bool
}

func newAdServer() *adServer { return &adServer{objects: map[string][]object{}} }

const adServerKind = "ad_server"

func (s *adServer) Kind() string { return adServerKind }

func (s *adServer) Validate(json.RawMessage) []activation.Problem { return nil }

func (s *adServer) ValidateMapping(parley.MappingAbout, json.RawMessage) []activation.Problem {
	return nil
}

func (s *adServer) Place(json.RawMessage) string { return "" }

// wanted are the terms that the ad server holds.
type wanted struct {
	Impressions int64         `json:"impressions"`
	Flight      parley.Flight `json:"flight"`
}

func (s *adServer) Plan(want activation.Want) (activation.Plan, []activation.Problem) {
	plan := activation.Plan{Intent: want.Intent}
	for _, name := range []string{"order", "line"} {
		step, err := activation.NewStep(name, want.Deal.ID, want.Intent, true, wanted{want.Deal.Impressions, want.Deal.Flight})
		if err != nil {
			return plan, []activation.Problem{{Code: "invalid", Text: err.Error()}}
		}
		plan.Steps = append(plan.Steps, step)
	}
	return plan, nil
}

func (s *adServer) Check(context.Context, activation.Account) []activation.Finding { return nil }

// call does some work under whatever fault is due.
func (s *adServer) call(verb, step string, work func()) error {
	s.mu.Lock()
	s.calls = append(s.calls, verb+" "+step)
	f := fault("")
	if s.faults != nil {
		f = s.faults(verb, step)
	}
	if f == slow {
		held, waiting := s.held, s.waiting
		s.mu.Unlock()
		close(waiting)
		<-held
		s.mu.Lock()
	}
	defer s.mu.Unlock()
	switch f {
	case refuses:
		return &activation.Error{Class: parley.ClassRefused, Code: "refused", Text: "no such ad unit"}
	case forbids:
		return &activation.Error{Class: parley.ClassCredentials, Code: "forbidden", Text: "401"}
	case isAway:
		return &activation.Error{Class: parley.ClassTransient, Code: "away", Text: "503"}
	case losesBefore:
		return &activation.Error{Class: parley.ClassUnsure, Code: "lost", Text: "no answer"}
	case stopsBefore:
		runtime.Goexit()
	case losesAfter, stopsAfter, slow, "":
	}
	work()
	switch f {
	case losesAfter:
		return &activation.Error{Class: parley.ClassUnsure, Code: "lost", Text: "no answer"}
	case stopsAfter:
		runtime.Goexit()
	case refuses, forbids, isAway, losesBefore, stopsBefore, slow, "":
	}
	return nil
}

func (s *adServer) Look(_ context.Context, _ activation.Account, step activation.Step) (found []activation.Remote, err error) {
	err = s.call("look", step.Name, func() {
		for _, o := range s.objects[step.Name+" "+step.Anchor] {
			found = append(found, activation.Remote{Ref: o.ref, Hash: o.hash})
		}
	})
	return found, err
}

func (s *adServer) Create(_ context.Context, _ activation.Account, step activation.Step) (ref string, err error) {
	err = s.call("create", step.Name, func() {
		s.made++
		ref = fmt.Sprintf("%ss/%d", step.Name, s.made)
		key := step.Name + " " + step.Anchor
		s.objects[key] = append(s.objects[key], object{ref: ref, hash: step.Hash, body: string(step.Body)})
	})
	return ref, err
}

func (s *adServer) Update(_ context.Context, _ activation.Account, ref string, step activation.Step) (string, error) {
	return ref, s.set("update", ref, step, object{})
}

func (s *adServer) Pause(_ context.Context, _ activation.Account, ref string, step activation.Step) (string, error) {
	return ref, s.set("pause", ref, step, object{rests: true})
}

func (s *adServer) End(_ context.Context, _ activation.Account, ref string, step activation.Step) (string, error) {
	return ref, s.set("end", ref, step, object{ended: true})
}

func (s *adServer) set(verb, ref string, step activation.Step, now object) error {
	var missing error
	err := s.call(verb, step.Name, func() {
		objects := s.objects[step.Name+" "+step.Anchor]
		for i := range objects {
			if objects[i].ref == ref {
				objects[i] = object{ref: ref, hash: step.Hash, body: string(step.Body), ended: now.ended, rests: now.rests}
				return
			}
		}
		missing = &activation.Error{Class: parley.ClassGone, Code: "missing", Text: ref + " is not there"}
	})
	if err != nil {
		return err
	}
	return missing
}

func (s *adServer) Standing(_ context.Context, _ activation.Account, want activation.Want, _ []string) (standing activation.Standing, err error) {
	err = s.call("standing", "", func() {
		standing = activation.Standing{State: activation.StateLive, Again: s.pending}
		if want.Intent == parley.IntentPause {
			standing.State = activation.StatePaused
		}
	})
	return standing, err
}

func (s *adServer) Certain() bool { return false }

// breaks has calls go wrong in some way until another is set.
func (s *adServer) breaks(how func(verb, step string) fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = how
}

// holds are the objects of a kind that a deal has.
func (s *adServer) holds(kind, dealID string) []object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]object{}, s.objects[kind+" "+dealID]...)
}
