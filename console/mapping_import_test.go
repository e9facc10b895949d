package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley"
	"parley/seller"
)

// TestMappingsByFile looks at what a file of mappings would change, changes it, and reads the file back that the page exports.
func TestMappingsByFile(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	at := "/console/destinations/" + w.sheets.ID + "/mappings"
	head := "about,name,refs\n"
	status, body := b.upload(at+"/import", "map.csv", head+`product,ctv-drama-premiere,"{""durations"": [-15]}"`+"\n"+`product,no-such-product,{}`+"\n", url.Values{})
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "<td>Durations") || !strings.Contains(body, "Nothing was imported") {
		t.Errorf("a duration that is none: %d\n%.4000s", status, body)
	}
	if status, body := b.submit(at+"/import", url.Values{}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "The file is required") {
		t.Errorf("no file: %d\n%.2000s", status, body)
	}
	file := head + `product,ctv-drama-premiere,"{""ad_units"": [""ctv/drama""]}"` + "\n" + `seat,seat-1,"{""name"": ""Harbour <there>""}"` + "\n"
	status, body = b.upload(at+"/import", "map.csv", file, url.Values{})
	sealed := sealedFile.FindStringSubmatch(body)
	if status != http.StatusOK || sealed == nil || !strings.Contains(body, "<b>2</b> added") || !strings.Contains(body, "Harbour &lt;there&gt;") {
		t.Fatalf("a look at it: %d\n%.4000s", status, body)
	}
	if _, now := b.get(at); strings.Contains(now, "ctv/drama") {
		t.Error("a look changes something")
	}
	if status, body = b.submit(at+"/import/confirm", url.Values{"file": {sealed[1]}}); status != http.StatusOK || !strings.Contains(body, "Imported: 2 added") {
		t.Fatalf("confirmed: %d\n%.2000s", status, body)
	}
	kept := must[seller.Listing[parley.Mapping]](t)(w.service.Mappings(context.Background(), seller.Terminal("test"),
		seller.MappingFilter{DestinationID: w.sheets.ID, About: parley.MapsProduct, Name: "ctv-drama-premiere", Page: seller.Page{Limit: 1}}))
	if len(kept.Items) != 1 || string(kept.Items[0].Refs) != `{"ad_units":["ctv/drama"]}` {
		t.Errorf("kept %+v", kept.Items)
	}
	_, exported := b.get(at + ".csv")
	if status, body = b.upload(at+"/import", "map.csv", exported, url.Values{}); status != http.StatusOK || !strings.Contains(body, "There is nothing to import") {
		t.Errorf("what was exported changes something: %d\n%.4000s", status, body)
	}
	other := "/console/destinations/" + w.held.ID + "/mappings/import/confirm"
	if status, _ := b.submit(other, url.Values{"file": {sealed[1]}}); status != http.StatusForbidden {
		t.Errorf("confirmed for another destination: %d", status)
	}
}

// TestASheetNeedsNoFolder downloads the trafficking sheet of a deal, as whoever may look on.
func TestASheetNeedsNoFolder(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.viewer)
	status, sheet := b.get("/console/deals/" + w.deal.ID + "/sheet.csv")
	if lines := strings.Split(strings.TrimSpace(sheet), "\n"); status != http.StatusOK || len(lines) != 2 || !strings.HasPrefix(lines[0], "deal_id,") || !strings.HasPrefix(lines[1], w.deal.ID+",") {
		t.Errorf("%d\n%.2000s", status, sheet)
	}
	if _, page := b.get("/console/deals/" + w.deal.ID); !strings.Contains(page, "/sheet.csv\"") {
		t.Error("the deal's page does not lead to it")
	}
	if status, _ := b.get("/console/deals/NORTH-NONE/sheet.csv"); status != http.StatusNotFound {
		t.Errorf("of no deal: %d", status)
	}
}

// TestUploadsAreAsLongAsTheAPIs reads a file that is longer than 16 MiB, before it refuses what else the form says.
func TestUploadsAreAsLongAsTheAPIs(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("Mara"))
	long := strings.Repeat(" ", 17<<20)
	for _, never := range []string{"yesterday", "0001-01-01T00:00:00Z"} {
		if status, body := b.upload("/console/delivery/import", "figures.csv", long, url.Values{"source": {"ad server"}, "as_of": {never}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "must be a time such as") {
			t.Errorf("%d\n%.2000s", status, body)
		}
	}
	if status, _ := b.upload("/console/delivery/import", "figures.csv", strings.Repeat(" ", 66<<20), url.Values{}); status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than 64 MiB: %d", status)
	}
}
