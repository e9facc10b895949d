package storagetest

import (
	"time"

	"parley/storage"
)

func askDue(kind storage.DueKind, at time.Time, after storage.Due, limit int) func(*storage.Reader) *storage.Pending[[]storage.Due] {
	return func(r *storage.Reader) *storage.Pending[[]storage.Due] { return r.Due(kind, at, after, limit) }
}

func dueIDs(due []storage.Due) []string {
	ids := make([]string, len(due))
	for i, d := range due {
		ids[i] = d.ID
	}
	return ids
}
