package main_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// theirKey is a buyer's key of the other agent.
const theirKey = "ask_live_Qm9va2luZy1hbGwtdGhlLWRlYWxzLXdpdGgtdGhpcw"

// theirDatabase makes a database as the IAB seller agent keeps it.
func (at place) theirDatabase(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(at.folder, "ad_seller.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), `CREATE TABLE kv_store (key TEXT PRIMARY KEY, value TEXT, expires_at REAL);
		CREATE INDEX idx_expires ON kv_store (expires_at)`); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(theirKey))
	hash := hex.EncodeToString(sum[:])
	for key, value := range map[string]any{
		"product:ctv": map[string]any{
			"product_id": "ctv", "name": "CTV Prime", "inventory_type": "ctv", "supported_deal_types": []string{"programmaticguaranteed", "preferreddeal"},
			"base_cpm": 35.0, "floor_cpm": 28.000000000000004, "minimum_impressions": 10000, "currency": "USD", "content_targeting": map[string]any{"cat": []string{"IAB1"}},
			"audience_targeting": map[string]any{"segment_ids": []string{"243"}},
		},
		"product:floor-only": map[string]any{"product_id": "floor-only", "name": "Run of site", "inventory_type": "display", "floor_cpm": 4.5},
		"product:broken":     map[string]any{"product_id": "broken", "name": "", "inventory_type": "display"},
		"package:pkg-1": map[string]any{
			"package_id": "pkg-1", "name": "Everything", "layer": "curated", "status": "active", "base_price": 30.0, "floor_price": 20.0, "is_featured": true,
			"placements": []any{map[string]any{"product_id": "ctv", "weight": 0.7}, map[string]any{"product_id": "floor-only", "weight": 0.3}},
		},
		"package:pkg-2": map[string]any{"package_id": "pkg-2", "name": "Gone", "layer": "curated", "placements": []any{map[string]any{"product_id": "nowhere"}}},
		"package:pkg-3": map[string]any{"package_id": "pkg-3", "name": "Half", "layer": "curated", "placements": []any{
			map[string]any{"product_id": "ctv"}, map[string]any{"product_id": "gone"},
		}},
		"api_key:" + strings.Repeat("ef", 32): map[string]any{
			"key_id": "key-seats", "role": "buyer", "label": "Two seats", "identity": map[string]any{"seat_id": "a b;c"},
		},
		"rate_card:current": map[string]any{"entries": []any{map[string]any{"inventory_type": "ctv", "base_cpm": 40.0, "currency": "USD", "effective_date": "2026-01-01", "notes": "upfront"},
			map[string]any{"inventory_type": "display", "base_cpm": 4.0, "effective_date": "2099-01-01"}, map[string]any{"inventory_type": "audio", "base_cpm": 9}}},
		"api_key:" + hash: map[string]any{
			"key_id": "key-a1b2c3d4", "key_hash": hash, "key_prefix_hint": "ask_live_Qm9...", "role": "buyer", "label": "Acme", "created_at": "2026-01-02T03:04:05.678901",
			"identity": map[string]any{"seat_id": "seat-acme", "agency_id": "agency-acme", "advertiser_id": nil}, "expires_at": nil, "revoked": false,
		},
		"api_key:" + strings.Repeat("ab", 32): map[string]any{"key_id": "key-operator", "role": "operator", "label": "desk"},
		"api_key:" + strings.Repeat("cd", 32): map[string]any{"key_id": "key-revoked", "role": "buyer", "revoked": true},
		"api_key_index:key-a1b2c3d4":          hash,
		"api_key_list":                        []string{"key-a1b2c3d4"},
		"deal:DEMO-1":                         map[string]any{"deal_id": "DEMO-1", "status": "confirmed", "deal_type": "PD", "product_id": "ctv"},
		"order:ORD-1":                         map[string]any{"order_id": "ORD-1", "status": "booked"},
		"agent:1":                             map[string]any{"trust_status": "approved"},
		"mystery:1":                           1,
	} {
		raw, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(context.Background(), `INSERT INTO kv_store (key, value) VALUES (?, ?)`, key, string(raw)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(context.Background(), `INSERT INTO kv_store (key, value, expires_at) VALUES ('product:over', '{}', 1000)`); err != nil {
		t.Fatal(err)
	}
}

// TestImportFromTheIABAgent takes over a database: tried, done, done again, and traded on with the buyer's old key.
func TestImportFromTheIABAgent(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.theirDatabase(t)
		tried := at.refused(t, "4 rows were refused", "import", "iab", "--dry-run", "ad_seller.db")
		if !strings.Contains(tried, "17 rows: 5 moved, 0 there already, 4 refused, 8 left; nothing was kept, as asked") {
			t.Errorf("tried:\n%s", tried)
		}
		if exported := at.must(t, "catalog", "export"); strings.Count(exported, "\n") != 1 {
			t.Errorf("a dry run kept:\n%s", exported)
		}
		done := at.refused(t, "4 rows were refused", "import", "iab", "ad_seller.db")
		for _, row := range [][]string{
			{"product", "ctv", "moved", "floor is rounded"}, {"product", "floor-only", "moved", "sells at it"}, {"product", "broken", "refused", "name"},
			{"rate card", "ctv", "moved"}, {"rate card", "audio", "left", "no product"}, {"rate card", "display", "left", "holds from 2099-01-01"}, {"package", "pkg-1", "moved"}, {"package", "pkg-2", "refused", "nowhere"},
			{"package", "pkg-3", "refused", "gone"}, {"key", "key-seats", "refused", "seat_id"},
			{"key", "key-a1b2c3d4", "moved"}, {"key", "key-operator", "left", "roles"}, {"key", "key-revoked", "left", "revoked"},
			{"deal", "DEMO-1", "left", "confirmed, PD, ctv"}, {"order", "ORD-1", "left"}, {"agent", "1", "left", "discover"}, {"other", "mystery:1", "left"},
		} {
			if !hasRow(done, row...) {
				t.Errorf("no row of %v in\n%s", row, done)
			}
		}
		if !strings.Contains(done, "17 rows: 5 moved, 0 there already, 4 refused, 8 left\n") {
			t.Errorf("done:\n%s", done)
		}
		if strings.Contains(done, "packages[") {
			t.Errorf("a row is named by a place that it does not have:\n%s", done)
		}
		again := at.refused(t, "4 rows were refused", "import", "iab", "ad_seller.db")
		if !strings.Contains(again, "17 rows: 0 moved, 5 there already, 4 refused, 8 left\n") {
			t.Errorf("again:\n%s", again)
		}
		s := at.serve(t)
		read := func(path string, into any) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.base+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Api-Key", theirKey)
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			if err := json.NewDecoder(response.Body).Decode(into); err != nil {
				t.Errorf("%s is answered %s: %v", path, response.Status, err)
			}
		}
		var shown struct {
			ExactPrice json.Number `json:"exact_price"`
			BuyerTier  string      `json:"buyer_tier"`
		}
		if read("/media-kit/packages/pkg-1", &shown); shown.BuyerTier != "agency" || shown.ExactPrice != "26.55" {
			t.Errorf("the buyer is shown %+v", shown)
		}
		var product struct {
			Audience struct {
				Segments []string `json:"segment_ids"`
			} `json:"audience_targeting"`
		}
		if read("/products/ctv", &product); !slices.Equal(product.Audience.Segments, []string{"243"}) {
			t.Errorf("the product is sold by %v", product.Audience.Segments)
		}
	})
}

// refused is what an importing prints that refuses some of the rows, and ends with 1 for it.
func (at place) refused(t *testing.T, says string, args ...string) string {
	t.Helper()
	done := at.run(t, nil, args...)
	if done.code != 1 || !strings.Contains(done.err, says) {
		t.Fatalf("parley %s: exit code %d\n%s", strings.Join(args, " "), done.code, done.err)
	}
	return done.out
}

// hasRow tells whether a line begins with the words and has the rest somewhere.
func hasRow(text string, words ...string) bool {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if !strings.HasPrefix(strings.Join(fields, " "), strings.Join(words[:min(3, len(words))], " ")) {
			continue
		}
		if len(words) < 4 || strings.Contains(line, words[3]) {
			return true
		}
	}
	return false
}

func TestImportFromTheIABAgentsAnswers(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.write(t, "products.json", `{"products": [{"product_id": "p1", "name": "One", "inventory_type": "video", "base_cpm": 10, "supported_deal_types": ["PD", "CUR"]},
		{"product_id": "p2", "name": "Two", "base_price": {"amount_micros": 25000000, "currency": "EUR"}, "pricing_type": "fixed", "delivery_type": "PMP",
			"ext": {"inventory_type": "video", "floor_cpm": 18.5, "minimum_impressions": 5000}, "commercial_terms": {"supported_deal_types": ["PG", "PD"]}},
		{"product_id": "p3", "name": ["Three"], "inventory_type": "video"}], "total": 3}`)
	at.write(t, "packages.json", `[{"package_id": "pkg-1", "name": "P", "placements": [{"product_id": "p1"}]}]`)
	at.write(t, "card.json", `{"entries": [{"inventory_type": "video", "base_cpm": 12.5}], "updated_at": null}`)
	at.write(t, "keys.json", `{"keys": [{"key_id": "key-1", "role": "buyer", "label": "x"}]}`)
	at.write(t, "deals.json", `{"deals": [{"deal": {"deal_id": "D-1", "status": "booked"}}]}`)
	done := at.refused(t, "1 row was refused", "import", "iab", "products.json", "packages.json", "card.json", "keys.json", "deals.json")
	for _, row := range [][]string{
		{"product", "p1", "moved", "deal type CUR"}, {"product", "p2", "moved"}, {"product", "p3", "refused", "its name cannot be of the kind array"},
		{"package", "pkg-1", "moved"}, {"rate card", "video", "moved"}, {"key", "key-1", "left", "read the database"},
		{"deal", "D-1", "left", "booked"},
	} {
		if !hasRow(done, row...) {
			t.Errorf("no row of %v in\n%s", row, done)
		}
	}
	if exported := at.must(t, "catalog", "export"); !strings.Contains(exported, "p2,Two,video,PG|PD,25.00,18.50,EUR,5000,") {
		t.Errorf("the catalog is\n%s", exported)
	}
	for content, says := range map[string]string{"nonsense": "neither SQLite nor JSON", "{}": "none of products", "SQLite format 3\x00 and nothing": "kv_store"} {
		at.write(t, "wrong", content)
		if wrong := at.run(t, nil, "import", "iab", "wrong"); wrong.code != 1 || !strings.Contains(wrong.err, says) && !strings.Contains(wrong.err, "no database of the IAB") {
			t.Errorf("%q: exit code %d\n%s", content, wrong.code, wrong.err)
		}
	}
}

// TestImportOfWhatIsInTwoFiles takes each thing as the first file has it, and says so, and says what a product without a price is
// sold at.
func TestImportOfWhatIsInTwoFiles(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.write(t, "one.json", `{"products": [{"product_id": "p1", "name": "One", "inventory_type": "video"}, {"product_id": "p2", "name": "Two", "inventory_type": "native", "currency": "EUR"}],
			"packages": [{"package_id": "pkg-1", "name": "P", "placements": [{"product_id": "p1"}]}]}`)
		at.write(t, "two.json", `{"products": [{"product_id": "p1", "name": "Uno", "inventory_type": "audio", "base_cpm": 9}, {"product_id": "p3", "name": "Three", "inventory_type": "video", "base_cpm": 7}],
			"packages": [{"package_id": "pkg-1", "name": "Q", "placements": [{"product_id": "p3"}]}]}`)
		at.write(t, "card.json", `{"entries": [{"inventory_type": "video", "base_cpm": 12.5}, {"inventory_type": "video", "base_cpm": 13}, {"inventory_type": "native", "base_cpm": 3}]}`)
		for _, dry := range []bool{true, false} {
			command := []string{"import", "iab", "one.json", "two.json", "card.json"}
			if dry {
				command = append(command, "--dry-run")
			}
			done := at.must(t, command...)
			for _, row := range [][]string{
				{"product", "p1", "moved", "sells at the rate card's 12.50 USD"}, {"product", "p2", "moved", "not sold until the rate card has one for native in EUR"},
				{"product", "p3", "moved"}, {"product", "p1", "left", "is in one.json already, which comes first and counts"},
				{"package", "pkg-1", "moved"}, {"package", "pkg-1", "left", "one.json"}, {"rate card", "video", "left", "card.json"},
			} {
				if !hasRow(done, row...) {
					t.Errorf("no row of %v in\n%s", row, done)
				}
			}
		}
		if exported := at.must(t, "catalog", "export"); !strings.Contains(exported, "p1,One,video,") || strings.Contains(exported, "Uno") {
			t.Errorf("the catalog is\n%s", exported)
		}
	})
}
