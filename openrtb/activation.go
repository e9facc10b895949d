package openrtb

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"parley"
)

// dsp is a platform that buyers trade in. Its steps take the deal's id and its price.
type dsp struct {
	key       string
	spellings []string // folded
	system    string   // that may give deals ids of its own; empty: none does
	steps     string
}

// dsps are the common platforms. The places named are those of their consoles, in words that outlive a redesign.
var dsps = []dsp{
	{
		key:       "ttd",
		spellings: []string{"ttd", "tradedesk", "thetradedesk", "thetradedeskttd", "kokai"},
		steps: "In The Trade Desk, open Inventory, then Private Marketplace, and add a contract with deal ID %s. Set its " +
			"price to %s, assign the advertisers that may use it, and target the contract in an ad group that bids it.",
	},
	{
		key: "dv360", system: "google",
		spellings: []string{"dv360", "dv3", "displayvideo360", "displayandvideo360", "displayvideo", "google", "googledv360",
			"googledisplayvideo360", "googledisplayandvideo360", "dbm", "doubleclickbidmanager"},
		steps: "In Display & Video 360, open Inventory, then My Inventory, and add an inventory source with the exchange's " +
			"deal ID %s, or accept it under Negotiations when it is waiting there. Check the rate of %s, then target the " +
			"source in a line item.",
	},
	{
		key: "xandr",
		spellings: []string{"xandr", "xandrinvest", "xandrinvestdsp", "appnexus", "microsoftinvest", "microsoftinvestdsp",
			"microsoftxandr", "invest"},
		// The platform ended in February 2026. Buyers' systems still send its name, and keys still have it.
		steps: "Xandr's DSP, Microsoft Invest, ended in February 2026: run the deal in the DSP that took its place for you. " +
			"There, add a private deal with ID %s and a price of %s, then target the deal in a line item.",
	},
	{
		key:       "amazon",
		spellings: []string{"amazon", "amazondsp", "amazonads", "amazonadsdsp", "amazonadvertising", "aap", "adsp"},
		steps: "In Amazon DSP, open Inventory, then Deals, and add the deal by its ID %s. Check its price of %s, then select " +
			"the deal as supply of a line item.",
	},
}

const otherSteps = "In %s, add a private deal with ID %s and a price of %s, then target the deal in a line item."

// ActivationInstructions tell a trader how to run a deal, by platform: in the one that the buyer asked for, else in that
// of its credential, else in each of the common ones, which are "ttd", "dv360", "xandr" and "amazon". A platform that is
// not one of them appears under the name that the buyer gave it. A platform whose system has given the deal an id of its own is told
// that one. There are none for a deal that is not booked yet, or is
// called off.
func ActivationInstructions(deal parley.Deal) map[string]string {
	if !deal.Status.Activates() {
		return map[string]string{}
	}
	price := pricePhrase(deal)
	own := cmp.Or(strings.TrimSpace(deal.Claimed.DSPPlatform), strings.TrimSpace(deal.Identity.DSPPlatform))
	if own == "" {
		instructions := make(map[string]string, len(dsps))
		for _, platform := range dsps {
			instructions[platform.key] = platform.told(deal, price)
		}
		return instructions
	}
	if platform, known := findDSP(own); known {
		return map[string]string{platform.key: platform.told(deal, price)}
	}
	return map[string]string{own: fmt.Sprintf(otherSteps, own, deal.ID, price)}
}

// told are the steps for a deal, under the id that the platform's own system knows it by.
func (d dsp) told(deal parley.Deal, price string) string {
	id := deal.ID
	for _, alias := range deal.Aliases {
		if d.system != "" && alias.System == d.system {
			id = alias.ID
		}
	}
	return fmt.Sprintf(d.steps, id, price)
}

func findDSP(name string) (dsp, bool) {
	folded := fold(name)
	for _, platform := range dsps {
		for _, spelling := range platform.spellings {
			if spelling == folded {
				return platform, true
			}
		}
	}
	return dsp{}, false
}

// fold leaves the lower-case letters and digits of a name, so that "The Trade Desk" and "the-trade-desk" are one.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// pricePhrase names the price as the trader meets it: "12.50 USD CPM, fixed".
func pricePhrase(deal parley.Deal) string {
	price := parley.Money{Micros: deal.Price.FinalCPM, Currency: deal.Price.Currency}.String() + " CPM"
	if deal.DealType == parley.PrivateAuction {
		return price + " or more, decided by auction"
	}
	return price + ", fixed"
}
