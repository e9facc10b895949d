package document

// Idempotency is embedded in the bodies of requests that may be repeated safely.
type Idempotency struct {
	IdempotencyKey string `json:"idempotency_key,omitempty" maxLength:"255" doc:"Makes a retry safe: the same key with the same body at the same path has one effect and one answer. The Idempotency-Key header does the same."`
}

// Conversation is embedded in the bodies of what buyers do, to have it count to a session.
type Conversation struct {
	SessionID string `json:"session_id,omitempty" maxLength:"128" doc:"Of the session that this is part of; the X-Session-Id header says the same."`
	ContextID string `json:"contextId,omitempty" maxLength:"128" doc:"The buyer's own name of a session, which its first use opens; the X-Context-Id header says the same. Without a key it means nothing."`
}

// Repeated is the body of a change that takes nothing else.
type Repeated struct{ Idempotency }

// TakeKey answers the key and removes it, so that it does not count when bodies are compared.
func (i *Idempotency) TakeKey() string {
	key := i.IdempotencyKey
	i.IdempotencyKey = ""
	return key
}

// TakeSession answers what names the session and removes it, so that it does not count when bodies are compared.
func (c *Conversation) TakeSession() (sessionID, contextID string) {
	sessionID, contextID = c.SessionID, c.ContextID
	*c = Conversation{}
	return sessionID, contextID
}

// Documents are the members that are kept for callers with a key alone.
func (w *Wishes) Documents() []string {
	var members []string
	if w.Consent != nil {
		members = append(members, "consent_context")
	}
	return append(members, plan(w.AudiencePlan)...)
}

// Documents are the members that are kept for callers with a key alone.
func (p *ProposalRequest) Documents() []string { return plan(p.AudiencePlan) }

// plan names an audience plan that was sent.
func plan(sent Object) []string {
	if sent == nil {
		return nil
	}
	return []string{"audience_plan"}
}

// Paging are the parameters of every list.
type Paging struct {
	Limit  int    `json:"limit,omitempty" query:"limit" default:"50" minimum:"1" maximum:"500" doc:"Rows on a page."`
	Offset int    `json:"offset,omitempty" query:"offset" default:"0" minimum:"0" doc:"Rows to skip. A cursor is steadier while rows are being added."`
	Cursor string `json:"cursor,omitempty" query:"cursor" maxLength:"256" doc:"next_cursor of the page before; instead of offset."`
	Order  string `json:"order,omitempty" query:"order" default:"oldest" enum:"oldest,newest" doc:"Which rows come first."`
}

// Asked are the parameters of a list, of whatever embeds them.
func (p Paging) Asked() Paging { return p }
