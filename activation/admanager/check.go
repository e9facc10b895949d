package admanager

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley"
	"parley/activation"
)

// mostChecked is how many names a check looks at.
const mostChecked = 200

// Check implements activation.Adapter. It proves the credential, the time zone and the currency, and that what settings and
// mappings name is there.
func (a *Adapter) Check(ctx context.Context, account activation.Account) []activation.Finding {
	n, err := a.open(account)
	if err != nil {
		failure := activation.Failure(err)
		return []activation.Finding{{Problem: true, Field: failure.Field, Text: failure.Text}}
	}
	var seen networkInfo
	if err := n.get(ctx, "networks/"+n.Network, &seen); err != nil {
		return []activation.Finding{{Problem: true, Field: "settings.network", Text: activation.Failure(err).Text}}
	}
	var findings []activation.Finding
	if c := string(n.Currency); c != seen.Currency && !slices.Contains(seen.Secondary, c) {
		findings = append(findings, activation.Finding{
			Problem: true, Field: "settings.currency", Text: "is " + c + ", and of the network " + activation.Shown(seen.Currency),
		})
	}
	if account.TimeZone != "" && seen.TimeZone != account.TimeZone {
		findings = append(findings, activation.Finding{Text: fmt.Sprintf(
			"the network's time zone is %s, and the publisher's %s: the days of its reports are not the days of flights", activation.Shown(seen.TimeZone), account.TimeZone)})
	}
	return append(findings, n.checkNames(ctx, account.Mappings, seen)...)
}

// checkNames looks whether what is named is there.
func (n network) checkNames(ctx context.Context, mappings []parley.Mapping, seen networkInfo) []activation.Finding {
	names := n.names(mappings)
	var findings []activation.Finding
	for i, name := range slices.Sorted(maps.Keys(names)) {
		if i == mostChecked {
			findings = append(findings, activation.Finding{Text: fmt.Sprintf("only %d of %d names were looked at", mostChecked, len(names))})
			break
		}
		if strings.Contains(name, "/adUnits/") && lastOf(name) == lastOf(seen.Root) && !n.AllowRootAdUnit {
			findings = append(findings, activation.Finding{Problem: true, Field: names[name], Text: "is the network's root ad unit, which is everything"})
			continue
		}
		var there struct {
			AdTagName  string `json:"adTagName"`
			Status     string `json:"status"`
			RegionCode string `json:"regionCode"`
			Targetable *bool  `json:"targetable"`
		}
		err := n.get(ctx, name, &there)
		switch {
		case err != nil && activation.Failure(err).Class == parley.ClassGone:
			findings = append(findings, activation.Finding{Problem: true, Field: names[name], Text: name + " is not there"})
		case err != nil:
			return append(findings, activation.Finding{Problem: true, Field: names[name], Text: activation.Failure(err).Text})
		case names[name] == "settings.deal_key_id" && there.AdTagName != n.DealKey:
			findings = append(findings, activation.Finding{
				Problem: true, Field: "settings.deal_key", Text: "is " + n.DealKey + ", and the key of that id " + activation.Shown(there.AdTagName),
			})
		case there.Targetable != nil && !*there.Targetable:
			findings = append(findings, activation.Finding{Problem: true, Field: names[name], Text: name + " is a place that cannot be targeted"})
		case there.Status == statusInactive || there.Status == "ARCHIVED":
			findings = append(findings, activation.Finding{Problem: true, Field: names[name], Text: name + " is " + strings.ToLower(there.Status)})
		default:
			findings = append(findings, n.checkPlace(name, there.RegionCode)...)
		}
	}
	return findings
}

// checkPlace finds an id of a place that is in another country than its code.
func (n network) checkPlace(name, region string) []activation.Finding {
	if !strings.Contains(name, "/geoTargets/") || region == "" {
		return nil
	}
	var findings []activation.Finding
	for _, place := range slices.Sorted(maps.Keys(n.GeoTargets)) {
		country, _, _ := strings.Cut(place, "-")
		if n.resource("geoTargets", n.GeoTargets[place]) == name && country != region {
			findings = append(findings, activation.Finding{
				Problem: true, Field: "settings.geo_targets." + place, Text: name + " is in " + activation.Shown(region),
			})
		}
	}
	return findings
}

// names are what settings and mappings name, each with where that is.
func (n network) names(mappings []parley.Mapping) map[string]string {
	names := map[string]string{}
	add := func(where, collection string, ids ...string) {
		for _, id := range ids {
			if id != "" {
				names[n.resource(collection, id)] = where
			}
		}
	}
	for place, id := range n.GeoTargets {
		add("settings.geo_targets."+place, "geoTargets", id)
	}
	add("settings.trafficker", "users", n.Trafficker)
	add("settings.salesperson", "users", n.Salesperson)
	add("settings.advertiser", "companies", n.Advertiser)
	for _, m := range mappings {
		where := fmt.Sprintf("the %s %s: ", m.About, m.Name)
		if m.About != parley.MapsProduct {
			party, _ := readParty(m.About, m.Refs)
			add(where+"company", "companies", party.Company)
			add(where+"buyer_account", "programmaticBuyers", party.Buyer)
			continue
		}
		product, _ := readProduct(m.Refs)
		add(where+"ad_units", "adUnits", product.AdUnits...)
		add(where+"placements", "placements", product.Placements...)
		for _, kv := range product.KeyValues {
			add(where+"key_values", "customTargetingKeys", kv.Key)
			add(where+"key_values", "customTargetingValues", kv.Values...)
		}
	}
	add("settings.deal_key_id", "customTargetingKeys", n.DealKeyID)
	return names
}
