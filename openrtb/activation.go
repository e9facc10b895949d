package openrtb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"parley"
)

// dsp is a platform that buyers trade in. Its steps take the deal's id and its price.
type dsp struct {
	key    string // as parley.DSP has it
	system string // that may give deals ids of its own; empty: none does
	steps  string
}

// dsps are the common platforms. The places named are those of their consoles, in words that outlive a redesign.
var dsps = []dsp{
	{
		key: "ttd",
		steps: "In The Trade Desk, open Inventory, then Private Marketplace, and add a contract with deal ID %s. Set its " +
			"price to %s, assign the advertisers that may use it, and target the contract in an ad group that bids it.",
	},
	{
		key: "dv360", system: "google",
		steps: "In Display & Video 360, open Inventory, then My Inventory, and add an inventory source with the exchange's " +
			"deal ID %s, or accept it under Negotiations when it is waiting there. Check the rate of %s, then target the " +
			"source in a line item.",
	},
	{
		key: "xandr",
		// The platform ended in February 2026. Buyers' systems still send its name, and keys still have it.
		steps: "Xandr's DSP, Microsoft Invest, ended in February 2026: run the deal in the DSP that took its place for you. " +
			"There, add a private deal with ID %s and a price of %s, then target the deal in a line item.",
	},
	{
		key: "amazon",
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
	key := parley.DSP(name)
	at := slices.IndexFunc(dsps, func(d dsp) bool { return d.key == key })
	if at < 0 {
		return dsp{}, false
	}
	return dsps[at], true
}

// pricePhrase names the price as the trader meets it: "12.50 USD CPM, fixed".
func pricePhrase(deal parley.Deal) string {
	price := parley.Money{Micros: deal.Price.FinalCPM, Currency: deal.Price.Currency}.String() + " CPM"
	if deal.DealType == parley.PrivateAuction {
		return price + " or more, decided by auction"
	}
	return price + ", fixed"
}
