package wire

import (
	"context"
	"encoding/json"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
	"parley/wire/document"
)

// MappingFilter narrows a list of what is called what at a destination.
type MappingFilter struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	About         string `query:"about" enum:"product,seat,agency,advertiser,dsp"`
	Name          string `query:"name" maxLength:"200" doc:"The id of the product or party."`
	Paging
}

// MappingRequest is the body that says what a product or a party is called at a destination.
type MappingRequest struct {
	Idempotency
	MappingEntry
}

// MappingEntry is one thing and what it is called.
type MappingEntry struct {
	About string          `json:"about" enum:"product,seat,agency,advertiser,dsp"`
	Name  string          `json:"name" maxLength:"200" doc:"The id of the product, or of the party as deals have it."`
	Refs  document.Object `json:"refs" doc:"As the destination's kind reads it; see the guide to activation."`
}

// Domain is what the flow takes.
func (e MappingEntry) Domain() seller.MappingRequest {
	return seller.MappingRequest{About: parley.MappingAbout(e.About), Name: e.Name, Refs: json.RawMessage(e.Refs)}
}

// MappingImport is the body that says it of many.
type MappingImport struct {
	Idempotency
	Mappings []MappingEntry `json:"mappings" maxItems:"10000"`
	DryRun   bool           `json:"dry_run,omitempty" doc:"Whether only to say what would be done."`
}

// Domain is what the flow takes.
func (b *MappingImport) Domain() []seller.MappingRequest {
	requests := make([]seller.MappingRequest, len(b.Mappings))
	for i, entry := range b.Mappings {
		requests[i] = entry.Domain()
	}
	return requests
}

// Mapping is what a product or a party is called at a destination.
type Mapping struct {
	MappingID     string              `json:"mapping_id"`
	DestinationID string              `json:"destination_id"`
	About         parley.MappingAbout `json:"about" doc:"product, seat, agency, advertiser or dsp."`
	Name          string              `json:"name"`
	Refs          document.Object     `json:"refs"`
	Version       int64               `json:"version"`
	UpdatedAt     time.Time           `json:"updated_at"`
}

// MappingOf writes a mapping.
func MappingOf(_ View, m parley.Mapping) Mapping {
	return Mapping{
		MappingID: m.ID, DestinationID: m.DestinationID, About: m.About, Name: m.Name, Refs: document.Object(m.Refs), Version: m.Version, UpdatedAt: m.UpdatedAt,
	}
}

// MappingReport says what an import of mappings did.
type MappingReport struct {
	Added       int   `json:"added"`
	Changed     int   `json:"changed"`
	Unchanged   int   `json:"unchanged"`
	Activations int64 `json:"activations" doc:"How many deals are at the destination, and are held against what changed: those of which something else is wanted there now are sent again."`
	DryRun      bool  `json:"dry_run" doc:"Whether nothing was kept."`
}

// MappingReportOf writes a report.
func MappingReportOf(_ View, r seller.MappingReport) MappingReport {
	return MappingReport{Added: r.Added, Changed: r.Changed, Unchanged: r.Unchanged, Activations: r.Activations, DryRun: r.DryRun}
}

// UnmappedProducts are products that nobody has said of what they are called at a destination.
type UnmappedProducts struct {
	DestinationID string   `json:"destination_id"`
	ProductIDs    []string `json:"product_ids"`
}

// UnmappedQuestion asks for them.
type UnmappedQuestion struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	Limit         int    `query:"limit" default:"100" minimum:"1" maximum:"500" doc:"How many are listed."`
}

// What is asked of mappings.
var (
	GetUnmappedProducts = Question[UnmappedQuestion, UnmappedProducts, UnmappedProducts]{
		Find: func(ctx context.Context, x *Exchange, q UnmappedQuestion) (UnmappedProducts, error) {
			found, err := x.Service.UnmappedProducts(ctx, x.Call, q.DestinationID, q.Limit)
			return UnmappedProducts{DestinationID: q.DestinationID, ProductIDs: contract.Listed(found)}, err
		},
		Render: asFound[UnmappedProducts],
	}
	ListMappings = List[MappingFilter, parley.Mapping, Mapping]{
		Plural: "mappings", Render: MappingOf, ID: func(m parley.Mapping) string { return m.ID },
		Find: func(ctx context.Context, x *Exchange, f MappingFilter, page seller.Page) (seller.Listing[parley.Mapping], error) {
			return x.Service.Mappings(ctx, x.Call, seller.MappingFilter{
				DestinationID: f.DestinationID, About: parley.MappingAbout(f.About), Name: f.Name, Page: page,
			})
		},
	}
	SetMapping = act("PUT /api/v1/destinations/{destination_id}/mappings", Done, MappingOf,
		byBoth((*seller.Service).SetMapping, (*MappingRequest).Domain))
	ImportMappings = act("POST /api/v1/destinations/{destination_id}/mappings/import", Done, MappingReportOf,
		func(ctx context.Context, x *Exchange, id string, body *MappingImport, encode seller.Encode[seller.MappingReport]) (seller.Answer, error) {
			return x.Service.ImportMappings(ctx, x.Call, id, body.Domain(), body.DryRun, encode)
		})
	RemoveMapping = act("DELETE /api/v1/destinations/{destination_id}/mappings/{mapping_id}", Done, MappingOf,
		func(ctx context.Context, x *Exchange, id string, _ *none, encode seller.Encode[parley.Mapping]) (seller.Answer, error) {
			return x.Service.RemoveMapping(ctx, x.Call, x.Within, id, nil, encode)
		})
)
