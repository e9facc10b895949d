package storage

import (
	"strings"
	"sync"

	"parley"
)

// Memory remembers the answers to questions that are asked again and again: keys, products, the versions of rules, destinations
// and the ledger. It is for a store whose every change passes through, or is noticed by, one process: a transaction that alone
// may write is told what is so, and what an append was told is held against the memory once more in the transaction that
// inserts the append's rows.
type Memory struct {
	mu     sync.Mutex
	age    uint64            // moves when anything that is remembered may have changed
	days   map[string]uint64 // the same of one product's ledger
	stored map[question]remembered
}

// mostRemembered bounds the answers kept, and the products whose ledger is told apart from the others'.
const mostRemembered = 20_000

// question names what was asked.
type question struct {
	what, id string
	flight   parley.Flight
	ledger   string // the product whose ledger the answer is from; empty: of no ledger
}

type remembered struct {
	answer any
	days   uint64
}

// Basis is what somebody who is told from memory relies on.
type Basis struct {
	memory   *Memory
	age      uint64
	days     map[string]uint64
	noLedger bool // is told: it is under change
}

// NewMemory makes an empty memory.
func NewMemory() *Memory {
	return &Memory{days: map[string]uint64{}, stored: map[question]remembered{}}
}

// Basis begins to be told. A transaction that alone may write names the statements that others have run whose commit it shares:
// what these changed is asked of the database. It answers nil where that may be anything.
func (m *Memory) Basis(changed []Stmt) *Basis {
	b := &Basis{memory: m, noLedger: len(changed) > 0}
	for i := range changed {
		if changed[i].Ledger == "" {
			return nil
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	b.age = m.age
	return b
}

// holds tells whether nothing that the basis names has changed.
func (b *Basis) holds() bool {
	if b == nil {
		return true
	}
	m := b.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	for product, days := range b.days {
		if m.days[product] != days {
			return false
		}
	}
	return b.age == m.age
}

// Forget drops what a committed statement may have changed. It goes by the tables that the statement's text names; of a
// statement about one product's ledger it drops no more than that.
func (m *Memory) Forget(changes []Stmt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range changes {
		if product := changes[i].Ledger; product != "" && len(m.days) < mostRemembered {
			m.days[product]++
			continue
		}
		m.forgetAll()
		return
	}
}

// ForgetAll drops everything.
func (m *Memory) ForgetAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forgetAll()
}

func (m *Memory) forgetAll() {
	m.age++
	clear(m.days)
	clear(m.stored)
}

// rememberedTables are those that remembered answers come from. A version of rules moves with each of them.
var rememberedTables = []string{
	"keys", "agents", "products", "inventory_days", "pricing_state", "approval_state", "negotiation_state", "destinations", "account_state",
}

// Changes tells whether a statement may change what is remembered.
func Changes(stmt *Stmt) bool {
	if stmt.Adds || stmt.Asks() {
		return false
	}
	for _, table := range rememberedTables {
		if strings.Contains(stmt.SQL, table) {
			return true
		}
	}
	return false
}

// recall answers what is remembered, and lets the basis rely on it.
func (b *Basis) recall(q question) (any, bool) {
	if q.ledger != "" && b.noLedger {
		return nil, false
	}
	m := b.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if q.ledger != "" {
		if b.days == nil {
			b.days = make(map[string]uint64, 1)
		}
		if _, relied := b.days[q.ledger]; !relied {
			b.days[q.ledger] = m.days[q.ledger]
		}
	}
	found, there := m.stored[q]
	if !there || b.age != m.age || found.days != b.days[q.ledger] {
		return nil, false
	}
	return found.answer, true
}

// remember keeps answers, unless something has changed since the basis began.
func (b *Basis) remember(answers map[question]any) {
	m := b.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	if b.age != m.age {
		return
	}
	if len(m.stored)+len(answers) > mostRemembered {
		clear(m.stored)
	}
	for q, answer := range answers {
		if q.ledger != "" && b.noLedger {
			continue
		}
		if b.days[q.ledger] == m.days[q.ledger] {
			m.stored[q] = remembered{answer, b.days[q.ledger]}
		}
	}
}

// answered is the queue of what nothing has to be sent for.
const answered = -1

// known asks a question, or answers it from memory where the reader has one. What is answered from memory is shared
// and must not be changed.
func known[T any](r *Reader, q question, ask func() *Pending[T]) *Pending[T] {
	if r.basis == nil {
		return ask()
	}
	if found, there := r.basis.recall(q); there {
		answer, _ := found.(T) // a question has answers of one type
		return &Pending[T]{reader: r, queue: answered, value: answer}
	}
	p := ask()
	r.asked = append(r.asked, func(answers map[question]any) {
		if p.err == nil {
			answers[q] = p.value
		}
	})
	return p
}

// remember keeps what has just been answered.
func (r *Reader) remember() {
	if len(r.asked) == 0 {
		return
	}
	if r.basis != nil {
		answers := make(map[question]any, len(r.asked))
		for _, collect := range r.asked {
			collect(answers)
		}
		r.basis.remember(answers)
	}
	r.asked = nil
}
