package main

import "sync"

// dealRecord is a deal as a client was told of it.
type dealRecord struct {
	quoteID    string
	proposalID string
	micros     int64
	status     string
}

// record is everything that was acknowledged to a client and must therefore be in the database.
type record struct {
	mu        sync.Mutex
	deals     map[string]dealRecord
	orders    map[string]string   // status by id
	decisions map[string]string   // status by approval
	answers   map[string]struct{} // idempotency keys of what was carried out
}

func newRecord() *record {
	return &record{
		deals: map[string]dealRecord{}, orders: map[string]string{}, decisions: map[string]string{}, answers: map[string]struct{}{},
	}
}

func (r *record) deal(id string, d dealRecord) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deals[id] = d
}

func (r *record) dealStatus(id, status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d := r.deals[id]
	d.status = status
	r.deals[id] = d
}

func (r *record) order(id, status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.orders[id] = status
}

func (r *record) decision(id, status string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.decisions[id] = status
}

func (r *record) answered(idempotencyKey string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers[idempotencyKey] = struct{}{}
}
