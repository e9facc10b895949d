package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"parley"
	"parley/mappingfile"
	"parley/seller"
)

const (
	mappingImportPath  = "/destinations/{id}/mappings/import"
	mappingConfirmPath = "/destinations/{id}/mappings/import/confirm"
)

// mappingImportPage is the form of a file of mappings, what is wrong with one, or what it would change.
type mappingImportPage struct {
	Destination parley.Destination
	Form        *form
	Problems    []cellProblem
	Preview     *mappingPreview
}

// mappingPreview says what importing a file would change. Sealed is the file, as it was read for this preview.
type mappingPreview struct {
	Name    string
	Done    seller.MappingReport
	Changes []mappingChange
	Hidden  int // changes that are not listed
	Sealed  string
}

// mappingChange is what a row would do.
type mappingChange struct {
	Line          int
	About         parley.MappingAbout
	Name          string
	Before, After json.RawMessage // Before is empty where there is none yet
}

// mappingUpload is a file between its preview and its confirmation.
type mappingUpload struct {
	Destination string
	Name        string
	Content     []byte  // gzip
	Versions    []int64 // that were looked at, of each mapping of the file; 0: there was none
}

func (c *console) showMappingImport(x *exchange) error {
	return x.askForMappings(x.refusedOr(newForm(nil)))
}

func (x *exchange) askForMappings(status int, f *form) error {
	return x.showMappings(status, mappingImportPage{Form: f})
}

func (x *exchange) showMappings(status int, content mappingImportPage) error {
	id := x.PathValue("id")
	var err error
	if content.Destination, err = x.service.Destination(x.Context(), x.call, id); err != nil {
		return missing(err, "destination", id)
	}
	return x.show("mappingimport", status, page{Title: "Import mappings", Section: "mappings", Data: content})
}

// mappingRequests are the mappings of a file, and the lines that they begin on.
func mappingRequests(text []byte) (requests []seller.MappingRequest, lines []int, err error) {
	read, lines, err := mappingfile.ReadLines(bytes.NewReader(text))
	requests = make([]seller.MappingRequest, len(read))
	for i, m := range read {
		requests[i] = seller.MappingRequest{About: m.About, Name: m.Name, Refs: m.Refs}
	}
	return requests, lines, err
}

func (c *console) previewMappings(x *exchange) error {
	f := newForm(x.PostForm)
	name, text, err := x.chosenFile()
	if err != nil {
		return x.again(f, err, "destination", x.askForMappings)
	}
	return x.previewMappingsOf(f, name, text)
}

// previewMappingsOf shows what a file would change, beside what the form has to say.
func (x *exchange) previewMappingsOf(f *form, name string, text []byte) error {
	id, preview := x.PathValue("id"), mappingPreview{Name: name}
	requests, lines, err := mappingRequests(text)
	if err == nil {
		_, err = x.service.ImportMappings(x.Context(), x.call, id, requests, true, func(report seller.MappingReport) (seller.Answer, error) {
			preview.Done = report
			return seller.Answer{}, nil
		})
	}
	if problems := mappingProblems(err, lines); len(problems) > 0 {
		f.Message = "Nothing was imported. Mend what is wrong in this file."
		return x.showMappings(http.StatusUnprocessableEntity, mappingImportPage{Form: f, Problems: problems})
	}
	if err != nil {
		return x.again(f, err, "destination", x.askForMappings)
	}
	changes, versions, err := x.mappingChanges(id, requests, lines)
	if err != nil {
		return err
	}
	preview.Hidden = max(len(changes)-shownChanges, 0)
	preview.Changes = changes[:len(changes)-preview.Hidden]
	u := mappingUpload{Destination: id, Name: name, Versions: versions}
	if u.Content, err = packed(text); err != nil {
		return err
	}
	if preview.Sealed, err = x.sealUpload(mappingConfirmPath, u); err != nil {
		return err
	}
	return x.showMappings(f.status(), mappingImportPage{Form: f, Preview: &preview})
}

