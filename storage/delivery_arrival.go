package storage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley"
)

// A file of figures becomes known in one short transaction, however large it is, and no transaction of its import writes more than a
// step's rows: its rows and what they make of each day's sums are written beside the ledger first, then shown, and then moved into it.
// Of two files the second waits, so that what each replaces is known. An import that ended on the way has left nothing, until it was
// shown, and from then on anybody brings it to its end.

const (
	deliveryStep  = 1000             // rows that a transaction writes
	deliveryClaim = time.Minute      // after its last step an import that was not shown has ended
	deliveryPause = time.Second / 10 // between two looks whether another process's import has ended
)

var errOvertaken = parley.Errorf(parley.CodeContention, "Another file of figures was taken in, since this one took too long. Send it again.")

// arrival is the import that is under way.
type arrival struct {
	id, source   string
	asOf         int64
	claimedUntil time.Time
	shown        bool
}

func (r *Reader) arrival() *Pending[[]arrival] {
	return many(r, func(rows Rows, a *arrival) error {
		return rows.Scan(&a.id, &a.source, &a.asOf, instant(&a.claimedUntil), &a.shown)
	},
		`SELECT import_id, source, as_of, claimed_until, shown FROM delivery_arrival`)
}

// ended tells whether nobody works on an import any more that was not shown. A claim of a clock that is off counts as run out.
func (a arrival) ended(now time.Time) bool {
	return !a.shown && (!now.Before(a.claimedUntil) || a.claimedUntil.After(now.Add(2*deliveryClaim)))
}

// writing runs a transaction, as Store.Tx does.
type writing func(context.Context, func(*Tx) error) error

// arriving takes one file in.
type arriving struct {
	file DeliveryFile
	on   *session
	done parley.DeliveryImport
	// known tells that the file was taken in before.
	known bool
}

func (a *arriving) step() int {
	if a.file.Step > 0 {
		return a.file.Step
	}
	return deliveryStep
}

func (a *arriving) run(ctx context.Context) (err error) {
	if a.file.Preview {
		return a.look(ctx)
	}
	if err := a.claim(ctx); err != nil {
		return err
	}
	defer func() {
		if err == nil && !a.known {
			return
		}
		// What cannot be taken away now is swept by who comes next.
		whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryClaim)
		defer cancel()
		_ = clearArrival(whole, a.on.write, a.file.Import.ID, true, a.step())
	}()
	if err := a.look(ctx); err != nil || a.known {
		return err
	}
	if err := a.beside(ctx); err != nil {
		return err
	}
	if err := a.show(ctx); err != nil {
		return err
	}
	return settleArrival(ctx, a.on.write, a.step())
}

// look finds out, beside everybody, what the file would change. A change of a temporary table, too, holds back on PostgreSQL what followers of
// events are shown until its transaction ends, so that there are several; no other file comes between them, but for a preview.
func (a *arriving) look(ctx context.Context) error {
	steps := []func(*Tx) error{
		func(tx *Tx) (err error) {
			if a.file.Begin != nil {
				if err := a.file.Begin(&tx.Reader); err != nil {
					return err
				}
			}
			a.done, a.known, err = tx.nameDelivery(ctx, a.file)
			return err
		},
		func(tx *Tx) error { return tx.refuseFigures(ctx, a.file) },
		func(tx *Tx) (err error) {
			a.done, err = tx.compareDelivery(ctx, a.done)
			return err
		},
		func(tx *Tx) error {
			if a.file.Preview {
				return nil
			}
			return tx.sumStaged(ctx, a.done)
		},
	}
	for _, step := range steps {
		if err := a.on.look(ctx, step); err != nil {
			return err
		}
		if a.known {
			break
		}
	}
	if a.file.Look == nil {
		return nil
	}
	return a.on.look(ctx, func(tx *Tx) error { return a.file.Look(tx, a.done, a.known) })
}

