package courier_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"parley"
	"parley/activation/filedrop"
)

// cell is a value of a deal's sheet.
func cell(t *testing.T, sheet []byte, column string) string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(string(sheet))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, heading := range rows[0] {
		if heading == column {
			return rows[1][i]
		}
	}
	t.Fatalf("the sheet has no %s", column)
	return ""
}

// TestASheetSaysWhatIsToBeDone follows a deal that is changed before and after somebody has said that it is there, to its end. Each sheet
// names the order that it is of, and the sheet of the deal's page says what the last one did.
func TestASheetSaysWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	ends := map[string]func(d *desk, deal parley.Deal, order parley.Order) error{
		"the deal is cancelled": func(d *desk, deal parley.Deal, _ parley.Order) error { return d.cancel(deal.ID) },
		"the order is taken back": func(d *desk, _ parley.Deal, order parley.Order) error {
			return d.move(d.admin, order.ID, parley.OrderUnbooked)
		},
	}
	onEach(t, func(t *testing.T, d *desk) {
		d.destination(filedrop.Kind)
		for name, end := range ends {
			deal, order := d.ordered()
			revision := 0
			sheet := func(action string) {
				t.Helper()
				d.deliver(d.service, "node")
				revision++
				written, err := os.ReadFile(filepath.Join(d.folder, deal.ID+"_r"+strconv.Itoa(revision)+".csv"))
				d.must(err)
				for _, text := range [][]byte{written, d.sheet(deal.ID)} {
					if got := cell(t, text, "action"); got != action {
						t.Errorf("%s: sheet %d says %s, want %s", name, revision, got, action)
					}
					if got := cell(t, text, "order_id"); got != order.ID {
						t.Errorf("%s: sheet %d is of the order %q, want %s", name, revision, got, order.ID)
					}
				}
			}
			answered := func(what func() error) {
				t.Helper()
				d.must(d.acknowledge(d.only(deal.ID).ID))
				d.must(what())
			}
			sheet("create")
			d.must(d.change(deal.ID, 900_000)) // nobody has said that it is there
			sheet("create")
			answered(func() error { return d.change(deal.ID, 800_000) })
			sheet("change")
			d.must(d.change(deal.ID, 700_000)) // it is there, as it was
			sheet("change")
			answered(func() error { return d.pause(d.only(deal.ID).ID) })
			sheet("pause")
			answered(func() error { return d.act(d.service.ResumeActivation, d.only(deal.ID).ID) })
			sheet("change")
			answered(func() error { return end(d, deal, order) })
			sheet("end")
			d.must(d.acknowledge(d.only(deal.ID).ID))
			if name != "the order is taken back" {
				continue
			}
			for _, to := range []parley.OrderStatus{parley.OrderDraft, parley.OrderSubmitted, parley.OrderApproved} {
				d.must(d.move(d.admin, order.ID, to))
			}
			sheet("create") // it is there no more
		}
	})
}

// sheet is that of a deal's page.
func (d *desk) sheet(dealID string) []byte {
	d.t.Helper()
	sheet, err := d.service.TraffickingSheet(d.t.Context(), d.admin, dealID)
	d.must(err)
	return sheet.CSV
}
