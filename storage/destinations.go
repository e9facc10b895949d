package storage

import (
	"parley"
)

// DestinationFilter narrows a list of destinations. Zero values match all.
type DestinationFilter struct {
	Status parley.DestinationStatus
	// Failing are those that were paused since sending to them failed.
	Failing bool
	Page    Page
}

const destinationColumns = `id, kind, name, status, paused_because, settings, matches, sent_when, release, required, failures, version,
	created_at, updated_at, credential, credential_mark, billing_source, requests_per_minute, sends`

func scanDestination(rows Rows, d *parley.Destination) error {
	return rows.Scan(&d.ID, &d.Kind, &d.Name, (*string)(&d.Status), &d.PausedBecause, raw(&d.Settings), decoded(&d.Match),
		(*string)(&d.Trigger), (*string)(&d.Release), &d.Required, &d.Failures, &d.Version, instant(&d.CreatedAt), instant(&d.UpdatedAt),
		&d.Credential, &d.CredentialMark, &d.BillingSource, &d.RequestsPerMinute, &d.Sends)
}

// Destination answers a destination.
func (r *Reader) Destination(id string) *Pending[parley.Destination] {
	return one(r, scanDestination, "destination", id, `SELECT `+destinationColumns+` FROM destinations WHERE id = $1`, id)
}

// DestinationForUpdate reads the destination and keeps it from changing until the transaction ends.
func (tx *Tx) DestinationForUpdate(id string) *Pending[parley.Destination] {
	tx.locks(destinationRow, id)
	return one(&tx.Reader, scanDestination, "destination", id, `SELECT `+destinationColumns+` FROM destinations WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// Destinations lists destinations.
func (r *Reader) Destinations(filter DestinationFilter) *Pending[Listing[parley.Destination]] {
	var w where
	equal(&w, "status", filter.Status)
	if filter.Failing {
		w.and("status = 'paused' AND failures > 0")
	}
	return listing(r, paged{table: "destinations", columns: destinationColumns, order: "id", id: "id"}, w, filter.Page, scanDestination)
}

// EachDestination answers all destinations, ordered by id.
func (r *Reader) EachDestination() *Pending[[]parley.Destination] {
	return known(r, question{what: "destinations"}, func() *Pending[[]parley.Destination] {
		return many(r, scanDestination, `SELECT `+destinationColumns+` FROM destinations ORDER BY id`)
	})
}

// LockDestinations waits until no other transaction adds or changes destinations, and keeps others waiting until this one ends.
func (tx *Tx) LockDestinations() { tx.lock("destinations") }

// errDestinationName is for two destinations of one name.
func errDestinationName(name string) *parley.Error {
	return parley.Errorf(parley.CodeConflict, "There is a destination called %q already.", name)
}

// InsertDestination stores a new destination; a repeated id or name is CodeConflict.
func (tx *Tx) InsertDestination(d parley.Destination) {
	tx.added(destinationRow, d.ID)
	tx.add(Stmt{
		SQL: `INSERT INTO destinations (id, kind, name, status, paused_because, settings, matches, sent_when, release, required, failures,
			version, created_at, updated_at, credential, credential_mark, billing_source, requests_per_minute, sends)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		Args: []any{
			d.ID, d.Kind, d.Name, string(d.Status), d.PausedBecause, string(d.Settings), tx.json(d.Match.Normal()), string(d.Trigger),
			string(d.Release), d.Required, d.Failures, d.Version, micros(d.CreatedAt), micros(d.UpdatedAt),
			d.Credential, d.CredentialMark, d.BillingSource, d.RequestsPerMinute, d.Sends,
		},
		Refused: refuse(errDestinationName(d.Name), PrimaryKey, Unique),
	})
}

// UpdateDestination stores everything that can change; an unknown one is CodeNotFound, another one's name CodeConflict. The
// caller holds the row.
func (tx *Tx) UpdateDestination(d parley.Destination) {
	tx.locks(destinationRow, d.ID)
	tx.add(Stmt{
		SQL: `UPDATE destinations SET name = $2, status = $3, paused_because = $4, settings = $5, matches = $6, sent_when = $7,
			release = $8, required = $9, failures = $10, version = $11, updated_at = $12, credential = $13, credential_mark = $14,
			billing_source = $15, requests_per_minute = $16, sends = $17 WHERE id = $1`,
		Args: []any{
			d.ID, d.Name, string(d.Status), d.PausedBecause, string(d.Settings), tx.json(d.Match.Normal()), string(d.Trigger),
			string(d.Release), d.Required, d.Failures, d.Version, micros(d.UpdatedAt), d.Credential, d.CredentialMark,
			d.BillingSource, d.RequestsPerMinute, d.Sends,
		},
		Wants: 1, Otherwise: notFound("destination", d.ID),
		Refused: refuse(errDestinationName(d.Name), Unique),
	})
}

// DeleteDestination removes a destination; an unknown one is CodeNotFound, one that deals were for CodeConflict.
func (tx *Tx) DeleteDestination(id string) {
	tx.add(Stmt{
		SQL: `DELETE FROM destinations WHERE id = $1`, Args: []any{id}, Wants: 1, Otherwise: notFound("destination", id),
		Refused: refuse(parley.Errorf(parley.CodeConflict, "Deals were for this destination, which is kept with them. Pause it instead."), ForeignKey),
	})
}