// claim makes the file the one that is under way, and waits for the one that is.
func (a *arriving) claim(ctx context.Context) error {
	of := a.file.Import
	for {
		var there []arrival
		mine := false
		err := a.on.write(ctx, func(tx *Tx) (err error) {
			tx.lock("import delivery")
			if there, err = tx.arrival().Get(ctx); err != nil {
				return err
			}
			now := a.file.Clock()
			if mine = len(there) == 0 || there[0].ended(now); mine {
				tx.exec(`INSERT INTO delivery_arrival (one, import_id, source, as_of, claimed_until, shown) VALUES (1, $1, $2, $3, $4, FALSE)
					ON CONFLICT (one) DO UPDATE SET import_id = excluded.import_id, source = excluded.source, as_of = excluded.as_of,
						claimed_until = excluded.claimed_until`, of.ID, of.Source, micros(of.AsOf), micros(now.Add(deliveryClaim)))
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case mine && len(there) > 0:
			return clearArrival(ctx, a.on.write, of.ID, false, a.step())
		case mine:
			return nil
		case there[0].shown:
			if err := settleArrival(ctx, a.on.write, a.step()); err != nil {
				return err
			}
		default:
			pause := time.NewTimer(deliveryPause)
			select {
			case <-pause.C:
			case <-ctx.Done():
				pause.Stop()
				return ctx.Err()
			}
		}
	}
}

// holdsArrival fails unless the import is the one that is under way, and was not shown.
func (tx *Tx) holdsArrival(id string, set string, args ...any) {
	args = append(args, id)
	tx.add(Stmt{
		SQL:   fmt.Sprintf(`UPDATE delivery_arrival SET %s WHERE import_id = $%d AND NOT shown`, set, len(args)),
		Args:  args,
		Wants: 1, Otherwise: errOvertaken,
	})
}

// place is where a step of an import ended: a deal, a day, and a line or a code.
type place struct {
	deal string
	day  int64
	last string
}

// walk is a table of rows by deal and day, and by a further column where it has one.
type walk struct{ table, last string }

func (w walk) key() string {
	if w.last == "" {
		return "deal_id, day"
	}
	return "deal_id, day, " + w.last
}

// at writes a place, whose placeholders begin with $n.
func (w walk) at(p place, n int) (text string, args []any) {
	if w.last == "" {
		return fmt.Sprintf("($%d, $%d)", n, n+1), []any{p.deal, p.day}
	}
	return fmt.Sprintf("($%d, $%d, $%d)", n, n+1, n+2), []any{p.deal, p.day, p.last}
}

// within is the condition on the table's rows that they come after a place and not after another, whose placeholders begin with $n.
func (w walk) within(after, to place, n int) (condition string, args []any) {
	from, args := w.at(after, n)
	upTo, more := w.at(to, n+len(args))
	return `(` + w.key() + `) > ` + from + ` AND (` + w.key() + `) <= ` + upTo, append(args, more...)
}

// next answers the place of the last of the table's next rows; none: there are no more.
func (r *Reader) next(w walk, after place, step int) *Pending[[]place] {
	last := "''"
	if w.last != "" {
		last = w.last
	}
	from, args := w.at(after, 1)
	return many(r, func(rows Rows, p *place) error { return rows.Scan(&p.deal, &p.day, &p.last) },
		fmt.Sprintf(`SELECT deal_id, day, %s FROM (SELECT %[2]s FROM %[3]s WHERE (%[2]s) > %[4]s ORDER BY %[2]s LIMIT %[5]d) AS step ORDER BY %[6]s DESC LIMIT 1`,
			last, w.key(), w.table, from, step, strings.ReplaceAll(w.key(), ",", " DESC,")), args...)
}

// drop deletes the table's rows after a place, up to another.
func (tx *Tx) drop(w walk, after, to place) {
	condition, args := w.within(after, to, 1)
	tx.exec(`DELETE FROM `+w.table+` WHERE `+condition, args...)
}

// stepping has the transaction's statements go by indexes. A plan is made once and kept: made while the ledger was small, one would go
// through the whole of it at each step.
func (tx *Tx) stepping() {
	if tx.dialect.StepByIndex != "" {
		tx.exec(tx.dialect.StepByIndex)
	}
}

var (
	stagedRows   = walk{"staged_delivery", "line"}
	arrivingRows = walk{"delivery_arriving", "line"}
	arrivingSums = walk{"delivery_arriving_sums", ""}
	arrivingLoss = walk{"delivery_arriving_losses", "code"}
)

const (
	arrivingColumns = `deal_id, day, line, ` + figureColumns + `, final`
	lossColumns     = `deal_id, source, day, code, bids`
)

// beside writes the rows that change something, and the sums and losses of their days, beside the ledger.
func (a *arriving) beside(ctx context.Context) error {
	for _, c := range [...]struct {
		from    walk
		to      string
		columns string
	}{
		{stagedRows, arrivingRows.table, arrivingColumns},
		{walk{"staged_sums", ""}, arrivingSums.table, strings.Join(sumColumns(), ", ")},
		{walk{"staged_losses", "code"}, arrivingLoss.table, lossColumns},
	} {
		for from, more := (place{}), true; more; {
			err := a.on.write(ctx, func(tx *Tx) error {
				tx.stepping()
				to, err := tx.next(c.from, from, a.step()).Get(ctx)
				if more = len(to) > 0; err != nil || !more {
					return err
				}
				tx.holdsArrival(a.file.Import.ID, `claimed_until = $1`, micros(a.file.Clock().Add(deliveryClaim)))
				step, args := c.from.within(from, to[0], 1)
				tx.exec(`INSERT INTO `+c.to+` (`+c.columns+`) SELECT `+c.columns+` FROM `+c.from.table+` WHERE `+step, args...)
				from = to[0]
				return tx.flush(ctx)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// show has the file count, all of it.
func (a *arriving) show(ctx context.Context) error {
	return a.on.write(ctx, func(tx *Tx) error {
		tx.lock("import delivery")
		tx.holdsArrival(a.done.ID, `shown = TRUE`)
		tx.exec(`INSERT INTO delivery_imports (`+importColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			a.done.ID, a.done.Source, a.done.Digest, a.done.Rows, a.done.Skipped, a.done.Changed, int64(a.done.From), int64(a.done.To), micros(a.done.AsOf), a.done.By, micros(a.done.At))
		tx.exec(`INSERT INTO delivery_summed (import_id) VALUES ($1) ON CONFLICT (import_id) DO NOTHING`, a.done.ID)
		if err := tx.flush(ctx); err != nil || a.file.Finish == nil {
			return err
		}
		return a.file.Finish(tx, a.done)
	})
}

// settleArrival moves what was shown into the ledger. Several may do so at the same time.
func settleArrival(ctx context.Context, write writing, step int) error {
	for from, more := (place{}), true; more; {
		err := write(ctx, func(tx *Tx) (err error) {
			from, more, err = tx.settle(ctx, from, step)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// settle moves a step's rows after a place, then, once there are no more, the sums of a step's days, and at last takes the import away.
func (tx *Tx) settle(ctx context.Context, from place, step int) (place, bool, error) {
	tx.lock("import delivery")
	tx.stepping()
	there, rows := tx.arrival(), tx.next(arrivingRows, from, step)
	found, err := there.Get(ctx)
	if err != nil || len(found) == 0 || !found[0].shown {
		return place{}, false, err
	}
	a := found[0]
	if len(rows.value) > 0 { // the same flush has brought them
		to := rows.value[0]
		within, args := arrivingRows.within(from, to, 4)
		args = append([]any{a.source, a.id, a.asOf}, args...)
		tx.exec(`INSERT INTO delivery_revisions (deal_id, day, source, line, `+figureColumns+`, as_of, final, import_id, replaced_by)
			SELECT known.deal_id, known.day, known.source, known.line, known.impressions, known.clicks, known.completions, known.viewable,
				known.bid_requests, known.bids, known.wins, known.spend_micros, known.currency, known.losses, known.as_of, known.final,
				known.import_id, CAST($2 AS TEXT)
			FROM `+tx.dialect.Probe(`(SELECT deal_id, day, line FROM delivery_arriving WHERE `+within+`) AS arriving`, "delivery_days", "known",
			[]string{"deal_id", "day", "source", "line"}, []string{"arriving.deal_id", "arriving.day", "$1", "arriving.line"})+` WHERE known.as_of < $3`, args...)
		tx.exec(`INSERT INTO delivery_days (deal_id, day, source, line, `+figureColumns+`, as_of, final, import_id)
			SELECT deal_id, day, CAST($1 AS TEXT), line, `+figureColumns+`, CAST($3 AS BIGINT), final, CAST($2 AS TEXT) FROM delivery_arriving WHERE `+within+`
			ON CONFLICT (deal_id, day, source, line) DO UPDATE SET impressions = excluded.impressions, clicks = excluded.clicks,
				completions = excluded.completions, viewable = excluded.viewable, bid_requests = excluded.bid_requests, bids = excluded.bids,
				wins = excluded.wins, spend_micros = excluded.spend_micros, currency = excluded.currency, losses = excluded.losses,
				as_of = excluded.as_of, final = excluded.final, import_id = excluded.import_id
			WHERE delivery_days.as_of < excluded.as_of`, args...)
		tx.drop(arrivingRows, from, to)
		return to, true, nil
	}
	if from != (place{}) { // from the beginning once more, since another may have begun before
		return place{}, true, nil
	}
	sums, err := tx.next(arrivingSums, place{}, step).Get(ctx)
	if err != nil {
		return place{}, false, err
	}
	if len(sums) > 0 {
		names := strings.Join(sumColumns(), ", ")
		within, args := arrivingSums.within(place{}, sums[0], 1)
		of := func(columns string) string {
			return `SELECT ` + columns + ` FROM delivery_arriving_sums WHERE ` + within
		}
		tx.exec(`DELETE FROM delivery_losses WHERE (deal_id, source, day) IN (`+of("deal_id, source, day")+`)`, args...)
		tx.exec(`INSERT INTO delivery_losses (`+lossColumns+`) SELECT `+lossColumns+` FROM delivery_arriving_losses WHERE `+within, args...)
		tx.exec(`DELETE FROM delivery_arriving_losses WHERE `+within, args...)
		tx.exec(`INSERT INTO delivery_sums (`+names+`) `+of(names)+replacing(), args...) // late, since their triggers hold how deals stand
		tx.drop(arrivingSums, place{}, sums[0])
		return place{}, true, nil
	}
	tx.exec(`DELETE FROM delivery_arrival WHERE shown`)
	return place{}, false, nil
}

// clearArrival takes away what an import has written that was not shown, and where it ends the import with it.
func clearArrival(ctx context.Context, write writing, id string, ends bool, step int) error {
	for _, w := range [...]walk{arrivingRows, arrivingSums, arrivingLoss} {
		for from, more := (place{}), true; more; {
			err := write(ctx, func(tx *Tx) error {
				tx.stepping()
				to, err := tx.next(w, from, step).Get(ctx)
				if more = len(to) > 0; err != nil || !more {
					return err
				}
				tx.holdsArrival(id, `import_id = import_id`)
				tx.drop(w, from, to[0])
				from = to[0]
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	if !ends {
		return nil
	}
	return write(ctx, func(tx *Tx) error {
		tx.exec(`DELETE FROM delivery_arrival WHERE import_id = $1 AND NOT shown`, id)
		return nil
	})
}

// EndDelivery brings the import of a process that ended to its end: what was shown is moved into the ledger, and its id answered; what
// was not shown is taken away.
func (s *Store) EndDelivery(ctx context.Context, now time.Time) (settled string, err error) {
	var there []arrival
	err = s.Read(ctx, func(r *Reader) (err error) {
		there, err = r.arrival().Get(ctx)
		return err
	})
	switch {
	case err != nil || len(there) == 0:
		return "", err
	case there[0].shown:
		return there[0].id, settleArrival(ctx, s.Tx, deliveryStep)
	case !there[0].ended(now):
		return "", nil
	}
	const swept = "swept" // no id of an import
	err = s.Tx(ctx, func(tx *Tx) error {
		tx.holdsArrival(there[0].id, `import_id = $1`, swept)
		return nil
	})
	if err != nil {
		return "", err
	}
	return "", clearArrival(ctx, s.Tx, swept, true, deliveryStep)
}

// shownSums selects columns of the sums of days, under a condition on them that has each column's table as sums: those of the ledger but
// for the days of which a file that is shown says something, and that file's.
func shownSums(columns, condition string) string {
	return shown("delivery_sums", "delivery_arriving_sums", columns, condition)
}

// shownLosses is as shownSums, of the reasons that bids were lost for.
func shownLosses(columns, condition string) string {
	return shown("delivery_losses", "delivery_arriving_losses", columns, condition)
}

func shown(kept, arriving, columns, condition string) string {
	return `SELECT ` + columns + ` FROM ` + kept + ` AS sums WHERE ` + condition + ` AND NOT EXISTS (SELECT 1 FROM delivery_arrival CROSS JOIN delivery_arriving_sums AS newer
			WHERE delivery_arrival.shown AND newer.deal_id = sums.deal_id AND newer.day = sums.day AND newer.source = sums.source)
		UNION ALL SELECT ` + columns + ` FROM delivery_arrival CROSS JOIN ` + arriving + ` AS sums WHERE delivery_arrival.shown AND ` + condition
}

// qualified names columns of a table.
func qualified(table string, columns ...string) string {
	return table + "." + strings.Join(columns, ", "+table+".")
}

// hasFigures is the condition that figures are known of deals. How a deal stands is told from its first figures on.
var hasFigures = `(EXISTS (SELECT 1 FROM delivery_standings WHERE delivery_standings.deal_id = deals.id) OR ` + figuresShown("deals.id") + `)`
