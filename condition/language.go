package condition

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"parley"
)

const (
	// maxNesting bounds parentheses and operators inside one another, and with them the stack of the parser.
	maxNesting = 100
	// maxNodes bounds the tree of an expression once its macros are expanded.
	maxNodes = 2_000
)

// languageFunctions is what is left of CEL's standard library: everything here is defined for all values of its types,
// so that a compiled condition cannot fail.
var languageFunctions = []string{
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional, operators.NotStrictlyFalse,
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Negate, operators.In,
	"contains", "startsWith", "endsWith",
}

func languageOptions() []cel.EnvOption {
	subset := env.NewLibrarySubset().AddIncludedMacros(operators.All, operators.Exists)
	for _, name := range languageFunctions {
		subset.AddIncludedFunctions(env.NewFunction(name))
	}
	return []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(subset)),
		sizeFunction(),
		cel.HomogeneousAggregateLiterals(),
		cel.ParserRecursionLimit(maxNesting),
		cel.ExpressionNodeLimit(maxNodes),
	}
}

// sizeFunction declares size, of strings and lists, as a number of the one kind that conditions have; CEL's own counts
// in integers, which do not equal decimals.
func sizeFunction() cel.EnvOption {
	size := cel.UnaryBinding(func(value ref.Val) ref.Val {
		count, isCount := value.(traits.Sizer).Size().(types.Int)
		if !isCount {
			return types.MaybeNoSuchOverloadErr(value)
		}
		return types.Double(count)
	})
	anyList := cel.ListType(cel.TypeParamType("T"))
	return cel.Function("size",
		cel.Overload("condition_size_string", []*cel.Type{cel.StringType}, cel.DoubleType, size),
		cel.Overload("condition_size_list", []*cel.Type{anyList}, cel.DoubleType, size),
		cel.MemberOverload("condition_string_size", []*cel.Type{cel.StringType}, cel.DoubleType, size),
		cel.MemberOverload("condition_list_size", []*cel.Type{anyList}, cel.DoubleType, size),
	)
}

// shape is what restrict learns about an expression while it walks it.
type shape struct {
	loops    bool  // it has exists or all
	foreign  int64 // id of the first node that is not part of the language; 0: none
	offender string

	mentioned [variableCount]bool
	literals  []literal
}

// literal is a text that the expression compares with a variable.
type literal struct {
	expr     ast.Expr
	id       int64
	variable Variable
	text     string
}

// restrict turns the whole numbers of a parsed expression into decimals, and what is compared with a platform into its one name, and finds
// what the language leaves out.
func restrict(parsed *ast.AST) shape {
	var found shape
	refuse := func(e ast.Expr, what string) {
		if found.foreign == 0 {
			found.foreign, found.offender = e.ID(), what
		}
	}
	factory := ast.NewExprFactory()
	platforms := func(literals []literal) {
		for i, l := range literals {
			if l.variable == DSPPlatform {
				literals[i].text = parley.DSP(l.text)
				l.expr.SetKindCase(factory.NewLiteral(l.id, types.String(literals[i].text)))
			}
		}
	}
	ast.PreOrderVisit(parsed.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.LiteralKind:
			switch value := e.AsLiteral().(type) {
			case types.Int:
				e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(value)))
			case types.Uint:
				e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(value)))
			case types.Bytes:
				refuse(e, "bytes")
			}
		case ast.ComprehensionKind:
			found.loops = true
		case ast.SelectKind:
			refuse(e, "a field (.)")
		case ast.MapKind, ast.StructKind:
			refuse(e, "a map or message ({})")
		case ast.IdentKind:
			// A loop's own variable may have the name of one; mentioning one too many is harmless.
			if variable, is := variableByName[e.AsIdent()]; is {
				found.mentioned[variable] = true
			}
		case ast.CallKind:
			literals := compared(e.AsCall())
			platforms(literals)
			found.literals = append(found.literals, literals...)
		case ast.ListKind, ast.UnspecifiedExprKind:
		}
	}))
	return found
}

// compared are the texts that a call compares with a variable: with == and !=, on either side, and with in.
func compared(call ast.CallExpr) []literal {
	args := call.Args()
	if len(args) != 2 {
		return nil
	}
	against := func(name, value ast.Expr) []literal {
		if name.Kind() != ast.IdentKind {
			return nil
		}
		variable, known := variableByName[name.AsIdent()]
		if !known || value.Kind() != ast.LiteralKind {
			return nil
		}
		text, is := value.AsLiteral().(types.String)
		if !is {
			return nil
		}
		return []literal{{value, value.ID(), variable, string(text)}}
	}
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals:
		return append(against(args[0], args[1]), against(args[1], args[0])...)
	case operators.In:
		if args[1].Kind() != ast.ListKind {
			return nil
		}
		var literals []literal
		for _, element := range args[1].AsList().Elements() {
			literals = append(literals, against(args[0], element)...)
		}
		return literals
	}
	return nil
}
