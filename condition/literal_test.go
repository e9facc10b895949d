package condition_test

import (
	"strings"
	"testing"

	"parley/condition"
)

// TestLiteralsThatCanNeverBe compares variables with texts outside their vocabularies, in each way that a condition can.
func TestLiteralsThatCanNeverBe(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string]string{
		`deal_type == "PG"`:                             "",
		`deal_type == "programmatic_guaranteed"`:        `line 1, column 14: deal_type is never "programmatic_guaranteed": it is PG, PD, PA; did you mean "PG"?`,
		`deal_type != "pg"`:                             `column 14: deal_type is never "pg"`,
		`"pd" == deal_type`:                             `column 1: deal_type is never "pd": it is PG, PD, PA; did you mean "PD"?`,
		"price > 1 &&\n  deal_type in [\"PG\", \"Pa\"]": `line 2, column 23: deal_type is never "Pa"`,
		`buyer_tier == "Agency"`:                        `buyer_tier is never "Agency": it is public, seat, agency, advertiser; did you mean "agency"?`,
		`buyer_tier in ["agency", "seat"]`:              "",
		`recommendation == "approve"`:                   `recommendation is never "approve"`,
		`recommendation == "reject"`:                    `recommendation is never "reject": it is accept, counter`,
		`currency == "usd"`:                             `currency is never "usd": it is an ISO 4217 code, such as USD; did you mean "USD"?`,
		`currency == "EURO"`:                            `currency is never "EURO"`,
		`currency in ["USD", "EUR", "JPY"]`:             "",
		`product_id == "sports "`:                       `product_id has no blanks around it`,
		`inventory_type == "anything"`:                  "", // the catalog's to know
		`!(deal_type == "XX") || price > 1`:             `deal_type is never "XX"`,
		`deal_type.startsWith("P")`:                     "",
	} {
		program, err := condition.Approval.Compile(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		impossible := program.Impossible()
		switch {
		case want == "" && impossible != nil:
			t.Errorf("%s: %v", expression, impossible)
		case want != "" && (impossible == nil || !strings.Contains(impossible.Fields[0].Message, want)):
			t.Errorf("%s: %v, want %q", expression, impossible, want)
		}
	}
}
