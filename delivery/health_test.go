package delivery_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/delivery"
)

func TestDiagnose(t *testing.T) {
	t.Parallel()
	yes, no := new(true), new(false)
	figures := func(requests, bids, wins, impressions int64) []parley.DeliveryFigures {
		return []parley.DeliveryFigures{{BidRequests: &requests, Bids: &bids, Wins: &wins, Impressions: impressions}}
	}
	two, thousand := new(int64(2)), new(int64(1000))
	apart := []parley.DeliveryFigures{{Impressions: 213}, {Wins: two, Impressions: 1}, {BidRequests: thousand}, {Bids: thousand}}
	again := func(n int, of []parley.DeliveryFigures) []parley.DeliveryFigures { return slices.Repeat(of, n) }
	lost := figures(10_000, 500, 20, 20)
	lost[0].Losses = map[string]int64{"101": 300, "4": 100, "102": 70, "999": 80}
	pace := int64(8_172)
	for name, c := range map[string]struct {
		signals delivery.Signals
		rung    delivery.Rung // empty: none fails
		acts    delivery.Acts
		says    string
	}{
		"nothing is known":      {delivery.Signals{}, "", "", ""},
		"not sent":              {delivery.Signals{Sent: no, Taken: no}, delivery.RungSent, delivery.PublisherActs, "not been sent"},
		"not sent at all":       {delivery.Signals{Sent: no, Taken: yes, Accepted: yes}, delivery.RungSent, delivery.PublisherActs, "not been sent"},
		"refused":               {delivery.Signals{Sent: yes, Taken: no, Accepted: no}, delivery.RungTaken, delivery.PublisherActs, "refused"},
		"not accepted":          {delivery.Signals{Sent: yes, Taken: yes, Accepted: no}, delivery.RungAccepted, delivery.BothAct, "acceptance"},
		"no seat":               {delivery.Signals{Accepted: yes, Seat: no}, delivery.RungSeat, delivery.BuyerActs, "no seat"},
		"no bid requests":       {delivery.Signals{Seat: yes, Days: 3, Recent: again(3, figures(0, 0, 0, 0))}, delivery.RungBidRequests, delivery.PublisherActs, "No bid requests on the last 3 complete days."},
		"no bids":               {delivery.Signals{Days: 1, Recent: figures(10_000, 99, 99, 99)}, delivery.RungBids, delivery.BuyerActs, "99 bids of 10,000 bid requests, 0.99% on the last complete day."},
		"just enough bids":      {delivery.Signals{Days: 1, Recent: figures(10_000, 100, 10, 7)}, "", "", ""},
		"bids do not win":       {delivery.Signals{Days: 1, Recent: lost}, delivery.RungWins, delivery.BothAct, "Lost: 300 (reason 101, the bid is under the deal's floor), 100 (reason 4, the deal's id is not the one that was sent), 80 (reason 999)."},
		"wins are not shown":    {delivery.Signals{Days: 3, Recent: figures(10_000, 1000, 1000, 699)}, delivery.RungImpressions, delivery.BothAct, "69.9%"},
		"figures of days apart": {delivery.Signals{Days: 3, Recent: apart}, delivery.RungImpressions, delivery.BothAct, "1 impressions of 2 wins, 50% on 1 of the last 3 complete days."},
		"no creatives":          {delivery.Signals{Creatives: no}, delivery.RungCreatives, delivery.BuyerActs, "missing"},
		"behind":                {delivery.Signals{Pace: delivery.Pace{State: delivery.Behind, Pace: &pace}}, delivery.RungPace, delivery.BothAct, "behind its plan: 81.72% of what was planned"},
		"figures of no days":    {delivery.Signals{Days: 3}, "", "", ""},
		"on pace":               {delivery.Signals{Sent: yes, Taken: yes, Accepted: yes, Seat: yes, Pace: delivery.Pace{State: delivery.OnPace}}, "", "", ""},
	} {
		got := delivery.Diagnose(c.signals)
		if sent := c.signals.Sent; sent != nil && !*sent && got.Steps[1].Result == delivery.RungHolds {
			t.Errorf("%s: it is not sent, and taken", name)
		}
		if len(got.Steps) != 10 {
			t.Fatalf("%s: %d rungs", name, len(got.Steps))
		}
		switch {
		case c.rung == "" && got.Diagnosis != nil:
			t.Errorf("%s: %+v", name, *got.Diagnosis)
		case c.rung == "":
		case got.Diagnosis == nil || got.Diagnosis.Rung != c.rung || got.Diagnosis.Acts != c.acts || !strings.Contains(got.Diagnosis.Text, c.says):
			t.Errorf("%s: %+v", name, got.Diagnosis)
		}
	}
}

// TestTheFirstRungThatFailsIsTheDiagnosis holds any ladder to it, and one of which nothing is known to none.
func TestTheFirstRungThatFailsIsTheDiagnosis(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		flag := func(name string) *bool {
			if n := rapid.IntRange(0, 2).Draw(t, name); n > 0 {
				return new(n == 2)
			}
			return nil
		}
		number := func(name string) *int64 {
			if n := rapid.Int64Range(-1, 2000).Draw(t, name); n >= 0 {
				return &n
			}
			return nil
		}
		got := delivery.Diagnose(delivery.Signals{
			Sent: flag("sent"), Taken: flag("taken"), Accepted: flag("accepted"), Seat: flag("seat"), Creatives: flag("creatives"),
			Days: rapid.Int64Range(0, 3).Draw(t, "days"),
			Recent: []parley.DeliveryFigures{{
				BidRequests: number("requests"), Bids: number("bids"), Wins: number("wins"), Impressions: rapid.Int64Range(0, 2000).Draw(t, "impressions"),
			}},
			Pace: delivery.Pace{State: rapid.SampledFrom(delivery.States[:]).Draw(t, "state")},
		})
		for _, step := range got.Steps {
			if step.Text == "" || (step.Acts != "") != (step.Result == delivery.RungFails) {
				t.Fatalf("%+v", step)
			}
			if step.Result == delivery.RungFails {
				if got.Diagnosis == nil || *got.Diagnosis != step {
					t.Fatalf("the diagnosis is %+v, and %+v fails first", got.Diagnosis, step)
				}
				return
			}
		}
		if got.Diagnosis != nil {
			t.Fatalf("nothing fails but %+v", *got.Diagnosis)
		}
	})
}
