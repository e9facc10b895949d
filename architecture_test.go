package parley_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// room is a rule for what some packages, and those below them, may import. Every name is an import path and covers what
// lies below it, or with a "$" at its end that package alone.
type room struct {
	packages []string
	only     []string // beside the standard library, nothing but these; nil: anything that is not in never
	never    []string
	why      string
}

var (
	engines = own("condition", "pricing", "negotiation", "approval", "inventory", "openrtb", "mediakit", "proposal", "change", "delivery")
	edges   = own("rest", "mcp", "a2a", "console")
	stores  = own("storage/sqlite", "storage/postgres", "storage/backend", "storage/transfer")
	// What speaks to destinations, one package for each kind, and what those have in common that speak HTTP.
	adapters = own("activation/filedrop", "activation/dealsapi", "activation/admanager", "activation/remote")
	tools    = own("internal", "scripts", "storage/pgtest", "storage/storagetest")
	// What stands beside the flows and the edges, and is given to them by cmd/parley.
	beside = own("agentcard", "outbound", "admission", "catalogfile", "iabfile", "deliveryfile", "mappingfile", "vault", "config", "openid")
	sql    = []string{"database/sql", "github.com/jackc/pgx", "modernc.org/sqlite", "zombiezen.com/go/sqlite"}
	// net/netip has values alone, net what makes connections.
	effects = []string{"net$", "net/http", "net/url", "os", "database/sql", "log", "crypto/rand", "math/rand"}
)

// judges are the engines that judge a deal's terms as a whole, with the engines that they judge by.
var judges = map[string][]string{
	"parley/proposal": own("inventory", "negotiation"),
	"parley/change":   own("inventory"),
}

func own(folders ...string) []string {
	paths := make([]string, len(folders))
	for i, folder := range folders {
		paths[i] = "parley/" + folder
	}
	return paths
}

var house = func() []room {
	rooms := []room{
		{
			packages: []string{"parley$"},
			only:     []string{"golang.org/x/text/cases", "golang.org/x/text/unicode/norm"},
			never:    effects,
			why:      "the domain imports the standard library and Unicode's cases and normal forms only, and has no effects: everything else depends on it",
		},
		{
			packages: own("storage"),
			never:    slices.Concat(own("seller", "client", "webhook", "notice", "wire"), engines, edges, beside, []string{"net/http"}),
			why:      "a store keeps the domain; rules and authorization belong to the flows that call it",
		},
		{
			packages: own("storage$"),
			only:     []string{"parley$", "github.com/go-json-experiment/json"}, // functions over text
			why:      "the statements are the same for each database; what differs is its driver's",
		},
		{
			packages: own("seller"),
			never:    slices.Concat(stores, edges, own("webhook$", "activation/courier", "notice", "wire", "tool", "agentcard", "outbound"), adapters, sql, []string{"net/http"}),
			why:      "the flows know storage, not its backends, and reach nobody over a network; who does calls them, or is given to them",
		},
		{
			packages: own("wire$"),
			only:     slices.Concat(own("seller$", "wire/contract", "wire/document", "activation$"), []string{"parley$", "github.com/danielgtaylor/huma/v2", "github.com/go-json-experiment/json"}, engines),
			never:    slices.Concat(edges, own("storage"), sql, []string{"net/http"}),
			why:      "the documents are the same whichever edge they come through: they know the flows and no edge",
		},
		{
			packages: own("tool"),
			only:     slices.Concat(own("seller$", "wire"), []string{"parley$", "github.com/danielgtaylor/huma/v2"}),
			why:      "what agents can ask for is the same by every protocol: it knows the flows and their documents, and no edge",
		},
		{
			packages: own("wire/contract"),
			only:     append(own("openrtb"), "parley$", "github.com/danielgtaylor/huma/v2"),
			never:    effects,
			why:      "a buyer's program that reads the contract must not carry the seller along",
		},
		{
			packages: own("wire/document"),
			only:     append(own("wire/contract"), "parley$", "github.com/danielgtaylor/huma/v2"),
			never:    effects,
			why:      "a buyer's program that sends and reads these must not carry the seller along",
		},
		{
			packages: own("client"),
			never:    slices.Concat(own("seller", "storage", "webhook$", "wire$"), edges, engines),
			why:      "a buyer's program that uses the client must not carry the seller along",
		},
		{
			packages: own("activation$"),
			only:     []string{"parley$"},
			never:    effects,
			why:      "what is to be at a destination, and what is to be done next, is a pure function over the domain",
		},
		{
			packages: adapters,
			only:     append(own("activation$", "activation/remote", "outbound"), "parley$"),
			why:      "an adapter speaks to one kind of destination: it knows what is wanted there, and neither who asks nor what is kept",
		},
		{
			packages: own("webhook", "activation/courier", "notice"),
			never:    slices.Concat(own("storage"), adapters, edges),
			why:      "the couriers ask seller what is due and have it stored: seller alone opens transactions",
		},
		{
			packages: own("webhook/signature"),
			only:     []string{},
			never:    effects,
			why:      "a buyer's program holds deliveries to the signature without carrying the seller along",
		},
		{
			packages: own("docs"),
			only:     []string{},
			why:      "the documents have no code but what tests their examples",
		},
		{
			packages: own("trace"),
			only:     []string{"go.opentelemetry.io/otel"},
			why:      "whoever does something that takes time says so; what says it knows none of them",
		},
		{
			packages: slices.Concat(beside, engines),
			never:    slices.Concat(own("seller", "storage"), edges),
			why:      "only cmd sees everything; the others see what lies further in",
		},
		{
			packages: slices.Concat([]string{"parley$"}, own("seller", "client", "edge", "webhook", "notice", "activation"), beside, stores, engines, edges),
			never:    slices.Concat(own("cmd"), tools),
			why:      "the product is wired in cmd, and does not depend on the tools of its tests",
		},
	}
	for _, engine := range engines {
		only := append(own("condition"), "parley$", engine)
		if engine == "parley/condition" {
			only = append(only, "cel.dev/cel-go")
		}
		if engine == "parley/openrtb" {
			only = append(only, "golang.org/x/net/idna") // tables and functions over text
		}
		only = append(only, judges[engine]...)
		rooms = append(rooms, room{
			packages: []string{engine},
			only:     only,
			never:    effects,
			why:      "an engine is a pure function over the domain: no storage, network, files, randomness or, unless it judges by one, other engine",
		})
	}
	rooms = append(rooms, room{
		packages: own("edge"),
		never:    slices.Concat(edges, stores, own("seller", "storage"), engines),
		why:      "what edges share knows requests and their callers, and neither the flows nor any one edge",
	})
	for _, edge := range edges {
		others := slices.DeleteFunc(slices.Clone(edges), func(other string) bool { return other == edge })
		rooms = append(rooms, room{
			packages: []string{edge},
			never:    slices.Concat(others, own("storage"), sql),
			why:      "an edge decodes, calls seller and encodes; it knows no SQL and no other edge",
		})
	}
	return rooms
}()

