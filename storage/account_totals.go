package storage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley"
)

// BookedByAccount answers what the deals booked on some days come to, by how they stand now, by product and account, at most so many of them,
// those with the greatest value. It looks at all deals booked on the days, and at no others.
func (r *Reader) BookedByAccount(ctx context.Context, days parley.Flight, most int) ([]DealTotal, error) {
	all, err := r.byAccount(ctx, `CASE status WHEN 'cancelled' THEN 'cancelled' ELSE 'booked' END`, r.indexedBy("deals_booked_for"),
		`booked_on IS NOT NULL AND booked_on BETWEEN $1 AND $2 AND (status = 'cancelled' OR `+inForce+`)`, int64(days.Start), int64(days.End))
	if len(all) > most {
		slices.SortStableFunc(all, func(a, b DealTotal) int { return cmp.Compare(b.Micros, a.Micros) })
		all = all[:most]
	}
	return all, err
}

// WaitingTotals answers what the deals come to that were made in a period and wait to be booked, by product and account. It looks at all that
// wait.
func (r *Reader) WaitingTotals(ctx context.Context, from, to time.Time) ([]DealTotal, error) {
	return r.byAccount(ctx, `'pipeline'`, "", `status IN ('proposed', 'negotiating', 'accepted') AND created_at >= $1 AND created_at < $2`, micros(from), micros(to))
}

// written is how deals are added up before it is known whose they are: by whom they count for as keys write it, and, where that is to be told
// apart, by the DSP that they state.
type written struct {
	product, payer, said string
	currency             parley.Currency
	kind                 string
}

// byAccount adds deals of some kind up by product, account, currency and kind. What keys write in several ways is one account's, which is asked
// for once for each of these. Where keys from before owners had a DSP share one, some without a DSP, the deals are told apart by the DSP that they
// state.
func (r *Reader) byAccount(ctx context.Context, kind, index, where string, args ...any) ([]DealTotal, error) {
	totals, err := r.written(``, `COALESCE(account, ''), ''`, kind, `deals`+index+` WHERE `+where, args...).Get(ctx)
	if err != nil || len(totals) == 0 {
		return nil, err
	}
	payers := map[string]bool{}
	for w := range totals {
		payers[w.payer] = true
	}
	accounts, shared, err := r.payers(ctx, slices.Sorted(maps.Keys(payers)))
	if err != nil {
		return nil, err
	}
	if len(shared) > 0 {
		maps.DeleteFunc(totals, func(w written, _ *DealTotal) bool { return slices.Contains(shared, w.payer) })
		apart, err := r.sharing(ctx, shared, kind, where, args, accounts)
		if err != nil {
			return nil, err
		}
		maps.Copy(totals, apart)
	}
	whole := map[written]*DealTotal{}
	for w, t := range totals {
		w.payer, w.said = cmp.Or(accounts[payer{w.payer, w.said}], w.payer), ""
		sum := whole[w]
		if sum == nil {
			t.Account, whole[w] = w.payer, t
			continue
		}
		sum.Deals, sum.Unstated, sum.Impressions, sum.Micros = sum.Deals+t.Deals, sum.Unstated+t.Unstated, sum.Impressions+t.Impressions, parley.AddedUp(sum.Micros, t.Micros)
	}
	all := make([]DealTotal, 0, len(whole))
	for _, t := range whole {
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b DealTotal) int {
		return cmp.Or(cmp.Compare(a.ProductID, b.ProductID), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Kind, b.Kind))
	})
	return all, nil
}

// payer is whom deals count for, as keys write it, and the DSP that the deals state; empty: whichever.
type payer struct{ payer, said string }

// written adds deals up. payer are two columns, whom a deal counts for and at which DSP; from has the tables and the conditions, with what comes
// before the query.
func (r *Reader) written(with, payer, kind, from string, args ...any) *Pending[map[written]*DealTotal] {
	p := asking[map[written]*DealTotal](r)
	p.value = map[written]*DealTotal{}
	query := with + `SELECT product_id, ` + payer + `, currency, ` + kind + `, impressions, final_micros FROM ` + from
	r.add(Stmt{SQL: query, Args: args, Scan: func(rows Rows) error {
		for rows.Next() {
			var (
				w                written
				impressions, cpm int64
			)
			if err := rows.Scan(&w.product, &w.payer, &w.said, (*string)(&w.currency), &w.kind, &impressions, &cpm); err != nil {
				return err
			}
			t := p.value[w]
			if t == nil {
				t = &DealTotal{ProductID: w.product, Currency: w.currency, Kind: w.kind}
				p.value[w] = t
			}
			t.Deals, t.Impressions = t.Deals+1, t.Impressions+impressions
			if impressions == 0 {
				t.Unstated++
			}
			value, _ := parley.DealValue(cpm, impressions) // what cannot be counted is of no deal that was booked
			t.Micros = parley.AddedUp(t.Micros, value)
		}
		return rows.Err()
	}})
	return p
}

