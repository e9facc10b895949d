package condition

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"parley"
)

// Program is a compiled condition.
type Program struct {
	expression string
	program    cel.Program
	tree       *ast.AST
	mentioned  [variableCount]bool
	literals   []Literal
}

// Mentions tells whether the expression has the variable in it.
func (p *Program) Mentions(variable Variable) bool { return p.mentioned[variable] }

// String is the expression as it was written.
func (p *Program) String() string { return p.expression }

// Eval tells whether the condition holds. The only error is the cost limit, which exists and all over very long lists
// can reach.
func (p *Program) Eval(values *Values) (bool, error) {
	result, _, err := p.program.Eval(values)
	if err != nil {
		return false, fmt.Errorf("evaluate condition %q: %w", p.expression, err)
	}
	return result == types.True, nil
}

// Values are what the variables stand for in one evaluation. A variable that was not set is 0, the empty string or the
// empty list. Fill them in once and evaluate any number of programs over them.
type Values struct {
	set [variableCount]ref.Val
}

// SetCount sets a number that is counted: impressions, days.
func (v *Values) SetCount(variable Variable, count int64) { v.SetNumber(variable, float64(count)) }

// SetAmount sets an amount, given in micros, in currency units.
func (v *Values) SetAmount(variable Variable, micros int64) {
	v.SetNumber(variable, float64(micros)/parley.MicrosPerUnit)
}

// SetNumber sets a number.
func (v *Values) SetNumber(variable Variable, value float64) {
	v.assign(variable, number, types.Double(value))
}

// SetText sets a string.
func (v *Values) SetText(variable Variable, value string) {
	v.assign(variable, text, types.String(value))
}

// SetList sets a list of strings, which must not change while the values are in use.
func (v *Values) SetList(variable Variable, values []string) {
	v.assign(variable, list, types.NewStringList(types.DefaultTypeAdapter, values))
}

// assign refuses a value of another kind, which would be a mistake in the calling code and not in any rule.
func (v *Values) assign(variable Variable, kind kind, value ref.Val) {
	if variables[variable].kind != kind {
		panic("condition: " + variable.String() + " is set to a value of another type")
	}
	v.set[variable] = value
}

var zeroes = [...]ref.Val{
	number: types.Double(0),
	text:   types.String(""),
	list:   types.NewStringList(types.DefaultTypeAdapter, nil),
}

// ResolveName implements cel.Activation.
func (v *Values) ResolveName(name string) (any, bool) {
	variable, known := variableByName[name]
	if !known {
		return nil, false
	}
	if value := v.set[variable]; value != nil {
		return value, true
	}
	return zeroes[variables[variable].kind], true
}

// Parent implements cel.Activation: there is no outer scope.
func (v *Values) Parent() cel.Activation { return nil }
