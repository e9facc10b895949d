package storage

import (
	"parley"
)

// UnplannedActivations answers the ids of at most limit activations that are to be sent and whose plan is not kept as what is wanted
// is now, in the order of their ids.
func (r *Reader) UnplannedActivations(limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM activations WHERE status = 'queued' AND planned_version < wanted_version ORDER BY id LIMIT $1`, limit)
}

// ActivationPlan answers the plan that is kept of an activation; nil when there is none.
func (r *Reader) ActivationPlan(activationID string) *Pending[*parley.ActivationPlan] {
	return maybe(r, func(rows Rows, p **parley.ActivationPlan) error {
		*p = &parley.ActivationPlan{}
		return rows.Scan(&(*p).Version, instant(&(*p).At), decoded(&(*p).Steps), decoded(&(*p).Warnings), decoded(&(*p).Problems))
	}, `SELECT version, planned_at, steps, warnings, problems FROM activation_plans WHERE activation_id = $1`, activationID)
}

// SetActivationPlan keeps the plan of an activation, which the caller holds, over a former one.
func (tx *Tx) SetActivationPlan(activationID string, p parley.ActivationPlan) {
	tx.locks(activationRow, activationID)
	tx.exec(`INSERT INTO activation_plans (activation_id, version, planned_at, steps, warnings, problems) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (activation_id) DO UPDATE SET version = excluded.version, planned_at = excluded.planned_at, steps = excluded.steps,
			warnings = excluded.warnings, problems = excluded.problems`,
		activationID, p.Version, micros(p.At), tx.json(p.Steps), tx.json(p.Warnings), tx.json(p.Problems))
	tx.planned(activationID, p.Version)
}

// ForgetActivationPlan has an activation, which the caller holds, planned anew. The plan that is kept stays until then.
func (tx *Tx) ForgetActivationPlan(activationID string) {
	tx.locks(activationRow, activationID)
	tx.planned(activationID, 0)
}

func (tx *Tx) planned(activationID string, version int64) {
	tx.exec(`UPDATE activations SET planned_version = $2 WHERE id = $1`, activationID, version)
}
