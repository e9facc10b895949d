package client_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley"
	"parley/client"
	"parley/wire/document"
)

// TestExportsHaveTheDealsOfTheList writes deals into files in each format, and holds them to the list.
func TestExportsHaveTheDealsOfTheList(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := openShop(t)
	buyer := s.buyer()
	const sold = 3
	for n := range sold {
		if _, err := trade(ctx, buyer, n); err != nil {
			t.Fatal(err)
		}
	}
	for _, selection := range []document.DealSelection{{}, {DealType: parley.ProgrammaticGuaranteed}} {
		var want []string
		for deal, err := range buyer.AllDeals(ctx, document.DealFilter{DealSelection: selection, Paging: document.Paging{Order: "oldest"}}) {
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, deal.DealID)
		}
		if (len(want) == sold) != (selection.DealType == "") || len(want) == 0 {
			t.Fatalf("listed %v", want)
		}
		for format, idsIn := range map[client.ExportFormat]func([]byte) []string{
			client.ExportCSV: idsInCSV, client.ExportJSON: idsInJSON, client.ExportOpenRTB: idsInJSON,
		} {
			var file bytes.Buffer
			if err := buyer.ExportDeals(ctx, format, selection, &file); err != nil {
				t.Fatal(err)
			}
			if got := idsIn(file.Bytes()); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%s of %+v has %v, listed are %v:\n%s", format, selection, got, want, &file)
			}
		}
	}
	var nothing bytes.Buffer
	err := buyer.ExportDeals(ctx, "xml", document.DealSelection{}, &nothing)
	if !errors.Is(err, client.ErrValidation) || nothing.Len() > 0 {
		t.Errorf("a format that there is not: %v, %q", err, &nothing)
	}
}

func idsInCSV(file []byte) []string {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil || len(rows) == 0 {
		return []string{"unreadable"}
	}
	var ids []string
	for _, row := range rows[1:] {
		ids = append(ids, row[0])
	}
	return ids
}

func idsInJSON(file []byte) []string {
	var read struct {
		Deals []struct {
			DealID string `json:"deal_id"`
			ID     string `json:"id"`
		} `json:"deals"`
	}
	if json.Unmarshal(file, &read) != nil {
		return []string{"unreadable"}
	}
	var ids []string
	for _, deal := range read.Deals {
		ids = append(ids, deal.DealID+deal.ID) // one of which each format has
	}
	return ids
}

// TestAnExportThatBreaksOffIsNotWhole has the connection break before anything came, which is tried again, and in the middle, which is not:
// the file would have its beginning twice.
func TestAnExportThatBreaksOffIsNotWhole(t *testing.T) {
	t.Parallel()
	for broken, want := range map[string]struct {
		tries int
		file  string
		whole bool
	}{
		"before it began": {2, "deal_id\r\n", true},
		"in the middle":   {1, "deal", false},
	} {
		tries := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tries++; tries > 1 {
				_, _ = w.Write([]byte("deal_id\r\n"))
				return
			}
			if !want.whole {
				_, _ = w.Write([]byte("deal"))
				_ = http.NewResponseController(w).Flush()
			}
			panic(http.ErrAbortHandler)
		}))
		buyer := client.New(server.URL, "ask_live_x", client.WithHTTPClient(server.Client()), client.WithRetry(client.Retry{Attempts: 3}))
		var file bytes.Buffer
		err := buyer.ExportDeals(context.Background(), client.ExportCSV, document.DealSelection{}, &file)
		server.Close()
		if (err == nil) != want.whole || tries != want.tries || file.String() != want.file {
			t.Errorf("broken off %s: %q after %d tries, %v", broken, &file, tries, err)
		}
	}
}

// TestAKeySaysWhoseItIs reads the key that each of two buyers calls with.
func TestAKeySaysWhoseItIs(t *testing.T) {
	t.Parallel()
	s := openShop(t)
	other, err := buyerKey(s.service, "agency-2")
	if err != nil {
		t.Fatal(err)
	}
	for secret, agency := range map[string]string{s.key: "agency-1", other: "agency-2"} {
		key, err := client.New(s.url, secret, client.WithHTTPClient(s.client)).Key(context.Background())
		if err != nil || key.Identity.AgencyID != agency || !strings.HasSuffix(secret, key.Hint) || key.Role != parley.RoleBuyer {
			t.Errorf("the key of %s is %+v, %v", agency, key, err)
		}
	}
	if _, err := client.New(s.url, "", client.WithHTTPClient(s.client)).Key(context.Background()); !errors.Is(err, client.ErrUnauthorized) {
		t.Errorf("without a key: %v", err)
	}
}
