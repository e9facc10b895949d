package wire

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"parley"
)

// EventType is what there is to know of a type of event.
type EventType struct {
	Type     parley.EventType
	When     string
	Buyer    bool     // its buyer reads it, too; otherwise the publisher alone does
	Metadata []string // members of metadata that it can have
	Detail   []string // members of detail, which the publisher alone reads
}

// Members of metadata that types share.
var (
	quoteTold       = []string{"product_id", "deal_type", "impressions", "final_cpm_micros", "currency", "expires_at"}
	holdTold        = []string{"hold_id", "product_id", "impressions", "status", "until"}
	dealTold        = []string{"product_id", "deal_type", "status", "impressions", "final_cpm_micros", "currency", "status_reason"}
	orderTold       = []string{"status", "from_status"}
	proposalTold    = []string{"product_id", "deal_type", "impressions", "status", "proposed_cpm_micros", "currency", "recommendation", "agreed_cpm_micros", "counter_cpm_micros", "counter_impressions"}
	approvalTold    = []string{"approval_id", "status", "message"}
	approvalDetail  = []string{"gate", "rule_id", "rule", "role", "second_role", "first_by", "reason"}
	negotiationTold = []string{"product_id", "status", "currency", "round_number", "action", "buyer_cpm_micros", "seller_cpm_micros", "agreed_cpm_micros"}
	changeTold      = []string{"change_request_id", "change_type", "severity", "status", "diffs"}
	agentTold       = []string{"agent_id", "url", "trust_status"}
	ruleTold        = []string{"what", "id", "version"}
	keyTold         = []string{"key_id", "role", "label"}
	accountTold     = []string{"account_id", "kind", "name", "status"}
	webhookTold     = []string{"webhook_id", "url", "event_types", "status", "last_error"}
	sessionTold     = []string{"session_id", "status", "messages"}
	destinationTold = []string{
		"destination_id", "kind", "name", "status", "paused_because", "settings", "credential_mark", "match", "trigger", "release",
		"required", "billing_source", "requests_per_minute", "sends", "version", "mappings",
	}
	activationTold   = []string{"activation_id", "status", "applied"}
	activationDetail = []string{"destination_id", "wanted_version", "applied_version", "class", "code", "text", "field", "reason", "waits_for"}
)

// changesOfRules are what happens to rules, of each kind one.
var changesOfRules = []EventType{pricingChanged, approvalRulesChanged, profilesChanged}

