package wire

import (
	"context"
	"time"

	"parley"
	"parley/activation"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// ActivationFilter narrows a list of activations.
type ActivationFilter struct {
	Status        string `query:"status" enum:"held,queued,sending,waiting,live,failed,withdrawing,withdrawn,given_up,ended"`
	DealID        string `query:"deal_id" maxLength:"128"`
	DestinationID string `query:"destination_id" maxLength:"128"`
	Paging
}

// Domain is what the flow takes.
func (f ActivationFilter) Domain(page seller.Page) seller.ActivationFilter {
	return seller.ActivationFilter{Status: parley.ActivationStatus(f.Status), DealID: f.DealID, DestinationID: f.DestinationID, Page: page}
}

// ActivationReason is the body of what ends or pauses an activation.
type ActivationReason struct {
	Idempotency
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

func (r *ActivationReason) text() string { return r.Reason }

// ActivationAcknowledgement is the body of a person's word that a deal is at a destination.
type ActivationAcknowledgement struct {
	Idempotency
	Ref string `json:"ref,omitempty" maxLength:"256" doc:"What the deal's line is called there. It is said once; what has ended needs none."`
}

// ActivationAdoption is the body of a person's choice among what was found at a destination.
type ActivationAdoption struct {
	Idempotency
	Ref string `json:"ref" maxLength:"256" doc:"Which of those that were found is the deal's, as the failure names it."`
}

// Activation is one deal at one destination.
type Activation struct {
	ActivationID   string                   `json:"activation_id"`
	DealID         string                   `json:"deal_id"`
	DestinationID  string                   `json:"destination_id"`
	Status         parley.ActivationStatus  `json:"status"`
	Intent         parley.ActivationIntent  `json:"intent" doc:"run, pause or end."`
	Required       bool                     `json:"required" doc:"Whether the deal's order waits for it."`
	Trigger        parley.ActivationTrigger `json:"trigger"`
	WantedVersion  int64                    `json:"wanted_version" doc:"Counts the changes of what is to be there."`
	AppliedVersion int64                    `json:"applied_version" doc:"The version that is there; 0 when none is."`
	Applied        bool                     `json:"applied" doc:"Whether what is wanted is what is there."`
	WaitsFor       *string                  `json:"waits_for"`
	Since          time.Time                `json:"since" doc:"Of the status."`
	Failures       int                      `json:"failures" doc:"In a row."`
	FailingSince   *time.Time               `json:"failing_since"`
	NextAttemptAt  *time.Time               `json:"next_attempt_at" doc:"Null when nothing happens until somebody does something."`
	Error          *ActivationError         `json:"error"`
	Acknowledged   *ActivationAcknowledged  `json:"acknowledged"`
	AcceptedAt     *time.Time               `json:"accepted_at" doc:"When the buyer was first known to have accepted it; null where it has not, or is not asked."`
	BuyerStatuses  []parley.BuyerStatus     `json:"buyer_statuses" doc:"What the buyer's seats said of it last, in the numbers of their system."`
	Steps          []ActivationStep         `json:"steps"`
	CreatedAt      time.Time                `json:"created_at"`
	UpdatedAt      time.Time                `json:"updated_at"`
}

// ActivationError is why the last attempt came to nothing.
type ActivationError struct {
	Class   parley.ActivationClass `json:"class" doc:"transient, unsure, not_yet, refused, credentials or gone."`
	Code    string                 `json:"code"`
	Message string                 `json:"message"`
	Field   *string                `json:"field"`
}

// ActivationAcknowledged is who answered for what is there.
type ActivationAcknowledged struct {
	Ref     *string   `json:"ref"`
	Actor   string    `json:"actor"`
	At      time.Time `json:"at"`
	Version int64     `json:"version"`
}

// ActivationStep is one thing at a destination.
type ActivationStep struct {
	Name   string     `json:"name"`
	Anchor string     `json:"anchor" doc:"By which it is found there."`
	Ref    *string    `json:"ref" doc:"What it is called there."`
	DoneAt *time.Time `json:"done_at"`
}

// ActivationOf writes an activation.
func ActivationOf(_ View, a parley.Activation) Activation {
	rendered := Activation{
		ActivationID: a.ID, DealID: a.DealID, DestinationID: a.DestinationID, Status: a.Status, Intent: a.Intent, Required: a.Required,
		Trigger: a.Trigger, WantedVersion: a.WantedVersion, AppliedVersion: a.AppliedVersion, Applied: a.Applied(),
		WaitsFor: contract.Optional(a.Standing), Since: a.Since, Failures: a.Failures, FailingSince: a.FailingSince,
		NextAttemptAt: a.NextAttemptAt, AcceptedAt: a.AcceptedAt, BuyerStatuses: append([]parley.BuyerStatus{}, a.Buyers...), Steps: []ActivationStep{}, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	if f := a.Failure; f != nil {
		rendered.Error = &ActivationError{Class: f.Class, Code: f.Code, Message: f.Text, Field: contract.Optional(f.Field)}
	}
	if k := a.Acknowledged; k != nil {
		rendered.Acknowledged = &ActivationAcknowledged{Ref: contract.Optional(k.Ref), Actor: k.Actor, At: k.At, Version: k.Version}
	}
	for _, s := range a.Steps {
		rendered.Steps = append(rendered.Steps, ActivationStep{Name: s.Name, Anchor: s.Anchor, Ref: contract.Optional(s.Ref), DoneAt: s.DoneAt})
	}
	return rendered
}

// ActivationStory is an activation with what was tried.
type ActivationStory struct {
	Activation
	DestinationName string              `json:"destination_name"`
	Kind            string              `json:"kind"`
	MissedChange    *MissedChange       `json:"missed_change" doc:"Why a change of its destination could not be brought to it yet; null when none is missed."`
	Planned         *ActivationPlan     `json:"planned" doc:"What would have been sent, as it was planned last where deals are planned and not sent; null when it never was."`
	LastAnswer      *ActivationAnswer   `json:"last_answer" doc:"What the destination answered last; null when nothing was asked over a network yet."`
	Attempts        []ActivationAttempt `json:"attempts" doc:"The newest first, at most 200."`
}

// ActivationPlan is what would have been sent where deals are planned and not sent.
type ActivationPlan struct {
	Version   int64            `json:"version" doc:"The wanted_version that was planned."`
	PlannedAt time.Time        `json:"planned_at"`
	Steps     []PreviewStep    `json:"steps" doc:"In the order in which they would be taken."`
	Warnings  []PreviewWarning `json:"warnings"`
	Problems  []PreviewProblem `json:"problems" doc:"Why it cannot be sent."`
}

func planOf(p parley.ActivationPlan) *ActivationPlan {
	plan := &ActivationPlan{Version: p.Version, PlannedAt: p.At, Steps: []PreviewStep{}, Warnings: []PreviewWarning{}, Problems: []PreviewProblem{}}
	for _, step := range p.Steps {
		plan.Steps = append(plan.Steps, PreviewStep{Name: step.Name, Anchor: step.Anchor, Body: document.Object(step.Body)})
	}
	for _, warning := range p.Warnings {
		plan.Warnings = append(plan.Warnings, PreviewWarning{Field: contract.Optional(warning.Field), Message: warning.Text})
	}
	for _, problem := range p.Problems {
		plan.Problems = append(plan.Problems, PreviewProblem{Code: problem.Code, Field: problem.Field, Message: problem.Text})
	}
	return plan
}

// MissedChange is a change of a destination that could not be brought to a deal there. It is tried again by itself.
type MissedChange struct {
	Since         time.Time `json:"since"`
	Tries         int       `json:"tries"`
	NextAttemptAt time.Time `json:"next_attempt_at"`
	Message       string    `json:"message"`
}

// ActivationAttempt is one call to a destination.
type ActivationAttempt struct {
	Number int64                   `json:"number"`
	Step   *string                 `json:"step"`
	Verb   string                  `json:"verb" enum:"look,create,update,pause,end,standing"`
	At     time.Time               `json:"at"`
	TookMS int64                   `json:"took_ms"`
	Class  *parley.ActivationClass `json:"class" doc:"Null when it succeeded."`
	Code   *string                 `json:"code"`
	Text   *string                 `json:"text"`
}

// ActivationAnswer is what a destination answered, in its own words.
type ActivationAnswer struct {
	At     time.Time `json:"at"`
	Step   *string   `json:"step"`
	Verb   string    `json:"verb" enum:"look,create,update,pause,end,standing"`
	Status int       `json:"status" doc:"HTTP's."`
	Text   string    `json:"text" doc:"The destination's own text, cut to 2 KiB, without control characters and what it was asked with."`
}

// ActivationStoryOf writes an activation with its attempts.
func ActivationStoryOf(v View, s seller.ActivationStory) ActivationStory {
	story := ActivationStory{
		Activation: ActivationOf(v, s.Activation), DestinationName: s.Destination.Name, Kind: s.Destination.Kind, Attempts: []ActivationAttempt{},
	}
	if m := s.Missed; m != nil {
		story.MissedChange = &MissedChange{Since: m.Since, Tries: m.Tries, NextAttemptAt: m.NextAt, Message: m.Text}
	}
	if a := s.Answered; a != nil {
		story.LastAnswer = &ActivationAnswer{At: a.At, Step: contract.Optional(a.Step), Verb: a.Verb, Status: a.Status, Text: a.Text}
	}
	if s.Planned != nil {
		story.Planned = planOf(*s.Planned)
	}
	for _, a := range s.Attempts {
		story.Attempts = append(story.Attempts, ActivationAttempt{
			Number: a.Number, Step: contract.Optional(a.Step), Verb: a.Verb, At: a.At, TookMS: a.Took.Milliseconds(),
			Class: contract.Optional(a.Class), Code: contract.Optional(a.Code), Text: contract.Optional(a.Text),
		})
	}
	return story
}

// DealActivationsOf writes how far a deal has come.
func DealActivationsOf(dealID string, found []seller.DealActivation) document.DealActivations {
	rendered := document.DealActivations{DealID: dealID, Activations: []document.DealActivation{}}
	for _, a := range found {
		rendered.Activations = append(rendered.Activations, document.DealActivation{
			ActivationID: a.ID, System: a.System, Status: a.Status, Applied: a.Applied(), Paused: a.Paused(), Since: a.Since,
		})
	}
	return rendered
}

// ActivationPreviews are what destinations would be sent of a deal.
type ActivationPreviews struct {
	DealID       string              `json:"deal_id"`
	Destinations []ActivationPreview `json:"destinations"`
}

// ActivationPreview is what one of them would be.
type ActivationPreview struct {
	DestinationID string           `json:"destination_id"`
	Name          string           `json:"name"`
	Kind          string           `json:"kind"`
	Activation    *Activation      `json:"activation" doc:"What there is of it; null when nothing is."`
	Problems      []PreviewProblem `json:"problems" doc:"Why nothing can be sent."`
	Warnings      []PreviewWarning `json:"warnings" doc:"What keeps nothing from being sent, and is worth knowing before it is."`
	Steps         []PreviewStep    `json:"steps" doc:"In the order in which they are taken."`
	Next          *string          `json:"next" doc:"What would be done next, such as look order; done when nothing would."`
	Remote        *PreviewRemote   `json:"remote" doc:"What the destination says; null when it was not asked."`
}

// PreviewProblem keeps a deal from being sent.
type PreviewProblem struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// PreviewWarning is worth knowing before a deal is sent.
type PreviewWarning struct {
	Field   *string `json:"field"`
	Message string  `json:"message"`
}

// PreviewStep is one remote object as it would be.
type PreviewStep struct {
	Name   string          `json:"name"`
	Anchor string          `json:"anchor"`
	Body   document.Object `json:"body"`
}

// PreviewRemote is what a destination says of itself, and of the deal.
type PreviewRemote struct {
	Findings []activation.Finding `json:"findings"`
	Found    map[string][]string  `json:"found" doc:"The names of what is there, by step."`
	Error    *ActivationError     `json:"error"`
}

// PreviewQuestion asks for them.
type PreviewQuestion struct {
	DealID string `path:"deal_id" maxLength:"128"`
	Remote string `query:"remote" enum:"true,false" doc:"Whether to ask the destinations what they have."`
}

// ActivationPreviewsOf writes previews.
func ActivationPreviewsOf(v View, dealID string, previews []seller.ActivationPreview) ActivationPreviews {
	rendered := ActivationPreviews{DealID: dealID, Destinations: []ActivationPreview{}}
	for _, p := range previews {
		rendered.Destinations = append(rendered.Destinations, previewOf(v, p))
	}
	return rendered
}

func previewOf(v View, p seller.ActivationPreview) ActivationPreview {
	one := ActivationPreview{
		DestinationID: p.Destination.ID, Name: p.Destination.Name, Kind: p.Destination.Kind, Problems: []PreviewProblem{},
		Warnings: []PreviewWarning{}, Steps: []PreviewStep{},
	}
	if p.Activation != nil {
		there := ActivationOf(v, *p.Activation)
		one.Activation = &there
	}
	for _, problem := range p.Problems {
		one.Problems = append(one.Problems, PreviewProblem{Code: problem.Code, Field: problem.Field, Message: problem.Text})
	}
	for _, warning := range p.Plan.Warnings {
		one.Warnings = append(one.Warnings, PreviewWarning{Field: contract.Optional(warning.Field), Message: warning.Text})
	}
	for _, step := range p.Plan.Steps {
		one.Steps = append(one.Steps, PreviewStep{Name: step.Name, Anchor: step.Anchor, Body: document.Object(step.Body)})
	}
	if p.Verb != "" {
		next := string(p.Verb)
		if p.Step != "" {
			next += " " + p.Step
		}
		one.Next = &next
	}
	if !p.Asked {
		return one
	}
	one.Remote = &PreviewRemote{Findings: p.Findings, Found: map[string][]string{}}
	if p.Findings == nil {
		one.Remote.Findings = []activation.Finding{}
	}
	for step, found := range p.Found {
		refs := []string{}
		for _, remote := range found {
			refs = append(refs, remote.Ref)
		}
		one.Remote.Found[step] = refs
	}
	if f := p.Failure; f != nil {
		one.Remote.Error = &ActivationError{Class: f.Class, Code: f.Code, Message: f.Text, Field: contract.Optional(f.Field)}
	}
	return one
}

// What is asked of activations.
var (
	GetDealActivations = Lookup[document.DealActivations, document.DealActivations]{
		Find: func(s *seller.Service, ctx context.Context, call seller.Call, id string) (document.DealActivations, error) {
			found, err := s.DealActivations(ctx, call, id)
			return DealActivationsOf(id, found), err
		},
		Render: asFound[document.DealActivations],
	}
	PreviewActivations = Question[PreviewQuestion, ActivationPreviews, ActivationPreviews]{
		Find: func(ctx context.Context, x *Exchange, q PreviewQuestion) (ActivationPreviews, error) {
			previews, err := x.Service.PreviewActivations(ctx, x.Call, q.DealID, q.Remote == "true")
			return ActivationPreviewsOf(x.View, q.DealID, previews), err
		},
		Render: asFound[ActivationPreviews],
	}
	GetActivation   = Lookup[seller.ActivationStory, ActivationStory]{(*seller.Service).Activation, ActivationStoryOf}
	ListActivations = List[ActivationFilter, parley.Activation, Activation]{
		Plural: "activations", Render: ActivationOf, ID: func(a parley.Activation) string { return a.ID },
		Find: func(ctx context.Context, x *Exchange, f ActivationFilter, page seller.Page) (seller.Listing[parley.Activation], error) {
			return x.Service.Activations(ctx, x.Call, f.Domain(page))
		},
	}
	ReleaseActivation = act("POST /api/v1/activations/{activation_id}/release", Done, ActivationOf,
		byID[Repeated]((*seller.Service).ReleaseActivation))
	RetryActivation = act("POST /api/v1/activations/{activation_id}/retry", Done, ActivationOf,
		byID[Repeated]((*seller.Service).RetryActivation))
	AdoptActivation = act("POST /api/v1/activations/{activation_id}/adopt", Done, ActivationOf,
		byBoth((*seller.Service).AdoptActivation, func(a *ActivationAdoption) string { return a.Ref }))
	GiveUpActivation = act("POST /api/v1/activations/{activation_id}/give-up", Done, ActivationOf,
		byBoth((*seller.Service).GiveUpActivation, (*ActivationReason).text))
	WithdrawActivation = act("POST /api/v1/activations/{activation_id}/withdraw", Done, ActivationOf,
		byBoth((*seller.Service).WithdrawActivation, (*ActivationReason).text))
	PauseActivation = act("POST /api/v1/activations/{activation_id}/pause", Done, ActivationOf,
		byBoth((*seller.Service).PauseActivation, (*ActivationReason).text))
	ResumeActivation = act("POST /api/v1/activations/{activation_id}/resume", Done, ActivationOf,
		byID[Repeated]((*seller.Service).ResumeActivation))
	AcknowledgeActivation = act("POST /api/v1/activations/{activation_id}/acknowledge", Done, ActivationOf,
		byBoth((*seller.Service).AcknowledgeActivation, func(a *ActivationAcknowledgement) string { return a.Ref }))
)