// forbidden says why a package may not import another; it is empty when it may.
func forbidden(importer, imported string) string {
	first, _, _ := strings.Cut(imported, "/")
	standard := first != "parley" && !strings.Contains(first, ".")
	for _, r := range house {
		if !covers(r.packages, importer) {
			continue
		}
		if covers(r.never, imported) || (r.only != nil && !standard && !covers(r.only, imported)) {
			return r.why
		}
	}
	return ""
}

func covers(names []string, path string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		if alone, is := strings.CutSuffix(name, "$"); is {
			return path == alone
		}
		return path == name || strings.HasPrefix(path, name+"/")
	})
}

func TestImportsPointInward(t *testing.T) {
	t.Parallel()
	for importer, imports := range imports(t) {
		ruled := slices.ContainsFunc(house, func(r room) bool { return covers(r.packages, importer) })
		if outside := slices.Concat(own("cmd"), tools); !ruled && !covers(outside, importer) {
			t.Errorf("no rule says what %s may import", importer)
		}
		for _, imported := range imports {
			if why := forbidden(importer, imported); why != "" {
				t.Errorf("%s imports %s: %s", importer, imported, why)
			}
		}
	}
}

// imports reads what each package of the module imports outside its tests, under any build tag.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			name := entry.Name()
			if path != "." && (name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		importer := strings.TrimSuffix("parley/"+filepath.ToSlash(filepath.Dir(path)), "/.")
		found[importer] = slices.Grow(found[importer], len(file.Imports))
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found[importer] = append(found[importer], imported)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found["parley"]) == 0 || len(found["parley/pricing"]) == 0 {
		t.Fatal("the module's packages were not found")
	}
	return found
}

