package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
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
		getFor(admins, importPath, c.showImport),
		post(admins, importPath, c.previewImport),
		post(admins, importConfirmPath, c.confirmImport).on(importPath).carries(),
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
	Name    string
	Report  catalogfile.Report
	Done    seller.CatalogPreview
	Changes []productChange
	Sealed  string
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
	Daily   *int64
	Content []byte // gzip
	Seen    string // of the changes that were looked at
}

// products is what a file imports; report is filled in as it is read.
func (u upload) products(text io.Reader, report *catalogfile.Report) seller.CatalogImport {
	return seller.CatalogImport{
		Feed: func(stage func(int, parley.ProductChange) error) error {
			var err error
			*report, err = catalogfile.Read(text, catalogfile.Options{BaseMarkup: u.Markup}, stage)
			return err
		},
		DailyImpressions: u.Daily, Seen: u.Seen,
	}
}

func (c *console) showImport(x *exchange) error {
	return x.askForFile(x.refusedOr(newForm(nil)))
}

func (x *exchange) askForFile(status int, f *form) error {
	return x.showFile(status, importPage{Form: f})
}

func (x *exchange) showFile(status int, content importPage) error {
	return x.show("import", status, page{Title: "Import products", Section: "inventory", Data: content})
}

// chosenFile is the file that a form was sent with.
func (x *exchange) chosenFile() (name string, text []byte, err error) {
	file, header, err := x.FormFile("file")
	if err != nil || header.Size == 0 {
		return "", nil, parley.Invalid("file", "is required: choose a CSV or JSON file")
	}
	defer func() { _ = file.Close() }() // it was only read
	if text, err = io.ReadAll(file); err != nil {
		return "", nil, parley.Errorf(parley.CodeMalformed, "The file could not be read. Try again.")
	}
	return header.Filename, text, nil
}

func (c *console) previewImport(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	u := upload{Markup: r.percent("markup"), Daily: r.count("daily_impressions")}
	refuse := func(err error) error { return x.again(f, err, "", x.askForFile) }
	if err := r.problems.Err(); err != nil {
		return refuse(err)
	}
	name, text, err := x.chosenFile()
	if err != nil {
		return refuse(err)
	}
	u.Name = name
	return x.previewProducts(f, u, text)
}

// previewProducts shows what a file would change, beside what the form has to say.
func (x *exchange) previewProducts(f *form, u upload, text []byte) error {
	refuse := func(err error) error { return x.again(f, err, "", x.askForFile) }
	preview, err := importPreview{Name: u.Name}, error(nil)
	preview.Done, err = x.service.PreviewImport(x.Context(), x.call, u.products(bytes.NewReader(text), &preview.Report), shownChanges)
	if problems, total := rowProblems(err); total > 0 {
		f.Message = "Nothing was imported: " + strconv.Itoa(total) + " things in this file are wrong."
		return x.showFile(http.StatusUnprocessableEntity, importPage{Form: f, Problems: problems, Total: total})
	}
	if err != nil {
		return refuse(err)
	}
	for _, d := range preview.Done.Diffs {
		preview.Changes = append(preview.Changes, changeOf(d))
	}
	u.Seen = preview.Done.Seen
	if u.Content, err = packed(text); err != nil {
		return err
	}
	if preview.Sealed, err = x.sealUpload(importConfirmPath, u); err != nil {
		return err
	}
	return x.showFile(f.status(), importPage{Form: f, Preview: &preview})
}

// rowProblems are what is wrong with rows of a file: with the rows themselves, or with what they would make of products.
func rowProblems(err error) ([]catalogfile.Problem, int) {
	if bad, ok := errors.AsType[*catalogfile.RowErrors](err); ok {
		return bad.Problems, bad.Total
	}
	refused, ok := errors.AsType[*parley.Error](err)
	if !ok {
		return nil, 0
	}
	var problems []catalogfile.Problem
	for _, field := range refused.Fields {
		var at catalogfile.Problem
		if n, _ := fmt.Sscanf(field.Path, "line %d, column %s", &at.Line, &at.Column); n == 2 {
			at.Message = field.Message
			problems = append(problems, at)
		}
	}
	return problems, len(problems)
}

