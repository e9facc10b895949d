package storage

import (
	"time"

	"parley"
)

// WebhookFilter narrows a list of webhooks. Zero values match all.
type WebhookFilter struct {
	Owner  *string
	Status parley.WebhookStatus
	// Failing are those whose last attempt failed, also where they were disabled for that.
	Failing bool
	Page    Page
}

const webhookColumns = `id, owner, key_id, url, label, event_types, status, revision, created_at, updated_at, COALESCE(position, ''),
	delivered_at, failures, failing_since, next_attempt_at, last_error, key_number, former_key_until`

func scanWebhook(rows Rows, h *parley.Webhook) error {
	return rows.Scan(&h.ID, &h.Owner, &h.KeyID, &h.URL, &h.Label, decoded(&h.EventTypes), (*string)(&h.Status), &h.Revision,
		instant(&h.CreatedAt), instant(&h.UpdatedAt), &h.Position, maybeInstant(&h.DeliveredAt), &h.Failures,
		maybeInstant(&h.FailingSince), instant(&h.NextAttemptAt), &h.LastError, &h.KeyNumber, maybeInstant(&h.FormerKeyUntil))
}

// Webhook answers a webhook.
func (r *Reader) Webhook(id string) *Pending[parley.Webhook] {
	return one(r, scanWebhook, "webhook", id, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`, id)
}

// WebhookForUpdate reads the webhook and keeps it from changing until the transaction ends.
func (tx *Tx) WebhookForUpdate(id string) *Pending[parley.Webhook] {
	return one(&tx.Reader, scanWebhook, "webhook", id, `SELECT `+webhookColumns+` FROM webhooks WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// Webhooks lists webhooks.
func (r *Reader) Webhooks(filter WebhookFilter) *Pending[Listing[parley.Webhook]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "status", filter.Status)
	if filter.Failing {
		w.and("failures > 0")
	}
	return listing(r, paged{table: "webhooks", columns: webhookColumns, order: "id", id: "id"}, w, filter.Page, scanWebhook)
}

// InsertWebhook stores a new webhook; a repeated id is CodeConflict.
func (tx *Tx) InsertWebhook(h parley.Webhook) {
	const insert = `INSERT INTO webhooks (id, owner, key_id, url, label, event_types, status, revision, created_at, updated_at,
		position, delivered_at, failures, failing_since, next_attempt_at, last_error, key_number, former_key_until)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	tx.add(Stmt{
		SQL: insert,
		Args: []any{
			h.ID, h.Owner, h.KeyID, h.URL, h.Label, tx.json(orEmpty(h.EventTypes)), string(h.Status), h.Revision, micros(h.CreatedAt),
			micros(h.UpdatedAt), maybeText(h.Position), maybeMicros(h.DeliveredAt), h.Failures, maybeMicros(h.FailingSince),
			micros(h.NextAttemptAt), h.LastError, h.KeyNumber, maybeMicros(h.FormerKeyUntil),
		},
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The webhook %q exists.", h.ID), PrimaryKey, Unique),
	})
}

// UpdateWebhook stores everything that can change; an unknown one is CodeNotFound.
func (tx *Tx) UpdateWebhook(h parley.Webhook) {
	const update = `UPDATE webhooks SET key_id = $2, url = $3, label = $4, event_types = $5, status = $6, revision = $7,
		updated_at = $8, position = $9, delivered_at = $10, failures = $11, failing_since = $12, next_attempt_at = $13,
		last_error = $14, key_number = $15, former_key_until = $16 WHERE id = $1`
	tx.add(Stmt{
		SQL: update,
		Args: []any{
			h.ID, h.KeyID, h.URL, h.Label, tx.json(orEmpty(h.EventTypes)), string(h.Status), h.Revision, micros(h.UpdatedAt),
			maybeText(h.Position), maybeMicros(h.DeliveredAt), h.Failures, maybeMicros(h.FailingSince), micros(h.NextAttemptAt),
			h.LastError, h.KeyNumber, maybeMicros(h.FormerKeyUntil),
		},
		Wants: 1, Otherwise: notFound("webhook", h.ID),
	})
}

// DeleteWebhook removes a webhook with its attempts; an unknown one is CodeNotFound.
func (tx *Tx) DeleteWebhook(id string) {
	tx.add(Stmt{SQL: `DELETE FROM webhooks WHERE id = $1`, Args: []any{id}, Wants: 1, Otherwise: notFound("webhook", id)})
}

const webhookAttemptColumns = `number, event_id, event_type, at, took, status, answer, failure`

func scanWebhookAttempt(rows Rows, a *parley.WebhookAttempt) error {
	var took int64
	err := rows.Scan(&a.Number, &a.EventID, (*string)(&a.EventType), instant(&a.At), &took, &a.Status, &a.Answer, &a.Failure)
	a.Took = time.Duration(took) * time.Microsecond
	return err
}

// AddWebhookAttempts adds attempts, whose numbers follow that of the one before, to a webhook, which the caller holds. The newest
// parley.MostWebhookAttempts that were accepted are kept, and as many that failed.
func (tx *Tx) AddWebhookAttempts(webhookID string, attempts []parley.WebhookAttempt) {
	for _, a := range attempts {
		tx.exec(`INSERT INTO webhook_attempts (webhook_id, number, event_id, event_type, at, took, status, answer, failure)
			SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM webhook_attempts WHERE webhook_id = $1`,
			webhookID, a.EventID, string(a.EventType), micros(a.At), a.Took.Microseconds(), a.Status, a.Answer, a.Failure)
	}
	if len(attempts) == 0 {
		return
	}
	for _, outcome := range [...]string{"failure = ''", "failure <> ''"} {
		tx.exec(`DELETE FROM webhook_attempts WHERE webhook_id = $1 AND `+outcome+` AND number <= (SELECT number FROM webhook_attempts
			WHERE webhook_id = $1 AND `+outcome+` ORDER BY number DESC LIMIT 1 OFFSET $2)`, webhookID, parley.MostWebhookAttempts)
	}
}

// WebhookAttempts lists the attempts of a webhook that are kept.
func (r *Reader) WebhookAttempts(webhookID string, page Page) *Pending[Listing[parley.WebhookAttempt]] {
	var w where
	w.and("webhook_id = ?", webhookID)
	page.After = ""
	return listing(r, paged{table: "webhook_attempts", columns: webhookAttemptColumns, order: "number", id: "number"}, w, page, scanWebhookAttempt)
}
