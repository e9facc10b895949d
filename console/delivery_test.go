package console_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/deliveryfile"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// upload posts a form of the session with a file.
func (b *browser) upload(path, name, content string, form url.Values) (int, string) {
	b.d.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	form.Set("_token", b.token())
	for field, values := range form {
		for _, value := range values {
			if err := w.WriteField(field, value); err != nil {
				b.d.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.d.t.Fatal(err)
	}
	request := must[*http.Request](b.d.t)(http.NewRequestWithContext(context.Background(), http.MethodPost, b.d.server.URL+path, &body))
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(request)
}

var sealedFile = regexp.MustCompile(`name="file" value="([^"]+)"`)

// TestFiguresComeInByThePage looks at a file before it is taken in, is told what is wrong by line and column, and sees what came.
func TestFiguresComeInByThePage(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		deal := w.book(w.buyer, w.desk.quote(w.buyer, "ctv-drama-premiere", "PG", 500_000, 1, 10), "")
		w.clock.by.Add(int64(6 * 24 * time.Hour))
		figures := w.operator("Figures", parley.ScopeDelivery, parley.ScopeViewer)
		b := w.signedIn(figures)
		path := "/console/delivery/import"
		csv := func(impressions string) string {
			text := "Date,deal_id,impressions,Notes\n"
			for i := range 4 { // so that at no time of the day two whole days are without figures
				text += fmt.Sprintf("%s,%s,%s,x\n", deal.Flight.Start+parley.Date(i), deal.ID, impressions)
			}
			return text
		}
		said := func() url.Values { return url.Values{"source": {"ad server"}, "columns": {"Date=day\nNotes=ignore"}} }

		if status, body := b.upload(path, "f.csv", csv("many"), said()); status != http.StatusUnprocessableEntity ||
			!strings.Contains(body, `<td class="num">2</td><td><code>impressions</code></td><td>must be a whole number`) {
			t.Errorf("a cell that is no number: %d\n%.5000s", status, body)
		}
		if status, body := b.upload(path, "f.csv", strings.ReplaceAll(csv("5"), deal.ID, "NORTH-AAAAA-AAAAA"), said()); status != http.StatusUnprocessableEntity ||
			!strings.Contains(body, "names no deal that there is") {
			t.Errorf("an unknown deal: %d\n%.5000s", status, body)
		}
		if status, body := b.upload(path, "f.csv", csv("5"), url.Values{"source": {"ad server"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "name what it is, or ignore") {
			t.Errorf("a heading that is none: %d\n%.5000s", status, body)
		}
		if status, body := b.upload(path, "f.csv", csv("5"), url.Values{"source": {"ad server"}, "columns": {"Date"}}); status != http.StatusUnprocessableEntity || !strings.Contains(body, "must be HEADING=COLUMN") {
			t.Errorf("a heading without a column: %d\n%.5000s", status, body)
		}
		status, body := b.upload(path, "f.csv", csv("20000"), said())
		sealed := sealedFile.FindStringSubmatch(body)
		if status != http.StatusOK || sealed == nil || !strings.Contains(body, "<b>4</b> new or changed") {
			t.Fatalf("preview: %d\n%.5000s", status, body)
		}
		if found := must[seller.DealDelivery](t)(w.service.DealDelivery(context.Background(), seller.Terminal("test"), deal.ID)); found.Figures {
			t.Error("the preview took the file in")
		}
		// Somebody else's figures come in between: what the file would do now is shown once more.
		looked := sealed[1]
		for _, between := range []struct{ source, changed string }{{"ad server", "2"}, {"a buyer", "2"}} {
			rows := strings.Join(strings.SplitAfter(csv("20000"), "\n")[:3], "")
			_, err := w.service.ImportDelivery(context.Background(), seller.Terminal("test"), seller.DeliveryFile{
				Source: between.source, Digest: func() string { return between.source },
				Feed: func(stage func(int, parley.DeliveryDay) error) error {
					return deliveryfile.Read(strings.NewReader(rows), deliveryfile.Options{Columns: map[string]string{"Date": "day", "Notes": "ignore"}}, stage)
				},
			}, false)
			if err != nil {
				t.Fatal(err)
			}
			w.clock.by.Add(int64(time.Second))
			status, body = b.submit(path+"/confirm", url.Values{"file": {looked}})
			sealed = sealedFile.FindStringSubmatch(body)
			if status != http.StatusPreconditionFailed || sealed == nil || !strings.Contains(body, "since you looked") ||
				!strings.Contains(body, "<b>"+between.changed+"</b> new or changed") || strings.Contains(body, "several sources") != (between.source == "a buyer") {
				t.Fatalf("after a file of %s: %d\n%.5000s", between.source, status, body)
			}
			looked = sealed[1]
		}
		status, body = b.submit(path+"/confirm", url.Values{"file": {sealed[1]}})
		if status != http.StatusOK || !strings.Contains(body, "Taken in: 4 rows of ad server") || !strings.Contains(body, ">behind<") || !strings.Contains(body, "80,000") {
			t.Errorf("taken in: %d\n%.5000s", status, body)
		}
		if _, body := b.upload(path, "f.csv", csv("20000"), said()); !strings.Contains(body, "was taken in before") {
			t.Errorf("again:\n%.5000s", body)
		}
		if status, body := w.signedIn(w.viewer).upload(path, "f.csv", csv("1"), said()); status != http.StatusForbidden {
			t.Errorf("a viewer takes figures in: %d\n%.2000s", status, body)
		}
		if status, body := w.browser().post("/console/signin", url.Values{"key": {w.operator("Feed", parley.ScopeDelivery)}}); status != http.StatusForbidden || !strings.Contains(body, "only takes in what deals delivered") {
			t.Errorf("a key that only takes in figures signs in: %d\n%.2000s", status, body)
		}
	})
}