// Hidden is how many changes the preview does not list.
func (p *importPreview) Hidden() int64 { return p.Done.Added + p.Done.Changed - int64(len(p.Changes)) }

// Unguaranteed names the first of the products that are sold as PG and declare no capacity.
func (p *importPreview) Unguaranteed() string {
	const named = 10
	ids := p.Done.Unguaranteed[:min(named, len(p.Done.Unguaranteed))]
	if more := p.Done.UnguaranteedTotal - int64(len(ids)); more > 0 {
		return strings.Join(ids, ", ") + " and " + count(more) + " more"
	}
	return strings.Join(ids, ", ")
}

// productLabels are what pages call the facts of a product.
var productLabels = map[parley.ProductField]string{
	parley.FieldName: "Name", parley.FieldInventoryType: "Type", parley.FieldDealTypes: "Sold as", parley.FieldBaseCPM: "Base CPM",
	parley.FieldFloorCPM: "Floor CPM", parley.FieldCurrency: "Currency", parley.FieldMinimumImpressions: "Least impressions",
	parley.FieldDailyImpressions: "Capacity a day", parley.FieldAdFormats: "Ad formats", parley.FieldDeviceTypes: "Devices",
	parley.FieldGeoTargets: "Regions", parley.FieldContentCategories: "Content", parley.FieldDescription: "Description",
	parley.FieldStatus: "Status", parley.FieldAudienceSegments: "Audiences",
	parley.FieldCreativeSpecs: "Creatives",
}

// changeOf is what a row would do, in words.
func changeOf(d seller.ProductDiff) productChange {
	change := productChange{Line: d.Line, Product: d.After, New: d.Before == nil}
	if d.Before == nil {
		return change
	}
	for _, field := range d.Before.Differences(d.After).Each() {
		change.Fields = append(change.Fields, fieldChange{productLabels[field], shownFact(*d.Before, field), shownFact(d.After, field)})
	}
	return change
}

// shownFact is a fact of a product for people.
func shownFact(p parley.Product, field parley.ProductField) string {
	switch field {
	case parley.FieldBaseCPM:
		if p.BaseCPM != nil {
			return money(*p.BaseCPM, p.Currency)
		}
	case parley.FieldFloorCPM:
		return money(p.FloorCPM, p.Currency)
	case parley.FieldMinimumImpressions:
		return count(p.MinimumImpressions)
	case parley.FieldDailyImpressions:
		if p.DailyImpressions != nil {
			return count(*p.DailyImpressions)
		}
	case parley.FieldDealTypes, parley.FieldAdFormats, parley.FieldDeviceTypes, parley.FieldGeoTargets, parley.FieldContentCategories,
		parley.FieldAudienceSegments:
		return strings.ReplaceAll(p.Text(field), "|", ", ")
	default:
		return p.Text(field)
	}
	return "not set"
}

func (c *console) confirmImport(x *exchange) error {
	var u upload
	if err := x.openUpload(importConfirmPath, &u); err != nil {
		return err
	}
	text, err := unpacked(u.Content)
	if err != nil {
		return err
	}
	var read catalogfile.Report
	report, err := c.service.ImportCatalog(x.Context(), x.call, u.products(bytes.NewReader(text), &read))
	if parley.Is(err, parley.CodePreconditionFailed) {
		f := newForm(nil)
		f.Message = changedSincePreview
		u.Seen = ""
		return x.previewProducts(f, u, text)
	}
	if err != nil {
		return x.again(newForm(nil), err, "", x.askForFile)
	}
	x.notice(imported(report.ImportReport))
	x.redirect("/inventory")
	return nil
}

// changedSincePreview says why a preview is shown once more.
const changedSincePreview = "Somebody else changed some of this since you looked, so that nothing was imported. This is what it would change now."

// status is that of a preview, which is shown once more where the form has something to say.
func (f *form) status() int {
	if f.Message != "" {
		return http.StatusPreconditionFailed
	}
	return http.StatusOK
}

func imported(report seller.ImportReport) string {
	return "Imported: " + count(report.Added) + " added, " + count(report.Changed) + " changed, " +
		count(report.Unchanged) + " as they were."
}
