package console

import (
	"net/http"
	"net/url"
	"slices"

	"parley"
	"parley/activation"
	"parley/seller"
)

func (c *console) activationRoutes() []route {
	return []route{
		get("/activations", c.activationList),
		get("/activations/{id}", c.activationPage),
		get("/activations/{id}/sheet.csv", c.handSheet),
		post(desk, "/activations/{id}/pause", c.pauseActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/resume", c.resumeActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/release", c.releaseActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/retry", c.retryActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/acknowledge", c.acknowledgeActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/adopt", c.adoptActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/give-up", c.giveUpActivation).on("/activations/{id}"),
		post(desk, "/activations/{id}/withdraw", c.withdrawActivation).on("/activations/{id}"),
	}
}

// shownCases is how many activations that need a person the page has.
const shownCases = 100

// activationListPage is what needs a person, or all activations in a state.
type activationListPage struct {
	listPage[parley.Activation]
	Cases    []activationCase
	More     int // that need a person and are not on the page
	Names    map[string]string
	Statuses []string
	Form     *form
}

// activationCase is an activation that needs a person, with what mends it.
type activationCase struct {
	seller.ActivationCase
	Repair repair
}

func (c *console) activationList(x *exchange) error {
	q := x.query()
	content := activationListPage{Statuses: []string{"=What needs a person", "all=Everything"}, Form: newForm(nil)}
	for _, status := range parley.ActivationStatuses {
		content.Statuses = append(content.Statuses, string(status)+"="+words(status))
	}
	content.Filter, content.Query = q.filterForm(), q
	if q.text("status") == "" {
		cases, err := x.service.ActivationCases(x.Context(), x.call)
		if err != nil {
			return err
		}
		content.More = max(len(cases)-shownCases, 0)
		for _, found := range cases[:min(len(cases), shownCases)] {
			content.Cases = append(content.Cases, activationCase{found, repairOf(found.Activation, found.Destination, found.Deal.ProductID, found.Needs)})
		}
	} else if err := x.everyActivation(q, &content); err != nil {
		return err
	}
	return x.show("activations", http.StatusOK, page{
		Title: "Activation", Section: "activations", Live: []string{"activation.", "destination."}, Data: content,
	})
}

// everyActivation lists the activations in a state.
func (x *exchange) everyActivation(q query, content *activationListPage) error {
	status := parley.ActivationStatus(q.text("status"))
	if status == "all" {
		status = ""
	}
	var err error
	content.Rows, content.Pager, err = list[parley.Activation]{
		what: "activations", filters: []string{"status"},
		id: func(a parley.Activation) string { return a.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Activation], error) {
			return x.service.Activations(x.Context(), x.call, seller.ActivationFilter{Status: status, Page: page})
		},
	}.page(q)
	if err != nil {
		return err
	}
	content.Pager.Export = ""
	content.Names, err = x.destinationNames()
	return err
}

// destinationNames are what people call the destinations, by id.
func (x *exchange) destinationNames() (map[string]string, error) {
	listing, err := x.service.Destinations(x.Context(), x.call, seller.DestinationFilter{Page: seller.Page{Limit: mostDestinations, CountTo: 1}})
	names := map[string]string{}
	for _, d := range listing.Items {
		names[d.ID] = d.Name
	}
	return names, err
}

// activationDetail is what an activation's page shows.
type activationDetail struct {
	seller.ActivationStory
	Deal     parley.Deal
	Repair   repair
	Waits    bool // a person may say that what was asked for is there, or has ended
	Retries  bool
	GivesUp  bool
	Chooses  []string // the names of the objects of which one is to be chosen
	Withdraw bool
	Pauses   bool
	Resumes  bool
	Sheet    bool // what is to be made by hand can be printed
	Planned  []plannedStep
	Problems []string // why nothing can be planned
	Story    story
	Form     *form
}

// StillThere tells that nobody looks any more after what was made for a deal that is over.
func (d activationDetail) StillThere() bool {
	return d.Status == parley.ActivationGivenUp && !d.Deal.Status.Runs() && d.AppliedVersion > 0
}

// plannedStep is a step as it would be sent now, beside what there is of it.
type plannedStep struct {
	Name, Anchor, Ref string
	Body              any
	Sent              bool // as it is planned
}

func (c *console) activationPage(x *exchange) error {
	return x.showActivation(x.refusedOr(newForm(nil)))
}