func TestForbiddenImports(t *testing.T) {
	t.Parallel()
	tests := []struct {
		importer, imported string
		allowed            bool
	}{
		{"parley", "encoding/json", true},
		{"parley", "parley/pricing", false},
		{"parley", "github.com/google/go-cmp/cmp", false},
		{"parley", "net/http", false},
		{"parley/pricing", "parley", true},
		{"parley/pricing", "parley/condition", true},
		{"parley/pricing", "cel.dev/cel-go/cel", false},
		{"parley/pricing", "parley/inventory", false},
		{"parley/pricing", "math/rand/v2", false},
		{"parley/condition", "cel.dev/cel-go/cel", true},
		{"parley/condition", "parley/pricing", false},
		{"parley/openrtb", "golang.org/x/net/idna", true},
		{"parley/openrtb", "golang.org/x/net/http2", false},
		{"parley/change", "parley/inventory", true},
		{"parley/change", "parley/pricing", false},
		{"parley/proposal", "parley/negotiation", true},
		{"parley/proposal", "parley/storage", false},
		{"parley/negotiation/tactics", "parley/negotiation", true},
		{"parley/approval", "parley/storage", false},
		{"parley/storage", "parley", true},
		{"parley/storage", "database/sql", true},
		{"parley/storage", "github.com/jackc/pgx/v5", false},
		{"parley/storage", "parley/storage/sqlite", false},
		{"parley/storage/postgres", "github.com/jackc/pgx/v5", true},
		{"parley/storage/sqlite", "parley/storage", true},
		{"parley/storage/sqlite", "database/sql", true},
		{"parley/storage/sqlite", "parley/seller", false},
		{"parley/storage/postgres", "parley/rest", false},
		{"parley/storage/postgres", "parley/storage/pgtest", false},
		{"parley/storage", "parley/client", false},
		{"parley/seller", "parley/storage", true},
		{"parley/seller", "parley/storage/sqlite", false},
		{"parley/seller", "parley/rest", false},
		{"parley/seller", "parley/webhook", false},
		{"parley/seller", "parley/webhook/signature", true},
		{"parley/webhook", "parley/seller", true},
		{"parley/activation", "parley", true},
		{"parley/activation", "parley/seller", false},
		{"parley/activation", "net/http", false},
		{"parley/activation/filedrop", "parley/activation", true},
		{"parley/activation/filedrop", "os", true},
		{"parley/activation/filedrop", "parley/storage", false},
		{"parley/activation/filedrop", "parley/seller", false},
		{"parley/seller", "parley/activation", true},
		{"parley/seller", "parley/activation/filedrop", false},
		{"parley/webhook", "parley/storage", false},
		{"parley/seller", "parley/cmd/parley", false},
		{"parley/seller", "parley/internal/stores", false},
		{"parley/seller", "github.com/jackc/pgx/v5/pgconn", false},
		{"parley/rest", "parley/seller", true},
		{"parley/rest", "parley/wire/contract", true},
		{"parley/wire/contract", "parley/storage", false},
		{"parley/wire/contract", "parley/seller", false},
		{"parley/wire/contract", "parley/pricing", false},
		{"parley/wire/document", "parley/wire/contract", true},
		{"parley/wire/document", "parley/seller", false},
		{"parley/wire/document", "parley/wire", false},
		{"parley/wire", "parley/seller", true},
		{"parley/wire", "parley/storage", false},
		{"parley/wire", "parley/rest", false},
		{"parley/rest", "parley/wire", true},
		{"parley/storage", "parley/wire", false},
		{"parley/tool", "parley/wire/contract", true},
		{"parley/tool", "parley/seller", true},
		{"parley/tool", "parley/edge", false},
		{"parley/a2a", "parley/tool", true},
		{"parley/seller", "parley/tool", false},
		{"parley/seller", "parley/wire", false},
		{"parley/rest", "parley/mcp", false},
		{"parley/a2a", "database/sql", false},
		{"parley/client", "parley/wire/contract", true},
		{"parley/client", "parley/wire/document", true},
		{"parley/client", "parley/wire", false},
		{"parley/client", "parley/seller", false},
		{"parley/client", "parley/webhook", false},
		{"parley/client", "parley/webhook/signature", true},
		{"parley/cmd/parley", "parley/storage/sqlite", true},
		{"parley/cmd/parley", "parley/rest", true},
	}
	for _, test := range tests {
		if why := forbidden(test.importer, test.imported); (why == "") != test.allowed {
			t.Errorf("%s imports %s: allowed %v, want %v (%s)", test.importer, test.imported, why == "", test.allowed, why)
		}
	}
}
