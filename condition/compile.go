package condition

import (
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/operators"

	"parley"
)

// MaxLength is the longest expression, in characters.
const MaxLength = 2_000

// Field is the path that compilation errors name.
const Field = "condition"

// maxCost bounds the work of a condition with exists or all, in CEL's units of roughly one operation. A condition
// without them does no more work than its length allows and is not counted.
const maxCost = 100_000

// Compile reads a condition. What is wrong with it - it cannot be parsed, a variable or function is unknown, types do
// not fit, the result is not true or false - is a validation error about Field, with "line" and "column" (from 1, in
// characters) among its facts.
func (v *Vocabulary) Compile(expression string) (*Program, error) {
	switch {
	case strings.TrimSpace(expression) == "":
		return nil, broken(1, 1, "is empty: write an expression such as impressions >= 1000000")
	case !utf8.ValidString(expression):
		return nil, broken(1, 1, "is not valid UTF-8")
	case utf8.RuneCountInString(expression) > MaxLength:
		return nil, broken(1, 1, "is longer than 2,000 characters")
	}
	parsed, issues := v.env.Parse(expression)
	if issues.Err() != nil {
		return nil, v.explain(issues)
	}
	tree := parsed.NativeRep()
	found := restrict(tree)
	if found.foreign != 0 {
		at := tree.SourceInfo().GetStartLocation(found.foreign)
		return nil, broken(at.Line(), at.Column()+1, found.offender+" is not part of conditions")
	}
	checked, issues := v.check(parsed)
	if issues.Err() != nil {
		return nil, v.explain(issues)
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, broken(1, 1, "must be true or false, not "+checked.OutputType().String())
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if found.loops {
		options = append(options, cel.CostLimit(maxCost))
	}
	program, err := v.env.Program(checked, options...)
	if err != nil {
		return nil, broken(1, 1, "cannot be evaluated: "+err.Error())
	}
	compiled := &Program{expression: expression, program: program, tree: checked.NativeRep(), mentioned: found.mentioned}
	for _, l := range found.literals {
		at := tree.SourceInfo().GetStartLocation(l.id)
		compiled.literals = append(compiled.literals, Literal{Variable: l.variable, Text: l.text, Line: at.Line(), Column: at.Column() + 1})
	}
	return compiled, nil
}

func (v *Vocabulary) check(parsed *cel.Ast) (*cel.Ast, *cel.Issues) {
	v.checking.Lock()
	defer v.checking.Unlock()
	return v.env.Check(parsed)
}

// explain turns the first issue that CEL found into an error of ours.
func (v *Vocabulary) explain(issues *cel.Issues) *parley.Error {
	first := issues.Errors()[0]
	for _, issue := range issues.Errors()[1:] {
		if before(issue.Location, first.Location) {
			first = issue
		}
	}
	message := strings.ReplaceAll(first.Message, " (in container '')", "")
	if strings.Contains(message, "recursion") {
		message = "is nested too deeply"
	}
	if rest, undeclared := strings.CutPrefix(message, "undeclared reference to '"); undeclared {
		name, _, _ := strings.Cut(rest, "'")
		symbol, isOperator := operators.FindReverse(name)
		switch {
		case name == operators.Index:
			message = "an index ([]) is not part of conditions"
		case isOperator:
			message = "the operator " + symbol + " is not part of conditions"
		default:
			message = "unknown name " + name + ": the variables are " + strings.Join(v.names, ", ") +
				"; the functions are contains, startsWith, endsWith, size, exists, all"
		}
	}
	return broken(first.Location.Line(), first.Location.Column()+1, message)
}

func before(a, b common.Location) bool {
	return a.Line() < b.Line() || (a.Line() == b.Line() && a.Column() < b.Column())
}

// broken says what is wrong and where. Issues about the whole expression come without a place and are put at its start.
func broken(line, column int, message string) *parley.Error {
	line, column = max(line, 1), max(column, 1)
	return parley.Invalid(Field, "line %d, column %d: %s", line, column, message).With("line", line).With("column", column)
}
