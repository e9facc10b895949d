package condition

import (
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// What an expression may be, as far as it is known: a truth, a span, words, or items; nil is anything that its type allows.
// Each holds all that the expression can be, and may hold more.
type (
	// truth is what a condition may do.
	truth uint8
	// span is every number from lo to hi.
	span struct{ lo, hi float64 }
	// words are texts.
	words struct {
		in      []string
		others  bool // and any other but those in except
		except  []string
		unnamed bool // the others are such as no condition can name, not even in part
	}
	// items are the elements of a list.
	items []any
)

const (
	mayHold truth = 1 << iota
	mayFail
	either = mayHold | mayFail
)

func truthOf(value any) truth {
	if t, is := value.(truth); is {
		return t
	}
	return either
}

func certain(holds bool) truth {
	if holds {
		return mayHold
	}
	return mayFail
}

func (t truth) not() truth            { return t&mayHold<<1 | t&mayFail>>1 }
func (t truth) and(other truth) truth { return t&other&mayHold | (t|other)&mayFail }
func (t truth) or(other truth) truth  { return (t|other)&mayHold | t&other&mayFail }

// weigh answers what an expression may be where its variables may be what scope has; a variable that it does not have may be
// anything.
func (w *weighing) weigh(e ast.Expr, scope map[string]any) any {
	if w.steps++; w.steps > maxSteps {
		return nil
	}
	switch e.Kind() {
	case ast.LiteralKind:
		switch value := e.AsLiteral().(type) {
		case types.Bool:
			return certain(bool(value))
		case types.Double:
			return span{float64(value), float64(value)}
		case types.String:
			return words{in: []string{string(value)}}
		}
	case ast.IdentKind:
		return scope[e.AsIdent()]
	case ast.ListKind:
		elements := e.AsList().Elements()
		list := make(items, len(elements))
		for i, element := range elements {
			list[i] = w.weigh(element, scope)
		}
		return list
	case ast.CallKind:
		return w.call(e.AsCall(), scope)
	case ast.ComprehensionKind:
		return w.loop(e.AsComprehension(), scope)
	case ast.MapKind, ast.SelectKind, ast.StructKind, ast.UnspecifiedExprKind: // are no part of conditions
	}
	return nil
}

func (w *weighing) call(call ast.CallExpr, scope map[string]any) any {
	operands := call.Args()
	if call.IsMemberFunction() {
		operands = append([]ast.Expr{call.Target()}, operands...)
	}
	values := make([]any, len(operands))
	for i, operand := range operands {
		values[i] = w.weigh(operand, scope)
	}
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd:
		return truthOf(values[0]).and(truthOf(values[1]))
	case operators.LogicalOr:
		return truthOf(values[0]).or(truthOf(values[1]))
	case operators.LogicalNot:
		return truthOf(values[0]).not()
	case operators.NotStrictlyFalse:
		return truthOf(values[0])
	case operators.Conditional:
		switch truthOf(values[0]) {
		case mayHold:
			return values[1]
		case mayFail:
			return values[2]
		case either:
		}
		return joined(values[1], values[2])
	case operators.Equals:
		return equal(values[0], values[1])
	case operators.NotEquals:
		return equal(values[0], values[1]).not()
	case operators.Less:
		return below(values[0], values[1])
	case operators.GreaterEquals:
		return below(values[0], values[1]).not()
	case operators.Greater:
		return below(values[1], values[0])
	case operators.LessEquals:
		return below(values[1], values[0]).not()
	case operators.In:
		return w.among(values[0], values[1])
	case "contains", "startsWith", "endsWith":
		return w.partly(name, values[0], values[1])
	case "size":
		return sizeOf(values[0])
	case operators.Add, operators.Subtract, operators.Multiply, operators.Negate:
		return reckoned(name, values)
	}
	return nil
}

// loop weighs exists and all.
func (w *weighing) loop(loop ast.ComprehensionExpr, scope map[string]any) any {
	inner := make(map[string]any, len(scope)+2)
	for name, value := range scope {
		inner[name] = value
	}
	accumulated := truthOf(w.weigh(loop.AccuInit(), scope))
	step := func(element any) truth {
		inner[loop.IterVar()], inner[loop.AccuVar()] = element, accumulated
		return truthOf(w.weigh(loop.LoopStep(), inner))
	}
	if list, known := w.weigh(loop.IterRange(), scope).(items); known {
		for _, element := range list {
			accumulated = step(element)
		}
	} else {
		// Of any elements, from none on: what is possible only grows, in two steps at most.
		for range 2 {
			accumulated |= step(nil)
		}
	}
	inner[loop.AccuVar()] = accumulated
	return w.weigh(loop.Result(), inner)
}

