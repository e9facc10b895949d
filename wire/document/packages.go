package document

import (
	"parley"
)

// PackageQuotes are the quotes of a package's products.
type PackageQuotes struct {
	PackageID string          `json:"package_id"`
	Name      string          `json:"name"`
	Quotes    []QuoteResponse `json:"quotes" doc:"In the order of the package's products; each as reading it alone answers it."`
}

// IDs are the quotes' ids, as booking all of them names them.
func (q PackageQuotes) IDs() []string {
	ids := make([]string, len(q.Quotes))
	for i, quote := range q.Quotes {
		ids[i] = quote.QuoteID
	}
	return ids
}

// PackageQuoteRequest is the body that asks for quotes of a package.
type PackageQuoteRequest struct {
	Idempotency
	Conversation
	DealType    parley.DealType `json:"deal_type,omitempty" maxLength:"64" doc:"PG, PD or PA, for every product; of each the first way that it is sold when absent."`
	Impressions int64           `json:"impressions,omitempty" minimum:"1" doc:"Of all products together. Required for PG."`
	FlightStart *parley.Date    `json:"flight_start,omitempty" format:"date" doc:"First day, in the publisher's time zone; today when absent."`
	FlightEnd   *parley.Date    `json:"flight_end,omitempty" format:"date" doc:"Last day, included; thirty days after the first when absent."`
	Wishes
}
