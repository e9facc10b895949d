package console

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/catalogfile"
	"parley/seller"
)

const (
	importPath        = "/inventory/import"
	importConfirmPath = "/inventory/import/confirm"
)

func (c *console) importRoutes() []route {
	return []route{
		get(importPath, c.showImport),
		post(importPath, c.previewImport),
		post(importConfirmPath, c.confirmImport),
	}
}

// shownChanges is how many changes a preview lists; the others are counted.
const shownChanges = 200

// importPage is what the import shows: the form, or what a file would do.
type importPage struct {
	Form     *form
	Preview  *importPreview
	Problems []catalogfile.Problem
	Total    int // of problems
}

// importPreview says what importing a file would change. Sealed is the file, as it was read for this preview.
type importPreview struct {
	Name      string
	Report    catalogfile.Report
	Added     int
	Changed   int
	Unchanged int
	Changes   []productChange
	Sealed    string
}

// productChange is what a row would do.
type productChange struct {
	Line    int
	Product parley.Product
	New     bool
	Fields  []fieldChange
}

type fieldChange struct{ Name, Before, After string }

// upload is a file between its preview and its confirmation. It travels through the browser, sealed, so that what is
// confirmed is what was looked at, on whichever node and after whichever restart.
type upload struct {
	Name    string
	Markup  parley.BasisPoints
	Content []byte // gzip
}

func (c *console) showImport(x *exchange) error {
	return x.askForFile(http.StatusOK, importPage{Form: newForm(nil)})
}

func (x *exchange) askForFile(status int, content importPage) error {
	return x.show("import", status, page{Title: "Import products", Section: "inventory", Data: content})
}

