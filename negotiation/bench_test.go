package negotiation_test

import (
	"testing"

	"parley"
	"parley/negotiation"
)

func BenchmarkEvaluate(b *testing.B) {
	for _, strategy := range negotiation.Strategies() {
		b.Run(strategy, func(b *testing.B) {
			n := opened(parley.TierAdvertiser, 12_00, 8_00)
			n.Limits.Strategy = strategy
			for _, price := range []int64{8_50, 8_80} {
				d, err := negotiation.Evaluate(n, cents(price))
				if err != nil {
					b.Fatal(err)
				}
				n = d.Record(n, noon)
			}
			b.ReportAllocs()
			for b.Loop() {
				if d, err := negotiation.Evaluate(n, cents(9_00)); err != nil || d.Trace.Rule != negotiation.RuleConcession {
					b.Fatal(d.Trace.Rule, err)
				}
			}
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	n := opened(parley.TierAgency, 12_00, 8_00)
	d, err := negotiation.Evaluate(n, cents(8_50))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		d.Record(n, noon)
	}
}
