package wire

import "parley/wire/document"

// Carrier is a body with documents that are kept for callers with a key alone.
type Carrier interface{ Documents() []string }

// Documents implements Carrier.
func (w *Wishes) Documents() []string {
	var members []string
	if w.Consent != nil {
		members = append(members, "consent_context")
	}
	return append(members, plan(w.AudiencePlan)...)
}

// Documents implements Carrier.
func (p *ProposalRequest) Documents() []string { return plan(p.AudiencePlan) }

// plan names an audience plan that was sent.
func plan(sent document.Object) []string {
	if sent == nil {
		return nil
	}
	return []string{"audience_plan"}
}
