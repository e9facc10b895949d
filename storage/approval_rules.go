package storage

import (
	"time"

	"parley"
)

// ApprovalConfig is every approval rule in use.
type ApprovalConfig struct {
	Version int64 // moves with every change of a rule
	Rules   []parley.ApprovalRule
}

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

// ApprovalVersion moves with every change of an approval rule.
func (r *Reader) ApprovalVersion() *Pending[int64] { return approvalRules.version(r) }

// ApprovalConfig answers every approval rule in use.
func (r *Reader) ApprovalConfig() *Pending[ApprovalConfig] {
	version, rules := approvalRules.version(r), approvalRules.all(r)
	return then(version, func(version int64) (ApprovalConfig, error) {
		return ApprovalConfig{Version: version, Rules: rules.value}, nil
	})
}

// ApprovalRule answers a rule in use.
func (r *Reader) ApprovalRule(id string) *Pending[parley.ApprovalRule] {
	return approvalRules.one(r, id)
}

// ApprovalRules lists the rules in use.
func (r *Reader) ApprovalRules(page Page) *Pending[Listing[parley.ApprovalRule]] {
	return approvalRules.page(r, page)
}

// ApprovalRuleHistory answers every version of a rule, oldest first, also of a deleted one.
func (r *Reader) ApprovalRuleHistory(id string) *Pending[[]parley.ApprovalRule] {
	return approvalRules.history(r, id)
}

// InsertApprovalRule stores a new rule and moves the approval version; a repeated id is CodeConflict.
func (tx *Tx) InsertApprovalRule(rule parley.ApprovalRule) { approvalRules.insert(tx, rule) }

// UpdateApprovalRule stores a version, keeps the former and moves the approval version; when rule.Version is not the
// stored one plus one, CodePreconditionFailed.
func (tx *Tx) UpdateApprovalRule(rule parley.ApprovalRule) { approvalRules.update(tx, rule) }

// DeleteApprovalRule removes the rule from use, keeps its history and moves the approval version; when version is not
// the stored one, CodePreconditionFailed.
func (tx *Tx) DeleteApprovalRule(id string, version int64, at time.Time, by string) {
	approvalRules.remove(tx, id, version, at, by)
}
