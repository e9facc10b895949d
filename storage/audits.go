package storage

import (
	"strconv"
	"strings"
	"time"

	"parley"
)

// AuditFilter narrows a list of audit entries. Zero values match all.
type AuditFilter struct {
	Resource   string
	ResourceID string
	Actors     []string  // any of them
	Since      time.Time // at or after
	Until      time.Time // before
	Page       Page      // Page.After is the number of an entry
}

const auditColumns = `seq, at, actor, action, resource, resource_id, request_id, before, after`

func scanAudit(rows Rows, a *parley.AuditEntry) error {
	return rows.Scan(&a.Seq, instant(&a.At), &a.Actor, &a.Action, &a.Resource, &a.ResourceID, &a.RequestID, raw(&a.Before), raw(&a.After))
}

// Audits lists who changed what, in the order in which it was written.
func (r *Reader) Audits(filter AuditFilter) *Pending[Listing[parley.AuditEntry]] {
	var w where
	equal(&w, "resource", filter.Resource)
	equal(&w, "resource_id", filter.ResourceID)
	if len(filter.Actors) > 0 {
		among, actors := r.among(filter.Actors)
		w.and("actor "+strings.Replace(among, "$1", "?", 1), actors)
	}
	if !filter.Since.IsZero() {
		w.and("at >= ?", micros(filter.Since))
	}
	if !filter.Until.IsZero() {
		w.and("at < ?", micros(filter.Until))
	}
	page := filter.Page
	page.After = ""
	if after, err := strconv.ParseInt(filter.Page.After, 10, 64); err == nil {
		further := "seq > ?"
		if page.Newest {
			further = "seq < ?"
		}
		w.and(further, after)
	}
	list := paged{table: "audits", columns: auditColumns, order: "seq", id: "seq"}
	return listing(r, list, w, page, scanAudit)
}

// InsertAudit records who changed what; it may be part of an append.
func (tx *Tx) InsertAudit(a parley.AuditEntry) {
	const insert = `INSERT INTO audits (at, actor, action, resource, resource_id, request_id, before, after)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	tx.add(Stmt{SQL: insert, Adds: true, Args: []any{
		micros(a.At), a.Actor, a.Action, a.Resource, a.ResourceID, a.RequestID, rawText(a.Before), rawText(a.After),
	}})
}
