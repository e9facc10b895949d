package approval

import (
	"time"

	"parley"
)

// Request opens the question that a rule, as Match answered it, puts to a person. Who and what it is about is the
// caller's to fill in.
func Request(rule parley.ApprovalRule, c parley.ApprovalCase, now time.Time) parley.Approval {
	return parley.Approval{
		Gate:          rule.Gate,
		Status:        parley.ApprovalPending,
		RuleID:        rule.ID,
		RuleName:      rule.Name,
		RuleRole:      rule.Role,
		RuleCondition: rule.Condition,
		Role:          rule.Role,

		SecondRole: rule.SecondRole, RuleSecondRole: rule.SecondRole,
		Case:        c,
		RequestedAt: now,
		TimeoutAt:   now.Add(rule.Timeout),
		OnTimeout:   rule.OnTimeout,
		EscalateTo:  rule.EscalateTo,
		Version:     1,
	}
}

// TimeOut is what becomes of an approval at an instant: while its time is not over, or when it is decided, it is as it
// was and the answer is false. Otherwise it has timed out, unless it escalates: then another role has as long again from
// now, once. The caller counts Version up.
func TimeOut(a parley.Approval, now time.Time) (parley.Approval, bool) {
	if a.Status != parley.ApprovalPending || a.PlannedFor != nil || now.Before(a.TimeoutAt) {
		return a, false
	}
	if a.OnTimeout == parley.TimeoutEscalates {
		a.TimeoutAt = now.Add(a.TimeoutAt.Sub(a.RequestedAt))
		a.Role, a.EscalateTo, a.OnTimeout = a.EscalateTo, "", parley.TimeoutRejects
		return a, true
	}
	a.Status = parley.ApprovalTimedOut
	return a, true
}
