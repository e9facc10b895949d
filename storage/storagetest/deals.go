package storagetest

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func askDeal(id string) func(*storage.Reader) *storage.Pending[parley.Deal] {
	return func(r *storage.Reader) *storage.Pending[parley.Deal] { return r.Deal(id) }
}

var deals = map[string]func(*testing.T, *fixture){
	"come back as they were given": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		same(f, read(f, askDeal(d.ID)), d)
		f.tx(func(tx *storage.Tx) error {
			same(f, get(t.Context(), f, tx.DealForUpdate(d.ID)), d)
			return nil
		})
		missing(f, askDeal("NORTH-NONE"))
		fromProposal := f.deal(f.quote("a", ""))
		fromProposal.QuoteID, fromProposal.ProposalID, fromProposal.NegotiationID = "", f.proposal(), ""
		f.write(func(tx *storage.Tx) { tx.InsertDeal(fromProposal) })
		same(f, read(f, askDeal(fromProposal.ID)), fromProposal)
	},
	"have one id, and one quote or proposal": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		q, d := f.booked("buyer/1")
		other := f.quote("a", "buyer/1")
		f.write(func(tx *storage.Tx) { tx.InsertQuote(other) })
		taken := f.deal(other)
		taken.ID = d.ID
		err := f.refusal(func(tx *storage.Tx) { tx.InsertDeal(taken) })
		f.code(err, parley.CodeConflict)
		if !errors.Is(err, storage.ErrDealIDTaken) {
			t.Errorf("the error does not say that the id is taken: %v", err)
		}
		err = f.refusal(func(tx *storage.Tx) { tx.InsertDeal(f.deal(q)) })
		f.code(err, parley.CodeContention)
		if errors.Is(err, storage.ErrDealIDTaken) {
			t.Errorf("a second deal for a quote is not about the id: %v", err)
		}
		proposed := f.deal(q)
		proposed.QuoteID, proposed.ProposalID = "", f.proposal()
		f.write(func(tx *storage.Tx) { tx.InsertDeal(proposed) })
		proposed.ID = "NORTH-" + f.id("")
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.InsertDeal(proposed) })
		unknown := f.deal(f.quote("a", ""))
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertDeal(unknown) })
	},
	"change from one version to the next": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		_, d := f.booked("buyer/1")
		d.Status, d.Version, d.Notes, d.UpdatedAt = parley.DealCancelled, 2, "over", noon.Add(time.Hour)
		d.Impressions, d.Flight.End, d.Price.FinalCPM = 500, flight.End-1, 1
		d.StatusReason, d.BookedOn, d.AssumedImpressions = "changed", flight.Start, 9
		d.Agreed = &parley.Flight{Start: flight.Start, End: flight.End + 1}
		f.write(func(tx *storage.Tx) { tx.UpdateDeal(d) })
		same(f, read(f, askDeal(d.ID)), d)
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.UpdateDeal(d) })
		d.Version = 4
		f.refused(parley.CodeContention, func(tx *storage.Tx) { tx.UpdateDeal(d) })
	},
	"are listed by their creation": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"), f.product("b"))
		var all, second []string
		for i := range 8 {
			q := f.quote("a", "buyer/1")
			if i%2 == 1 {
				q.ProductID, q.Owner, q.ProductName = "b", "buyer/seat_2/50%25/orion", "Rhône"
				q.DealType = parley.PreferredDeal
			}
			d := f.deal(q)
			// Ids fall while time goes on.
			d.ID = string(rune('Z'-i)) + d.ID
			f.write(func(tx *storage.Tx) {
				tx.InsertQuote(q)
				tx.InsertDeal(d)
			})
			if all = append(all, d.ID); i%2 == 1 {
				second = append(second, d.ID)
			}
		}
		id := func(d parley.Deal) string { return d.ID }
		for _, c := range []struct {
			filter storage.DealFilter
			want   []string
		}{
			{storage.DealFilter{}, all},
			{storage.DealFilter{Owner: ptr("buyer/seat_2/50%25/orion")}, second},
			{storage.DealFilter{Buyer: "seat_2"}, second},
			{storage.DealFilter{Buyer: "50%"}, second},
			{storage.DealFilter{Buyer: "Orion"}, second},
			{storage.DealFilter{Buyer: "ori"}, nil},
			{storage.DealFilter{Buyer: "%"}, nil},
			{storage.DealFilter{Buyer: "seat-2"}, nil},
			{storage.DealFilter{ProductID: "b"}, second},
			{storage.DealFilter{DealType: parley.PreferredDeal, Status: parley.DealBooked}, second},
			{storage.DealFilter{Search: "rhô", Buyer: "orion", Status: parley.DealBooked}, second},
			{storage.DealFilter{StartsFrom: ptr(flight.Start), StartsTo: ptr(flight.Start)}, all},
			{storage.DealFilter{StartsFrom: ptr(flight.Start + 1)}, nil},
			{storage.DealFilter{StartsTo: ptr(flight.Start - 1)}, nil},
			{storage.DealFilter{Status: parley.DealCancelled}, nil},
		} {
			pages(f, c.want, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Deal]] {
				c.filter.Page = p
				return r.Deals(c.filter)
			})
		}
	},
	"are found by words and their beginnings": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		long := strings.Repeat("ü", 150)
		var ids []string
		for i, d := range []struct{ product, agency, campaign string }{
			{"Live Sports – Prime", "Ägency “Nord” 東京", "alpha1"},
			{"Late.night/news", "O'Hara-Lund & Sons", "alpha2"},
			{"Liveliness", long + "x", "alpha3"},
			{"Arena\u00a0Nova", `50%_off "or" AND back\slash`, "alpha4"},
			{"one", "two", "alpha5"}, {"one", "two", "alpha6"}, {"one", "two", "alpha7"}, {"one", "two", "alpha8"},
			{"one", "two", "alpha9"}, {"one", "two", "alpha10"}, {"one", "two", "alphabet"},
		} {
			q := f.quote("a", "buyer/seat_7/50%25%2Fx/Orion-9")
			q.ProductName, q.Identity = d.product, parley.Identity{AgencyName: d.agency, CampaignName: d.campaign}
			deal := f.deal(q)
			deal.ID = string(rune('Q'+i)) + "PUB-7K4MC-X9TRP"
			f.write(func(tx *storage.Tx) {
				tx.InsertQuote(q)
				tx.InsertDeal(deal)
			})
			ids = append(ids, deal.ID)
		}
		id := func(d parley.Deal) string { return d.ID }
		for search, want := range map[string][]string{
			"LIVE": {ids[0], ids[2]}, "live spo": ids[:1], "sports LIVE": ids[:1], "Live Liveliness": ids[2:3], "ports": nil, "live news": nil,
			"ÄGENCY": ids[:1], "nord": ids[:1], "東": ids[:1], "京": nil, "late.night": ids[1:2], "night/n": ids[1:2], "hara": ids[1:2],
			"o'hara-lund &": ids[1:2], long: ids[2:3], long + "y": ids[2:3], "nova": ids[3:4], "50% back": ids[3:4], "or and": ids[3:4],
			"alpha": ids, "alpha1": {ids[0], ids[9]}, "alp two": ids[4:], "alphabet": ids[10:], "one": ids[4:],
			"qpub-7k4mc-x9trp": ids[:1], "QPUB-7K4": ids[:1], "7k4mc": ids, "seat_7 orion": ids, "ion": nil,
			// What reads as a question of a database's own.
			`"`: nil, `'`: nil, "*": nil, "-": nil, "!": nil, ":*": nil, "()": nil, "%": nil, `\`: nil, "🎬": nil, " ": nil,
			`live" OR "one`: nil, "one | live": nil, "one & two:*": ids[4:], "NOT one": nil, "NEAR(one two)": nil, "words:one": nil,
			"^one": ids[4:], "{one}": ids[4:], "(one": ids[4:], "'one": ids[4:], `one\`: ids[4:], "one*": ids[4:], "$1 one ?": nil,
			strings.Repeat("one ", 1000): ids[4:], strings.Repeat("a b c d ", 500): nil, strings.Repeat("x", 100_000): nil,
		} {
			t.Run(search[:min(len(search), 40)], func(t *testing.T) {
				pages(&fixture{T: t, store: f.store}, want, id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Deal]] {
					return r.Deals(storage.DealFilter{Search: search, Page: p})
				})
			})
		}
		pages(f, ids[:1], id, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Deal]] {
			return r.Deals(storage.DealFilter{Search: "live spo", Buyer: "50%/X", Sort: storage.DealsByCPM, Page: p})
		})
	},
	"are sorted, the equal ones by their creation": func(t *testing.T, f *fixture) {
		f.stock(f.product("a"))
		type place struct {
			id                     string
			cpm, impressions, date int64
		}
		var all []place
		for i, d := range []place{
			{cpm: 3, impressions: 500, date: 2}, {cpm: 1, impressions: 500, date: 9}, {cpm: 3, impressions: 7, date: 2}, {cpm: 3, impressions: 900, date: 1},
			{cpm: 0, impressions: 500, date: 9}, {cpm: 2, impressions: 1, date: 4}, {cpm: 1, impressions: 500, date: 2},
		} {
			q := f.quote("a", "buyer/1")
			q.Price.FinalCPM, q.Impressions = d.cpm, d.impressions
			q.Flight.Start, q.Flight.End = parley.Date(d.date), parley.Date(d.date+3)
			deal := f.deal(q)
			deal.ID, deal.Status = string(rune('Z'-i))+deal.ID, parley.DealActive
			f.write(func(tx *storage.Tx) {
				tx.InsertQuote(q)
				tx.InsertDeal(deal)
			})
			d.id = deal.ID
			all = append(all, d)
		}
		for sort, by := range map[storage.DealSort]func(place) int64{
			storage.DealsByCreation:    func(place) int64 { return 0 },
			storage.DealsByCPM:         func(d place) int64 { return d.cpm },
			storage.DealsByImpressions: func(d place) int64 { return d.impressions },
			storage.DealsByStart:       func(d place) int64 { return d.date },
		} {
			sorted := slices.Clone(all)
			slices.SortStableFunc(sorted, func(a, b place) int { return cmp.Compare(by(a), by(b)) })
			for _, filter := range []storage.DealFilter{
				{}, {Status: parley.DealActive}, {Search: "Näm"}, {StartsFrom: ptr(parley.Date(2)), StartsTo: ptr(parley.Date(4))},
				{StartsFrom: ptr(parley.Date(4)), ProductID: "a"}, {StartsTo: ptr(parley.Date(2)), Search: "quote", Owner: ptr("buyer/1")},
			} {
				filter.Sort = sort
				var want []string
				for _, d := range sorted {
					if (filter.StartsFrom == nil || d.date >= int64(*filter.StartsFrom)) && (filter.StartsTo == nil || d.date <= int64(*filter.StartsTo)) {
						want = append(want, d.id)
					}
				}
				pages(f, want, func(d parley.Deal) string { return d.ID }, func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Deal]] {
					filter.Page = p
					return r.Deals(filter)
				})
			}
		}
	},
}
