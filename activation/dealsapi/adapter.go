package dealsapi

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
	"parley/outbound"
)

// Kind is the kind of destination that this package is for.
const Kind = "deals_api"

// Adapter speaks to receivers. It is safe for concurrent use.
type Adapter struct {
	private bool
	client  *http.Client
	clock   parley.Clock
}

// New makes an adapter. private allows receivers at private addresses, and without TLS.
func New(private bool, clock parley.Clock) *Adapter {
	return &Adapter{private: private, client: remote.Client(private), clock: clock}
}

// Kind implements activation.Adapter.
func (a *Adapter) Kind() string { return Kind }

// Validate implements activation.Adapter.
func (a *Adapter) Validate(settings json.RawMessage) []activation.Problem {
	_, problems := read(settings, a.private)
	return problems
}

// ValidateMapping implements activation.Adapter. Parties are called what deals call them.
func (a *Adapter) ValidateMapping(about parley.MappingAbout, refs json.RawMessage) []activation.Problem {
	if about != parley.MapsProduct {
		return []activation.Problem{{Code: "invalid", Field: "about", Text: "must be product: receivers know parties by the ids that deals have"}}
	}
	_, problems := readMapping(refs)
	return problems
}

// Place implements activation.Adapter: a receiver knows deals by their ids alone.
func (a *Adapter) Place(settings json.RawMessage) string {
	read, _ := read(settings, a.private)
	return "receiver " + strings.ToLower(read.PushURL)
}

const step = "deal"

// Plan implements activation.Adapter.
func (a *Adapter) Plan(want activation.Want) (activation.Plan, []activation.Problem) {
	s, problems := read(want.Settings, a.private)
	mapping, wrong := readMapping(want.Mappings[parley.MapsProduct])
	problems = append(problems, wrong...)
	if want.Deal.Seat() == "" && !s.AnySeat {
		problems = append(problems, activation.Problem{
			Code: "seat_unknown", Field: "seat_id", Text: "must be known, unless the destination has any_seat: the deal would be open to every seat",
		})
	}
	if len(problems) > 0 {
		return activation.Plan{}, problems
	}
	body, err := dealOf(want, s, mapping)
	if err != nil {
		return activation.Plan{}, []activation.Problem{{Code: "invalid", Text: err.Error()}}
	}
	only, err := activation.NewStep(step, want.Deal.ID, want.Intent, s.Updates == Repost, body)
	if err != nil {
		return activation.Plan{}, []activation.Problem{{Code: "invalid", Text: err.Error()}}
	}
	only.Repeats = s.Updates == Repost
	plan := activation.Plan{Intent: want.Intent, Steps: []activation.Step{only}}
	if geo := body.Ext.Parley.Geo; len(geo) > 0 {
		plan.Warnings = []activation.Warning{{Field: "geo_targets", Text: "the standard has countries alone: " + strings.Join(geo, ", ") + " is told in ext.parley.geo"}}
	}
	return plan, nil
}

// Check implements activation.Adapter. A receiver has nothing that could be asked of it but the status of a deal, and says of one that
// there is not that there is none, if it knows who asks. Where deals are pushed to is connected to, as for a push.
func (a *Adapter) Check(ctx context.Context, account activation.Account) []activation.Finding {
	s, problems := read(account.Settings, a.private)
	var findings []activation.Finding
	for _, p := range problems {
		findings = append(findings, activation.Finding{Problem: true, Field: p.Field, Text: p.Text})
	}
	if len(findings) > 0 {
		return findings
	}
	if s.Auth != AuthNone && len(account.Credential) == 0 {
		return []activation.Finding{{Problem: true, Field: "credential", Text: "is needed"}}
	}
	if to, err := url.Parse(s.PushURL); err == nil { // it was found to be one
		if err := outbound.Reach(ctx, a.private, remote.ConnectTime, to); err != nil {
			findings = append(findings, activation.Finding{Problem: true, Field: "settings.push_url", Text: "could not be reached: " + outbound.Reason(err)})
		}
	}
	if s.StatusURL == "" {
		return append(findings, activation.Finding{Field: "settings.status_url", Text: "is not set: somebody has to say of each deal that the buyer accepted it"})
	}
	if _, _, err := a.ask(ctx, account, s, "PARLEY-CHECK"); err != nil {
		failure := activation.Failure(err)
		found := activation.Finding{Problem: true, Field: failure.Field, Text: failure.Text}
		if found.Field == "" {
			found.Field, found.Text = "settings.status_url", "was asked: "+failure.Text
		}
		findings = append(findings, found)
	}
	return findings
}

