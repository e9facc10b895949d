package rest

import (
	"net/http"

	"parley/activation"
	"parley/seller"
	"parley/wire"
)

var activationRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/activations", Access: AccessOperator, Scopes: viewer,
		ID: "listActivations", Tag: "Activation", Summary: "List which deals are to be where",
		Description: "One for each deal and destination. What failed, or is held, waits for a person.",
	}, wire.ListActivations, sampleActivation.Activation),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/activations/{activation_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getActivation", Tag: "Activation", Summary: "Read an activation, with what was tried",
	}, wire.GetActivation, sampleActivation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "releaseActivation", Tag: "Activation", Summary: "Send a deal that is held",
		Description: "For a person who releases what its trigger has come for. While the order that sends it is not approved, that is refused.", Example: repeatedExample, Failures: []int{http.StatusConflict},
	}, wire.ReleaseActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "retryActivation", Tag: "Activation", Summary: "Try at once what failed",
		Example: repeatedExample, Failures: []int{http.StatusConflict},
	}, wire.RetryActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "adoptActivation", Tag: "Activation", Summary: "Say which of several things at a destination is the deal's",
		Description: "For an activation that failed with ambiguous_remote, whose error names what was found. The one that is named is brought to " +
			"what is wanted; the others are left as they are.",
		Example: `{"ref": "networks/7/lineItems/4711"}`, Failures: []int{http.StatusConflict},
	}, wire.AdoptActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "giveUpActivation", Tag: "Activation", Summary: "Let an activation be that failed",
		Description: "An order that waits for it fails.", Example: `{"reason": "The ad unit is gone"}`, Failures: []int{http.StatusConflict},
	}, wire.GiveUpActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "withdrawActivation", Tag: "Activation", Summary: "End what a deal has at a destination",
		Description: "The deal itself goes on. When a deal is cancelled, or its order ends, that is done by itself.",
		Example:     `{"reason": "The deal is served elsewhere"}`, Failures: []int{http.StatusConflict},
	}, wire.WithdrawActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "pauseActivation", Tag: "Activation", Summary: "Have a live deal rest at a destination",
		Description: "What it is there stays, and is kept up to date, until somebody resumes it. It is paused once the destination has it so: " +
			"applied says whether. The event activation.paused tells the buyer.",
		Example: `{"reason": "The creative is being replaced"}`, Failures: []int{http.StatusConflict},
	}, wire.PauseActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "resumeActivation", Tag: "Activation", Summary: "Have a paused deal run again at a destination",
		Example: repeatedExample, Failures: []int{http.StatusConflict},
	}, wire.ResumeActivation, sampleActivation.Activation),
	act(Route{
		Access: AccessOperator, Scopes: desk,
		ID: "acknowledgeActivation", Tag: "Activation", Summary: "Say that a deal is at a destination as it was sent",
		Description: "Or that it has ended there: for destinations that cannot say so themselves, such as trafficking sheets. The answer is of " +
			"the version that was sent last.",
		Example: `{"ref": "Line item 4711"}`, Failures: []int{http.StatusConflict},
	}, wire.AcknowledgeActivation, sampleActivation.Activation),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/activation", Access: AccessCredential,
		ID: "getDealActivation", Tag: "Activation", Summary: "Read how far a deal has come at the systems that serve it",
	}, wire.GetDealActivations,
		wire.DealActivationsOf(sampleDeal.ID, []seller.DealActivation{{Activation: sampleActivation.Activation, System: sampleDestination.Kind}})),
	previewActivations(http.MethodGet, "previewActivations"),
	previewActivations(http.MethodPost, "previewDealActivations"),
}

// previewActivations shows what would be sent; it changes nothing, and is a GET for that. The POST is the activation specification's.
func previewActivations(method, id string) Route {
	return read(Route{
		Method: method, Path: "/api/v1/deals/{deal_id}/activations/preview", Access: AccessOperator, Scopes: viewer,
		ID: id, Tag: "Activation", Summary: "See what each destination would be sent of a deal",
		Description: "With the steps and their bodies, as they would be sent, or with why nothing can be. Nothing is stored and nothing sent. " +
			"A quote's id shows the deal that it would become. " +
			"With remote, which needs a role of the desk, the destinations are asked what they have.",
	}, wire.PreviewActivations, wire.ActivationPreviewsOf(sample().View, sampleDeal.ID, []seller.ActivationPreview{{
		Destination: sampleDestination, Step: "sheet", Verb: activation.Look, Plan: activation.Plan{Steps: []activation.Step{{
			Name: "sheet", Anchor: sampleDeal.ID, Body: []byte(`{"deal_id": "NORTH-7K4MC-X9TRP", "revision": "1", "cpm": "28.35"}`),
		}}},
	}}))
}
