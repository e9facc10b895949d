package client_test

import (
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/edge"
	"parley/internal/stores"
	"parley/rest"
	"parley/seller"
	"parley/storage"
	"parley/webhook"
	"parley/wire"
)

// TestTypeScriptClient makes the client in TypeScript from the description that a server serves, packs it, and has its own tests trade
// with that server.
func TestTypeScriptClient(t *testing.T) {
	t.Parallel()
	source, err := filepath.Abs(filepath.Join("..", "clients", "typescript"))
	if err != nil {
		t.Fatal(err)
	}
	_, missing := os.Stat(filepath.Join(source, "node_modules"))
	if _, err := exec.LookPath("npm"); missing != nil || err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the compiler is not installed: scripts/need node")
		}
		t.Skip("the compiler is not installed: scripts/need node")
	}
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		s := openTestingShop(t, store)
		folder := t.TempDir()
		for _, part := range []string{"src", "test"} {
			if err := os.CopyFS(filepath.Join(folder, part), os.DirFS(filepath.Join(source, part))); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"package.json", "tsconfig.json", "generate.mjs", "README.md"} {
			content, err := os.ReadFile(filepath.Join(source, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(filepath.Join(source, "node_modules"), filepath.Join(folder, "node_modules")); err != nil {
			t.Fatal(err)
		}
		npm := func(args ...string) string {
			t.Helper()
			command := exec.CommandContext(t.Context(), "npm", append([]string{"--silent", "--offline"}, args...)...)
			command.Dir = folder
			command.Env = append(os.Environ(), "PARLEY_URL="+s.url, "PARLEY_KEY="+s.key, "PARLEY_PRODUCT=display-news")
			said, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("npm %s: %v\n%s", strings.Join(args, " "), err, said)
			}
			return string(said)
		}
		npm("run", "generate", "--", s.url+"/openapi.json")
		npm("run", "build")
		var packed []struct {
			Files []struct {
				Path string `json:"path"`
			} `json:"files"`
		}
		if err := json.Unmarshal([]byte(npm("pack", "--dry-run", "--json")), &packed); err != nil || len(packed) != 1 {
			t.Fatalf("%+v, %v", packed, err)
		}
		var paths []string
		for _, file := range packed[0].Files {
			paths = append(paths, file.Path)
		}
		for _, path := range []string{"dist/index.js", "dist/index.d.ts", "dist/schema.d.ts", "README.md", "package.json"} {
			if !slices.Contains(paths, path) {
				t.Errorf("%s is not packed: %v", path, paths)
			}
		}
		if said := npm("test"); !strings.Contains(said, "pass 10\n") || !strings.Contains(said, "fail 0\n") {
			t.Error(said)
		}
	})
}

// openTestingShop is a shop whose webhooks may be on this machine, and are tried.
func openTestingShop(t testing.TB, store *storage.Store) *shop {
	t.Helper()
	log, clock, settings := slog.New(slog.DiscardHandler), func() time.Time { return today }, seller.DefaultSettings()
	settings.PrivateWebhooks = true
	parts := seller.Parts{TryWebhook: webhook.Try(webhook.NewSender(true).Send, wire.EncodeEvent, clock)}
	service := seller.New(store, parts, settings, clock, rand.Reader, log)
	handler, err := rest.New(service, rest.Options{Kit: edge.Kit{Log: log}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s := &shop{t: t, service: service, url: server.URL, client: server.Client()}
	if err := stock(service); err != nil {
		t.Fatal(err)
	}
	if s.key, err = buyerKey(service, "agency-1"); err != nil {
		t.Fatal(err)
	}
	return s
}
