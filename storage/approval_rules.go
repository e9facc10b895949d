package storage

import (
	"time"

	"parley"
)

// ApprovalRules stop what they match until somebody has decided.
var ApprovalRules = Rulebook[parley.ApprovalRule]{
	RuleKind: RuleKind{RuleKind: parley.ApprovalRules, state: "approval_state", table: "approval_rules", versions: "approval_rule_versions"},
	content: `name, priority, enabled, gate, condition, role, timeout_micros, on_timeout, escalate_to, updated_at, updated_by, second_role,
		account_ids`,
	fields: func(r *parley.ApprovalRule) []any {
		return []any{
			&r.Name, &r.Priority, &r.Enabled, (*string)(&r.Gate), &r.Condition, (*string)(&r.Role), duration(&r.Timeout),
			(*string)(&r.OnTimeout), (*string)(&r.EscalateTo), instant(&r.UpdatedAt), &r.UpdatedBy, (*string)(&r.SecondRole),
			decoded(&r.AccountIDs),
		}
	},
	args: func(tx *Tx, r parley.ApprovalRule) []any {
		return []any{
			r.Name, r.Priority, r.Enabled, string(r.Gate), r.Condition, string(r.Role), r.Timeout.Microseconds(),
			string(r.OnTimeout), string(r.EscalateTo), micros(r.UpdatedAt), r.UpdatedBy, string(r.SecondRole),
			tx.json(orEmpty(r.AccountIDs)),
		}
	},
	head: func(r *parley.ApprovalRule) (*string, *int64, *time.Time) {
		return &r.ID, &r.Version, &r.CreatedAt
	},
}
