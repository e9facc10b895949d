package storage

import "time"

// Due is the place of a row among those of its kind whose time is over, which are ordered by when it was, and by id.
type Due struct {
	At time.Time
	ID string
}

// DueKind is a kind of row that time does something to.
type DueKind struct{ table, index, at, which string }

// The kinds.
var (
	DueQuotes       = DueKind{"quotes", "quotes_to_expire", "expires_at", "status = 'available'"}
	DueProposals    = DueKind{"proposals", "proposals_to_expire", "expires_at", openProposals}
	DueNegotiations = DueKind{"negotiations", "negotiations_to_expire", "expires_at", "status = 'active'"}
	DueApprovals    = DueKind{"approvals", "approvals_overdue", "timeout_at", "status = 'pending'"}
	// DuePlannedDecisions are approvals whose answer cannot be taken back any more.
	DuePlannedDecisions = DueKind{"approvals", "approvals_planned", "planned_for", "status = 'pending' AND planned_for IS NOT NULL"}
	DueChanges          = DueKind{"change_requests", "change_requests_by_lapse", "lapses_at", "status = 'approved'"}
	// DueFailures are activations that orders wait for, by since when they have failed.
	DueFailures = DueKind{"activations", "activations_failed", "since", "status = 'failed' AND required"}
	// DueKeys are keys that end, and whose holders are to be told.
	DueKeys = DueKind{"keys", "keys_to_end", "expires_at", untold}
	// OldQuotes are marked expired.
	OldQuotes = DueKind{"quotes", "quotes_expired", "expires_at", "status = 'expired'"}
)

// Due answers, in their order, at most limit places of a kind's rows whose time was over at an instant, and that come after a
// place; the zero place is the beginning.
func (r *Reader) Due(kind DueKind, at time.Time, after Due, limit int) *Pending[[]Due] {
	from := kind.table
	if r.dialect.IndexedBy != "" {
		from += r.dialect.IndexedBy + kind.index
	}
	query := `SELECT ` + kind.at + `, id FROM ` + from + ` WHERE ` + kind.which + ` AND ` + kind.at + ` <= $1
		AND (` + kind.at + `, id) > ($2, $3) ORDER BY ` + kind.at + `, id LIMIT $4`
	scan := func(rows Rows, d *Due) error { return rows.Scan(instant(&d.At), &d.ID) }
	return many(r, scan, query, micros(at), micros(after.At), after.ID, limit)
}
