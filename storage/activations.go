package storage

import (
	"time"

	"parley"
)

// ActivationFilter narrows a list of activations. Zero values match all.
type ActivationFilter struct {
	Owner         *string
	Status        parley.ActivationStatus
	DealID        string
	DestinationID string
	Page          Page
}

const activationColumns = `id, deal_id, destination_id, owner, required, sent_when, status,
	CASE WHEN paused AND intent = 'run' THEN 'pause' ELSE intent END, wanted_version, applied_version, standing,
	since, failures, failing_since, next_attempt_at, unsure_since, empty_looks, claimed_until, claimant, fence, COALESCE(error_class, ''),
	error_code, error_text, error_field, acknowledged, created_at, updated_at, buyer_statuses, accepted_at,
	(SELECT kind FROM destinations WHERE destinations.id = activations.destination_id),
	COALESCE((SELECT MIN(alias) FROM deal_aliases WHERE deal_aliases.deal_id = activations.deal_id
		AND deal_aliases.destination_id = activations.destination_id), '')`

func scanActivation(rows Rows, a *parley.Activation) error {
	var failure parley.ActivationFailure
	err := rows.Scan(&a.ID, &a.DealID, &a.DestinationID, &a.Owner, &a.Required, (*string)(&a.Trigger), (*string)(&a.Status),
		(*string)(&a.Intent), &a.WantedVersion, &a.AppliedVersion, &a.Standing, instant(&a.Since), &a.Failures,
		maybeInstant(&a.FailingSince), maybeInstant(&a.NextAttemptAt), maybeInstant(&a.UnsureSince), &a.EmptyLooks,
		maybeInstant(&a.ClaimedUntil), &a.Claimant, &a.Fence, (*string)(&failure.Class), &failure.Code, &failure.Text, &failure.Field,
		decoded(&a.Acknowledged), instant(&a.CreatedAt), instant(&a.UpdatedAt), decoded(&a.Buyers), maybeInstant(&a.AcceptedAt), &a.System, &a.Alias)
	if failure.Class != "" {
		a.Failure = &failure
	}
	return err
}

const stepColumns = `activation_id, name, anchor, ref, chosen, sent_hash, tried_hash, tried_at, done_at`

func scanStep(rows Rows, row *owned[parley.ActivationStep]) error {
	s := &row.child
	return rows.Scan(&row.ownerID, &s.Name, &s.Anchor, &s.Ref, &s.Chosen, &s.SentHash, &s.TriedHash, maybeInstant(&s.TriedAt), maybeInstant(&s.DoneAt))
}

func addStep(a *parley.Activation, s parley.ActivationStep) { a.Steps = append(a.Steps, s) }

func activationID(a *parley.Activation) string { return a.ID }

// Activation answers an activation with its steps.
func (r *Reader) Activation(id string) *Pending[parley.Activation] {
	p := one(r, scanActivation, "activation", id, `SELECT `+activationColumns+` FROM activations WHERE id = $1`, id)
	children(r, scanStep, func(_ string, s parley.ActivationStep) { addStep(&p.value, s) },
		`SELECT `+stepColumns+` FROM activation_steps WHERE activation_id = $1 ORDER BY name`, id)
	return p
}

// ActivationsForUpdate answers the activations of a deal with their steps, ordered by id, and keeps them from changing until
// the transaction ends.
func (tx *Tx) ActivationsForUpdate(dealID string) *Pending[[]parley.Activation] {
	p := locking(tx, activationRow, activationID, scanActivation,
		`SELECT `+activationColumns+` FROM activations WHERE deal_id = $1 ORDER BY id`+tx.dialect.ForUpdate, dealID)
	children(&tx.Reader, scanStep, intoList(&p.value, activationID, addStep),
		`SELECT `+stepColumns+` FROM activation_steps WHERE activation_id IN (SELECT id FROM activations WHERE deal_id = $1)
		ORDER BY activation_id, name`, dealID)
	return p
}

// Activations lists activations with their steps.
func (r *Reader) Activations(filter ActivationFilter) *Pending[Listing[parley.Activation]] {
	var w where
	w.owned(filter.Owner)
	equal(&w, "status", filter.Status)
	equal(&w, "deal_id", filter.DealID)
	equal(&w, "destination_id", filter.DestinationID)
	list := paged{table: "activations", columns: activationColumns, order: "id", id: "id"}
	p := listing(r, list, w, filter.Page, scanActivation)
	tail := list.tail(&w, filter.Page)
	children(r, scanStep, intoList(&p.value.Items, activationID, addStep),
		`SELECT `+stepColumns+` FROM activation_steps WHERE activation_id IN (SELECT id FROM activations`+tail+`)
		ORDER BY activation_id, name`, w.args...)
	return p
}

// ActivationsOf answers the activations of some deals, without their steps, by deal and in the order of their ids.
func (r *Reader) ActivationsOf(dealIDs []string) *Pending[[]parley.Activation] {
	among, ids := r.among(dealIDs)
	return many(r, scanActivation, `SELECT `+activationColumns+` FROM activations WHERE deal_id `+among+` ORDER BY deal_id, id`, ids)
}

