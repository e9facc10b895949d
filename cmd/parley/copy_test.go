package main_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"parley/storage/pgtest"
	"parley/storage/sqlite"
)

// TestACopyTradesOn copies a database that has traded into the other kind and back, and sells on the copy.
func TestACopyTradesOn(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	server := at.serve(t, "--demo")
	if walked := at.run(t, nil, "demo", "--url", server.base); walked.code != 0 {
		t.Fatalf("the demo ended with %d\n%s", walked.code, walked.err)
	}
	keys := demoKeys(t, at)
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	ask := map[string]any{"product_id": "ctv-sports-live", "deal_type": "PD", "impressions": 1_000_000}
	server.ask(t, http.StatusCreated, keys["AGENCY_KEY"], "POST", "/api/v1/quotes", ask, &quote)
	before := listed(t, server, keys)
	server.stop(t)
	followedBefore(t, filepath.Join(at.folder, "data", "parley.db"))

	elsewhere := pgtest.Database(t)
	if done := at.run(t, nil, "copy", "--from", "sqlite:data/parley.db", "--to", elsewhere); done.code != 0 || !strings.Contains(done.out, "counts and sums are the same") {
		t.Fatalf("exit code %d\n%s%s", done.code, done.out, done.err)
	}
	if done := at.run(t, nil, "copy", "--from", "sqlite:data/parley.db", "--to", elsewhere); done.code != 1 || !strings.Contains(done.err, "not empty") {
		t.Errorf("a second time: exit code %d\n%s", done.code, done.err)
	}
	quoted := tradeOn(t, place{folder: at.folder, databaseURL: elsewhere}, keys, before, quote.QuoteID)

	back := place{folder: at.folder, databaseURL: "sqlite:data/back.db"}
	if done := at.run(t, nil, "copy", "--from", elsewhere, "--to", back.databaseURL); done.code != 0 {
		t.Fatalf("back: exit code %d\n%s%s", done.code, done.out, done.err)
	}
	tradeOn(t, back, keys, nil, quoted)

	if done := at.run(t, nil, "copy", "--from", "sqlite:data/none.db", "--to", "sqlite:data/other.db"); done.code != 1 || !strings.Contains(done.err, "there is no database") {
		t.Errorf("without a source: exit code %d\n%s", done.code, done.err)
	}
}

// followedBefore leaves in an embedded database what Litestream does, which is no part of a copy.
func followedBefore(t *testing.T, path string) {
	t.Helper()
	db, err := sqlite.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _litestream_lock (id INTEGER); INSERT INTO _litestream_seq VALUES (1, 7)")
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// listed are what a server answers of its lists.
func listed(t *testing.T, server *server, keys map[string]string) map[string]string {
	t.Helper()
	answers := map[string]string{}
	for _, path := range []string{
		"/products", "/api/v1/deals", "/api/v1/quotes", "/api/v1/orders", "/approvals", "/events?limit=200", "/api/v1/audit",
		"/api/v1/pricing-rules", "/api/v1/deals?search=sports", "/api/v1/negotiations", "/api/v1/packages",
	} {
		status, answer, err := server.call(keys["OPERATOR_KEY"], "GET", path, nil)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%s: %d, %v\n%s", path, status, err, answer)
		}
		answers[path] = string(answer)
	}
	return answers
}

// tradeOn serves a copy, finds on it what there was before, books a quote of before, and quotes anew: that quote's id.
func tradeOn(t *testing.T, at place, keys, before map[string]string, quoteID string) string {
	t.Helper()
	server := at.serve(t)
	defer server.stop(t)
	if before != nil {
		for path, answer := range listed(t, server, keys) {
			if answer != before[path] {
				t.Errorf("%s is answered with\n%s\nand was\n%s", path, answer, before[path])
			}
		}
	}
	var deal struct {
		DealID string `json:"deal_id"`
	}
	server.ask(t, http.StatusCreated, keys["AGENCY_KEY"], "POST", "/api/v1/deals", map[string]string{"quote_id": quoteID}, &deal)
	server.ask(t, http.StatusOK, keys["AGENCY_KEY"], "GET", "/api/v1/deals/"+deal.DealID, nil, nil)
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	server.ask(t, http.StatusCreated, keys["AGENCY_KEY"], "POST", "/api/v1/quotes",
		map[string]any{"product_id": "ctv-sports-live", "deal_type": "PD", "impressions": 1_000_000}, &quote)
	return quote.QuoteID
}
