// Package courier brings deals to their destinations: it asks package seller what is to be done, does it through the adapter
// of the destination's kind, one call after the other, and has seller store what came of each before the next.
//
// One node at a time does so. Where two believe that they do, as with clocks that are off, the claim on each activation
// decides: what the slower one has to say is refused, and what it has made is found by the other before that makes anything.
package courier

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"parley"
	"parley/activation"
	"parley/seller"
)

const (
	// look is how often is looked for what is due, beside after each transaction of this process.
	look = time.Second
	// apart is how long two looks are apart at least.
	apart = 100 * time.Millisecond
	// places is how many activations are worked on at a time.
	places = 32
	// callTime is how long one call may take; shorter than a claim holds.
	callTime = time.Minute
	// lastEffort is how long a process that goes down takes to store what it has to say.
	lastEffort = 5 * time.Second
)

// Couriers bring deals to their destinations. They are safe for concurrent use.
type Couriers struct {
	service *seller.Service
	clock   parley.Clock
	log     *slog.Logger
	paces   paces
	tried   tally
}

// New makes couriers. The clock is the one of the flows; limits are of each destination that has none of its own.
func New(service *seller.Service, clock parley.Clock, log *slog.Logger, limits Limits) *Couriers {
	return &Couriers{
		service: service, clock: clock, log: log, paces: paces{limits: limits, of: map[string]*rate.Limiter{}},
		tried: tally{of: map[Attempted]int64{}},
	}
}

// Run brings deals to their destinations until ctx ends, on one node at a time. node names this process.
func (c *Couriers) Run(ctx context.Context, node string) {
	leader := c.service.ActivationLeadership(node)
	news := c.service.ListenForActivations()
	var under sync.WaitGroup
	rounds := &rounds{couriers: c, node: node, free: make(chan struct{}, places), at: map[string]int{}, working: map[string]bool{}}
	beat := time.NewTicker(look)
	defer beat.Stop()
	for {
		happened := news()
		if !leader.Holds(ctx) || !rounds.begin(ctx, &under) {
			happened = nil // nothing that happens concerns this node until the next look
		}
		select {
		case <-ctx.Done():
			under.Wait()
			leader.Release(ctx)
			return
		case <-happened:
			breathe(ctx)
		case <-beat.C:
		}
	}
}

// breathe keeps a busy process from looking after each of its transactions.
func breathe(ctx context.Context) {
	rest := time.NewTimer(apart)
	defer rest.Stop()
	select {
	case <-ctx.Done():
	case <-rest.C:
	}
}

// rounds are the activations that this node works on.
type rounds struct {
	couriers *Couriers
	node     string
	free     chan struct{}

	mu      sync.Mutex
	at      map[string]int  // how many by destination
	working map[string]bool // by activation
}

// begin works on what is due, as far as there are places, and answers whether anything is sent anywhere.
func (r *rounds) begin(ctx context.Context, under *sync.WaitGroup) (active bool) {
	if _, err := r.couriers.service.RevisitActivations(ctx); err != nil && ctx.Err() == nil {
		r.couriers.log.Warn("the deals at destinations that were changed could not be looked at", "error", err)
	}
	due, active, err := r.couriers.service.DueActivations(ctx, places)
	if err != nil {
		if ctx.Err() == nil {
			r.couriers.log.Warn("the activations could not be read", "error", err)
		}
		return false
	}
	for _, d := range due {
		if !r.enter(d) {
			continue
		}
		under.Go(func() {
			defer r.leave(d)
			if err := r.couriers.Deliver(ctx, r.node, d.ID); err != nil && ctx.Err() == nil {
				r.couriers.log.Warn("an activation was not brought further", "activation", d.ID, "error", err)
			}
		})
	}
	return active
}

func (r *rounds) enter(d seller.DueActivation) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.working[d.ID] || r.at[d.DestinationID] >= cmp.Or(d.Sends, r.couriers.paces.limits.atATime()) {
		return false
	}
	select {
	case r.free <- struct{}{}:
	default:
		return false
	}
	r.working[d.ID] = true
	r.at[d.DestinationID]++
	return true
}

