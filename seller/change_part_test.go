package seller_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// judged is what is said of a change at each of its steps, by name, and of what is asked about it.
type judged struct{ asked, decided, applied string }

// TestAPartGivenUpIsJudgedAsTheVolumeThatIsLeft cuts two deals that are alike to the same volume, one by giving up a share and
// one by naming the volume, while the product moves before each step.
func TestAPartGivenUpIsJudgedAsTheVolumeThatIsLeft(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	moves := map[string]func(*parley.Product){
		"nothing":          func(*parley.Product) {},
		"floor raised":     func(p *parley.Product) { p.FloorCPM = 11_900_000 },
		"minimum raised":   func(p *parley.Product) { p.MinimumImpressions = 30_000_000 },
		"product paused":   func(p *parley.Product) { p.Status = parley.ProductPaused },
		"another currency": func(p *parley.Product) { p.Currency = "EUR" },
	}
	onEach(t, func(t *testing.T, d *desk) {
		wide := func(p *parley.Product) { p.DailyImpressions = of(parley.MaxImpressions) }
		d.sell(video(wide))
		buyer, operator := d.buyer(acme), d.operator()
		volume := func(n int64) parley.ChangeTerms { return parley.ChangeTerms{Impressions: &n} }
		said := func(err error) string {
			var e *parley.Error
			if !errors.As(err, &e) {
				return fmt.Sprint(err)
			}
			return string(e.Code)
		}
		walk := func(kind parley.ChangeType, by seller.Call, terms parley.ChangeTerms, step int, move func(*parley.Product)) (j judged) {
			d.sell(video(wide))
			moved := func(at int) {
				if step == at {
					d.sell(video(wide, move))
				}
			}
			deal := d.dealOf(buyer, 50_000_000)
			moved(0)
			c, err := d.askChange(by, seller.ChangeInput{Type: kind, DealID: deal.ID, Terms: terms})
			if err != nil {
				return judged{asked: said(err)}
			}
			a := must(d.service.Approval(context.Background(), operator, c.ApprovalID))
			a.Case.ValueOpen, a.Case.ValueToday = 0, 0 // there are more deals each time
			facts, _ := json.Marshal(a.Case)
			j.asked = fmt.Sprintf("%s %s", c.Status, facts)
			moved(1)
			if _, err := d.review(d.operator(), c.ID, "approve"); err != nil {
				j.decided = said(err)
				return j
			}
			moved(2)
			c = must(d.applyChange(buyer, c.ID))
			j.decided, j.applied = "approved", string(c.Status)+c.FailureReason
			return j
		}
		parts := map[string]struct{ cut, named parley.ChangeTerms }{}
		for share, left := range map[int64]int64{999_900: 5000, 999_999: 50, 500_000: 25_000_000} {
			parts[fmt.Sprint("the share ", share)] = struct{ cut, named parley.ChangeTerms }{
				parley.ChangeTerms{Cancel: &parley.Cancellation{Share: share}}, volume(left),
			}
		}
		from, left := *ask(0).FlightStart+4, volume(20_000_000) // of a flight that is yet to begin
		end := from - 1
		left.FlightEnd = &end
		parts["all from "+from.String()] = struct{ cut, named parley.ChangeTerms }{
			parley.ChangeTerms{Cancel: &parley.Cancellation{Share: parley.WholeDeal, From: &from}}, left,
		}
		for part, of := range parts {
			for name, move := range moves {
				for step := range 3 {
					for side, by := range map[string]seller.Call{"buyer": buyer, "desk": operator} {
						cut := walk(parley.ChangeCancellation, by, of.cut, step, move)
						named := walk(parley.ChangeImpressions, by, of.named, step, move)
						if cut != named {
							t.Errorf("%s before step %d, %s, asked by the %s:\nthe part   %+v\nwhat is left %+v", name, step, part, side, cut, named)
						}
					}
				}
			}
		}
	})
}
