package seller

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley"
	"parley/activation"
	"parley/condition"
	"parley/storage"
)

// named refuses products and kinds of inventory that the catalog does not have, since no deal could ever be sent for them. What the
// destination named before stays, whatever became of it.
func (r *DestinationRequest) named(ctx context.Context, there names, before parley.DestinationMatch) error {
	var mentions []mention
	for _, list := range []struct {
		path        string
		what        condition.Variable
		names, been []string
	}{
		{"match.inventory_types", condition.InventoryType, r.Match.InventoryTypes, before.InventoryTypes},
		{"match.product_ids", condition.ProductID, r.Match.ProductIDs, before.ProductIDs},
	} {
		for _, m := range selected(list.path, list.what, list.names) {
			if m.path, m.folded = list.path, true; !slices.Contains(list.been, m.name) {
				mentions = append(mentions, m)
			}
		}
	}
	return there.known(ctx, mentions)
}

// nobodys tells of the seats, platforms and parties that a destination, or a mapping at it, names and that no buyer has brought: nothing is
// refused for them, since one may.
func nobodys(ctx context.Context, r *storage.Reader, d parley.Destination, mappings []parley.Mapping) (findings []activation.Finding, err error) {
	named := map[parley.MappingAbout][]string{}
	for _, m := range mappings {
		named[m.About] = append(named[m.About], m.Name)
	}
	for _, list := range []struct {
		field string
		about parley.MappingAbout
		names []string
	}{
		{"match.seat_ids", parley.MapsSeat, d.Match.SeatIDs}, {"match.dsp_platforms", parley.MapsDSP, d.Match.DSPPlatforms},
		{"mappings.seat", parley.MapsSeat, named[parley.MapsSeat]}, {"mappings.agency", parley.MapsAgency, named[parley.MapsAgency]},
		{"mappings.advertiser", parley.MapsAdvertiser, named[parley.MapsAdvertiser]}, {"mappings.dsp", parley.MapsDSP, named[parley.MapsDSP]},
	} {
		if len(list.names) == 0 {
			continue
		}
		kind, form := map[parley.MappingAbout]parley.AccountKind{
			parley.MapsSeat: parley.AccountSeat, parley.MapsAgency: parley.AccountAgency, parley.MapsAdvertiser: parley.AccountAdvertiser,
		}[list.about], parley.AccountName
		if list.about == parley.MapsDSP {
			form = parley.DSP
		}
		sought := make([]string, len(list.names))
		for i, name := range list.names {
			sought[i] = form(name)
		}
		pending := r.NamesOfAccounts(kind, sought)
		if list.about == parley.MapsDSP {
			pending = r.PlatformsOfAccounts(sought)
		}
		found, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		var strange []string
		for i, name := range sought {
			if _, common := parley.DSPSpellings[name]; !slices.Contains(found, name) && (!common || list.about != parley.MapsDSP) {
				strange = append(strange, fmt.Sprintf("%q", list.names[i]))
			}
		}
		if len(strange) > 0 {
			findings = append(findings, activation.Finding{Field: list.field, Text: "names what no buyer has brought yet: " + some(strange)})
		}
	}
	return findings, nil
}

// some are the first of many names, with how many there are beside them.
func some(names []string) string {
	const most = 10
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(names[:most], ", "), parley.FormatCount(int64(len(names)-most)))
}
