package console

import (
	"slices"

	"parley/seller"
)

// goTo is a page that the navigation leads to, and the letter that goes there after a g.
type goTo struct{ Section, Path, Label, Key string }

// The groups of the navigation.
const (
	groupDesk      = "Desk"
	groupTrade     = "Trade"
	groupSupply    = "Supply"
	groupPublisher = "Publisher"
)

// navigation is what the groups lead to.
var navigation = []struct {
	group string
	pages []goTo
}{
	{groupDesk, []goTo{
		{"home", "home", "Home", "g"},
		{"inbox", "inbox", "Inbox", "i"},
		{"notices", "notices", "Notices", "N"},
		{"negotiations", "negotiations", "Negotiations", "n"},
		{"proposals", "proposals", "Proposals", "m"},
		{"activations", "activations", "Activation", "t"},
	}},
	{groupTrade, []goTo{
		{"quotes", "quotes", "Quotes", "q"},
		{"deals", "deals", "Deals", "d"},
		{"orders", "orders", "Orders", "o"},
		{"delivery", "delivery", "Delivery", "f"},
		{"reports", "reports", "Reports", "j"},
		{"finance", "finance", "Finance", "x"},
	}},
	{groupSupply, slices.Concat([]goTo{
		{"inventory", "inventory", "Inventory", "v"},
		{"availability", "availability", "Availability", "z"},
		{"packages", "packages", "Packages", "a"},
		{"mappings", "mappings", "Mappings", "M"},
		{"pricing", "pricing", "Pricing", "p"},
		{"whatif", "whatif", "What if", "w"},
	}, rulesIn(groupSupply))},
	{groupPublisher, slices.Concat(rulesIn(groupPublisher), []goTo{
		{"destinations", "destinations", "Destinations", "c"},
		{"accounts", "accounts", "Accounts", "y"},
		{"keys", "keys", "Buyers and keys", "k"},
		{"sessions", "sign-ins", "Sessions", "S"},
		{"agents", "agents", "Agents", "b"},
		{"webhooks", "webhooks", "Webhooks", "h"},
		{"events", "events", "Event log", "e"},
		{"audit", "audit", "Audit trail", "u"},
		{"system", "system", "System", "s"},
	})},
}

// goTos are the pages of the navigation.
var goTos = func() []goTo {
	var all []goTo
	for _, of := range navigation {
		all = append(all, of.pages...)
	}
	return all
}()

// navItem is one entry of the navigation on a page.
type navItem struct {
	goTo
	Here  bool
	Count int64  // of what waits there; 0 shows none
	What  string // is counted
}

// navGroup is some entries under a heading.
type navGroup struct {
	Label string
	Items []navItem
}

// Nav is the navigation of a page.
func (p page) Nav() []navGroup {
	groups := make([]navGroup, len(navigation))
	for i, of := range navigation {
		groups[i].Label = of.group
		for _, to := range of.pages {
			groups[i].Items = append(groups[i].Items, navItem{goTo: to, Here: to.Section == p.Section}.counted(p.ToDo))
		}
	}
	return groups
}

// counted says on the entry how much waits there.
func (i navItem) counted(todo seller.ToDo) navItem {
	switch i.Section {
	case "inbox":
		i.Count, i.What = todo.Waiting(), "waiting"
	case "negotiations":
		i.Count, i.What = todo.LastRounds, "in their last round, or answered by a person"
	case "deals":
		i.Count, i.What = todo.Changes, "changes to make"
	case "webhooks":
		i.Count, i.What = todo.Webhooks, "failing"
	case "destinations":
		i.Count, i.What = todo.Destinations, "to mend"
	case "orders":
		i.Count, i.What = todo.Orders, "to move"
	}
	return i
}
