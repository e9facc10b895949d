package storage

import (
	"fmt"
	"math"

	"parley"
)

// kind is a kind of row that transactions lock. Their order is the one in which every transaction takes its locks, so that
// no two wait for each other in a circle; rows of one kind are locked in the order of their ids.
type kind int

const (
	approvalRow kind = iota + 1
	quoteRow
	proposalRow
	negotiationRow
	dealRow
	orderRow
	changeRow
	destinationRow
	activationRow
	budgetRow
	holdRow
	ledgerRow
)

var kindNames = map[kind]string{
	approvalRow: "approval", quoteRow: "quote", proposalRow: "proposal", negotiationRow: "negotiation", dealRow: "deal",
	orderRow: "order", changeRow: "change request", destinationRow: "destination", activationRow: "activation", budgetRow: "negotiation budget", holdRow: "hold", ledgerRow: "ledger",
}

// locked is a row that a transaction holds.
type locked struct {
	kind kind
	id   string
}

// lockOrder is what a transaction has locked so far, in a store that checks it.
type lockOrder struct {
	held map[locked]bool
	last locked
	days map[string][]parley.Flight // of each product's ledger
	all  bool                       // days of many products, which nobody knows here
}

// lastDay is after all days of a ledger.
const lastDay = parley.Date(math.MaxInt32)

// checkLockOrder makes the transaction fail when it locks a row out of order, which in another transaction's company can be
// a deadlock.
func (tx *Tx) checkLockOrder() {
	tx.lockOrder = &lockOrder{held: map[locked]bool{}, days: map[string][]parley.Flight{}}
}

// locks notes that the next statement locks a row that is there.
func (tx *Tx) locks(k kind, id string) {
	if tx.lockOrder == nil || tx.lockOrder.held[locked{k, id}] {
		return
	}
	if last := tx.lockOrder.last; k < last.kind || k == last.kind && id < last.id {
		tx.spoil(outOfOrder(k, id, last))
	}
	tx.lockOrder.last = locked{k, id}
	tx.lockOrder.held[tx.lockOrder.last] = true
}

// added notes a row that the transaction itself makes. Nobody else can wait for it, so it may come at any time.
func (tx *Tx) added(k kind, id string) {
	if tx.lockOrder != nil {
		tx.lockOrder.held[locked{k, id}] = true
	}
}

// beforeDays notes that the next statement writes a deal, with which locks may come that its triggers take: the ledger's days
// are locked after all else.
func (tx *Tx) beforeDays(dealID string) {
	if tx.lockOrder != nil && tx.lockOrder.last.kind == ledgerRow {
		tx.spoil(outOfOrder(dealRow, dealID, tx.lockOrder.last))
	}
}

// locksDays notes that the next statement locks days of a product's ledger, in their order. They can follow days of products
// whose ids come before, and of the product itself those that include them.
func (tx *Tx) locksDays(productID string, flights ...parley.Flight) {
	if tx.lockOrder == nil {
		return
	}
	if tx.lockOrder.all {
		tx.spoil(fmt.Errorf("storage: days of %s are locked after days of many products", productID))
	}
	held, known := tx.lockOrder.days[productID]
	for other := range tx.lockOrder.days {
		if !known && other > productID {
			tx.spoil(fmt.Errorf("storage: days of %s are locked after days of %s: lock them in the order of their ids", productID, other))
		}
	}
	for _, flight := range flights {
		if known && !covered(flight, held) {
			tx.spoil(fmt.Errorf("storage: days of the ledger are locked after others of it: hold them together"))
		}
	}
	tx.lockOrder.days[productID] = append(held, flights...)
	tx.lockOrder.last = locked{kind: ledgerRow}
}

// locksAllDays notes that the next statement locks days of many products, in the order of their ids, and of the days.
func (tx *Tx) locksAllDays() {
	if tx.lockOrder == nil {
		return
	}
	if tx.lockOrder.last.kind == ledgerRow {
		tx.spoil(fmt.Errorf("storage: days of many products are locked after others: hold them together"))
	}
	tx.lockOrder.all, tx.lockOrder.last = true, locked{kind: ledgerRow}
}

func covered(flight parley.Flight, held []parley.Flight) bool {
	for _, h := range held {
		if h.Start <= flight.Start && flight.End <= h.End {
			return true
		}
	}
	return false
}

func outOfOrder(k kind, id string, last locked) error {
	return fmt.Errorf("storage: the %s %s is locked after the %s %s: that is out of order", kindNames[k], id, kindNames[last.kind], last.id)
}

// locking asks for rows of a kind, in the order of their ids, and locks them.
func locking[T any](tx *Tx, k kind, id func(*T) string, scan scanner[T], sql string, args ...any) *Pending[[]T] {
	if tx.lockOrder == nil {
		return many(&tx.Reader, scan, sql, args...)
	}
	after := tx.lockOrder.last
	if k < after.kind {
		tx.spoil(outOfOrder(k, "rows", after))
	}
	if k > after.kind {
		after = locked{kind: k}
		tx.lockOrder.last = after
	}
	return many(&tx.Reader, func(rows Rows, row *T) error {
		if err := scan(rows, row); err != nil {
			return err
		}
		if found := (locked{k, id(row)}); !tx.lockOrder.held[found] {
			if found.id < after.id {
				return outOfOrder(k, found.id, after)
			}
			tx.lockOrder.held[found] = true
		}
		return nil
	}, sql, args...)
}
