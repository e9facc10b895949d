package a2a

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/seller"
	"parley/wire"
)

// constants are the values of the domain's constants of a type, as its source has them: a new one is found here at once.
func constants(t *testing.T, named string) []string {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != named {
				return true
			}
			for _, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok {
					text, err := strconv.Unquote(literal.Value)
					if err != nil {
						t.Fatal(err)
					}
					values = append(values, text)
				}
			}
			return true
		})
	}
	if len(values) == 0 {
		t.Fatalf("the domain has no %s", named)
	}
	return values
}

// Every status of what a task can be is a state, and what the task says of itself is written for each.
func TestEveryStatusIsAState(t *testing.T) {
	t.Parallel()
	var trades []seller.Trade
	deals := []*parley.Deal{nil}
	for _, status := range constants(t, "DealStatus") {
		deals = append(deals, &parley.Deal{ID: "PRLY-1", Status: parley.DealStatus(status)})
	}
	negotiations := []*parley.Negotiation{nil}
	for _, status := range constants(t, "NegotiationStatus") {
		negotiations = append(negotiations, &parley.Negotiation{
			ID: "neg-1", Status: parley.NegotiationStatus(status), Currency: parley.USD,
			Rounds: []parley.NegotiationRound{{Number: 1, Action: parley.ActionCounter, BuyerCPM: 1_000_000, SellerCPM: 2_000_000}},
		})
	}
	for _, deal := range deals {
		for _, negotiation := range negotiations {
			for _, status := range constants(t, "QuoteStatus") {
				trades = append(trades, seller.Trade{Quote: &parley.Quote{ID: "qt-1", Status: parley.QuoteStatus(status)}, Deal: deal, Negotiation: negotiation})
			}
			for _, status := range constants(t, "ProposalStatus") {
				proposal := parley.Proposal{
					ID: "prop-1", Status: parley.ProposalStatus(status), ProposedCPM: parley.Money{Micros: 1_000_000, Currency: parley.USD},
					CounterTerms: &parley.CounterTerms{ProposedCPM: 2_000_000},
				}
				trades = append(trades, seller.Trade{Proposal: &proposal, Deal: deal, Negotiation: negotiation})
			}
		}
	}
	for _, status := range constants(t, "ChangeStatus") {
		for _, diffs := range [][]parley.ChangeDiff{nil, {{Field: "impressions"}}} {
			trades = append(trades, seller.Trade{Change: &parley.ChangeRequest{ID: "CR-1", Status: parley.ChangeStatus(status), Diffs: diffs}})
		}
	}
	settings := seller.DefaultSettings()
	settings.TimeZone = time.UTC
	for _, trade := range trades {
		task, err := taskOf(wire.View{Settings: settings}, trade)
		if err != nil {
			t.Fatal(err)
		}
		if task.Status.State == sdk.TaskStateUnspecified || task.Status.Message == nil || len(task.Artifacts) == 0 {
			t.Errorf("%+v has no state", trade)
		}
		sentence := task.Status.Message.Parts[0].Text()
		_, standing := standingOf(task.Status.State, trade)
		if sentence == "" || (task.Status.State == sdk.TaskStateInputRequired) != (len(standing.Skills) > 0 && task.Status.State != sdk.TaskStateWorking) {
			t.Errorf("%s says %q, and takes %q", task.Status.State, sentence, standing.Skills)
		}
		// What can be done is said of the task, as the skills that it takes are, and nobody is told to do it.
		for words, skill := range map[string]string{"booked": "book_deal", "negotiated": "negotiate", "withdrawn": "withdraw_proposal", "applied": "apply_change"} {
			if strings.Contains(sentence, "can be") && strings.Contains(sentence, words) && !slices.Contains(standing.Skills, skill) {
				t.Errorf("%s says %q, and takes %q", task.Status.State, sentence, standing.Skills)
			}
		}
		for _, bidding := range []string{"Send", "Subscribe", "Call", "Ask", "Book", "Wait"} {
			if strings.HasPrefix(sentence, bidding) || strings.Contains(sentence, ". "+bidding) {
				t.Errorf("%s bids: %q", task.Status.State, sentence)
			}
		}
	}
}

// What is not a status of the domain has no state, which is what the test above goes by.
func TestAnUnknownStatusIsNoState(t *testing.T) {
	t.Parallel()
	for _, trade := range []seller.Trade{
		{}, {Quote: &parley.Quote{Status: "new"}}, {Proposal: &parley.Proposal{Status: "new"}}, {Change: &parley.ChangeRequest{Status: "new"}},
		{Quote: &parley.Quote{Status: parley.QuoteBooked}, Deal: &parley.Deal{Status: "new"}},
	} {
		if state := stateOf(trade); state != sdk.TaskStateUnspecified {
			t.Errorf("%+v is %s", trade, state)
		}
	}
}

// Every code of the domain is one of the protocol's errors.
func TestEveryCodeIsAnError(t *testing.T) {
	t.Parallel()
	for _, code := range constants(t, "Code") {
		if faults[parley.Code(code)] == nil {
			t.Errorf("%s is told by none of the protocol's errors", code)
		}
	}
}
