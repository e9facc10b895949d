package condition

import (
	"math"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"parley"
)

// Subject is a product that a condition can be about. Without an id it is one that is not in the catalog yet, so that no
// condition can name it; without anything, any product but those beside it. Without a currency it may be in any.
type Subject struct{ ProductID, InventoryType, Currency string }

// World is what there is for conditions to be about.
type World struct {
	Subjects []Subject             // empty: any product
	Only     map[Variable][]string // of a closed vocabulary, what the rule is limited to; absent or empty: all of it
}

const (
	// maxCases bounds the combinations of values that a condition is weighed with; dimensions are weighed whole beyond it.
	maxCases = 5_000
	// maxSteps bounds the work of weighing; a condition that takes more may hold.
	maxSteps = 500_000
)

// Never is what is wrong with a condition that is false of everything that there can be: of each product, deal type and tier of
// the world and of any price, volume and party. It is nil when the condition may hold, and an error as Compile answers
// otherwise, with the place of the part that is false by itself, where one is.
func (p *Program) Never(world World) *parley.Error {
	weighing := weighing{dimensions: p.dimensions(world)}
	if weighing.possible(p.tree.Expr()) {
		return nil
	}
	for _, part := range conjuncts(p.tree.Expr()) {
		if !weighing.possible(part) {
			at := p.tree.SourceInfo().GetStartLocation(part.ID())
			return broken(at.Line(), at.Column()+1, "can never be true, whatever a buyer asks for")
		}
	}
	return broken(1, 1, "can never be true: its parts exclude one another")
}

// conjuncts are the parts of an expression that all have to hold.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		args := e.AsCall().Args()
		return append(conjuncts(args[0]), conjuncts(args[1])...)
	}
	return []ast.Expr{e}
}

// dimension is what a variable, or several that go together, can be: in cells that are weighed one by one, or as a whole.
type dimension struct {
	cells []map[string]any
	whole map[string]any
}

// reach are the numbers that variables can be; others are 0 or more.
var reach = map[Variable]span{
	Price: prices, Ask: prices, BaseCPM: prices, DiscountPct: {math.Inf(-1), 100}, FlightDays: {1, parley.MaxFlightDays},
	DealValue: values, ValueToday: values, ValueOpen: values, Impressions: {0, math.MaxInt64},
}

// values are the amounts that there are, of which the largest stands for every larger one.
var values = span{0, float64(math.MaxInt64) / parley.MicrosPerUnit}

var prices = span{0, float64(parley.MaxCPM) / parley.MicrosPerUnit}

// dimensions are those of the variables that the condition mentions. Lists are left out: of them anything may be true.
func (p *Program) dimensions(world World) []dimension {
	var all []dimension
	d, priced := p.subjects(world)
	if len(d.cells) > 0 {
		all = append(all, d)
	}
	numbers := comparedNumbers(p.tree.Expr())
	for v := range Variable(variableCount) {
		if !p.mentioned[v] || v == ProductID || v == InventoryType || v == Currency && priced {
			continue
		}
		var cells []any
		var whole any
		switch variables[v].kind {
		case number:
			of, bounded := reach[v]
			if !bounded {
				of = span{0, math.Inf(1)}
			}
			cells, whole = of.cells(numbers[v]), of
		case text:
			values, few := closed[v]
			if only := world.Only[v]; few && len(only) > 0 {
				values = only
			} else if few {
				values = append(slices.Clone(values), "") // not stated
			} else {
				values = p.textsOf(v)
			}
			for _, value := range values {
				cells = append(cells, words{in: []string{value}})
			}
			all := words{in: values}
			if !few {
				cells = append(cells, words{others: true, except: values})
				all = words{others: true}
			}
			whole = all
		case list:
			continue
		}
		d := dimension{whole: map[string]any{v.String(): whole}}
		for _, cell := range cells {
			d.cells = append(d.cells, map[string]any{v.String(): cell})
		}
		all = append(all, d)
	}
	for cases(all) > maxCases {
		widest := 0
		for i := range all {
			if len(all[i].cells) > len(all[widest].cells) {
				widest = i
			}
		}
		all[widest].cells = []map[string]any{all[widest].whole}
	}
	return all
}

