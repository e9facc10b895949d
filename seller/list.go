package seller

import "parley/storage"

// Page is which rows of a list are wanted. The types here are the store's own, under names for the edges, which know no
// storage.
type Page = storage.Page

// Listing is a page of a list, with what there is in all.
type Listing[T any] = storage.Listing[T]

// AllRows reads a list from its first page to its last. id names a row, and find reads a page.
func AllRows[T any](id func(T) string, find func(Page) (Listing[T], error)) ([]T, error) {
	var all []T
	page := Page{Limit: 500, CountTo: 1}
	for {
		listing, err := find(page)
		if err != nil {
			return nil, err
		}
		all = append(all, listing.Items...)
		if len(listing.Items) < page.Limit {
			return all, nil
		}
		page.After = id(all[len(all)-1])
	}
}

// Period is a time from an instant to before another one. A zero instant is no bound.
type Period = storage.Period

// DealSort is what a list of deals is ordered by.
type DealSort = storage.DealSort

// The orders of deals besides that of their creation.
const (
	DealsByCPM         = storage.DealsByCPM
	DealsByImpressions = storage.DealsByImpressions
	DealsByStart       = storage.DealsByStart
)

// OwnerValue is what owners have booked in a month in one currency.
type OwnerValue = storage.OwnerValue

// The filters of lists. A zero field filters nothing.
type (
	// ProductFilter says which products a list holds.
	ProductFilter = storage.ProductFilter
	// QuoteFilter says which quotes a list holds.
	QuoteFilter = storage.QuoteFilter
	// DealFilter says which deals a list holds.
	DealFilter = storage.DealFilter
	// OrderFilter says which orders a list holds.
	OrderFilter = storage.OrderFilter
	// ProposalFilter says which proposals a list holds.
	ProposalFilter = storage.ProposalFilter
	// NegotiationFilter says which negotiations a list holds.
	NegotiationFilter = storage.NegotiationFilter
	// AccountFilter says which accounts a list holds.
	AccountFilter = storage.AccountFilter
	// AgentFilter says which registered agents a list holds.
	AgentFilter = storage.AgentFilter
	// ApprovalFilter says which approvals a list holds.
	ApprovalFilter = storage.ApprovalFilter
	// ChangeFilter says which change requests a list holds.
	ChangeFilter = storage.ChangeFilter
	// EventFilter says which events a list holds.
	EventFilter = storage.EventFilter
	// DestinationFilter says which destinations a list holds.
	DestinationFilter = storage.DestinationFilter
	// MappingFilter says which names at destinations a list holds.
	MappingFilter = storage.MappingFilter
	// ActivationFilter says which activations a list holds.
	ActivationFilter = storage.ActivationFilter
	// WebhookFilter says which webhooks a list holds.
	WebhookFilter = storage.WebhookFilter
	// PackageFilter says which packages a list holds.
	PackageFilter = storage.PackageFilter
	// SessionFilter says which sessions a list holds.
	SessionFilter = storage.SessionFilter
	// KeyFilter says which keys a list holds.
	KeyFilter = storage.KeyFilter
)

// ImportReport counts what an import did.
type ImportReport = storage.ImportReport

// ImportSummary says what an import of products did.
type ImportSummary = storage.ImportSummary

// ProductDiff is what an import makes of a product.
type ProductDiff = storage.ProductDiff