func (r *rounds) leave(d seller.DueActivation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	<-r.free
	delete(r.working, d.ID)
	if r.at[d.DestinationID]--; r.at[d.DestinationID] == 0 {
		delete(r.at, d.DestinationID)
	}
}

// Deliver brings one activation as far as it goes now, if something is to be done about it. What another node took from this
// one is no error.
func (c *Couriers) Deliver(ctx context.Context, node, id string) error {
	claimed, ok, err := c.service.ClaimActivation(ctx, node, id)
	if err != nil || !ok {
		return err
	}
	if err := c.bring(ctx, &claimed); !parley.Is(err, parley.CodeContention) {
		return err
	}
	return nil
}

// bring takes one step after the other, and has each stored.
func (c *Couriers) bring(ctx context.Context, claimed *seller.ActivationWork) error {
	for {
		news, err := c.next(ctx, claimed)
		if errors.Is(err, errNotBegun) {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		store, cancel := ctx, context.CancelFunc(func() {})
		if ctx.Err() != nil {
			store, cancel = context.WithTimeout(context.WithoutCancel(ctx), lastEffort)
			if err != nil {
				news = seller.ActivationNews{Interrupted: true}
			}
			if news.Failure != nil { // the process ends; that it was cut off is nobody's failure
				news = seller.ActivationNews{Interrupted: true, CutOff: true}
			}
		}
		goesOn, err := c.service.RecordActivation(store, claimed, news)
		cancel()
		if err != nil || !goesOn {
			return err
		}
	}
}

// next does the one thing that is to be done, and tells of it. The error is one that kept it from being begun.
func (c *Couriers) next(ctx context.Context, claimed *seller.ActivationWork) (seller.ActivationNews, error) {
	if ctx.Err() != nil {
		return seller.ActivationNews{Interrupted: true}, nil
	}
	if claimed.Intent == parley.IntentEnd && claimed.Untouched() {
		return seller.ActivationNews{Over: true}, nil
	}
	adapter := claimed.Adapter
	if adapter == nil {
		return refused(activation.Problem{Code: "kind", Field: "kind", Text: "this program does not speak to destinations of this kind"}), nil
	}
	if claimed.NoAccount != nil {
		return seller.ActivationNews{Failure: claimed.NoAccount}, nil
	}
	if claimed.Status == parley.ActivationWaiting || claimed.Status == parley.ActivationLive {
		return c.ask(ctx, claimed), nil // what was sent is not planned again
	}
	plan, problems := adapter.Plan(claimed.Want)
	if len(problems) > 0 {
		return refused(problems[0]), nil
	}
	step, verb := activation.Next(plan, claimed.Steps)
	call := call{couriers: c, claimed: claimed, step: step, verb: verb}
	ref := call.known().Ref
	switch verb {
	case activation.Done:
		if claimed.Intent == parley.IntentEnd && !hasRef(claimed.Steps) {
			return seller.ActivationNews{Over: true}, nil
		}
		return c.ask(ctx, claimed), nil
	case activation.Stuck:
		return refused(activation.Problem{
			Code: activation.CannotChange, Text: "the " + step.Name + " cannot be changed once it is there: do it by hand, then acknowledge",
		}), nil
	case activation.Look:
		return call.look(ctx)
	case activation.Update:
		return call.make(ctx, func(ctx context.Context, step activation.Step) (string, error) {
			return adapter.Update(ctx, claimed.Account, ref, step)
		})
	case activation.Pause:
		return call.make(ctx, func(ctx context.Context, step activation.Step) (string, error) {
			return adapter.Pause(ctx, claimed.Account, ref, step)
		})
	case activation.End:
		return call.make(ctx, func(ctx context.Context, step activation.Step) (string, error) {
			return adapter.End(ctx, claimed.Account, ref, step)
		})
	case activation.Create:
	}
	return refused(activation.Problem{Code: "invalid", Text: "the plan has no such verb: " + string(verb)}), nil
}

func hasRef(steps []parley.ActivationStep) bool {
	for _, s := range steps {
		if s.Ref != "" {
			return true
		}
	}
	return false
}

func refused(p activation.Problem) seller.ActivationNews {
	return seller.ActivationNews{Failure: p.Refused()}
}

// ask asks how what was sent stands.
func (c *Couriers) ask(ctx context.Context, claimed *seller.ActivationWork) seller.ActivationNews {
	var refs []string
	for _, s := range claimed.Steps {
		if s.Ref != "" {
			refs = append(refs, s.Ref)
		}
	}
	call := call{couriers: c, claimed: claimed, verb: "standing"}
	var standing activation.Standing
	attempt, err := call.time(ctx, func(ctx context.Context) (err error) {
		standing, err = claimed.Adapter.Standing(ctx, claimed.Account, claimed.Want, refs)
		return err
	})
	if err != nil {
		return seller.ActivationNews{Attempt: attempt, Failure: err, Buyers: standing.Buyers}
	}
	return seller.ActivationNews{Standing: &standing, Buyers: standing.Buyers, Answer: attempt.Answer} // that it was asked is not worth keeping
}

// call is one call to a destination.
type call struct {
	couriers *Couriers
	claimed  *seller.ActivationWork
	step     activation.Step
	verb     activation.Verb
	absent   bool // it was looked for, and nothing of it is there
}

// known is what is known of the step.
func (c call) known() parley.ActivationStep {
	for _, s := range c.claimed.Steps {
		if s.Name == c.step.Name {
			return s
		}
	}
	return parley.ActivationStep{Name: c.step.Name, Anchor: c.step.Anchor}
}

// untilDown is a context for one call, which may end when the process goes down: what is cut off may have been done, and has to be looked
// for.
func (c *Couriers) untilDown(process context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(process), callTime)
	stop := context.AfterFunc(process, func() {
		over := time.NewTimer(c.paces.limits.Grace)
		defer over.Stop()
		select {
		case <-over.C:
			cancel()
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		stop()
		cancel()
	}
}

// time makes a call and keeps what came of it.
func (c call) time(ctx context.Context, do func(context.Context) error) (*parley.ActivationAttempt, error) {
	ctx, cancel := c.couriers.untilDown(ctx)
	defer cancel()
	if pace := c.couriers.paces.at(c.claimed.Destination); pace != nil {
		ctx = activation.WithPace(ctx, pace)
	}
	attempt := parley.ActivationAttempt{Step: c.step.Name, Verb: string(c.verb), At: c.couriers.clock()}
	var answer parley.ActivationAnswer
	err := do(activation.Listening(ctx, &answer))
	if answer.Status > 0 {
		answer.At, answer.Step, answer.Verb = attempt.At, attempt.Step, attempt.Verb
		attempt.Answer = &answer
	}
	attempt.Took = max(c.couriers.clock().Sub(attempt.At), 0)
	if err != nil {
		failure := activation.Failure(err)
		attempt.Class, attempt.Code, attempt.Text = failure.Class, failure.Code, failure.Text
	}
	c.couriers.tried.count(Attempted{Destination: c.claimed.Destination.Name, Class: attempt.Class})
	return &attempt, err
}

// look looks for the step's object: what is found is taken over, and what is not is made, unless it is to end.
func (c call) look(ctx context.Context) (seller.ActivationNews, error) {
	var found []activation.Remote
	attempt, err := c.time(ctx, func(ctx context.Context) (err error) {
		found, err = c.claimed.Adapter.Look(ctx, c.claimed.Account, c.step)
		if err == nil && slices.ContainsFunc(found, func(r activation.Remote) bool { return !activation.SafeRef(r.Ref) }) {
			err = errNoName
		}
		return err
	})
	known, unsure := c.known(), c.claimed.UnsureSince != nil
	known.Anchor = c.step.Anchor
	if i := slices.IndexFunc(found, func(r activation.Remote) bool { return r.Ref == known.Chosen }); i >= 0 {
		found = found[i : i+1]
	}
	blind := errors.Is(err, activation.ErrBlind)
	switch {
	case blind && unsure && c.step.Repeats && c.claimed.Intent == parley.IntentEnd:
		c.verb = activation.End
		return c.make(ctx, func(ctx context.Context, step activation.Step) (string, error) {
			return c.claimed.Adapter.End(ctx, c.claimed.Account, step.Anchor, step)
		})
	case blind && unsure && c.step.Repeats: // it is made once more, below
	case err != nil && (!blind || unsure):
		return seller.ActivationNews{Attempt: attempt, Failure: err}, nil
	case len(found) > 1:
		return seller.ActivationNews{Attempt: attempt, Failure: activation.Several(c.step.Name, found)}, nil
	case len(found) == 1:
		now := c.couriers.clock()
		known.Ref, known.SentHash, known.TriedHash, known.DoneAt = found[0].Ref, found[0].Hash, "", nil
		if known.SentHash == c.step.Hash {
			known.DoneAt = &now
		}
		return seller.ActivationNews{Attempt: attempt, Step: &known}, nil
	case unsure && c.claimed.EmptyLooks+1 < activation.EmptyLooks && !c.claimed.Adapter.Certain():
		return seller.ActivationNews{Attempt: attempt, Nothing: true}, nil
	case c.claimed.Intent == parley.IntentEnd:
		now := c.couriers.clock()
		known.SentHash, known.TriedHash, known.DoneAt = c.step.Hash, "", &now
		return seller.ActivationNews{Attempt: attempt, Step: &known}, nil
	}
	c.verb, c.absent = activation.Create, !blind
	return c.make(ctx, func(ctx context.Context, step activation.Step) (string, error) {
		return c.claimed.Adapter.Create(ctx, c.claimed.Account, step)
	})
}

// errNoName is for something that was found and has no name by which it could be found again.
var errNoName = &activation.Error{Class: parley.ClassTransient, Code: "answer", Text: "the destination did not say what it has is called"}

// errNoRef is for an adapter that made something and does not know what it is called.
var errNoRef = errors.New("the destination did not say what it is called")

// make makes or changes the step's object. That it is begun is stored before, with what is sent: whoever goes on after a crash knows
// which of the steps the destination may have otherwise than it is known.
func (c call) make(ctx context.Context, do func(context.Context, activation.Step) (string, error)) (seller.ActivationNews, error) {
	before := c.known()
	before.Anchor = c.step.Anchor
	begun := c.couriers.clock()
	tried := before.Tries(c.step.Hash, begun)
	if c.absent {
		tried.TriedAt = &begun
	}
	c.step.Since = *tried.TriedAt
	goesOn, err := c.couriers.service.RecordActivation(ctx, c.claimed, seller.ActivationNews{Begins: &tried})
	if err != nil {
		return seller.ActivationNews{}, err
	}
	if !goesOn { // something else is wanted by now
		return seller.ActivationNews{}, errNotBegun
	}
	known := tried
	attempt, err := c.time(ctx, func(ctx context.Context) error {
		ref, err := do(ctx, c.step)
		if err == nil && !activation.SafeRef(ref) {
			err = errNoRef
		}
		if err == nil {
			known.Ref = ref
		}
		return err
	})
	if err != nil {
		news := seller.ActivationNews{Attempt: attempt, Failure: err}
		if activation.Failure(err).Class != parley.ClassUnsure { // nothing was done
			news.Step = &before
		}
		return news, nil
	}
	known.TriedHash = ""
	if c.verb == activation.Create && c.claimed.Intent == parley.IntentPause { // it is made, and paused then
		known.SentHash, known.DoneAt = "", nil
		return seller.ActivationNews{Attempt: attempt, Step: &known}, nil
	}
	now := c.couriers.clock()
	known.SentHash, known.DoneAt = c.step.Hash, &now
	return seller.ActivationNews{Attempt: attempt, Step: &known}, nil
}

// errNotBegun tells that there is another plan now, which whoever claims the activation next goes by.
var errNotBegun = errors.New("something else is wanted by now")