// DueActivations answers the ids of at most limit activations at a destination for which something is to be done at an instant,
// the longest due first.
func (r *Reader) DueActivations(destinationID string, now time.Time, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM activations WHERE destination_id = $1 AND next_attempt_at <= $2
		ORDER BY next_attempt_at, id LIMIT $3`, destinationID, micros(now), limit)
}

// CountedActivations answers, to at most so many, how many activations are in a status.
func (r *Reader) CountedActivations(status parley.ActivationStatus, most int) *Pending[int64] {
	return maybe(r, scalar[int64], `SELECT COUNT(*) FROM (SELECT 1 FROM activations WHERE status = $1 LIMIT $2) AS counted`, string(status), most)
}

// UnsentActivations answers how many activations are on their way to destinations that are sent to, to start, change or end something there,
// and since when the first of them is, or fails; zero: there is none.
func (r *Reader) UnsentActivations() *Pending[Backlog] {
	return maybe(r, scanBacklog, `SELECT COUNT(*), MIN(COALESCE(failing_since, since)) FROM activations
		JOIN destinations ON destinations.id = activations.destination_id
		WHERE activations.status IN ('queued', 'sending', 'withdrawing') AND next_attempt_at IS NOT NULL AND destinations.status = 'active'`)
}

// InsertActivation stores a new activation. A deal's second one at a destination is CodeConflict, an unknown deal or
// destination CodeNotFound.
func (tx *Tx) InsertActivation(a parley.Activation) {
	tx.added(activationRow, a.ID)
	failure := failureOf(a)
	unknown := notFound("deal or destination", a.DealID)
	tx.add(Stmt{
		SQL: `INSERT INTO activations (id, deal_id, destination_id, owner, required, sent_when, status, intent, wanted_version,
			applied_version, standing, since, failures, failing_since, next_attempt_at, unsure_since, empty_looks, claimed_until,
			claimant, fence, error_class, error_code, error_text, error_field, acknowledged, created_at, updated_at, paused,
			buyer_statuses, accepted_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28,
			$29, $30)`,
		Args: []any{
			a.ID, a.DealID, a.DestinationID, a.Owner, a.Required, string(a.Trigger), string(a.Status), storedIntent(a), a.WantedVersion,
			a.AppliedVersion, a.Standing, micros(a.Since), a.Failures, maybeMicros(a.FailingSince), maybeMicros(a.NextAttemptAt),
			maybeMicros(a.UnsureSince), a.EmptyLooks, maybeMicros(a.ClaimedUntil), a.Claimant, a.Fence, maybeText(failure.Class),
			failure.Code, failure.Text, failure.Field, tx.maybeJSON(a.Acknowledged), micros(a.CreatedAt), micros(a.UpdatedAt), a.Intent == parley.IntentPause,
			tx.maybeJSON(buyersTold(a)), maybeMicros(a.AcceptedAt),
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey, Unique:
				return parley.Errorf(parley.CodeConflict, "Deal %s has an activation at this destination already.", a.DealID)
			case ForeignKey:
				return unknown
			case Check:
			}
			return nil
		},
	})
}

// buyersTold is the column of what buyers say; nil where none has said anything.
func buyersTold(a parley.Activation) *[]parley.BuyerStatus {
	if len(a.Buyers) == 0 {
		return nil
	}
	return &a.Buyers
}

// storedIntent is the column intent: that an activation is to rest stands in another one, which former programs leave as it is.
func storedIntent(a parley.Activation) string {
	if a.Intent == parley.IntentPause {
		return string(parley.IntentRun)
	}
	return string(a.Intent)
}

func failureOf(a parley.Activation) parley.ActivationFailure {
	if a.Failure == nil {
		return parley.ActivationFailure{}
	}
	return *a.Failure
}

// UpdateActivation stores everything of an activation that can change but its steps. Where held is not the stored fence,
// somebody else works on it by now, and it is CodeContention.
func (tx *Tx) UpdateActivation(a parley.Activation, held int64) {
	tx.locks(activationRow, a.ID)
	failure := failureOf(a)
	tx.add(Stmt{
		SQL: `UPDATE activations SET required = $3, sent_when = $4, status = $5, intent = $6, wanted_version = $7, applied_version = $8,
			standing = $9, since = $10, failures = $11, failing_since = $12, next_attempt_at = $13, unsure_since = $14, empty_looks = $15,
			claimed_until = $16, claimant = $17, fence = $18, error_class = $19, error_code = $20, error_text = $21, error_field = $22,
			acknowledged = $23, updated_at = $24, paused = $25, buyer_statuses = $26, accepted_at = $27
			WHERE id = $1 AND fence = $2`,
		Args: []any{
			a.ID, held, a.Required, string(a.Trigger), string(a.Status), storedIntent(a), a.WantedVersion, a.AppliedVersion, a.Standing,
			micros(a.Since), a.Failures, maybeMicros(a.FailingSince), maybeMicros(a.NextAttemptAt), maybeMicros(a.UnsureSince), a.EmptyLooks,
			maybeMicros(a.ClaimedUntil), a.Claimant, a.Fence, maybeText(failure.Class), failure.Code, failure.Text, failure.Field,
			tx.maybeJSON(a.Acknowledged), micros(a.UpdatedAt), a.Intent == parley.IntentPause, tx.maybeJSON(buyersTold(a)), maybeMicros(a.AcceptedAt),
		},
		Wants: 1, Otherwise: parley.Errorf(parley.CodeContention, "The activation %q is worked on by another node. Read it again, then retry.", a.ID),
	})
}

// SetActivationStep stores a step of an activation, which the caller holds, over the one of its name.
func (tx *Tx) SetActivationStep(activationID string, s parley.ActivationStep) {
	tx.locks(activationRow, activationID)
	tx.exec(`INSERT INTO activation_steps (activation_id, name, anchor, ref, chosen, sent_hash, tried_hash, tried_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (activation_id, name) DO UPDATE SET anchor = excluded.anchor, ref = excluded.ref, chosen = excluded.chosen,
			sent_hash = excluded.sent_hash, tried_hash = excluded.tried_hash, tried_at = excluded.tried_at, done_at = excluded.done_at`,
		activationID, s.Name, s.Anchor, s.Ref, s.Chosen, s.SentHash, s.TriedHash, maybeMicros(s.TriedAt), maybeMicros(s.DoneAt))
}

// AddActivationAttempt adds an attempt, whose number follows that of the one before, to an activation, which the caller holds.
// The newest parley.MostAttempts are kept.
func (tx *Tx) AddActivationAttempt(activationID string, a parley.ActivationAttempt) {
	tx.locks(activationRow, activationID)
	tx.exec(`INSERT INTO activation_attempts (activation_id, number, step, verb, at, took, class, code, text)
		SELECT CAST($1 AS TEXT), COALESCE(MAX(number), 0) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), CAST($5 AS BIGINT),
			$6, CAST($7 AS TEXT), CAST($8 AS TEXT)
		FROM activation_attempts WHERE activation_id = $1`,
		activationID, a.Step, a.Verb, micros(a.At), a.Took.Microseconds(), maybeText(a.Class), a.Code, a.Text)
	if a.Answer != nil {
		tx.SetActivationAnswer(activationID, *a.Answer)
	}
	tx.exec(`DELETE FROM activation_attempts WHERE activation_id = $1
		AND number <= (SELECT MAX(number) FROM activation_attempts WHERE activation_id = $1) - $2`, activationID, parley.MostAttempts)
}

// SetActivationAnswer keeps what the destination of an activation, which the caller holds, answered last.
func (tx *Tx) SetActivationAnswer(activationID string, a parley.ActivationAnswer) {
	tx.locks(activationRow, activationID)
	tx.exec(`INSERT INTO activation_answers (activation_id, at, step, verb, status, text) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (activation_id) DO UPDATE SET at = excluded.at, step = excluded.step, verb = excluded.verb, status = excluded.status, text = excluded.text`,
		activationID, micros(a.At), a.Step, a.Verb, int64(a.Status), a.Text)
}

// ActivationAnswer answers what the destination of an activation answered last; nil: nothing.
func (r *Reader) ActivationAnswer(activationID string) *Pending[*parley.ActivationAnswer] {
	return orNil(many(r, func(rows Rows, a *parley.ActivationAnswer) error {
		return rows.Scan(instant(&a.At), &a.Step, &a.Verb, &a.Status, &a.Text)
	}, `SELECT at, step, verb, status, text FROM activation_answers WHERE activation_id = $1`, activationID))
}

// ActivationAttempts answers the newest attempts of an activation, the newest first.
func (r *Reader) ActivationAttempts(activationID string, limit int) *Pending[[]parley.ActivationAttempt] {
	return many(r, func(rows Rows, a *parley.ActivationAttempt) error {
		return rows.Scan(&a.Number, &a.Step, &a.Verb, instant(&a.At), duration(&a.Took), (*string)(&a.Class), &a.Code, &a.Text)
	}, `SELECT number, step, verb, at, took, COALESCE(class, ''), code, text FROM activation_attempts WHERE activation_id = $1
		ORDER BY number DESC LIMIT $2`, activationID, limit)
}

// DealsCalled answers the deals, but for one, that somebody said are at a destination under a name, and that are there or are to be. The
// name stays as it is until the transaction ends.
func (tx *Tx) DealsCalled(destinationID, name, but string) *Pending[[]string] {
	tx.lock("called at " + destinationID)
	return many(&tx.Reader, scalar[string], `SELECT DISTINCT deal_id FROM activations WHERE trafficked_as = $1 AND trafficked_as <> '' AND destination_id = $2
		AND deal_id <> $3 AND status NOT IN ('withdrawn', 'given_up', 'ended') ORDER BY deal_id LIMIT 5`, name, destinationID, but)
}
