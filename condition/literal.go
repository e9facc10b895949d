package condition

import (
	"fmt"
	"slices"
	"strings"

	"parley"
)

// Literal is a text that an expression compares with a variable, by ==, != or in.
type Literal struct {
	Variable     Variable
	Text         string
	Line, Column int // from 1, in characters
}

// Literals are the texts that the expression compares with variables.
func (p *Program) Literals() []Literal { return slices.Clone(p.literals) }

// closed are the variables with few values, and these.
var closed = map[Variable][]string{
	DealType:       {string(parley.ProgrammaticGuaranteed), string(parley.PreferredDeal), string(parley.PrivateAuction)},
	BuyerTier:      {"public", "seat", "agency", "advertiser"},
	Recommendation: {string(parley.RecommendAccept), string(parley.RecommendCounter)},
}

// Impossible is what is wrong with the first text that its variable can never be, nil when there is none: a value that a closed
// vocabulary does not have, a currency that there is not, or blanks around a name. It is an error as Compile answers.
func (p *Program) Impossible() *parley.Error {
	for _, l := range p.literals {
		if why := l.impossible(); why != "" {
			return l.Refused(why)
		}
	}
	return nil
}

// Refused is the error about a literal, with its place.
func (l Literal) Refused(why string) *parley.Error { return broken(l.Line, l.Column, why) }

func (l Literal) impossible() string {
	values, few := closed[l.Variable]
	switch {
	case few && !slices.Contains(values, l.Text):
		meant := parley.Nearest(l.Text, values)
		if dealType, known := parley.ParseDealType(strings.ToLower(l.Text)); known && l.Variable == DealType {
			meant = string(dealType)
		}
		return fmt.Sprintf("%s is never %q: it is %s", l.Variable, l.Text, strings.Join(values, ", ")) + didYouMean(meant)
	case l.Variable == Currency && !parley.Currency(l.Text).Valid():
		meant := ""
		if upper := parley.Currency(strings.ToUpper(strings.TrimSpace(l.Text))); upper.Valid() {
			meant = string(upper)
		}
		return fmt.Sprintf("currency is never %q: it is an ISO 4217 code, such as USD", l.Text) + didYouMean(meant)
	case strings.TrimSpace(l.Text) != l.Text:
		return fmt.Sprintf("%s has no blanks around it, as %q has", l.Variable, l.Text)
	}
	return ""
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", name)
}
