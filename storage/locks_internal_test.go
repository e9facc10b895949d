package storage

import (
	"context"
	"testing"

	"parley"
)

type silent struct{}

func (silent) Batch(context.Context, []Stmt) error { return nil }

// TestLocksAreTakenInOneOrder locks two rows of each pair of kinds, and two of one kind, in each order.
func TestLocksAreTakenInOneOrder(t *testing.T) {
	t.Parallel()
	lock := map[kind]func(*Tx, string){
		approvalRow:    func(tx *Tx, id string) { tx.ApprovalForUpdate(id) },
		quoteRow:       func(tx *Tx, id string) { tx.QuoteForUpdate(id) },
		proposalRow:    func(tx *Tx, id string) { tx.ProposalForUpdate(id) },
		negotiationRow: func(tx *Tx, id string) { tx.NegotiationForUpdate(id) },
		dealRow:        func(tx *Tx, id string) { tx.UpdateDeal(parley.Deal{ID: id}) },
		orderRow:       func(tx *Tx, id string) { tx.MoveOrder(id, parley.OrderTransition{}) },
		changeRow:      func(tx *Tx, id string) { tx.ChangeForUpdate(id) },
		destinationRow: func(tx *Tx, id string) { tx.DestinationForUpdate(id) },
		activationRow:  func(tx *Tx, id string) { tx.UpdateActivation(parley.Activation{ID: id}, 0) },
	}
	dialect := &Dialect{}
	try := func(checked bool, steps ...func(*Tx)) error {
		tx := &Tx{Reader: Reader{conn: silent{}, dialect: dialect}}
		if checked {
			tx.checkLockOrder()
		}
		for _, step := range steps {
			step(tx)
		}
		return tx.flush(t.Context())
	}
	for a, first := range lock {
		for b, second := range lock {
			ascending := func(tx *Tx) { first(tx, "1"); second(tx, "2") }
			if err := try(true, ascending); (err == nil) != (a <= b) {
				t.Errorf("%s 1, then %s 2: %v", kindNames[a], kindNames[b], err)
			}
			if err := try(true, func(tx *Tx) { first(tx, "2"); second(tx, "1") }); (err == nil) != (a < b) {
				t.Errorf("%s 2, then %s 1: %v", kindNames[a], kindNames[b], err)
			}
			if err := try(true, func(tx *Tx) { tx.added(b, "2") }, ascending); err != nil {
				t.Errorf("%s 1, then a new %s: %v", kindNames[a], kindNames[b], err)
			}
			if err := try(false, ascending); err != nil {
				t.Errorf("not checked: %v", err)
			}
		}
	}
	june := parley.Flight{Start: 100, End: 110}
	days := func(tx *Tx) { tx.Release("p", june, 10) }
	if err := try(true, days, func(tx *Tx) { tx.Reserve("p", parley.Flight{Start: 90, End: 95}, 10) }); err == nil {
		t.Error("days before others were reserved after those were released")
	}
	other := parley.Flight{Start: 90, End: 95}
	if err := try(true, func(tx *Tx) { tx.HoldDays("p", june, other) }, days, func(tx *Tx) { tx.Reserve("p", other, 10) }); err != nil {
		t.Errorf("days that are held: %v", err)
	}
	next := func(tx *Tx) { tx.Reserve("q", other, 10) }
	if err := try(true, days, next); err != nil {
		t.Errorf("days of the next product: %v", err)
	}
	if err := try(true, next, days); err == nil {
		t.Error("days of a product were locked after those of the next")
	}
	if err := try(true, days, next, func(tx *Tx) { tx.Reserve("p", other, 10) }); err == nil {
		t.Error("more days of a product were locked after those of the next")
	}
	if err := try(true, days, func(tx *Tx) { tx.DealForUpdate("1") }); err == nil {
		t.Error("a deal was locked after days of the ledger")
	}
	// Whatever writes days notes it.
	writes := map[string]func(*Tx){
		"reserve": func(tx *Tx) { tx.Reserve("p", other, 10) }, "release": func(tx *Tx) { tx.Release("p", other, 10) },
		"hold":    func(tx *Tx) { tx.HoldDays("p", other, other) },
		"declare": func(tx *Tx) { tx.SetCapacity("p", other, new(int64(1))) }, "take back": func(tx *Tx) { tx.SetCapacity("p", other, nil) },
		"a product": func(tx *Tx) { tx.UpdateProduct(parley.Product{ID: "p"}, other.Start) }, "many products": func(tx *Tx) { tx.locksAllDays() },
	}
	for name, write := range writes {
		if err := try(true, write, func(tx *Tx) { tx.DealForUpdate("1") }); err == nil {
			t.Errorf("%s: a deal was locked after the days", name)
		}
		if err := try(true, next, write); err == nil {
			t.Errorf("%s: days were locked after those of the next product", name)
		}
		if err := try(true, func(tx *Tx) { tx.locksAllDays() }, write); err == nil {
			t.Errorf("%s: days were locked after those of many products", name)
		}
	}
}
