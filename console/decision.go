package console

import (
	"strings"

	"parley"
)

// againstAsk says where a price is beside the ask, such as "10.4% under ask"; empty without an ask.
func againstAsk(price, ask int64) string {
	if ask <= 0 {
		return ""
	}
	const perMille = 1000
	off, err := parley.MulDiv(max(price-ask, ask-price), perMille, ask, parley.HalfUp)
	switch {
	case err != nil:
		return ""
	case price == ask:
		return "at ask"
	case off == 0 && price < ask:
		return "just under ask"
	case off == 0:
		return "just over ask"
	}
	side := " over ask"
	if price < ask {
		side = " under ask"
	}
	return percent(parley.BasisPoints(off*10)) + side
}

// priceInWords is a price with what it means: "12.50 EUR, 10.4% under ask, 37,500.00 EUR". impressions is 0 where no volume is
// known.
func priceInWords(price, ask, impressions int64, currency parley.Currency) string {
	words := []string{money(price, currency)}
	if beside := againstAsk(price, ask); beside != "" {
		words = append(words, beside)
	}
	if impressions == 0 {
		words = append(words, "for no known volume")
	} else if value, err := parley.DealValue(price, impressions); err == nil {
		words = append(words, worth(value, currency))
	}
	return strings.Join(words, ", ")
}

// acceptWords say what granting an approval does.
func acceptWords(a parley.Approval, change *parley.ChangeRequest) string {
	words := grantWords(a, change)
	if a.FirstOfTwo() {
		return "First yes of two: " + words
	}
	return words
}

func grantWords(a parley.Approval, change *parley.ChangeRequest) string {
	c := a.Case
	switch {
	case change != nil && change.Impact != nil:
		return "Approve the change: " + worth(change.Impact.Before, change.Impact.Currency) + " becomes " + worth(change.Impact.After, change.Impact.Currency)
	case a.ChangeID != "":
		return "Approve the change"
	case a.Gate == parley.GateOrderSubmission:
		return "Submit the order: " + priceInWords(c.Price, 0, c.Impressions, c.Currency)
	}
	return "Accept " + priceInWords(c.Price, c.Ask, c.Impressions, c.Currency)
}

// decisionWords say what a decision does, in words and money.
func decisionWords(a parley.Approval, change *parley.ChangeRequest, to parley.ApprovalStatus, m *parley.Modifications) string {
	switch {
	case to == parley.ApprovalApproved:
		return acceptWords(a, change)
	case to == parley.ApprovalCountered && m != nil:
		c, price, impressions := a.Case, a.Case.Price, a.Case.Impressions
		if m.CounterCPM != nil {
			price = *m.CounterCPM
		}
		if m.Impressions != nil {
			impressions = *m.Impressions
		}
		return "Send counter " + priceInWords(price, c.Ask, impressions, c.Currency)
	}
	return "Decline"
}

// counterTerms say what a counter changes beside the price.
func counterTerms(m *parley.Modifications) []string {
	var terms []string
	if m.Impressions != nil {
		terms = append(terms, count(*m.Impressions)+" impressions")
	}
	if m.FlightStart != nil {
		terms = append(terms, "From "+day(*m.FlightStart))
	}
	if m.FlightEnd != nil {
		terms = append(terms, "Until "+day(*m.FlightEnd))
	}
	return terms
}

// farFrom tells whether a price is more than three times, or less than a third, of another: more likely a slip than meant.
func farFrom(price, other int64) bool {
	const times = 3
	if price <= 0 || other <= 0 {
		return false
	}
	low, high := min(price, other), max(price, other)
	return high/times > low || high/times == low && high%times != 0
}
