package seller

import (
	"cmp"
	"context"
	"slices"

	"parley"
	"parley/storage"
)

// ActivationNeed is what a person has to do for an activation to go on.
type ActivationNeed string

// The needs, the most urgent first.
const (
	NeedsRepair  ActivationNeed = "repair"  // it failed
	NeedsRevisit ActivationNeed = "revisit" // a change of its destination could not be brought to it
	NeedsResume  ActivationNeed = "resume"  // its destination is paused
	NeedsAnswer  ActivationNeed = "answer"  // somebody has to say that the deal is there, or has ended there
	NeedsRelease ActivationNeed = "release" // its trigger came, and a person releases it
)

var activationNeeds = [...]ActivationNeed{NeedsRepair, NeedsRevisit, NeedsResume, NeedsAnswer, NeedsRelease}

// ActivationCase is an activation that needs a person.
type ActivationCase struct {
	parley.Activation
	Destination parley.Destination
	Deal        parley.Deal
	Needs       ActivationNeed
	Missed      *storage.MissedRevisit // why a change of its destination could not be brought to it; nil: it could
}

// mostCases is how many activations in a state are looked at for those that need a person.
const mostCases = 200

// ActivationCases are the activations that need a person, the most urgent first and of those the longest waiting, for the publisher.
// Of very many in a state it looks at the oldest.
func (s *Service) ActivationCases(ctx context.Context, call Call) ([]ActivationCase, error) {
	return read(ctx, s, call, func(v *view) ([]ActivationCase, error) {
		asked, missing := v.EachDestination(), v.MissedRevisits(mostCases)
		var lists []*storage.Pending[storage.Listing[parley.Activation]]
		for _, status := range parley.ActivationStatuses {
			if status.UnderWay() {
				lists = append(lists, v.Activations(storage.ActivationFilter{Status: status, Page: storage.Page{Limit: mostCases, CountTo: 1}}))
			}
		}
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		destinations, err := asked.Get(ctx)
		if err != nil {
			return nil, err
		}
		by := map[string]parley.Destination{}
		for _, d := range destinations {
			by[d.ID] = d
		}
		type beside struct {
			deal   *storage.Pending[parley.Deal]
			orders *storage.Pending[storage.Listing[parley.Order]]
		}
		var cases []ActivationCase
		var about []beside
		missed, err := missing.Get(ctx)
		if err != nil {
			return nil, err
		}
		add := func(a parley.Activation, missed *storage.MissedRevisit) {
			cases = append(cases, ActivationCase{Activation: a, Destination: by[a.DestinationID], Missed: missed})
			about = append(about, beside{v.Deal(a.DealID), v.Orders(storage.OrderFilter{DealID: a.DealID, Unended: true})})
		}
		for i := range missed {
			a, err := v.Activation(missed[i].ActivationID).Get(ctx)
			if err != nil {
				return nil, err
			}
			add(a, &missed[i])
		}
		for _, list := range lists {
			found, err := list.Get(ctx)
			if err != nil {
				return nil, err
			}
			for _, a := range found.Items {
				known := slices.ContainsFunc(missed, func(m storage.MissedRevisit) bool { return m.ActivationID == a.ID })
				if !known && needsOf(a, by[a.DestinationID], true) != "" {
					add(a, nil)
				}
			}
		}
		for i := range cases {
			if cases[i].Deal, err = about[i].deal.Get(ctx); err != nil {
				return nil, err
			}
			orders, err := about[i].orders.Get(ctx)
			if err != nil {
				return nil, err
			}
			cases[i].Needs = needsOf(cases[i].Activation, cases[i].Destination, triggerCame(cases[i].Activation, cases[i].Deal, orders.Items))
			if cases[i].Missed != nil && cases[i].Needs == "" {
				cases[i].Needs = NeedsRevisit
			}
		}
		cases = slices.DeleteFunc(cases, func(c ActivationCase) bool { return c.Needs == "" })
		slices.SortStableFunc(cases, func(a, b ActivationCase) int {
			return cmp.Or(cmp.Compare(slices.Index(activationNeeds[:], a.Needs), slices.Index(activationNeeds[:], b.Needs)), a.Since.Compare(b.Since))
		})
		return cases, nil
	})
}

// needsOf is what a person has to do for an activation; triggered tells whether what has it sent came.
func needsOf(a parley.Activation, to parley.Destination, triggered bool) ActivationNeed {
	switch a.Status {
	case parley.ActivationFailed:
		return NeedsRepair
	case parley.ActivationHeld:
		if triggered && (a.Trigger == parley.TriggerManual || to.Release == parley.ReleaseByPerson) {
			return NeedsRelease
		}
		return ""
	case parley.ActivationWithdrawn, parley.ActivationGivenUp, parley.ActivationEnded:
		return ""
	case parley.ActivationQueued:
		if a.Failure != nil && a.Failures == 0 { // it was planned, and cannot be sent as it is
			return NeedsRepair
		}
	case parley.ActivationSending, parley.ActivationWaiting, parley.ActivationLive, parley.ActivationWithdrawing:
	}
	if to.Status == parley.DestinationPaused && a.NextAttemptAt != nil && !a.Applied() {
		return NeedsResume
	}
	if a.NextAttemptAt == nil && (a.Status == parley.ActivationWaiting || a.Status == parley.ActivationWithdrawing) {
		return NeedsAnswer
	}
	return ""
}

// triggerCame tells whether what has a held activation sent has happened, but for a person's release of it.
func triggerCame(a parley.Activation, deal parley.Deal, orders []parley.Order) bool {
	if !deal.Status.Runs() {
		return false
	}
	return a.Trigger != parley.TriggerOrderApproved ||
		slices.ContainsFunc(orders, func(o parley.Order) bool { return o.Status.Delivers() })
}
