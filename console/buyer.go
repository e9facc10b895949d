package console

import (
	"strconv"

	"parley"
)

// buyer is who trades, as pages show it.
type buyer struct {
	Name  string
	Tier  parley.Tier
	Owner string
	Facts []fact
	// Claims are what the buyer said of itself beyond that; nothing rests on them.
	Claims []fact
}

type fact struct{ Name, Value string }

func buyerOf(facts, claimed parley.Identity, tier parley.Tier, owner string) buyer {
	return buyer{Name: facts.Called(), Tier: tier, Owner: owner, Facts: factsOf(facts), Claims: factsOf(claimed)}
}

// factsOf lists what an identity names.
func factsOf(i parley.Identity) []fact {
	var facts []fact
	for _, f := range []fact{
		{"Advertiser", named(i.AdvertiserName, i.AdvertiserID)}, {"Domain", i.AdvertiserDomain}, {"Industry", i.AdvertiserIndustry},
		{"Agency", named(i.AgencyName, i.AgencyID)}, {"Holding company", i.AgencyHoldingCompany},
		{"Seat", named(i.SeatName, i.SeatID)}, {"DSP", i.DSPPlatform}, {"Campaign", named(i.CampaignName, i.CampaignID)},
	} {
		if f.Value != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// named writes a name with its id.
func named(name, id string) string {
	switch {
	case name == "":
		return id
	case id == "" || id == name:
		return name
	}
	return name + " (" + id + ")"
}

// statedVolume writes impressions for other programs; 0 is none that is stated, and stays empty.
func statedVolume(n int64) string {
	if n == 0 {
		return ""
	}
	return plain(n)
}

// plain writes a number for other programs.
func plain(n int64) string { return strconv.FormatInt(n, 10) }
