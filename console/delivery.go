package console

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/deliveryfile"
	"parley/seller"
)

const (
	deliveryImportPath  = "/delivery/import"
	deliveryConfirmPath = "/delivery/import/confirm"
)

func (c *console) deliveryRoutes() []route {
	return []route{
		get("/delivery", c.deliveryList),
		getFor(deliverers, deliveryImportPath, c.showDeliveryImport),
		post(deliverers, deliveryImportPath, c.previewDelivery),
		post(admins, "/delivery/profiles/{id}/remove", c.forgetReading).on("/delivery"),
		post(deliverers, deliveryConfirmPath, c.confirmDelivery).on(deliveryImportPath).carries(),
	}
}

// shownPaces is how many deals the page of their delivery has.
const shownPaces = 100

// deliveryPage is how deals keep up, those first that need somebody soonest, and the files that their figures came in.
type deliveryPage struct {
	Deals   []seller.DealDelivery
	Imports []parley.DeliveryImport
	// Readings are how the files of sources are read that say things otherwise.
	Readings []parley.DeliveryProfile
}

func (c *console) deliveryList(x *exchange) error {
	var content deliveryPage
	var err error
	if content.Deals, err = c.service.DeliveryHealth(x.Context(), x.call, shownPaces); err != nil {
		return err
	}
	const shownImports = 10
	imports, err := c.service.DeliveryImports(x.Context(), x.call, seller.Page{Limit: shownImports, Newest: true, CountTo: 1})
	if err != nil {
		return err
	}
	content.Imports = imports.Items
	readings, err := c.service.DeliveryProfiles(x.Context(), x.call, seller.Page{Limit: shownPaces, CountTo: 1})
	if err != nil {
		return err
	}
	content.Readings = readings.Items
	return x.show("delivery", http.StatusOK, page{Title: "Delivery", Section: "delivery", Live: []string{"delivery.", "deal."}, Data: content})
}

// readingHow says in words how the files of a source are written.
func readingHow(r parley.DeliveryReading) string {
	var how []string
	for _, part := range []struct{ sign, where string }{
		{r.Separator, "between cells"}, {r.Thousands, "between thousands"}, {r.Decimal, "before decimals"},
	} {
		for name, sign := range signs {
			if sign == part.sign {
				how = append(how, name+" "+part.where)
			}
		}
	}
	if r.TimeZone != "" {
		how = append(how, "days in "+r.TimeZone)
	}
	return cmp.Or(strings.Join(how, ", "), "plainly")
}

// forgetReading has the files of a source read plainly again.
func (c *console) forgetReading(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.RemoveDeliveryProfile(x.Context(), x.call, id, thenGo(func(parley.DeliveryProfile) string { return "/delivery" }))
	if err != nil {
		return missing(err, "reading of files", id)
	}
	x.follow(answer, "Forgotten. Files of that source are read plainly again.")
	return nil
}

// deliveryUpload is a file of figures between its preview and its confirmation.
type deliveryUpload struct {
	Name        string
	Source      string
	AsOf        time.Time              // zero: when it is taken in
	Reading     parley.DeliveryReading // with the source's profile
	Remember    bool                   // it is that profile from then on
	SkipUnknown bool
	Reason      string
	Seen        string // of the preview that was looked at
	Content     []byte // gzip
}

// figures is what a file takes in.
func (u deliveryUpload) figures(text io.Reader) seller.DeliveryFile {
	sum := sha256.New()
	return seller.DeliveryFile{
		Source: u.Source, AsOf: u.AsOf, SkipUnknown: u.SkipUnknown, Reason: u.Reason, Seen: u.Seen,
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			from := io.TeeReader(text, sum)
			if err := deliveryfile.Read(from, deliveryfile.OptionsOf(u.Reading, nil), stage); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, from) // of the file's end
			return err
		},
		Digest: func() string { return hex.EncodeToString(sum.Sum(nil)) },
	}
}

// deliveryImportPage is the form of a file of figures, what is wrong with one, or what it would do.
type deliveryImportPage struct {
	Form     *form
	Problems []cellProblem
	Preview  *seller.DeliveryReport
	Name     string
	Sealed   string
}

// cellProblem is what is wrong with a row, or with one of its cells.
type cellProblem struct{ Line, Column, Message string }

func (c *console) showDeliveryImport(x *exchange) error {
	return x.askForFigures(x.refusedOr(newForm(url.Values{"source": {x.query().text("source")}})))
}

func (x *exchange) askForFigures(status int, f *form) error {
	return x.showFigures(status, deliveryImportPage{Form: f})
}

func (x *exchange) showFigures(status int, content deliveryImportPage) error {
	return x.show("deliveryimport", status, page{Title: "Take in figures", Section: "delivery", Data: content})
}

// headings reads what headings mean that are called otherwise: Date=day, one on each line or between commas.
func (r *reader) headings(name string) map[string]string {
	columns := map[string]string{}
	for _, pair := range r.list(name) {
		heading, column, ok := strings.Cut(pair, "=")
		if !ok {
			r.problems.Add(name, "must be HEADING=COLUMN: %q is not", pair)
			continue
		}
		columns[strings.TrimSpace(heading)] = strings.TrimSpace(column)
	}
	return columns
}