// Look implements activation.Adapter. A receiver tells that it has a deal, and not in which terms: they are known where only one
// body was ever posted. One without an address to ask at tells nothing.
func (a *Adapter) Look(ctx context.Context, account activation.Account, wanted activation.Step) ([]activation.Remote, error) {
	s, body, err := a.take(account, wanted)
	if err != nil {
		return nil, err
	}
	if s.StatusURL == "" {
		return nil, activation.ErrBlind
	}
	_, found, err := a.ask(ctx, account, s, wanted.Anchor)
	if err != nil || !found {
		return nil, err
	}
	remote := activation.Remote{Ref: wanted.Anchor}
	if start := soonest(body.Terms.StartDate, wanted.Since); start != body.Terms.StartDate {
		remote.Ref = refOf(wanted, start)
	}
	first := s.Updates == NoUpdates && body.Ext.Parley.Revision == 1 && wanted.Tried == ""
	if first || wanted.Tried == wanted.Hash {
		remote.Hash = wanted.Hash
	}
	return []activation.Remote{remote}, nil
}

// take reads the settings and a step's body.
func (a *Adapter) take(account activation.Account, wanted activation.Step) (Settings, deal, error) {
	s, problems := read(account.Settings, a.private)
	for _, p := range problems {
		return s, deal{}, &activation.Error{Class: parley.ClassRefused, Code: p.Code, Field: p.Field, Text: p.Field + " " + p.Text}
	}
	var body deal
	if err := json.Unmarshal(wanted.Body, &body); err != nil || body.ID != wanted.Anchor {
		return s, body, remote.Refused("invalid", "the step is no deal")
	}
	return s, body, nil
}

// startsApart stands in a ref between the deal's id and the start that it was pushed with, where that is another one than planned: nothing
// else knows by when it was moved.
const startsApart = "/"

// refOf names a deal that is there with a start other than planned.
func refOf(wanted activation.Step, start string) string { return wanted.Anchor + startsApart + start }

