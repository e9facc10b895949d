package storage

import (
	"slices"
	"strings"

	"parley"
)

// Memory remembers the answers to questions that are asked again and again: keys, products, the versions of rules, destinations
// and the ledger. It is for a store whose every change passes through, or is noticed by, one process, and for those transactions
// that alone may write: what they are told is so until they end. It is for one of them at a time.
type Memory struct {
	stored  map[question]any
	ledgers map[string][]question // those about each product's ledger
}

// mostRemembered bounds the answers kept.
const mostRemembered = 20_000

// question names what was asked.
type question struct {
	what, id string
	flight   parley.Flight
	ledger   string // the product whose ledger the answer is from; empty: of no ledger
}

// Recall is what a transaction is told from memory.
type Recall struct {
	memory   *Memory
	changing []Stmt // the ledgers that are not told: others whose commit it shares have changed them
}

// NewMemory makes an empty memory.
func NewMemory() *Memory {
	return &Memory{stored: map[question]any{}, ledgers: map[string][]question{}}
}

// Recall begins to tell a transaction. It names the statements that others have run whose commit it shares: what these changed is
// asked of the database. It answers nil where that may be anything.
func (m *Memory) Recall(changed []Stmt) *Recall {
	for i := range changed {
		if changed[i].Ledger == "" {
			return nil
		}
	}
	return &Recall{memory: m, changing: changed}
}

// Forget drops what a statement may have changed. It goes by the tables that the statement's text names; of a statement about one
// product's ledger it drops no more than that.
func (m *Memory) Forget(changes []Stmt) {
	for i := range changes {
		if changes[i].Ledger == "" {
			m.ForgetAll()
			return
		}
		for _, q := range m.ledgers[changes[i].Ledger] {
			delete(m.stored, q)
		}
		delete(m.ledgers, changes[i].Ledger)
	}
}

// ForgetAll drops everything.
func (m *Memory) ForgetAll() {
	clear(m.stored)
	clear(m.ledgers)
}

// rememberedTables are those that remembered answers come from. A version of rules moves with each of them.
var rememberedTables = func() []string {
	tables := []string{"keys", "agents", "products", "inventory_days", "destinations", "account_state"}
	for _, kind := range RuleKinds {
		tables = append(tables, kind.state)
	}
	return tables
}()

// TouchesRemembered tells whether a statement may change what is remembered.
func TouchesRemembered(stmt *Stmt) bool {
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

// tells whether the answer to a question may come from memory.
func (r *Recall) tells(q question) bool {
	return q.ledger == "" || !slices.ContainsFunc(r.changing, func(s Stmt) bool { return s.Ledger == q.ledger })
}

// remember keeps an answer.
func (r *Recall) remember(q question, answer any) {
	if !r.tells(q) {
		return
	}
	m := r.memory
	if len(m.stored) >= mostRemembered {
		m.ForgetAll()
	}
	if _, there := m.stored[q]; !there && q.ledger != "" {
		m.ledgers[q.ledger] = append(m.ledgers[q.ledger], q)
	}
	m.stored[q] = answer
}

// answered is the queue of what nothing has to be sent for.
const answered = -1

// known asks a question, or answers it from memory where the reader has one. What is answered from memory is shared
// and must not be changed.
func known[T any](r *Reader, q question, ask func() *Pending[T]) *Pending[T] {
	if r.recall == nil {
		return ask()
	}
	if found, there := r.recall.memory.stored[q]; there && r.recall.tells(q) {
		answer, _ := found.(T) // a question has answers of one type
		return &Pending[T]{reader: r, queue: answered, value: answer}
	}
	p := ask()
	r.asked = append(r.asked, func(recall *Recall) {
		if p.err == nil {
			recall.remember(q, p.value)
		}
	})
	return p
}

// remember keeps what has just been answered.
func (r *Reader) remember() {
	if r.recall != nil {
		for _, keep := range r.asked {
			keep(r.recall)
		}
	}
	r.asked = nil
}
