package document

// PackageDeals are the deals of a package's products.
type PackageDeals struct {
	PackageID string         `json:"package_id"`
	Name      string         `json:"name"`
	Deals     []DealResponse `json:"deals" doc:"In the order of quote_ids; each as reading it alone answers it."`
}

// PackageBookingRequest is the body that books quotes of a package.
type PackageBookingRequest struct {
	Idempotency
	Conversation
	QuoteIDs      []string  `json:"quote_ids" maxItems:"50" maxLength:"128" doc:"Of its products, one quote of each: those that quoting the package answered, or some of them."`
	BuyerIdentity *Identity `json:"buyer_identity,omitempty"`
	Notes         string    `json:"notes,omitempty" maxLength:"2000" doc:"For every deal."`
	Consent       Object    `json:"consent_context,omitempty"`
	AudiencePlan  Object    `json:"audience_plan,omitempty"`
}
