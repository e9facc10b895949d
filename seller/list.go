package seller

import "parley/storage"

// Page, Listing and the filters are what lists are asked for with and what they answer: the store's own types, under names
// for the edges, which know no storage.
type (
	Page              = storage.Page
	Listing[T any]    = storage.Listing[T]
	ProductFilter     = storage.ProductFilter
	QuoteFilter       = storage.QuoteFilter
	DealFilter        = storage.DealFilter
	OrderFilter       = storage.OrderFilter
	ProposalFilter    = storage.ProposalFilter
	NegotiationFilter = storage.NegotiationFilter
	ApprovalFilter    = storage.ApprovalFilter
	EventFilter       = storage.EventFilter
	AuditFilter       = storage.AuditFilter
	KeyFilter         = storage.KeyFilter
)

// ImportReport counts what an import of products did.
type ImportReport = storage.ImportReport