// payers answers whose accounts payers are, as far as they are anybody's, and those that share an owner with seats at other DSPs.
func (r *Reader) payers(ctx context.Context, payers []string) (accounts map[payer]string, shared []string, err error) {
	accounts = map[payer]string{}
	asked := asking[struct{}](r)
	query := r.thesePayers(1) + `SELECT payer, COALESCE(` + r.dialect.payingAccount("") + `, ''), payer LIKE 'seat/%' AND (SELECT COUNT(DISTINCT party_platform) FROM keys WHERE belongs_to = ` + seatOwner + `) > 1 FROM payers`
	r.add(Stmt{SQL: query, Args: []any{r.json(orEmpty(payers))}, Scan: func(rows Rows) error {
		for rows.Next() {
			var (
				p       payer
				account string
				several bool
			)
			if err := rows.Scan(&p.payer, &account, &several); err != nil {
				return err
			}
			if accounts[p] = account; several {
				shared = append(shared, p.payer)
			}
		}
		return rows.Err()
	}})
	_, err = asked.Get(ctx)
	return accounts, shared, err
}

// sharing adds up the deals of payers that share an owner by the DSP that each states, and says whose accounts these are.
func (r *Reader) sharing(
	ctx context.Context, shared []string, kind, where string, args []any, accounts map[payer]string,
) (map[written]*DealTotal, error) {
	these := r.json(orEmpty(shared))
	if err := r.sharers(ctx, these, accounts); err != nil {
		return nil, err
	}
	return r.written(r.thesePayers(len(args)+1), `payer, `+saidDSP("deals"), kind, `payers CROSS JOIN deals WHERE deals.owner = `+seatOwner+` AND `+where,
		append(slices.Clone(args), these)...).Get(ctx)
}

// sharers adds to accounts whose those are that share an owner, payers in JSON, by the DSP that each states.
func (r *Reader) sharers(ctx context.Context, these any, accounts map[payer]string) error {
	asked := asking[struct{}](r)
	query := r.thesePayers(1) + `SELECT payer, said, COALESCE(` + r.dialect.payingAccount("said") + `, '') FROM (SELECT DISTINCT payer, ` + saidDSP("keys") + ` AS said
		FROM payers CROSS JOIN keys WHERE keys.belongs_to = ` + seatOwner + `) AS seats`
	r.add(Stmt{SQL: query, Args: []any{these}, Scan: func(rows Rows) error {
		for rows.Next() {
			var (
				p       payer
				account string
			)
			if err := rows.Scan(&p.payer, &p.said, &account); err != nil {
				return err
			}
			accounts[p] = account
		}
		return rows.Err()
	}})
	_, err := asked.Get(ctx)
	return err
}

// AccountsOfDeals answers the ids of the accounts that deals count for in reports, in their order; of a deal of none, see parley.Payer.
func (r *Reader) AccountsOfDeals(ctx context.Context, deals []parley.Deal) ([]string, error) {
	written := map[string]bool{}
	for _, d := range deals {
		written[parley.Payer(d.Owner)] = true
	}
	accounts, shared, err := r.payers(ctx, slices.Sorted(maps.Keys(written)))
	if err == nil && len(shared) > 0 {
		err = r.sharers(ctx, r.json(orEmpty(shared)), accounts)
	}
	of := make([]string, len(deals))
	for i, d := range deals {
		p := payer{payer: parley.Payer(d.Owner)}
		if slices.Contains(shared, p.payer) {
			p.said = d.Identity.DSPPlatform
		}
		of[i] = cmp.Or(accounts[p], p.payer)
	}
	return of, err
}

// thesePayers is a common table, payers, of those that the placeholder with a number has.
func (r *Reader) thesePayers(placeholder int) string {
	return `WITH payers (payer) AS MATERIALIZED (` + strings.Replace(r.dialect.Elements, "$1", "$"+strconv.Itoa(placeholder), 1) + `) `
}