// mappingChanges are the differences between what a file says and what is kept, and the version that is kept of each mapping of it.
func (x *exchange) mappingChanges(destinationID string, requests []seller.MappingRequest, lines []int) (changes []mappingChange, versions []int64, err error) {
	there, err := x.everyMapping(destinationID)
	if err != nil {
		return nil, nil, err
	}
	kept := make(map[[2]string]parley.Mapping, len(there))
	for _, m := range there {
		kept[[2]string{string(m.About), m.Name}] = m
	}
	for i, r := range requests {
		name := parley.MappingName(r.About, r.Name)
		was := kept[[2]string{string(r.About), name}]
		before := was.Refs
		versions = append(versions, was.Version)
		if len(before) == 0 || pretty(before) != pretty(r.Refs) {
			changes = append(changes, mappingChange{Line: lines[i], About: r.About, Name: name, Before: before, After: r.Refs})
		}
	}
	return changes, versions, nil
}

func (x *exchange) everyMapping(destinationID string) ([]parley.Mapping, error) {
	return seller.AllRows(func(m parley.Mapping) string { return m.ID }, func(page seller.Page) (seller.Listing[parley.Mapping], error) {
		return x.service.Mappings(x.Context(), x.call, seller.MappingFilter{DestinationID: destinationID, Page: page})
	})
}

// otherRow is how the service names another mapping of an import.
var otherRow = regexp.MustCompile(`mappings\[(\d{1,6})\]`)

// mappingProblems are what is wrong with a file, by line and member.
func mappingProblems(err error, lines []int) []cellProblem {
	var refused *parley.Error
	if !errors.As(err, &refused) {
		return nil
	}
	var problems []cellProblem
	for _, field := range refused.Fields {
		field.Message = otherRow.ReplaceAllStringFunc(field.Message, func(found string) string {
			n, _ := strconv.Atoi(otherRow.FindStringSubmatch(found)[1])
			if n >= len(lines) {
				return found
			}
			return "line " + strconv.Itoa(lines[n])
		})
		var row int
		if n, _ := fmt.Sscanf(field.Path, "mappings[%d]", &row); n == 1 && row >= 0 && row < len(lines) {
			_, member, _ := strings.Cut(field.Path, ".")
			problems = append(problems, cellProblem{Line: strconv.Itoa(lines[row]), Column: strings.TrimPrefix(member, "refs."), Message: field.Message})
		} else if line, is := strings.CutPrefix(field.Path, "line "); is {
			problems = append(problems, cellProblem{Line: line, Message: field.Message})
		}
	}
	return problems
}

func (c *console) confirmMappings(x *exchange) error {
	id := x.PathValue("id")
	var u mappingUpload
	if err := x.openUpload(mappingConfirmPath, &u); err != nil {
		return err
	}
	if u.Destination != id {
		return parley.Errorf(parley.CodeForbidden, "This preview belongs to another destination. Choose the file again.")
	}
	text, err := unpacked(u.Content)
	if err != nil {
		return err
	}
	requests, _, err := mappingRequests(text)
	var done seller.MappingReport
	var answer seller.Answer
	for i := range min(len(requests), len(u.Versions)) {
		requests[i].Version = &u.Versions[i]
	}
	if err == nil {
		answer, err = c.service.ImportMappings(x.Context(), x.call, id, requests, false, thenGo(func(report seller.MappingReport) string {
			done = report
			return "/destinations/" + url.PathEscape(id) + "/mappings"
		}))
	}
	if parley.Is(err, parley.CodePreconditionFailed) {
		f := newForm(nil)
		f.Message = changedSincePreview
		return x.previewMappingsOf(f, u.Name, text)
	}
	if err != nil {
		return x.again(newForm(nil), err, "destination", x.askForMappings)
	}
	x.follow(answer, "Imported: "+count(int64(done.Added))+" added, "+count(int64(done.Changed))+" changed, "+count(int64(done.Unchanged))+" as they were.")
	return nil
}

// mappingExport writes the mappings of a destination in the form that the import reads.
func (c *console) mappingExport(x *exchange) error {
	id := x.PathValue("id")
	mappings, err := x.everyMapping(id)
	if err != nil {
		return missing(err, "destination", id)
	}
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="mappings.csv"`)
	if err := mappingfile.WriteCSV(x.ResponseWriter, mappings); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}
