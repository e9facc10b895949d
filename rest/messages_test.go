package rest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// begins are the words that a message about a field may begin with: it is read after the field's path.
var begins = []string{"make", "repeats",
	"must", "is", "are", "has", "have", "names", "goes", "go", "asks", "needs", "need", "makes", "come", "comes", "cannot", "does", "do", "nests",
	"and", "or", "was", "were", "compares", "can", "takes", "reads", "holds", "leaves", "allows", "wants", "overlaps", "ends", "gives", "may", "exceeds", "says", "line",
}

// TestMessagesAreReadAfterTheirPath reads every message about a field out of the source: with the path before it, it is a
// sentence, which does not name the field a second time at once.
func TestMessagesAreReadAfterTheirPath(t *testing.T) {
	t.Parallel()
	found := 0
	for _, folder := range []string{"..", "../seller", "../rest", "../wire/contract", "../pricing", "../negotiation", "../approval", "../condition", "../mediakit", "../inventory", "../change", "../proposal"} {
		files, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source := token.NewFileSet()
			file, err := parser.ParseFile(source, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				path, message, told := fieldMessage(node)
				if !told {
					return true
				}
				found++
				words := strings.Fields(message)
				at := source.Position(node.Pos())
				switch last := path[strings.LastIndexByte(path, '.')+1:]; {
				case len(words) == 0:
					t.Errorf("%s: %s has an empty message", at, path)
				case words[0] == "%s":
					// The message is made elsewhere.
				case !slices.Contains(begins, words[0]):
					t.Errorf("%s: %q is no sentence", at, path+" "+message)
				case last != "" && slices.ContainsFunc(words[:min(4, len(words))], func(word string) bool { return strings.Trim(word, ",;:") == last }):
					t.Errorf("%s: %q names the field twice", at, path+" "+message)
				case strings.Contains(message, "%d seconds") || strings.Contains(message, "%d items") || strings.Contains(message, "%d characters"):
					t.Errorf("%s: %q may be about one", at, message)
				}
				return true
			})
		}
	}
	if found < 100 {
		t.Errorf("only %d messages were found", found)
	}
}

// fieldMessage is the path and the message of a call that tells a problem with a field; the path is empty when it is made up
// as the program runs.
func fieldMessage(node ast.Node) (path, message string, told bool) {
	call, ok := node.(*ast.CallExpr)
	if !ok || len(call.Args) < 2 {
		return "", "", false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Invalid" && (selector.Sel.Name != "Add" || !strings.HasSuffix(nameOf(selector.X), "roblems")) {
		return "", "", false
	}
	literal, ok := call.Args[1].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", "", false
	}
	if named, ok := call.Args[0].(*ast.BasicLit); ok {
		path, _ = strconv.Unquote(named.Value)
	}
	message, err := strconv.Unquote(literal.Value)
	return path, message, err == nil
}

func nameOf(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