func cases(all []dimension) int {
	n := 1
	for _, d := range all {
		if n *= len(d.cells); n > maxCases {
			return n
		}
	}
	return n
}

// subjects is the dimension of the products, without cells where the condition is not about them: their ids and kinds of inventory
// go together and, where the condition is about both, ids and currencies. Of a kind of inventory products in any currency may come.
func (p *Program) subjects(world World) (d dimension, priced bool) {
	if !p.mentioned[ProductID] && !p.mentioned[InventoryType] || len(world.Subjects) == 0 {
		return dimension{}, false
	}
	priced = p.mentioned[ProductID] && p.mentioned[Currency]
	seen := map[Subject]bool{}
	ids, kinds, currencies := words{}, words{}, words{}
	var named []string
	for _, s := range world.Subjects {
		if s.ProductID != "" {
			named = append(named, s.ProductID)
		}
	}
	for _, s := range world.Subjects {
		id, kind := words{in: []string{s.ProductID}}, words{in: []string{s.InventoryType}}
		if s.ProductID == "" {
			id = words{others: true, unnamed: s.InventoryType != "", except: named}
		}
		if s.InventoryType == "" {
			kind = words{others: true}
		}
		if !p.mentioned[ProductID] {
			s.ProductID = ""
		}
		if !p.mentioned[InventoryType] && s.ProductID != "" {
			s.InventoryType = ""
		}
		if !priced {
			s.Currency = ""
		}
		if seen[s] {
			continue
		}
		seen[s] = true
		ids, kinds = ids.or(id), kinds.or(kind)
		if !priced {
			d.cells = append(d.cells, map[string]any{ProductID.String(): id, InventoryType.String(): kind})
			continue
		}
		for _, currency := range p.currenciesOf(s) {
			d.cells = append(d.cells, map[string]any{ProductID.String(): id, InventoryType.String(): kind, Currency.String(): currency})
			currencies = currencies.or(currency)
		}
	}
	d.whole = map[string]any{ProductID.String(): ids, InventoryType.String(): kinds}
	if priced {
		d.whole[Currency.String()] = currencies
	}
	return d, priced
}

// currenciesOf are the currencies that a product can be in: its own or, where that is not known, each that the condition names and
// any other.
func (p *Program) currenciesOf(s Subject) []words {
	if s.Currency != "" {
		return []words{{in: []string{s.Currency}}}
	}
	named := p.textsOf(Currency)
	all := []words{{others: true, except: named}}
	for _, currency := range named {
		all = append(all, words{in: []string{currency}})
	}
	return all
}

func (p *Program) textsOf(v Variable) []string {
	var texts []string
	for _, l := range p.literals {
		if l.Variable == v && !slices.Contains(texts, l.Text) {
			texts = append(texts, l.Text)
		}
	}
	return texts
}

// comparedNumbers are the numbers that an expression compares its variables with.
func comparedNumbers(e ast.Expr) map[Variable][]float64 {
	found := map[Variable][]float64{}
	note := func(name, value ast.Expr) {
		if name.Kind() != ast.IdentKind || value.Kind() != ast.LiteralKind {
			return
		}
		v, known := variableByName[name.AsIdent()]
		n, is := value.AsLiteral().(types.Double)
		if known && is {
			found[v] = append(found[v], float64(n))
		}
	}
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
			return
		}
		args := e.AsCall().Args()
		if e.AsCall().FunctionName() == operators.In && args[1].Kind() == ast.ListKind {
			for _, element := range args[1].AsList().Elements() {
				note(args[0], element)
			}
		}
		note(args[0], args[1])
		note(args[1], args[0])
	}))
	return found
}

// weighing weighs expressions with all combinations of the cells.
type weighing struct {
	dimensions []dimension
	steps      int
}

// possible tells whether an expression may be true in some case.
func (w *weighing) possible(e ast.Expr) bool {
	scope := map[string]any{}
	var some func(rest []dimension) bool
	some = func(rest []dimension) bool {
		if len(rest) == 0 {
			return truthOf(w.weigh(e, scope))&mayHold != 0
		}
		for _, cell := range rest[0].cells {
			for name, value := range cell {
				scope[name] = value
			}
			if some(rest[1:]) || w.steps > maxSteps {
				return true
			}
		}
		return false
	}
	return some(w.dimensions)
}
