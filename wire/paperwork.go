package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// PaperworkRequest is what the publisher's people file with a deal, in the place of what was there.
type PaperworkRequest struct {
	Idempotency
	PurchaseOrder string   `json:"purchase_order,omitempty" maxLength:"64" doc:"The buyer's number of it."`
	Labels        []string `json:"labels,omitempty" maxItems:"100"`
	Note          string   `json:"note,omitempty" maxLength:"2000"`
	Version       *int64   `json:"version,omitempty" minimum:"0" doc:"The version that the replacement was made from; 0 where nothing was filed yet."`
}

// Paperwork is what is filed with a deal. No buyer reads it.
type Paperwork struct {
	DealID        string     `json:"deal_id"`
	PurchaseOrder string     `json:"purchase_order"`
	Labels        []string   `json:"labels"`
	Note          string     `json:"note"`
	UpdatedBy     *string    `json:"updated_by"`
	UpdatedAt     *time.Time `json:"updated_at"`
	Version       int64      `json:"version" doc:"0: nothing was filed yet."`
}

// PaperworkOf writes what is filed with a deal.
func PaperworkOf(_ View, p parley.Paperwork) Paperwork {
	rendered := Paperwork{
		DealID: p.DealID, PurchaseOrder: p.PurchaseOrder, Labels: contract.Listed(p.Labels), Note: p.Note,
		UpdatedBy: contract.Optional(p.UpdatedBy), Version: p.Version,
	}
	if p.Version > 0 {
		rendered.UpdatedAt = &p.UpdatedAt
	}
	return rendered
}

// PaperworkFilter narrows a list of what is filed.
type PaperworkFilter struct {
	Search string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Words, each of which begins a word of the purchase order, the labels or the note."`
	Label  string `json:"label,omitempty" query:"label" maxLength:"40" doc:"A whole label, in any case."`
	Paging
}

// What is asked of papers.
var (
	GetPaperwork  = Lookup[parley.Paperwork, Paperwork]{(*seller.Service).Paperwork, PaperworkOf}
	ListPaperwork = List[PaperworkFilter, parley.Paperwork, Paperwork]{
		Plural: "paperwork", Render: PaperworkOf, ID: func(p parley.Paperwork) string { return p.DealID },
		Find: func(ctx context.Context, x *Exchange, f PaperworkFilter, page seller.Page) (seller.Listing[parley.Paperwork], error) {
			return x.Service.Filed(ctx, x.Call, seller.PaperworkFilter{Search: f.Search, Label: f.Label, Page: page})
		},
	}
	FilePaperwork = act("PUT /api/v1/deals/{deal_id}/paperwork", Done, PaperworkOf,
		func(ctx context.Context, x *Exchange, id string, b *PaperworkRequest, encode seller.Encode[parley.Paperwork]) (seller.Answer, error) {
			return x.Service.FilePaperwork(ctx, x.Call, seller.PaperworkInput{
				DealID: id, PurchaseOrder: b.PurchaseOrder, Labels: b.Labels, Note: b.Note, Version: b.Version,
			}, encode)
		})
)
