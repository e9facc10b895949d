package wire

import (
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// DealShare is a link to a deal's sheet.
type DealShare struct {
	ShareID   string     `json:"share_id"`
	DealID    string     `json:"deal_id"`
	Path      *string    `json:"path" doc:"Of the page that the link leads to, with the secret in it. It is told once, when the link is made."`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	EndedBy   *string    `json:"ended_by"`
	EndedAt   *time.Time `json:"ended_at"`
}

// DealShares are the links to a deal's sheet.
type DealShares struct {
	Shares     []DealShare `json:"shares" doc:"The oldest first."`
	TotalCount int         `json:"total_count"`
}

// SharePath is where a secret leads.
const SharePath = "/console/share/"

// DealShareOf writes a link without its secret.
func DealShareOf(_ View, s parley.DealShare) DealShare {
	return DealShare{
		ShareID: s.ID, DealID: s.DealID, CreatedBy: s.CreatedBy, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt,
		EndedBy: contract.Optional(s.EndedBy), EndedAt: s.EndedAt,
	}
}

// SharedDealOf writes a new link.
func SharedDealOf(v View, s seller.SharedDeal) DealShare {
	rendered := DealShareOf(v, s.DealShare)
	if s.Secret != "" {
		path := SharePath + s.Secret
		rendered.Path = &path
	}
	return rendered
}

// DealSharesOf writes the links to a deal's sheet.
func DealSharesOf(v View, shares []parley.DealShare) DealShares {
	return DealShares{Shares: Each(v, shares, DealShareOf), TotalCount: len(shares)}
}

// What is asked of links.
var (
	GetDealShares = Lookup[[]parley.DealShare, DealShares]{(*seller.Service).DealShares, DealSharesOf}
	ShareDeal     = act("POST /api/v1/deals/{deal_id}/shares", Made, SharedDealOf, byID[Repeated]((*seller.Service).ShareDeal))
	EndShare      = act("POST /api/v1/shares/{share_id}/end", Done, DealShareOf, byID[Repeated]((*seller.Service).EndShare))
)
