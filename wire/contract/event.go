package contract

import "parley"

// EventTypes are the kinds of events that the contract knows, of buyers and sellers. A seller may tell of more; a reader that finds
// another kind passes over it.
var EventTypes = []parley.EventType{
	"approval.requested", "approval.granted", "approval.rejected", "approval.timed_out",
	"budget.allocated",
	"campaign.created", "campaign.brief_validated", "campaign.plan_generated", "campaign.plan_approved",
	"campaign.booking_started", "campaign.booking_completed", "campaign.ready", "campaign.activated",
	"campaign.completed", "campaign.cancelled",
	"creative.uploaded", "creative.validated", "creative.matched", "creative.rotation_updated",
	"creative.ad_server_pushed",
	"deal.created", "deal.registered", "deal.synced", "deal.booked", "deal.cancelled", "deal.imported",
	"deal.template_created", "deal.manual_action_required",
	"execution.completed",
	"inventory.discovered",
	"negotiation.started", "negotiation.round", "negotiation.concluded",
	"order.submitted",
	"pacing.snapshot_taken", "pacing.deviation_detected", "pacing.reallocation_recommended",
	"pacing.reallocation_applied",
	"package.created", "package.updated", "package.synced",
	"portfolio.inspected",
	"proposal.received", "proposal.evaluated", "proposal.accepted", "proposal.rejected", "proposal.countered",
	"quote.requested", "quote.received",
	"session.created", "session.resumed", "session.closed",
}