// EventTypes are all types of events, in the order of parley.EventTypes.
var EventTypes = slices.Concat([]EventType{
	{parley.EventQuoteCreated, "A quote was made.", true, quoteTold, nil},
	{parley.EventQuoteBooked, "A quote was booked; the deal is in deal_id.", true, quoteTold, nil},
	{parley.EventQuoteExpired, "A quote's time was over. It is written some seconds later; the quote cannot be booked from its expires_at on.", true, quoteTold, nil},
	{parley.EventQuoteDeclined, "A quote ended because what was agreed on it was used otherwise, or was refused.", true, quoteTold, nil},
	{parley.EventHoldCreated, "The impressions of a quote are held for its buyer until a time.", true, holdTold, nil},
	{parley.EventHoldEnded, "A hold ended; status says how: taken by its deal, released, or expired.", true, holdTold, nil},
	{parley.EventDealCreated, "A deal was written, booked or waiting for an approval.", true, dealTold, nil},
	{parley.EventDealBooked, "A deal is booked and can run.", true, dealTold, nil},
	{parley.EventDealRejected, "A deal that waited for an approval was refused.", true, dealTold, nil},
	{parley.EventDealExpired, "Nobody answered in time the approval that a deal waited for.", true, dealTold, nil},
	{parley.EventDealCancelled, "A deal was cancelled.", true, dealTold, nil},
	{parley.EventDealFiled, "A person filed a purchase order, labels or a note with a deal.", false, []string{"version"}, nil},
	{parley.EventDealShared, "A person made a link to a deal's sheet.", false, []string{"share_id", "expires_at"}, nil},
	{parley.EventDealShareEnded, "A person ended a link to a deal's sheet.", false, []string{"share_id", "expires_at"}, nil},
	{parley.EventOrderCreated, "An order was made of a deal.", true, orderTold, nil},
	{parley.EventOrderTransitioned, "An order moved to another status.", true, orderTold, nil},
	{parley.EventProposalReceived, "A proposal came in.", true, proposalTold, nil},
	{parley.EventProposalEvaluated, "A proposal was judged.", true, proposalTold, nil},
	{parley.EventProposalAccepted, "A proposal was accepted, as it was or at the price that was negotiated.", true, proposalTold, nil},
	{parley.EventProposalRejected, "A proposal was refused.", true, proposalTold, nil},
	{parley.EventProposalCountered, "A proposal was answered with other terms.", true, proposalTold, nil},
	{parley.EventProposalWithdrawn, "The buyer took a proposal back.", true, proposalTold, nil},
	{parley.EventProposalExpired, "A proposal's time was over.", true, proposalTold, nil},
	{parley.EventApprovalRequested, "Something waits for a person of the publisher's.", true, approvalTold, approvalDetail},
	{parley.EventApprovalGranted, "A person said yes.", true, approvalTold, approvalDetail},
	{parley.EventApprovalDenied, "A person said no, or made a counter-offer.", true, approvalTold, approvalDetail},
	{parley.EventApprovalTimedOut, "Nobody answered in time, and that means no.", true, approvalTold, approvalDetail},
	{parley.EventApprovalEscalated, "Nobody answered in time, and others are asked.", true, approvalTold, approvalDetail},
	{parley.EventApprovalPlanned, "A person has answered, and can take it back for a moment.", false, approvalTold, approvalDetail},
	{parley.EventApprovalTakenBack, "An answer was taken back before it was carried out.", false, approvalTold, approvalDetail},
	{parley.EventApprovalEndorsed, "One of the two people who have to say yes has said it.", false, approvalTold, approvalDetail},
	{parley.EventApprovalAssigned, "A person of the publisher's took something that waits, gave it to another, or gave it back.", false, approvalTold, approvalDetail},
	{parley.EventApprovalSnoozed, "A person put something that waits off until later.", false, approvalTold, approvalDetail},
	{parley.EventApprovalCommented, "A person wrote a note beside something that waits.", false, approvalTold, approvalDetail},
	{parley.EventNegotiationStarted, "A negotiation was opened.", true, negotiationTold, nil},
	{parley.EventNegotiationRound, "A side said something in a negotiation.", true, negotiationTold, nil},
	{parley.EventNegotiationConcluded, "A negotiation ended; status says how.", true, negotiationTold, nil},
	{parley.EventNegotiationPaused, "A person of the publisher's took a negotiation over from the agent.", false, negotiationTold, nil},
	{parley.EventNegotiationResumed, "A negotiation was handed back to the agent.", false, negotiationTold, nil},
	{parley.EventChangeCreated, "A change of a deal was asked for.", true, changeTold, nil},
	{parley.EventChangeApproved, "A change of a deal was approved, and can be applied.", true, changeTold, nil},
	{parley.EventChangeRejected, "A change of a deal was refused, or fell with its deal.", true, changeTold, nil},
	{parley.EventChangeApplied, "A deal was changed.", true, changeTold, nil},
	{parley.EventChangeFailed, "A change that was approved could not be applied, or lapsed.", true, changeTold, nil},
	{parley.EventAgentDiscovered, "The card of a buyer agent was read.", false, agentTold, nil},
	{parley.EventAgentTrusted, "How far an agent is trusted was decided.", false, agentTold, nil},
	{parley.EventAgentRemoved, "An agent was removed from the registry.", false, agentTold, nil},
	{parley.EventCatalogChanged, "Products were imported, or one was written.", false, []string{"added", "changed", "unchanged", "product_id", "status", "version"}, nil},
	{parley.EventCapacityChanged, "The capacity of a product's days was declared.", false, []string{"product_id", "start_date", "end_date", "daily_impressions"}, nil},
}, changesOfRules, []EventType{
	{parley.EventKeyCreated, "An API key was made.", false, keyTold, nil},
	{parley.EventKeyRevoked, "An API key was revoked.", false, keyTold, nil},
	{parley.EventKeyRotated, "An API key was made in the place of one that ends after an overlap, or has ended.", true, []string{"key_id", "role", "label", "replaces", "replaced_until"}, nil},
	{parley.EventKeyExpiring, "An API key ends within a week.", true, []string{"key_id", "role", "label", "expires_at"}, nil},
	{parley.EventAccountCreated, "An account was made, by a person or with the first key that names it.", false, accountTold, nil},
	{parley.EventAccountChanged, "An account was changed, paused, blocked, or given back what it may do.", false, accountTold, nil},
	{parley.EventWebhookCreated, "A webhook was made.", true, webhookTold, nil},
	{parley.EventWebhookChanged, "A webhook was changed.", true, webhookTold, nil},
	{parley.EventWebhookDisabled, "A webhook was given up, for its key or after failing for long.", true, webhookTold, nil},
	{parley.EventWebhookRemoved, "A webhook was removed.", true, webhookTold, nil},
	{parley.EventWebhookTested, "A webhook was tried: this was sent to its address at once, and to no other.", true, webhookTold, nil},
	{parley.EventPackagesChanged, "A package of products was written or archived.", false, []string{"package_id", "version", "status"}, nil},
	{parley.EventPackageQuoted, "A package was quoted.", true, []string{"package_id", "quote_ids"}, nil},
	{parley.EventPackageBooked, "The quotes of a package were booked together.", true, []string{"package_id", "deal_ids", "quote_ids"}, nil},
	{parley.EventSessionCreated, "A conversation was opened.", true, sessionTold, nil},
	{parley.EventSessionMessage, "A message was written in a conversation.", true, sessionTold, nil},
	{parley.EventSessionClosed, "A conversation ended.", true, sessionTold, nil},
	{parley.EventDestinationCreated, "A system that deals are sent to was entered.", false, destinationTold, nil},
	{parley.EventDestinationChanged, "It was changed or resumed, or what things are called there was.", false, destinationTold, nil},
	{parley.EventDestinationPaused, "Nothing is sent there for now.", false, destinationTold, nil},
	{parley.EventDestinationRemoved, "It was removed.", false, destinationTold, nil},
	{parley.EventActivationQueued, "A deal is to be sent to a destination.", true, activationTold, activationDetail},
	{parley.EventActivationSent, "A deal was sent to a destination.", true, activationTold, activationDetail},
	{parley.EventActivationAccepted, "The buyer's system has accepted a deal.", true, activationTold, activationDetail},
	{parley.EventActivationLive, "A deal stands at a destination.", true, activationTold, activationDetail},
	{parley.EventActivationPaused, "A deal rests at a destination until somebody resumes it.", true, activationTold, activationDetail},
	{parley.EventActivationDrifted, "A deal does not stand at a destination any more as it was sent; somebody there changed that.", true, activationTold, activationDetail},
	{parley.EventActivationFailed, "Sending a deal needs a person.", true, activationTold, activationDetail},
	{parley.EventActivationWithdrawn, "A deal was taken back from a destination.", true, activationTold, activationDetail},
	{parley.EventDealActivated, "A deal stands at every destination where it has to.", true, dealTold, nil},
	{parley.EventDealPacingChanged, "A deal has come to keep up with its plan otherwise, on two complete days in a row.", true,
		[]string{"pacing", "before", "day", "planned", "delivered", "pace", "projected"}, []string{"source", "at_risk_micros"}},
	{parley.EventDealCompleted, "A deal's flight is over, and its figures are final or the last that came.", true, dealTold, []string{"source", "impressions", "final", "reason"}},
	{parley.EventDeliveryReceived, "Figures of what deals delivered were taken in.", false, []string{"import_id", "source", "rows", "changed", "skipped", "reason"}, nil},
	{parley.EventDeliveryProfileChanged, "How the files of a source of figures are read was changed.", false, []string{"profile_id", "source"}, nil},
})

