package approval

import (
	"errors"
	"time"

	"parley"
	"parley/condition"
)

// DefaultTimeout is how long a person has when the rule does not say.
const DefaultTimeout = 24 * time.Hour

// Longest and shortest time that a rule may give its deciders.
const (
	minTimeout = time.Second
	maxTimeout = 365 * 24 * time.Hour
)

// WithDefaults fills in what a rule leaves open: an approver decides, within DefaultTimeout, or it is rejected.
func WithDefaults(r parley.ApprovalRule) parley.ApprovalRule {
	if r.Role == "" {
		r.Role = parley.ScopeApprover
	}
	if r.Timeout == 0 {
		r.Timeout = DefaultTimeout
	}
	if r.OnTimeout == "" {
		r.OnTimeout = parley.TimeoutRejects
	}
	return r
}

// ValidateRule tells whether a rule, filled in by WithDefaults, can be decided by and could ever match. The error is one validation error that
// names every field; when the condition is broken, its facts are "line" and "column".
func ValidateRule(r parley.ApprovalRule) error {
	var problems parley.Problems
	program, broken := check(&problems, "", WithDefaults(r))
	if program != nil {
		if broken = program.Impossible(); broken != nil {
			problems.Add(condition.Field, "%s", broken.Fields[0].Message)
		}
	}
	err := problems.Err()
	var invalid *parley.Error
	if broken != nil && errors.As(err, &invalid) {
		return invalid.With("line", broken.Facts["line"]).With("column", broken.Facts["column"])
	}
	return err
}

// check returns the compiled condition, or what is wrong with it; both are nil for a rule without one.
func check(problems *parley.Problems, path string, r parley.ApprovalRule) (*condition.Program, *parley.Error) {
	if r.Name == "" {
		problems.Add(path+"name", "is required")
	}
	if _, known := parley.ParseGate(string(r.Gate)); !known {
		problems.Add(path+"gate", "must be one of %v", parley.Gates)
	}
	if !decides(r.Role) {
		problems.Add(path+"role", "must be approver, finance, legal or admin")
	}
	if r.SecondRole != "" && !decides(r.SecondRole) {
		problems.Add(path+"second_role", "must be approver, finance, legal or admin")
	}
	if r.Timeout < minTimeout || r.Timeout > maxTimeout {
		problems.Add(path+"timeout", "must be from one second to 365 days")
	}
	checkTimeout(problems, path, r)
	if r.Condition == "" {
		return nil, nil
	}
	program, err := condition.Approval.Compile(r.Condition)
	var broken *parley.Error
	if errors.As(err, &broken) {
		problems.Add(path+condition.Field, "%s", broken.Fields[0].Message)
	}
	return program, broken
}

func checkTimeout(problems *parley.Problems, path string, r parley.ApprovalRule) {
	switch r.OnTimeout {
	case parley.TimeoutRejects:
	case parley.TimeoutEscalates:
		switch {
		case !decides(r.EscalateTo):
			problems.Add(path+"escalate_to", "must be approver, finance, legal or admin when a timeout escalates")
		case r.EscalateTo == r.Role:
			problems.Add(path+"escalate_to", "must be another role than the one that let the time pass")
		}
	default:
		problems.Add(path+"on_timeout", "must be reject or escalate")
	}
}

// decides tells whether operators of a scope may be given decisions; viewers look on, and who takes in figures does nothing else.
func decides(scope parley.Scope) bool {
	_, known := parley.ParseScope(string(scope))
	return known && scope != parley.ScopeViewer && scope != parley.ScopeDelivery
}
