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

// Selector is what a rule is for. An empty list matches everything.
type Selector struct {
	Tiers          []Tier
	ProductIDs     []string
	InventoryTypes []string
	DealTypes      []DealType
	AgencyIDs      []string
	AdvertiserIDs  []string
	AccountIDs     []string // of buyers, with all that belong to them
}

// Normal is the selector in one form: inventory types folded, ids without blanks around them, names of buyers in their plain forms, and
// each once.
func (s Selector) Normal() Selector {
	s.ProductIDs, s.InventoryTypes = each(s.ProductIDs, strings.TrimSpace), each(s.InventoryTypes, Folded)
	s.AgencyIDs, s.AdvertiserIDs = each(s.AgencyIDs, PlainName), each(s.AdvertiserIDs, PlainName)
	s.AccountIDs = each(s.AccountIDs, strings.TrimSpace)
	return s
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
