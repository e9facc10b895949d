package sqlstore

import (
	"time"

	"parley"
	"parley/storage"
)

var approvalRules = rulebook[parley.ApprovalRule]{
	what: "approval rule", state: "approval_state", table: "approval_rules", versions: "approval_rule_versions",
	content: `name, priority, enabled, gate, condition, role, timeout_micros, on_timeout, escalate_to, updated_at, updated_by`,
	fields: func(r *parley.ApprovalRule) []any {
		return []any{
			&r.Name, &r.Priority, &r.Enabled, (*string)(&r.Gate), &r.Condition, (*string)(&r.Role), duration(&r.Timeout),
			(*string)(&r.OnTimeout), (*string)(&r.EscalateTo), instant(&r.UpdatedAt), &r.UpdatedBy,
		}
	},
	args: func(_ *Tx, r parley.ApprovalRule) []any {
		return []any{
			r.Name, r.Priority, r.Enabled, string(r.Gate), r.Condition, string(r.Role), r.Timeout.Microseconds(),
			string(r.OnTimeout), string(r.EscalateTo), micros(r.UpdatedAt), r.UpdatedBy,
		}
	},
	identity: func(r parley.ApprovalRule) (string, int64, time.Time) { return r.ID, r.Version, r.CreatedAt },
	head: func(r *parley.ApprovalRule) (*string, *int64, *time.Time) {
		return &r.ID, &r.Version, &r.CreatedAt
	},
}

// ApprovalVersion implements storage.ApprovalRules.
func (tx *Tx) ApprovalVersion() storage.Pending[int64] { return approvalRules.version(tx) }

// ApprovalConfig implements storage.ApprovalRules.
func (tx *Tx) ApprovalConfig() storage.Pending[storage.ApprovalConfig] {
	version := approvalRules.version(tx)
	return &paired[int64, []parley.ApprovalRule, storage.ApprovalConfig]{
		a: version, b: approvalRules.all(tx), both: func(version int64, rules []parley.ApprovalRule) storage.ApprovalConfig {
			return storage.ApprovalConfig{Version: version, Rules: rules}
		},
	}
}

// ApprovalRule implements storage.ApprovalRules.
func (tx *Tx) ApprovalRule(id string) storage.Pending[parley.ApprovalRule] {
	return approvalRules.one(tx, id)
}

// ApprovalRules implements storage.ApprovalRules.
func (tx *Tx) ApprovalRules(page storage.Page) storage.Pending[storage.Listing[parley.ApprovalRule]] {
	return approvalRules.page(tx, page)
}

// ApprovalRuleHistory implements storage.ApprovalRules.
func (tx *Tx) ApprovalRuleHistory(id string) storage.Pending[[]parley.ApprovalRule] {
	return approvalRules.history(tx, id)
}

// InsertApprovalRule implements storage.ApprovalRuleWriter.
func (tx *Tx) InsertApprovalRule(rule parley.ApprovalRule) { approvalRules.insert(tx, rule) }

// UpdateApprovalRule implements storage.ApprovalRuleWriter.
func (tx *Tx) UpdateApprovalRule(rule parley.ApprovalRule) { approvalRules.update(tx, rule) }

// DeleteApprovalRule implements storage.ApprovalRuleWriter.
func (tx *Tx) DeleteApprovalRule(id string, version int64, at time.Time, by string) {
	approvalRules.remove(tx, id, version, at, by)
}