func (c *console) previewImport(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	markup := r.percent("markup")
	refuse := func(err error) error {
		status, ok := f.refused(x, err)
		if !ok {
			return err
		}
		return x.askForFile(status, importPage{Form: f})
	}
	if err := r.problems.Err(); err != nil {
		return refuse(err)
	}
	file, header, err := x.FormFile("file")
	if err != nil || header.Size == 0 {
		return refuse(parley.Invalid("file", "is required: choose a CSV or JSON file"))
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(file)
	if err != nil {
		return parley.Errorf(parley.CodeMalformed, "The file could not be read. Try again.")
	}
	preview := importPreview{Name: header.Filename}
	products := map[string]productChange{}
	preview.Report, err = catalogfile.Read(bytes.NewReader(text), catalogfile.Options{BaseMarkup: markup},
		func(line int, product parley.Product) error {
			if first, twice := products[product.ID]; twice {
				return parley.Invalid("file", "names the product %q twice, on the lines %d and %d", product.ID, first.Line, line)
			}
			products[product.ID] = productChange{Line: line, Product: product, New: true}
			return nil
		})
	var bad *catalogfile.RowErrors
	switch {
	case errors.As(err, &bad):
		f.Message = "Nothing was imported: " + strconv.Itoa(bad.Total) + " things in this file are wrong."
		return x.askForFile(http.StatusUnprocessableEntity, importPage{Form: f, Problems: bad.Problems, Total: bad.Total})
	case err != nil:
		return refuse(err)
	}
	if err := preview.compare(x, products); err != nil {
		return err
	}
	if preview.Sealed, err = x.sealUpload(upload{Name: header.Filename, Markup: markup, Content: text}); err != nil {
		return err
	}
	return x.askForFile(http.StatusOK, importPage{Form: f, Preview: &preview})
}

// compare tells for each product of the file what would become of it.
func (p *importPreview) compare(x *exchange, products map[string]productChange) error {
	err := x.service.ExportCatalog(x.Context(), x.call, func(present parley.Product) error {
		change, found := products[present.ID]
		if !found {
			return nil
		}
		change.New, change.Fields = false, differences(present, change.Product)
		products[present.ID] = change
		return nil
	})
	if err != nil {
		return err
	}
	for _, change := range products {
		switch {
		case change.New:
			p.Added++
		case len(change.Fields) == 0:
			p.Unchanged++
			continue
		default:
			p.Changed++
		}
		p.Changes = append(p.Changes, change)
	}
	slices.SortFunc(p.Changes, func(a, b productChange) int { return a.Line - b.Line })
	p.Changes = p.Changes[:min(len(p.Changes), shownChanges)]
	return nil
}

// Hidden is how many changes the preview does not list.
func (p *importPreview) Hidden() int { return p.Added + p.Changed - len(p.Changes) }

// differences lists what a row would change in a product.
func differences(before, after parley.Product) []fieldChange {
	var changes []fieldChange
	compare := func(name, before, after string) {
		if before != after {
			changes = append(changes, fieldChange{name, before, after})
		}
	}
	optional := func(n *int64, write func(int64) string) string {
		if n == nil {
			return "not set"
		}
		return write(*n)
	}
	price := func(c parley.Currency) func(int64) string { return func(n int64) string { return money(n, c) } }
	types := func(p parley.Product) string {
		var names []string
		for _, t := range p.DealTypes {
			names = append(names, string(t))
		}
		return strings.Join(names, ", ")
	}
	compare("Name", before.Name, after.Name)
	compare("Type", before.InventoryType, after.InventoryType)
	compare("Sold as", types(before), types(after))
	compare("Base CPM", optional(before.BaseCPM, price(before.Currency)), optional(after.BaseCPM, price(after.Currency)))
	compare("Floor CPM", money(before.FloorCPM, before.Currency), money(after.FloorCPM, after.Currency))
	compare("Minimum", count(before.MinimumImpressions), count(after.MinimumImpressions))
	compare("Daily capacity", optional(before.DailyImpressions, count), optional(after.DailyImpressions, count))
	compare("Ad formats", strings.Join(before.AdFormats, ", "), strings.Join(after.AdFormats, ", "))
	compare("Devices", strings.Join(before.DeviceTypes, ", "), strings.Join(after.DeviceTypes, ", "))
	compare("Regions", strings.Join(before.GeoTargets, ", "), strings.Join(after.GeoTargets, ", "))
	compare("Content", strings.Join(before.ContentCategories, ", "), strings.Join(after.ContentCategories, ", "))
	compare("Description", before.Description, after.Description)
	return changes
}

func (x *exchange) sealUpload(u upload) (string, error) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(u.Content); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	u.Content = packed.Bytes()
	plain, err := json.Marshal(u)
	if err != nil {
		return "", err
	}
	return x.sealer.seal(importConfirmPath+x.session.ID, plain), nil
}

func (c *console) confirmImport(x *exchange) error {
	plain, err := c.sealer.open(importConfirmPath+x.session.ID, x.PostForm.Get("file"))
	if err != nil {
		return parley.Errorf(parley.CodeForbidden, "This preview belongs to another session. Choose the file again.")
	}
	var u upload
	if err := json.Unmarshal(plain, &u); err != nil {
		return err
	}
	text, err := gzip.NewReader(bytes.NewReader(u.Content))
	if err != nil {
		return err
	}
	report, err := c.service.ImportCatalog(x.Context(), x.call, seller.Feed(func(stage func(int, parley.Product) error) error {
		_, err := catalogfile.Read(text, catalogfile.Options{BaseMarkup: u.Markup}, stage)
		return err
	}))
	if err != nil {
		f := newForm(nil)
		status, ok := f.refused(x, err)
		if !ok {
			return err
		}
		return x.askForFile(status, importPage{Form: f})
	}
	x.notice(imported(report))
	x.redirect("/inventory")
	return nil
}

func imported(report seller.ImportReport) string {
	return "Imported: " + count(report.Added) + " added, " + count(report.Changed) + " changed, " +
		count(report.Unchanged) + " as they were."
}
