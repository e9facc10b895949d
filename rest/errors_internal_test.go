package rest

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"parley/edge"
	"parley/wire"

	"parley"
)

// domainCodes reads the codes out of the source that declares them, so that a new one cannot be forgotten here.
func domainCodes(t *testing.T) []parley.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []parley.Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "Code") {
			return true
		}
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			value, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, parley.Code(value))
		}
		return true
	})
	return found
}

func TestEveryCodeIsMapped(t *testing.T) {
	t.Parallel()
	found := domainCodes(t)
	if len(found) < 19 {
		t.Fatalf("only %d codes were found in error.go", len(found))
	}
	for _, code := range found {
		if edge.Status(&parley.Error{Code: code}) < 400 {
			t.Errorf("%s has no status", code)
		}
		if wire.PublicError(&parley.Error{Code: code}).Code != code {
			t.Errorf("%s is not one of the codes that wire maps", code)
		}
	}
}

func TestWriteError(t *testing.T) {
	t.Parallel()
	cause := errors.New("dial tcp: password=hunter2")
	for _, test := range []struct {
		name   string
		err    error
		status int
		code   string
		header string // that must be there
	}{
		{"unknown", cause, 500, "internal", ""},
		{"with a cause", &parley.Error{Code: parley.CodeNotFound, Message: "There is none.", Cause: cause}, 404, "not_found", ""},
		{"a code of nobody's", parley.Errorf("made_up", "x"), 500, "internal", ""},
		{"unauthorized", parley.Errorf(parley.CodeUnauthorized, "x"), 401, "unauthorized", "Www-Authenticate"},
		{"limited", parley.Errorf(parley.CodeRateLimited, "x"), 429, "rate_limited", "Retry-After"},
		{"stopping", parley.Errorf(parley.CodeUnavailable, "x"), 503, "unavailable", "Retry-After"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			writeError(w, "req-1", test.err)
			var body struct {
				Detail struct {
					Error     string `json:"error"`
					RequestID string `json:"request_id"`
				} `json:"detail"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if w.Code != test.status || body.Detail.Error != test.code || body.Detail.RequestID != "req-1" {
				t.Errorf("answered %d %s", w.Code, w.Body)
			}
			if test.header != "" && w.Header().Get(test.header) == "" {
				t.Errorf("no %s", test.header)
			}
			if strings.Contains(w.Body.String(), "hunter2") {
				t.Errorf("the cause shows: %s", w.Body)
			}
		})
	}
}

func TestFactsNeverReplaceTheEnvelope(t *testing.T) {
	t.Parallel()
	failure := parley.Errorf(parley.CodeContention, "Taken.").With("error", "x").With("fields", 1).With("deal_id", "D-1")
	w := httptest.NewRecorder()
	writeError(w, "req-1", failure)
	want := `{"detail":{"deal_id":"D-1","error":"contention","message":"Taken.","request_id":"req-1","unsupported":[]}}` + "\n"
	if w.Body.String() != want {
		t.Errorf("wrote %s", w.Body)
	}
}