// signs are what a form calls the signs of tables and numbers, since a blank or a tabulator is hard to choose.
var signs = map[string]string{"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "point": ".", "apostrophe": "'", "blank": " "}

// reading reads how a file is to be read: as the form says, and where it says nothing as was kept.
func (r *reader) reading(kept parley.DeliveryReading) parley.DeliveryReading {
	reading := parley.DeliveryReading{
		Columns: map[string]string{}, Separator: kept.Separator, Thousands: kept.Thousands, Decimal: kept.Decimal, TimeZone: kept.TimeZone,
	}
	maps.Copy(reading.Columns, kept.Columns)
	maps.Copy(reading.Columns, r.headings("columns"))
	for name, sign := range map[string]*string{"separator": &reading.Separator, "thousands": &reading.Thousands, "decimal": &reading.Decimal} {
		if said := r.text(name); said == "none" {
			*sign = ""
		} else if said != "" {
			*sign = signs[said]
		}
	}
	return reading
}

func (c *console) previewDelivery(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	u := deliveryUpload{
		Source: r.text("source"), SkipUnknown: r.text("skip_unknown") != "", Reason: r.text("reason"), Remember: r.text("remember") != "",
	}
	kept, err := x.service.ReadingOf(x.Context(), x.call, u.Source)
	if err != nil {
		return err
	}
	u.Reading = r.reading(kept)
	if text := r.text("as_of"); text != "" {
		asOf, err := parley.ParseInstant(text)
		if err != nil {
			r.problems.Add("as_of", "%s", err.Error())
		}
		u.AsOf = asOf
	}
	refuse := func(err error) error { return x.again(f, err, "", x.askForFigures) }
	if err := r.problems.Err(); err != nil {
		return refuse(err)
	}
	name, text, err := x.chosenFile()
	if err != nil {
		return refuse(err)
	}
	u.Name = name
	if u.Content, err = packed(text); err != nil {
		return err
	}
	err = x.previewFigures(f, u)
	if problems := cellProblems(err); len(problems) > 0 {
		f.Message = "Nothing was taken in. Mend what is wrong in this file, or where it came from."
		return x.showFigures(http.StatusUnprocessableEntity, deliveryImportPage{Form: f, Problems: problems})
	}
	if err != nil {
		return refuse(err)
	}
	return nil
}

// previewFigures shows what a file would do now, sealed for whoever takes it in.
func (x *exchange) previewFigures(f *form, u deliveryUpload) error {
	text, err := gzip.NewReader(bytes.NewReader(u.Content))
	if err != nil {
		return err
	}
	u.Seen = ""
	report, err := x.service.ImportDelivery(x.Context(), x.call, u.figures(text), true)
	if err != nil {
		return err
	}
	u.Seen = report.Seen
	content := deliveryImportPage{Form: f, Preview: &report, Name: u.Name}
	if content.Sealed, err = x.sealUpload(deliveryConfirmPath, u); err != nil {
		return err
	}
	return x.showFigures(f.status(), content)
}

// cellProblems are what is wrong with the rows of a file, by line and column.
func cellProblems(err error) []cellProblem {
	var refused *parley.Error
	if !errors.As(err, &refused) {
		return nil
	}
	var problems []cellProblem
	for _, field := range refused.Fields {
		line, is := strings.CutPrefix(field.Path, "line ")
		if !is {
			continue
		}
		p := cellProblem{Line: line, Message: field.Message}
		if rest, named := strings.CutPrefix(field.Message, "column "); named {
			p.Column, p.Message, _ = strings.Cut(rest, " ")
		}
		problems = append(problems, p)
	}
	return problems
}

func (c *console) confirmDelivery(x *exchange) error {
	var u deliveryUpload
	if err := x.openUpload(deliveryConfirmPath, &u); err != nil {
		return err
	}
	text, err := gzip.NewReader(bytes.NewReader(u.Content))
	if err != nil {
		return err
	}
	if u.Remember {
		_, err := c.service.SetDeliveryProfile(x.Context(), x.call, seller.DeliveryProfileRequest{Source: u.Source, DeliveryReading: u.Reading},
			thenGo(func(parley.DeliveryProfile) string { return "/delivery" }))
		if err != nil {
			return x.again(newForm(nil), err, "", x.askForFigures)
		}
	}
	report, err := c.service.ImportDelivery(x.Context(), x.call, u.figures(text), false)
	if parley.Is(err, parley.CodePreconditionFailed) {
		f := newForm(nil)
		f.Message = changedSincePreview
		if err = x.previewFigures(f, u); err == nil {
			return nil
		}
	}
	if problems := cellProblems(err); len(problems) > 0 {
		f := newForm(nil)
		f.Message = "Nothing was taken in: something has changed since you looked."
		return x.showFigures(http.StatusConflict, deliveryImportPage{Form: f, Problems: problems})
	}
	if err != nil {
		return x.again(newForm(nil), err, "", x.askForFigures)
	}
	done := fmt.Sprintf("Taken in: %s rows of %s, %s new or changed.", count(report.Rows), report.Source, count(report.Changed))
	if report.Known {
		done = "That file of " + report.Source + " was taken in before. Nothing was done."
	}
	x.notice(done)
	x.redirect("/delivery")
	return nil
}
