package parley

import (
	"slices"
	"strings"
)

// UsualInventoryTypes are the field's names for kinds of inventory. A catalog may have others.
var UsualInventoryTypes = [...]string{"audio", "ctv", "display", "dooh", "mobile_app", "native", "video"}

// Folded is a word of the trade as selectors compare it, such as an inventory type: blanks around it and capitals make no other word. What
// buyers are called is compared by AlikeName.
func Folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Normal is the rule with its selectors in one form: inventory types folded, ids without blanks around them, names of
// buyers in their plain forms, and each once.
func (r PricingRule) Normal() PricingRule {
	r.ProductIDs, r.InventoryTypes = each(r.ProductIDs, strings.TrimSpace), each(r.InventoryTypes, Folded)
	r.AgencyIDs, r.AdvertiserIDs = each(r.AgencyIDs, PlainName), each(r.AdvertiserIDs, PlainName)
	r.HoldingCompanies = each(r.HoldingCompanies, PlainName)
	r.AccountIDs = each(r.AccountIDs, strings.TrimSpace)
	return r
}

// Normal is the profile with its selectors in one form, as those of a pricing rule.
func (p NegotiationProfile) Normal() NegotiationProfile {
	p.ProductIDs, p.InventoryTypes = each(p.ProductIDs, strings.TrimSpace), each(p.InventoryTypes, Folded)
	p.AgencyIDs, p.AdvertiserIDs = each(p.AgencyIDs, PlainName), each(p.AdvertiserIDs, PlainName)
	p.AccountIDs = each(p.AccountIDs, strings.TrimSpace)
	return p
}

// Normal is the rule with the accounts that it is for each once.
func (r ApprovalRule) Normal() ApprovalRule {
	r.AccountIDs = each(r.AccountIDs, strings.TrimSpace)
	return r
}

// Normal is the rate card with its inventory types folded.
func (c RateCard) Normal() RateCard {
	c.Entries = slices.Clone(c.Entries)
	for i := range c.Entries {
		c.Entries[i].InventoryType = Folded(c.Entries[i].InventoryType)
	}
	return c
}

// each brings names into one form, and leaves out what is there before.
func each(names []string, form func(string) string) []string {
	if len(names) == 0 {
		return names
	}
	normal := make([]string, 0, len(names))
	for _, name := range names {
		if name = form(name); !slices.Contains(normal, name) {
			normal = append(normal, name)
		}
	}
	return normal
}
