package storage

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"parley"
)

// flightDays is a recursive query over the days of a flight from $2 to $3, with each day's share of $4 impressions: an
// equal part, and one more of the remainder on the first days.
const flightDays = `WITH RECURSIVE days (day, amount) AS (
		SELECT CAST($2 AS INTEGER), CAST($4 AS BIGINT) / ($3 - $2 + 1) + CASE WHEN $4 % ($3 - $2 + 1) > 0 THEN 1 ELSE 0 END
		UNION ALL
		SELECT day + 1, $4 / ($3 - $2 + 1) + CASE WHEN day + 1 - $2 < $4 % ($3 - $2 + 1) THEN 1 ELSE 0 END
		FROM days WHERE day < $3
	)`

// Capacity answers one entry for each day of the flight, in order; a day without a row of its own has the product's
// daily capacity and nothing reserved. An unknown product has no entries.
func (r *Reader) Capacity(productID string, flight parley.Flight) *Pending[[]parley.DayCapacity] {
	q := question{what: "capacity", id: productID, flight: flight, ledger: productID}
	return known(r, q, func() *Pending[[]parley.DayCapacity] { return r.capacity(productID, flight) })
}

// capacity asks for the days as one text, four words for each: reading thirty rows takes several times as long.
func (r *Reader) capacity(productID string, flight parley.Flight) *Pending[[]parley.DayCapacity] {
	const query = `SELECT daily_impressions, (
			SELECT string_agg(day || ' ' || COALESCE(CAST(capacity AS TEXT), '-') || ' ' || reserved || ' ' || CASE WHEN declared THEN 1 ELSE 0 END, ' ')
			FROM inventory_days WHERE product_id = $1 AND day BETWEEN $2 AND $3
		) FROM products WHERE id = $1`
	p := asking[[]parley.DayCapacity](r)
	p.value = []parley.DayCapacity{}
	r.add(Stmt{SQL: query, Args: []any{productID, int64(flight.Start), int64(flight.End)}, Scan: func(rows Rows) error {
		for rows.Next() {
			var daily *int64
			var ledger *string
			if err := rows.Scan(&daily, &ledger); err != nil {
				return err
			}
			p.value = make([]parley.DayCapacity, flight.Days())
			for i := range p.value {
				p.value[i] = parley.DayCapacity{Day: flight.Start + parley.Date(i), Capacity: daily}
			}
			if ledger == nil {
				continue
			}
			if err := readDays(*ledger, p.value); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return p
}

// readDays reads the days of a flight that have a row of their own.
func readDays(ledger string, days []parley.DayCapacity) error {
	for word := range slices.Chunk(strings.Fields(ledger), 4) {
		day, noDay := strconv.ParseInt(word[0], 10, 32)
		reserved, noReserved := strconv.ParseInt(word[2], 10, 64)
		var capacity *int64
		var noCapacity error
		if word[1] != "-" {
			capacity = new(int64)
			*capacity, noCapacity = strconv.ParseInt(word[1], 10, 64)
		}
		if err := errors.Join(noDay, noReserved, noCapacity); err != nil {
			return fmt.Errorf("storage: a day of the ledger: %w", err)
		}
		of := &days[parley.Date(day)-days[0].Day]
		of.Capacity, of.Reserved, of.Declared = capacity, reserved, word[3] == "1"
	}
	return nil
}

// Reserve takes impressions, spread evenly over the flight with the remainder on its first days. When any day would go over its
// capacity, or has none declared, the transaction fails with CodeContention caused by ErrCapacity. A day without a row gets one that
// follows the product's daily capacity; the product stays as it is until the transaction ends, so that an import cannot lower that
// capacity unseen. Like all that writes days, it locks the product before them, so that two bookings never wait for each other in a
// circle.
func (tx *Tx) Reserve(productID string, flight parley.Flight, impressions int64) {
	tx.locksDays(productID, flight)
	take := Stmt{
		SQL: tx.dialect.TakeDays, Args: []any{productID, int64(flight.Start), int64(flight.End), impressions}, Ledger: productID,
		Wants: min(flight.Days(), impressions), Otherwise: notFound("product", productID), Refused: refuse(shortOfCapacity(productID), Check),
	}
	if tx.dialect.MakeDays != "" {
		tx.exec(tx.dialect.MakeDays, take.Args[:3]...)
		tx.add(take)
		return
	}
	const missing = `, product AS (SELECT id, daily_impressions FROM products WHERE id = $1)
		INSERT INTO inventory_days (product_id, day, capacity, reserved, declared)
		SELECT product.id, days.day, product.daily_impressions, days.amount, FALSE
		FROM product CROSS JOIN days
		LEFT JOIN inventory_days AS present ON present.product_id = product.id AND present.day = days.day
		WHERE days.amount > 0 AND present.day IS NULL`
	// Most often every day has a row already.
	all := take
	take.Otherwise = nil
	take.Else = func(n int64) *Stmt {
		if n == all.Wants {
			return nil
		}
		rest := all
		rest.SQL, rest.Wants = flightDays+missing, all.Wants-n
		return &rest
	}
	tx.add(take)
}

// Release gives back what Reserve took for the same arguments.
func (tx *Tx) Release(productID string, flight parley.Flight, impressions int64) {
	tx.locksDays(productID, flight)
	release := flightDays + `, product AS (SELECT id FROM products WHERE id = $1` + tx.dialect.ForUpdate + `), held AS (
			SELECT day FROM inventory_days WHERE product_id = (SELECT id FROM product) AND day BETWEEN $2 AND $3 ORDER BY day` + tx.dialect.ForUpdate + `)
		UPDATE inventory_days SET reserved = reserved - days.amount
		FROM days JOIN held ON held.day = days.day
		WHERE inventory_days.product_id = $1 AND inventory_days.day = days.day AND days.amount > 0`
	tx.add(Stmt{
		SQL: release, Args: []any{productID, int64(flight.Start), int64(flight.End), impressions},
		Wants: min(flight.Days(), impressions), Otherwise: notFound("product", productID), Ledger: productID,
	})
}

// HoldDays keeps the days of both flights from changing until the transaction ends. What takes days and gives others
// back holds all of them first, so that two that go opposite ways do not wait for each other in a circle. A day without
// a row gets one with nothing reserved, so that it is held too.
func (tx *Tx) HoldDays(productID string, one, other parley.Flight) {
	tx.locksDays(productID, one, other)
	hold := `WITH RECURSIVE one (day) AS (
			SELECT CAST($2 AS INTEGER) UNION ALL SELECT day + 1 FROM one WHERE day < $3
		), other (day) AS (
			SELECT CAST($4 AS INTEGER) UNION ALL SELECT day + 1 FROM other WHERE day < $5
		), product AS (SELECT id, daily_impressions FROM products WHERE id = $1` + tx.dialect.ForUpdate + `)
		INSERT INTO inventory_days (product_id, day, capacity, reserved, declared)
		SELECT product.id, days.day, product.daily_impressions, 0, FALSE
		FROM product CROSS JOIN (SELECT day FROM one UNION SELECT day FROM other) AS days
		WHERE TRUE ORDER BY days.day
		ON CONFLICT (product_id, day) DO UPDATE SET reserved = inventory_days.reserved`
	tx.add(Stmt{
		SQL:  hold,
		Args: []any{productID, int64(one.Start), int64(one.End), int64(other.Start), int64(other.End)}, Ledger: productID,
	})
}

// SetCapacity declares each day's capacity; nil takes the declaration back, so that the product's daily capacity holds
// again. A capacity below what is reserved, or none where anything is, is CodeContention caused by ErrCapacity. Like all that
// writes days, it locks the product before them, and them in their order.
func (tx *Tx) SetCapacity(productID string, flight parley.Flight, capacity *int64) {
	tx.locksDays(productID, flight)
	if tx.dialect.ForUpdate != "" {
		tx.exec(`WITH held AS (SELECT 1 FROM products WHERE id = $1`+tx.dialect.ForUpdate+`) SELECT COUNT(*) FROM held`, productID)
	}
	args := []any{productID, int64(flight.Start), int64(flight.End), capacity}
	if capacity == nil {
		follow := `WITH held AS (
				SELECT day FROM inventory_days WHERE product_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day` + tx.dialect.ForUpdate + `)
			UPDATE inventory_days SET declared = FALSE,
				capacity = (SELECT daily_impressions FROM products WHERE products.id = inventory_days.product_id)
			FROM held WHERE inventory_days.product_id = $1 AND inventory_days.day = held.day`
		tx.add(Stmt{SQL: follow, Args: args[:3], Ledger: productID, Refused: refuse(shortOfCapacity(productID), Check)})
		return
	}
	const declare = `WITH RECURSIVE days (day) AS (
			SELECT CAST($2 AS INTEGER) UNION ALL SELECT day + 1 FROM days WHERE day < $3
		)
		INSERT INTO inventory_days (product_id, day, capacity, reserved, declared)
		SELECT CAST($1 AS TEXT), day, CAST($4 AS BIGINT), 0, TRUE FROM days WHERE TRUE ORDER BY day
		ON CONFLICT (product_id, day) DO UPDATE SET capacity = excluded.capacity, declared = TRUE`
	unknown := notFound("product", productID)
	tx.add(Stmt{SQL: declare, Args: args, Ledger: productID, Refused: func(met Constraint) *parley.Error {
		switch met {
		case Check:
			return shortOfCapacity(productID)
		case ForeignKey:
			return unknown
		case PrimaryKey, Unique:
		}
		return nil
	}})
}

// OversoldDay answers the first day from one on that has no capacity of its own and more reserved than a daily capacity; an empty one
// when there is none. Without a daily capacity, anything reserved is more.
func (r *Reader) OversoldDay(productID string, daily *int64, from parley.Date) *Pending[parley.DayCapacity] {
	scan := func(rows Rows, d *parley.DayCapacity) error { return rows.Scan((*int32)(&d.Day), &d.Reserved) }
	return maybe(r, scan, `SELECT day, reserved FROM inventory_days
		WHERE product_id = $1 AND day >= $2 AND NOT declared AND reserved > COALESCE(CAST($3 AS BIGINT), 0) ORDER BY day LIMIT 1`,
		productID, int64(from), daily)
}

func shortOfCapacity(productID string) *parley.Error {
	return &parley.Error{
		Code:    parley.CodeContention,
		Message: "The capacity of product " + productID + " does not allow it on every day.",
		Cause:   ErrCapacity,
	}
}
