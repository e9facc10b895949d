package negotiation_test

import (
	"fmt"
	"time"

	"parley"
	"parley/negotiation"
)

func ExampleEvaluate() {
	n := parley.Negotiation{
		Status:   parley.NegotiationActive,
		Currency: parley.USD,
		BaseCPM:  12_000_000,
		FloorCPM: 8_000_000,
		Limits:   negotiation.Defaults(parley.TierAgency),
	}
	for _, price := range []int64{8_500_000, 10_000_000, 10_500_000} {
		decision, err := negotiation.Evaluate(n, price)
		if err != nil {
			fmt.Println(err)
			return
		}
		n = decision.Record(n, time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
		fmt.Println(decision.Round.Action, decision.Round.Rationale)
	}
	fmt.Println(n.Status)
	// Output:
	// counter We offer 11.40 USD CPM. Accept it, answer with another price, or decline.
	// counter We offer 10.80 USD CPM. Accept it, answer with another price, or decline.
	// accept Agreed at 10.50 USD CPM.
	// accepted
}