// WriteEventReference writes the page of the types of events.
func WriteEventReference(out io.Writer) error {
	var page strings.Builder
	page.WriteString(`# Events

What happens is told as events: ` + "`GET /events`" + ` lists them, ` + "`GET /events/stream`" + ` brings them as they happen, and
[webhooks](buyers.md) have them delivered. This page is written by ` + "`make docs`" + `.

Every event has ` + "`event_id`, `event_type`, `occurred_at`, `actor` and `metadata`" + `, and names what it is about: ` + "`flow_id`" + ` (the quote or
proposal that the flow began with), ` + "`quote_id`, `proposal_id`, `negotiation_id`, `deal_id`, `order_id`, `approval_id`, `session_id`" + `; those that
do not apply are null. Prices in ` + "`metadata`" + ` are CPM in micros, millionths of the currency. A buyer reads its own events; the publisher
reads everybody's, with ` + "`detail`" + ` beside it. Types and members are added to; take those that you do not know for such.
`)
	var subjects []string
	of := map[string][]EventType{}
	for _, e := range EventTypes {
		subject, _, _ := strings.Cut(string(e.Type), ".")
		if of[subject] == nil {
			subjects = append(subjects, subject)
		}
		of[subject] = append(of[subject], e)
	}
	for _, subject := range subjects {
		fmt.Fprintf(&page, "\n## %s\n\n| type | when | who reads it | `metadata` | `detail` |\n| --- | --- | --- | --- | --- |\n", subject)
		for _, e := range of[subject] {
			who := "the publisher"
			if e.Buyer {
				who = "its buyer, the publisher"
			}
			fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s |\n", e.Type, e.When, who, members(e.Metadata), members(e.Detail))
		}
	}
	_, err := io.WriteString(out, page.String())
	return err
}

func members(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}
