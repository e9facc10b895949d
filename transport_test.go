package parley_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestClientsShareNoConnections finds HTTP clients that would take the process's shared transport, in the product and in its tests:
// the Close of any httptest.Server closes that one's idle connections, so that a request of another test, which runs beside it, fails.
// A client is a server's own (httptest.Server.Client) or has a transport of its own (outbound.Standard, outbound.Transport).
func TestClientsShareNoConnections(t *testing.T) {
	t.Parallel()
	set := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "node_modules" || path != "." && strings.HasPrefix(entry.Name(), ".")):
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go"):
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, found := range sharing(file) {
			t.Errorf("%s uses the connections that the whole process shares; give its client a transport of its own", set.Position(found))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sharing are the places in a file that use the shared transport. Asking it for its type, to clone it, is not one.
func sharing(file *ast.File) []token.Pos {
	known := map[string]string{} // packages by the names that the file has for them
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		name := imported[strings.LastIndex(imported, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if err == nil && (imported == "net/http" || imported == "github.com/modelcontextprotocol/go-sdk/mcp") {
			known[name] = imported
		}
	}
	member := func(node ast.Expr) string {
		selector, _ := node.(*ast.SelectorExpr)
		if selector == nil {
			return ""
		}
		if of, is := selector.X.(*ast.Ident); is && known[of.Name] != "" {
			return known[of.Name] + "." + selector.Sel.Name
		}
		return ""
	}
	needs := map[string]string{
		"net/http.Client": "Transport",
		"github.com/modelcontextprotocol/go-sdk/mcp.StreamableClientTransport": "HTTPClient",
		"github.com/modelcontextprotocol/go-sdk/mcp.SSEClientTransport":        "HTTPClient",
	}
	var found []token.Pos
	cloned := map[ast.Node]bool{}
	for node := range ast.Preorder(file) {
		switch node := node.(type) {
		case *ast.TypeAssertExpr:
			cloned[node.X] = true
		case *ast.CompositeLit:
			if field := needs[member(node.Type)]; field != "" && !sets(node, field) {
				found = append(found, node.Pos())
			}
		case *ast.SelectorExpr:
			switch member(node) {
			case "net/http.DefaultClient", "net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm":
				found = append(found, node.Pos())
			case "net/http.DefaultTransport":
				if !cloned[node] {
					found = append(found, node.Pos())
				}
			}
		}
	}
	return found
}

func sets(literal *ast.CompositeLit, field string) bool {
	for _, element := range literal.Elts {
		if pair, is := element.(*ast.KeyValueExpr); is {
			if name, named := pair.Key.(*ast.Ident); named && name.Name == field {
				return true
			}
		}
	}
	return false
}

// TestSharingIsFound has a use of the shared transport in each way, and the ways around it.
func TestSharingIsFound(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		`http.Get("")`: 1, `http.Post("", "", nil)`: 1, `http.Head("")`: 1, `http.PostForm("", nil)`: 1,
		`http.DefaultClient.Do(nil)`: 1, `http.DefaultTransport.RoundTrip(nil)`: 1,
		`_ = http.Client{}`: 1, `_ = &http.Client{Timeout: 1}`: 1, `_ = http.Client{Transport: http.DefaultTransport}`: 1,
		`_ = sdk.StreamableClientTransport{Endpoint: ""}`: 1, `_ = sdk.StreamableClientTransport{HTTPClient: nil}`: 0,
		`_ = http.Client{Transport: own}`: 0, `http.DefaultTransport.(*http.Transport).Clone()`: 0, `server.Client().Get("")`: 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", `package p
			import ("net/http"; sdk "github.com/modelcontextprotocol/go-sdk/mcp")
			func f() { `+source+` }`, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if found := sharing(file); len(found) != want {
			t.Errorf("%s: found %d, want %d", source, len(found), want)
		}
	}
}