// equal weighs ==.
func equal(a, b any) truth {
	switch a := a.(type) {
	case span:
		if b, is := b.(span); is {
			switch {
			case a.hi < b.lo || b.hi < a.lo:
				return mayFail
			case a.lo == a.hi && b.lo == b.hi:
				return mayHold
			}
		}
	case words:
		if b, is := b.(words); is {
			return a.equal(b)
		}
	case truth:
		if b := truthOf(b); a != either && b != either {
			return certain(a == b)
		}
	}
	return either
}

// below weighs <, of numbers; not(below) is >= since neither is ever no number.
func below(a, b any) truth {
	x, isX := a.(span)
	y, isY := b.(span)
	switch {
	case !isX || !isY:
		return either
	case x.hi < y.lo:
		return mayHold
	case x.lo >= y.hi:
		return mayFail
	}
	return either
}

func (w *weighing) among(value, list any) truth {
	elements, known := list.(items)
	if !known {
		return either
	}
	found := mayFail
	for _, element := range elements {
		w.steps++
		found = found.or(equal(value, element))
	}
	return found
}

func (w *weighing) partly(how string, whole, part any) truth {
	a, isA := whole.(words)
	b, isB := part.(words)
	if !isA || !isB || b.others || len(b.in) != 1 {
		return either
	}
	test := map[string]func(string, string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	}[how]
	var found truth
	for _, text := range a.in {
		w.steps++
		found |= certain(test(text, b.in[0]))
	}
	switch {
	case a.others && a.unnamed && b.in[0] != "":
		found |= mayFail
	case a.others:
		return either
	}
	return found
}

func sizeOf(value any) any {
	switch value := value.(type) {
	case items:
		return span{float64(len(value)), float64(len(value))}
	case words:
		if len(value.in) == 1 && !value.others {
			n := float64(len([]rune(value.in[0])))
			return span{n, n}
		}
	}
	return span{0, math.Inf(1)}
}

// reckoned weighs sums, differences and products of numbers with bounds; others may be anything, no number included.
func reckoned(operator string, values []any) any {
	spans := make([]span, len(values))
	for i, value := range values {
		s, is := value.(span)
		if !is || math.IsInf(s.lo, 0) || math.IsInf(s.hi, 0) {
			return nil
		}
		spans[i] = s
	}
	a := spans[0]
	if operator == operators.Negate {
		return span{-a.hi, -a.lo}
	}
	b := spans[1]
	var ends []float64
	switch operator {
	case operators.Add:
		ends = []float64{a.lo + b.lo, a.hi + b.hi}
	case operators.Subtract:
		ends = []float64{a.lo - b.hi, a.hi - b.lo}
	default:
		ends = []float64{a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi}
	}
	return span{slices.Min(ends), slices.Max(ends)}
}

// joined is all that either of two may be.
func joined(a, b any) any {
	switch a := a.(type) {
	case truth:
		if b, is := b.(truth); is {
			return a | b
		}
	case span:
		if b, is := b.(span); is {
			return span{min(a.lo, b.lo), max(a.hi, b.hi)}
		}
	case words:
		if b, is := b.(words); is {
			return a.or(b)
		}
	}
	return nil
}

// cells cuts a span at numbers: each of them by itself, and what lies between.
func (s span) cells(at []float64) []any {
	slices.Sort(at)
	var cells []any
	from := s.lo
	for _, n := range slices.Compact(at) {
		if n < s.lo || n > s.hi {
			continue
		}
		if from < n {
			cells = append(cells, span{from, math.Nextafter(n, math.Inf(-1))})
		}
		cells = append(cells, span{n, n})
		from = math.Nextafter(n, math.Inf(1))
	}
	if from <= s.hi {
		cells = append(cells, span{from, s.hi})
	}
	return cells
}

// can tells whether a text is among those that words are.
func (w words) can(text string) bool {
	return slices.Contains(w.in, text) || w.others && !w.unnamed && !slices.Contains(w.except, text)
}

func (w words) or(other words) words {
	both := words{in: append(slices.Clip(w.in), other.in...), others: w.others || other.others}
	if w.others && other.others {
		both.unnamed = w.unnamed && other.unnamed
		for _, text := range w.except {
			if slices.Contains(other.except, text) {
				both.except = append(both.except, text)
			}
		}
		return both
	}
	both.unnamed = w.unnamed || other.unnamed
	both.except = slices.Concat(w.except, other.except)
	return both
}

func (w words) equal(other words) truth {
	if len(w.in) == 1 && len(other.in) == 1 && !w.others && !other.others {
		return certain(w.in[0] == other.in[0])
	}
	if w.others && other.others || slices.ContainsFunc(w.in, other.can) || slices.ContainsFunc(other.in, w.can) {
		return either
	}
	return mayFail
}