func (x *exchange) showActivation(status int, f *form) error {
	id := x.PathValue("id")
	found, err := x.service.Activation(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "activation", id)
	}
	deal, err := x.service.Deal(x.Context(), x.call, found.DealID)
	if err != nil {
		return err
	}
	previews, err := x.service.PreviewActivations(x.Context(), x.call, found.DealID, false)
	if err != nil {
		return err
	}
	told, err := x.story(seller.EventFilter{Type: "none"}, auditsOf("activation", id))
	if err != nil {
		return err
	}
	content := activationDetail{
		ActivationStory: found, Deal: deal, Repair: repairOf(found.Activation, found.Destination, deal.ProductID, found.Needs),
		Waits:   found.Needs == seller.NeedsAnswer || byHand(found.Activation),
		Retries: found.Status == parley.ActivationFailed || found.Status == parley.ActivationGivenUp || found.Failures > 0 && found.ClaimedUntil == nil,
		GivesUp: found.Status.Allows(parley.ActivationGivenUp), Story: told, Form: f,
		Withdraw: found.Intent == parley.IntentRun && found.Status.UnderWay(),
		Chooses:  activation.Candidates(found.Failure),
		Pauses:   found.Intent == parley.IntentRun && found.Status.UnderWay() && found.AppliedVersion > 0,
		Resumes:  found.Intent == parley.IntentPause && found.Status.UnderWay(),
	}
	for _, p := range previews {
		if p.Activation == nil || p.Activation.ID != id {
			continue
		}
		content.Sheet = len(p.Problems) == 0 && len(activation.Sheet(p.Plan, found.Steps)) > 0
		for _, step := range p.Plan.Steps {
			planned := plannedStep{Name: step.Name, Anchor: step.Anchor, Body: step.Body}
			if i := slices.IndexFunc(found.Steps, func(s parley.ActivationStep) bool { return s.Name == step.Name }); i >= 0 {
				planned.Ref, planned.Sent = found.Steps[i].Ref, found.Steps[i].SentHash == step.Hash
			}
			content.Planned = append(content.Planned, planned)
		}
		for _, problem := range p.Problems {
			content.Problems = append(content.Problems, inWords(problem.Field, problem.Text))
		}
	}
	return x.show("activation", status, page{
		Title: "Activation at " + found.Destination.Name, Section: "activations", Live: []string{"activation.", "destination.", "deal."}, Data: content,
	})
}

var toActivation = thenGo(func(a parley.Activation) string { return "/activations/" + url.PathEscape(a.ID) })

// acted goes on to an activation's page after something was done about it, or says there why it was not.
func (x *exchange) acted(answer seller.Answer, err error, done string) error {
	if err != nil {
		return x.again(newForm(x.PostForm), err, "activation", x.showActivation)
	}
	x.follow(answer, done)
	return nil
}

func (c *console) releaseActivation(x *exchange) error {
	answer, err := c.service.ReleaseActivation(x.Context(), x.call, x.PathValue("id"), toActivation)
	return x.acted(answer, err, "Released. It is sent now.")
}

func (c *console) retryActivation(x *exchange) error {
	answer, err := c.service.RetryActivation(x.Context(), x.call, x.PathValue("id"), toActivation)
	return x.acted(answer, err, "It is tried again now.")
}

func (c *console) acknowledgeActivation(x *exchange) error {
	r := reader{values: x.PostForm}
	answer, err := c.service.AcknowledgeActivation(x.Context(), x.call, x.PathValue("id"), r.text("ref"), toActivation)
	return x.acted(answer, err, "Noted, under your name.")
}

func (c *console) adoptActivation(x *exchange) error {
	r := reader{values: x.PostForm}
	answer, err := c.service.AdoptActivation(x.Context(), x.call, x.PathValue("id"), r.text("ref"), toActivation)
	return x.acted(answer, err, "Chosen. It is brought to what is wanted now.")
}

func (c *console) giveUpActivation(x *exchange) error {
	answer, err := x.because(func(reason string) (seller.Answer, error) {
		return c.service.GiveUpActivation(x.Context(), x.call, x.PathValue("id"), reason, toActivation)
	})
	return x.acted(answer, err, "Given up. An order that waited for it has failed.")
}

func (c *console) withdrawActivation(x *exchange) error {
	answer, err := x.because(func(reason string) (seller.Answer, error) {
		return c.service.WithdrawActivation(x.Context(), x.call, x.PathValue("id"), reason, toActivation)
	})
	return x.acted(answer, err, "It is to end there. The deal itself goes on.")
}

func (c *console) pauseActivation(x *exchange) error {
	answer, err := x.because(func(reason string) (seller.Answer, error) {
		return c.service.PauseActivation(x.Context(), x.call, x.PathValue("id"), reason, toActivation)
	})
	return x.acted(answer, err, "It is to rest there until somebody resumes it.")
}

func (c *console) resumeActivation(x *exchange) error {
	answer, err := c.service.ResumeActivation(x.Context(), x.call, x.PathValue("id"), toActivation)
	return x.acted(answer, err, "It is to run there again.")
}

// handSheet is what somebody enters at a destination that does not let programs make it.
func (c *console) handSheet(x *exchange) error {
	sheet, err := c.service.HandSheet(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "activation", x.PathValue("id"))
	}
	return x.download(sheet)
}

// because does something with the reason that the form gives, which it must.
func (x *exchange) because(do func(reason string) (seller.Answer, error)) (seller.Answer, error) {
	r := reader{values: x.PostForm}
	reason := r.text("reason")
	if reason == "" {
		r.problems.Add("reason", "is asked for: it is kept in the audit trail")
		return seller.Answer{}, r.problems.Err()
	}
	return do(reason)
}