// pushAs posts a deal as it is once change was made of it, and answers its name there.
func (a *Adapter) pushAs(ctx context.Context, account activation.Account, wanted activation.Step, change func(*deal) error) (string, error) {
	s, body, err := a.take(account, wanted)
	if err != nil {
		return "", err
	}
	planned := body.Terms.StartDate
	if err := change(&body); err != nil {
		return "", err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	ref := wanted.Anchor
	if body.Terms.StartDate != planned {
		ref = refOf(wanted, body.Terms.StartDate)
	}
	_, err = a.post(ctx, s.PushURL, account, s, text, true)
	return ref, err
}

// soonest is the start that is asked for at an instant: the planned one, or a little later than the instant where that is past by then.
func soonest(planned string, at time.Time) string {
	if past(planned, at) {
		return stamp(activation.Soonest(at))
	}
	return planned
}

// startsAt pushes a deal with a start, if its flight is not over.
func (a *Adapter) startsAt(ctx context.Context, account activation.Account, wanted activation.Step, start string) (string, error) {
	return a.pushAs(ctx, account, wanted, func(body *deal) error {
		body.Terms.StartDate = start
		if past(body.Terms.EndDate, a.clock()) {
			return remote.Refused("invalid", "the flight is over")
		}
		return nil
	})
}

// soon pushes a deal with the start that was asked for when it was tried first, which it may be there with; or soon from now, where that is
// refused, and past by now.
func (a *Adapter) soon(ctx context.Context, account activation.Account, wanted activation.Step) (string, error) {
	_, body, err := a.take(account, wanted)
	if err != nil {
		return "", err
	}
	now := a.clock()
	if wanted.Since.IsZero() {
		wanted.Since = now
	}
	start := soonest(body.Terms.StartDate, wanted.Since)
	ref, err := a.startsAt(ctx, account, wanted, start)
	if err == nil || !startRefused(err) || !past(start, now) || past(body.Terms.EndDate, now) {
		return ref, err
	}
	moved, later := a.startsAt(ctx, account, wanted, soonest(start, now))
	if later != nil && activation.Failure(later).Class == parley.ClassRefused {
		return "", err // the start was not what is wrong
	}
	return moved, later
}

// startRefused tells whether a failure may be for a start that is past.
func startRefused(err error) bool {
	failure := activation.Failure(err)
	return failure.Class == parley.ClassRefused && failure.Code != activation.Conflict
}

// again pushes a deal that is there. What runs keeps the start that it was pushed with, unless the receiver refuses one that is past: then
// it begins soon.
func (a *Adapter) again(ctx context.Context, account activation.Account, ref string, wanted activation.Step) (string, error) {
	now, err := a.pushAs(ctx, account, wanted, func(body *deal) error {
		if _, moved, was := strings.Cut(ref, startsApart); was && past(body.Terms.StartDate, a.clock()) {
			body.Terms.StartDate = moved
		}
		return nil
	})
	if err == nil || !startRefused(err) {
		return now, err
	}
	_, body, wrong := a.take(account, wanted)
	if wrong != nil || !past(body.Terms.StartDate, a.clock()) || past(body.Terms.EndDate, a.clock()) {
		return "", err
	}
	now, soon := a.soon(ctx, account, wanted)
	if soon != nil && activation.Failure(soon).Class == parley.ClassRefused {
		return "", err // the start was not what is wrong
	}
	return now, soon
}

// past tells whether an instant is not to come, by some time.
func past(text string, by time.Time) bool {
	at, err := time.Parse(time.RFC3339, text)
	return err == nil && !at.After(by)
}

// Create implements activation.Adapter. A receiver that says that it has the deal already is asked whether it does.
func (a *Adapter) Create(ctx context.Context, account activation.Account, wanted activation.Step) (string, error) {
	ref, err := a.soon(ctx, account, wanted)
	if err == nil || activation.Failure(err).Code != activation.Conflict {
		return ref, err
	}
	if _, body, wrong := a.take(account, wanted); wrong == nil && body.Ext.Parley.Revision == 1 {
		wanted.Tried = cmp.Or(wanted.Tried, wanted.Hash) // nothing else was ever posted
	}
	found, asked := a.Look(ctx, account, wanted)
	switch {
	case asked != nil && !errors.Is(asked, activation.ErrBlind):
		return "", asked // whose deal it has is not known yet
	case len(found) == 1 && found[0].Hash == wanted.Hash:
		return ref, nil
	}
	return "", err
}

// Update implements activation.Adapter: the deal is pushed again.
func (a *Adapter) Update(ctx context.Context, account activation.Account, ref string, wanted activation.Step) (string, error) {
	return a.again(ctx, account, ref, wanted)
}

// Pause implements activation.Adapter: the deal is pushed again, as paused by the seller.
func (a *Adapter) Pause(ctx context.Context, account activation.Account, ref string, wanted activation.Step) (string, error) {
	if !wanted.Updatable {
		return "", remote.Refused(activation.CannotChange, "the receiver takes no deal again: have the buyer pause it, then acknowledge")
	}
	return a.again(ctx, account, ref, wanted)
}

// End implements activation.Adapter: the deal is pushed again, as archived.
func (a *Adapter) End(ctx context.Context, account activation.Account, ref string, wanted activation.Step) (string, error) {
	if !wanted.Updatable {
		return "", remote.Refused(activation.CannotChange, "the receiver takes no deal again: have the buyer end it, then acknowledge")
	}
	return a.again(ctx, account, ref, wanted)
}

// Standing implements activation.Adapter.
func (a *Adapter) Standing(ctx context.Context, account activation.Account, want activation.Want, refs []string) (activation.Standing, error) {
	switch want.Intent { // what the seller decides alone needs nobody's word
	case parley.IntentRun:
	case parley.IntentPause:
		return activation.Standing{State: activation.StatePaused}, nil
	case parley.IntentEnd:
		return activation.Standing{State: activation.StateEnded}, nil
	}
	s, problems := read(account.Settings, a.private)
	if len(problems) > 0 {
		return activation.Standing{}, remote.Refused(problems[0].Code, problems[0].Field+" "+problems[0].Text)
	}
	if s.StatusURL == "" {
		return activation.Standing{State: activation.StateAnswer, Text: "somebody to say that the buyer accepted it"}, nil
	}
	if len(refs) != 1 {
		return activation.Standing{}, remote.Refused("invalid", "a deal is one thing at a receiver")
	}
	dealID, _, _ := strings.Cut(refs[0], startsApart)
	answer, found, err := a.ask(ctx, account, s, dealID)
	if err != nil {
		return activation.Standing{}, err
	}
	if !found {
		return activation.Standing{}, &activation.Error{Class: parley.ClassGone, Code: "missing", Text: "the receiver does not know the deal any more"}
	}
	at, err := standing(answer.statuses(want.Deal.Seat()), s, want.Deal.DealType)
	at.Again, at.Buyers = s.every(want.Stands), answer.buyers()
	return at, err
}

// standing tells how a deal stands by what the seats say that it is offered to. What one of them accepts can serve.
func standing(statuses []int, s Settings, dealType parley.DealType) (activation.Standing, error) {
	all := func(one int) bool {
		return len(statuses) > 0 && !slices.ContainsFunc(statuses, func(status int) bool { return status != one })
	}
	accepted := slices.ContainsFunc(statuses, func(status int) bool {
		return status == buyerApproved || status >= buyerReady && status <= buyerComplete
	})
	waits := func(text string) (activation.Standing, error) {
		return activation.Standing{State: activation.StateWaiting, Text: text, Accepted: accepted}, nil
	}
	switch {
	case slices.ContainsFunc(statuses, func(status int) bool { return s.accepts(dealType, status) }):
		return activation.Standing{State: activation.StateLive, Accepted: true}, nil
	case all(buyerRejected):
		return activation.Standing{}, remote.Refused(activation.BuyerRejected, "the buyer has rejected the deal")
	case all(buyerComplete):
		return activation.Standing{State: activation.StateEnded, Accepted: true}, nil
	case slices.Contains(statuses, buyerPaused):
		return waits("the buyer, who has paused the deal")
	}
	for _, status := range statuses {
		if status < buyerPending || status > buyerComplete {
			return waits(fmt.Sprintf("the buyer, whose system says %d of it, which the standard does not know", status))
		}
	}
	if accepted {
		return waits("the buyer, who has accepted it, to have it ready")
	}
	return waits("the buyer to accept it")
}

// Certain implements activation.Adapter. A receiver may tell of a deal only some time after it took it.
func (a *Adapter) Certain() bool { return false }
