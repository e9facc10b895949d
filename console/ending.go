package console

import (
	"slices"
	"strings"

	"parley"
	"parley/seller"
)

// endingField carries through the second look at an ending what was shown of it. What has changed since is shown once more.
const endingField = "ending"

// ending is what ends for good, or goes on without what it had: nothing takes it back, so that it is done after a look at all of it.
type ending struct {
	section string
	back    string // the page that the form is on
	do      string // the button
	lines   []string
}

// endingLooked tells whether the ending was looked at as it is now; else its page is shown.
func (x *exchange) endingLooked(e ending) (bool, error) {
	return x.reviewed(e.section, review{
		Title: e.do, Lines: e.lines, Do: e.do, Danger: true, Back: root + e.back, Says: map[string]string{endingField: strings.Join(e.lines, "\n")},
	})
}

// worthOf is what a deal comes to, in words.
func worthOf(deal parley.Deal) string {
	if deal.Impressions == 0 {
		return "no known volume"
	}
	value, err := parley.DealValue(deal.Price.FinalCPM, deal.Impressions)
	if err != nil {
		return "no known value"
	}
	return worth(value, deal.Price.Currency)
}

// comesTo is worthOf, and of a deal that states no volume what is available over its flight, as the inbox values it.
func (x *exchange) comesTo(deal parley.Deal) (string, error) {
	if deal.Impressions > 0 {
		return worthOf(deal), nil
	}
	avails, err := x.service.Capacity(x.Context(), x.call, deal.ProductID, deal.Flight)
	switch {
	case parley.Is(err, parley.CodeNotFound) || err == nil && (avails.Available == nil || *avails.Available == 0):
		return worthOf(deal), nil
	case err != nil:
		return "", err
	}
	deal.Impressions = *avails.Available
	return "up to " + worthOf(deal) + " at what is available over its flight", nil
}

// partiesOf says what a deal is about and for whom.
func partiesOf(deal parley.Deal) string {
	return deal.ProductName + " for " + buyerOf(deal.Identity, deal.Claimed, deal.Tier, deal.Owner).Name
}

// endsWith is what ends when a deal is cancelled, in words; comes is what the deal comes to.
func (x *exchange) endsWith(deal parley.Deal, comes string, orders []parley.Order) ([]string, error) {
	lines := []string{"The deal " + deal.ID + ", " + partiesOf(deal) + ", ends: " + comes}
	for _, order := range orders {
		if to, lives := order.Status.EndWithDeal(); lives {
			lines = append(lines, "Its order "+order.ID+", which is "+words(order.Status)+", is then "+words(to))
		}
	}
	if deal.DealType.Guaranteed() && deal.Status.HoldsInventory() {
		lines = append(lines, count(deal.Impressions)+" impressions, "+flight(deal.Flight)+", become free")
	}
	places, err := x.places(deal.ID)
	if err != nil {
		return nil, err
	}
	for _, at := range places {
		if at.Intent != parley.IntentEnd && at.Status.UnderWay() {
			lines = append(lines, "It is taken away at "+at.Name)
		}
	}
	waiting, err := x.service.Approvals(x.Context(), x.call, seller.ApprovalFilter{DealID: deal.ID, Status: parley.ApprovalPending, Page: seller.Page{Limit: 1, CountTo: countTo}})
	if err != nil {
		return nil, err
	}
	if n := waiting.Total; n > 0 {
		lines = append(lines, counted(n, "question")+" about it that wait for the desk are withdrawn")
	}
	if deal.Status.Runs() {
		lines = append(lines, "Where an approval rule asks about changes, somebody is asked first, and nothing ends before that")
	}
	return lines, nil
}

// dealEndLooked shows what ends with a deal before it does. A deal that cannot be cancelled, any more, the service refuses.
func (x *exchange) dealEndLooked(id, reason string) (bool, error) {
	deal, err := x.service.Deal(x.Context(), x.call, id)
	if err != nil {
		return false, err
	}
	if !deal.Status.Allows(parley.DealCancelled) {
		return true, nil
	}
	orders, err := x.service.Orders(x.Context(), x.call, seller.OrderFilter{DealID: deal.ID, Page: seller.Page{Limit: pageRows}})
	if err != nil {
		return false, err
	}
	comes, err := x.comesTo(deal)
	if err != nil {
		return false, err
	}
	lines, err := x.endsWith(deal, comes, orders.Items)
	if err != nil {
		return false, err
	}
	return x.endingLooked(ending{
		section: "deals", back: "/deals/" + deal.ID, do: "Cancel this deal, " + comes, lines: append(lines, "Reason: "+reason),
	})
}

// keyEndLooked shows what hangs on a key before it ends. One that has ended already, the service answers.
func (x *exchange) keyEndLooked(id string) (bool, error) {
	key, err := x.service.Key(x.Context(), x.call, id)
	if err != nil {
		return false, missing(err, "key", id)
	}
	if key.RevokedAt != nil {
		return true, nil
	}
	held, err := x.service.KeyHoldings(x.Context(), x.call, key.ID)
	if err != nil {
		return false, err
	}
	lines := []string{"The key " + key.Label + " stops working on every node at once, and for good"}
	if key.OfPerson() {
		lines = append(lines, "They cannot sign in until an admin lets them back in")
	}
	if held.Deals > 0 {
		lines = append(lines, "Deals of its buyer that run: "+count(held.Deals)+". They go on; only with another key can it read, change or order them")
	}
	if held.Negotiations > 0 {
		lines = append(lines, "Negotiations of its buyer that are open: "+count(held.Negotiations)+". They end at their time, unless it answers with another key")
	}
	if held.Webhooks > 0 {
		lines = append(lines, "Webhooks of this key: "+count(held.Webhooks)+". They get nothing any more")
	}
	return x.endingLooked(ending{section: "keys", back: "/keys/" + key.ID, do: "Revoke this key", lines: lines})
}

// final tells whether an order does not come back from a state, or only as a draft.
func final(to parley.OrderStatus) bool {
	return ends(to) || len(to.Next()) == 0
}

// orderEndLooked shows what comes of an order before it ends. A step that does not follow, or on another version, the service refuses.
func (x *exchange) orderEndLooked(id string, to parley.OrderStatus, reason string, version *int64) (bool, error) {
	if !final(to) {
		return true, nil
	}
	order, err := x.service.Order(x.Context(), x.call, id)
	if err != nil {
		return false, err
	}
	if !order.Status.Allows(to) || version != nil && *version != order.Version {
		return true, nil
	}
	deal, err := x.service.Deal(x.Context(), x.call, order.DealID)
	if err != nil {
		return false, err
	}
	comes, err := x.comesTo(deal)
	if err != nil {
		return false, err
	}
	lines := []string{"The order " + order.ID + " of " + partiesOf(deal) + ", " + comes + ", is then " + words(to)}
	switch {
	case to == parley.OrderCompleted && x.today() <= deal.Flight.End:
		lines = append(lines, "Its flight is not over: "+flight(deal.Flight))
	case deal.Status.Runs() && to != parley.OrderCompleted:
		lines = append(lines, "The deal "+deal.ID+" goes on as it is, "+words(deal.Status))
	}
	if slices.Contains(to.Next(), parley.OrderDraft) {
		lines = append(lines, "The order can begin again as a draft")
	} else {
		lines = append(lines, "The order takes no step after this one")
	}
	if reason != "" {
		lines = append(lines, "Reason: "+reason)
	}
	return x.endingLooked(ending{section: "orders", back: "/orders/" + order.ID, do: verb(to) + " this order, " + comes, lines: lines})
}
