package console

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/edge"
	"parley/seller"
)

// The fields that every form has.
const (
	tokenField = "_token"
	onceField  = "_once"
)

// readForm reads a form and holds it to the session's token. The form's own key makes its effect happen once.
//
// Files go past the memory that bodies share: one that is chosen waits on the disk but for its first MiB, and the forms that carry one back, after
// it was looked at, may each be as much as all bodies together may take, so that counted there they would keep every other request from being
// read: they share a memory of their own. Only operators send either.
func (x *exchange) readForm() error {
	var err error
	switch {
	case strings.HasPrefix(x.Request.Header.Get("Content-Type"), "multipart/form-data"):
		x.Body = http.MaxBytesReader(x.ResponseWriter, x.Body, maxUpload)
		err = x.ParseMultipartForm(maxForm)
	case x.route.upload:
		err = x.readWhole(maxCarried, x.options.Carried)
	default:
		err = x.readFields()
	}
	if err != nil {
		return formError(err)
	}
	if !x.formOf(x.session.ID) {
		return parley.Errorf(parley.CodeForbidden, "This form belongs to another session. Go back, reload the page and try again.")
	}
	if over := x.PostForm.Get(overField); over != "" {
		x.PostForm.Set("version", over)
		x.PostForm.Del(overField)
	}
	x.call.IdempotencyKey = x.PostForm.Get(onceField)
	x.call.Fingerprint = fingerprint(x.PostForm)
	return nil
}

// readFields reads a form without a file, into the memory that bodies share.
func (x *exchange) readFields() error { return x.readWhole(maxForm, x.options.Bodies) }

// readWhole reads a form of at most limit bytes, into a memory that is shared.
func (x *exchange) readWhole(limit int64, shared *edge.Bodies) error {
	x.Body = http.MaxBytesReader(x.ResponseWriter, x.Body, limit)
	var body []byte
	var err error
	if body, x.release, err = shared.Read(x.Request); err != nil {
		return err
	}
	// Of a body without a limit net/http reads 10 MiB.
	x.Body = http.MaxBytesReader(x.ResponseWriter, io.NopCloser(bytes.NewReader(body)), limit)
	return x.ParseForm()
}

// formError is what to tell of a form that could not be read; nil: it was.
func formError(err error) error {
	return edge.ReadError(err, func(limit int64) error {
		return parley.Errorf(parley.CodeTooLarge, "That is more than the %d MiB that a form can carry.", limit>>20)
	}, "The form could not be read. Go back and try again.")
}

// dropForm gives back the memory that a form took, and removes what it brought that was too large for it. The server removes what it has
// parsed itself alone.
func (x *exchange) dropForm() {
	if x.release != nil {
		x.release()
	}
	if x.MultipartForm == nil {
		return
	}
	if err := x.MultipartForm.RemoveAll(); err != nil {
		x.log.Error("a file that was sent could not be removed", "error", err)
	}
}

// formOf tells whether the form of a request was on a page of a session.
func (x *exchange) formOf(sessionID string) bool {
	return subtle.ConstantTimeCompare([]byte(x.PostForm.Get(tokenField)), []byte(x.sealer.token(sessionID))) == 1
}

// fingerprint is a hash of what a form says.
func fingerprint(form url.Values) string {
	said := url.Values{}
	for name, values := range form {
		if name != tokenField && name != onceField {
			said[name] = values
		}
	}
	sum := sha256.Sum256([]byte(said.Encode()))
	return hex.EncodeToString(sum[:])
}

// form is the state of a form on a page: what its fields hold, and what is wrong with them.
type form struct {
	Values  url.Values
	Message string
	Errors  map[string]string
	Once    string
	Said    string // of what was filled in, without anything having been done
	Over    string // the version that stands by now, of what was typed over an older one
	Theirs  []theirs
	Anew    string // the address of the page without what was typed over an older version
}

func newForm(values url.Values) *form {
	if values == nil {
		values = url.Values{}
	}
	return &form{Values: values, Errors: map[string]string{}, Once: rand.Text()}
}

// refused fills in why the service refused what the form said. It answers false when the error is not the form's: then
// it belongs on a page of its own.
func (f *form) refused(x *exchange, err error) (status int, ok bool) {
	told, status := x.told(x.Context(), err)
	switch told.Code { //nolint:exhaustive // the others are not about what was filled in
	case parley.CodeUnauthorized, parley.CodeNotFound, parley.CodeInternal:
		return status, false
	}
	f.Message = plainMessage(told)
	for _, field := range told.Fields {
		name := field.Path
		if _, taken := f.Errors[name]; !taken {
			f.Errors[name] = worded(field.Message)
		}
	}
	return status, true
}

// again has the form's page shown with the form, and why what the form said was refused. A refusal that is not the form's is answered by
// itself; what is the kind of resource that the page's address names, if it names one.
func (x *exchange) again(f *form, err error, what string, show func(status int, f *form) error) error {
	if x.sentBefore(err) {
		return nil
	}
	status, ok := f.refused(x, err)
	if x.isStale(err) {
		if err := x.stale(f); err != nil {
			return err
		}
	}
	if ok {
		if x.showLater(x.formPage(), later{Status: status, Values: saidIn(f.Values), Message: f.Message, Errors: f.Errors, Over: f.Over, Theirs: f.Theirs, Anew: f.Anew}) {
			return nil
		}
		return show(status, f)
	}
	if id := x.PathValue("id"); id != "" {
		return missing(err, what, id)
	}
	return err
}

// Field is one input with its label.
type Field struct {
	Name, Label, Hint, Type string
	Value                   string
	Error                   string
	Options                 []Option
	Known                   string // the id of the datalist with what may be picked instead of typed; empty: there is none
	Required                bool
	Part                    string // of the page, where several of its forms have a field of this name
}

// Option is one choice of a select.
type Option struct {
	Value, Label string
	Selected     bool
}

// ID is the input's, for its label.
func (f Field) ID() string { return "f-" + f.Part + f.Name }

// In has the field be one of a part of the page.
func (f Field) In(part string) Field {
	f.Part = part + "-"
	return f
}

// DescribedBy names the elements that explain the input.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.ID()+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.ID()+"-hint")
	}
	return strings.Join(ids, " ")
}

// Text is a line of text.
func (f *form) Text(name, label, hint string) Field {
	return Field{Name: name, Label: label, Hint: hint, Type: "text", Value: f.Values.Get(name), Error: f.Errors[name]}
}

// Needed is a line of text that must not be empty.
func (f *form) Needed(name, label, hint string) Field {
	field := f.Text(name, label, hint)
	field.Required = true
	return field
}

// Date is a day.
func (f *form) Date(name, label, hint string) Field {
	field := f.Text(name, label, hint)
	field.Type = "date"
	return field
}

// Area is several lines of text.
func (f *form) Area(name, label, hint string) Field {
	field := f.Text(name, label, hint)
	field.Type = "area"
	return field
}

// Choice is one of some values; each is value=label, or a value that is its own label.
func (f *form) Choice(name, label, hint string, options []string) Field {
	field := f.Text(name, label, hint)
	field.Type = "select"
	for _, option := range options {
		value, label, ok := strings.Cut(option, "=")
		if !ok {
			label = value
		}
		field.Options = append(field.Options, Option{value, label, value == field.Value})
	}
	return field
}

// Check is a box to tick.
func (f *form) Check(name, label, hint string) Field {
	field := f.Text(name, label, hint)
	field.Type = "check"
	return field
}

// Has tells whether a field with several boxes has one of them ticked.
func (f *form) Has(name, value string) bool { return slices.Contains(f.Values[name], value) }

// reader reads what a form says, and gathers what is wrong with it.
type reader struct {
	values   url.Values
	problems parley.Problems
	currency func() parley.Currency // of the form's amounts, where no field says it; nil: none is known
}

func (r *reader) text(name string) string { return strings.TrimSpace(r.values.Get(name)) }

// list reads values between commas or on lines of their own.
func (r *reader) list(name string) []string {
	var items []string
	for _, item := range strings.FieldsFunc(r.values.Get(name), func(c rune) bool { return c == ',' || c == '\n' || c == '\r' }) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// ticked reads the boxes of a field that are ticked; what is none of the field's choices is left out.
func ticked[T any](r *reader, name string, parse func(string) (T, bool)) []T {
	var values []T
	for _, text := range r.values[name] {
		if value, ok := parse(text); ok {
			values = append(values, value)
		}
	}
	return values
}

// count reads a whole number as readWhole does; nil when the field is empty.
func (r *reader) count(name string) *int64 {
	text := r.text(name)
	if text == "" {
		return nil
	}
	n, err := readWhole(text)
	if err != nil {
		if !strings.Contains(name, "impressions") && !strings.Contains(name, "volume") {
			err = errNotCount
		}
		r.problems.Add(name, "%s", err.Error())
		return nil
	}
	return &n
}

// number is count, with 0 for an empty field.
func (r *reader) number(name string) int64 {
	if n := r.count(name); n != nil {
		return *n
	}
	return 0
}

// hours is number, as a length of time that is longer than any that is taken when it is.
func (r *reader) hours(name string) time.Duration {
	const most = 1_000_000
	return time.Duration(min(max(r.number(name), -1), most)) * time.Hour
}

// micros reads an amount as readDecimal does; nil when the field is empty.
func (r *reader) micros(name string) *int64 {
	if r.text(name) == "" {
		return nil
	}
	return r.decimal(name, "")
}

// decimal is micros of a field that is not empty, of a unit; empty: of a currency, if it is an amount.
func (r *reader) decimal(name, unit string) *int64 {
	text := r.text(name)
	if unit == "%" {
		text = strings.TrimSpace(strings.TrimSuffix(text, unit))
	}
	micros, err := readDecimal(text)
	if err == nil {
		return &micros
	}
	if unit == "" {
		if currency := r.currencyOf(name); currency != "" {
			unit = "\u00a0" + currency
		}
	}
	r.problems.Add(name, "%s", inUnit(err, unit).Error())
	return nil
}

// currencyOf is that of an amount: by the field of its line or of the form, or else of what the form is about. Empty of what is none.
func (r *reader) currencyOf(name string) string {
	line, last := "", name
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		line, last = name[:at+1], name[at+1:]
	}
	if !slices.Contains([]string{"ask", "price", "value"}, last) && !strings.HasSuffix(last, "cpm") {
		return ""
	}
	currency := cmp.Or(r.text(line+"currency"), r.text("currency"))
	if currency == "" && r.currency != nil {
		currency = string(r.currency())
	}
	return strings.ToUpper(currency)
}

// price is micros, of a CPM that somebody pays.
func (r *reader) price(name string) *int64 { return r.positive(name, r.micros(name)) }

// volume is count, of impressions that somebody buys.
func (r *reader) volume(name string) *int64 { return r.positive(name, r.count(name)) }

// sought is volume, with 0 for an empty field.
func (r *reader) sought(name string) int64 {
	if n := r.volume(name); n != nil {
		return *n
	}
	return 0
}

func (r *reader) positive(name string, n *int64) *int64 {
	if n != nil && *n <= 0 {
		r.problems.Add(name, "must be more than 0")
	}
	return n
}

// percent reads a rate such as 12.5, in percent, which the text may say too: 12,5% and 12,5 %.
func (r *reader) percent(name string) parley.BasisPoints {
	if r.text(name) == "" {
		return 0
	}
	micros := r.decimal(name, "%")
	if micros == nil {
		return 0
	}
	// A percent is a hundred basis points, and has at most two decimal places.
	const perBasisPoint = parley.MicrosPerUnit / 100
	if *micros%perBasisPoint != 0 {
		r.problems.Add(name, "must have at most two decimal places")
		return 0
	}
	return parley.BasisPoints(*micros / perBasisPoint)
}

// date reads a day; nil when the field is empty.
func (r *reader) date(name string) *parley.Date { return r.dateTold(name, name) }

// dateTold reads a day; what is wrong with it is told under another name.
func (r *reader) dateTold(name, told string) *parley.Date {
	text := r.text(name)
	if text == "" {
		return nil
	}
	date, err := parley.ParseDate(text)
	if err != nil {
		r.problems.Add(told, "%s", err.Error())
		return nil
	}
	return &date
}

// needDate reads a day that must be there.
func (r *reader) needDate(name string) parley.Date {
	date := r.date(name)
	if date == nil {
		if r.text(name) == "" {
			r.problems.Add(name, "is required")
		}
		return 0
	}
	return *date
}

// version reads the version that a form was made from; nil when it names none.
func (r *reader) version() *int64 { return r.count("version") }

// thenGo is how the console answers a change: the address to go on to, kept under the form's key, so that a form sent
// twice ends at the same page.
func thenGo[T any](address func(T) string) seller.Encode[T] {
	return func(result T) (seller.Answer, error) {
		return seller.Answer{Status: http.StatusSeeOther, Body: []byte(address(result))}, nil
	}
}

// sentBefore tells whether the form was sent already with something else in it, as after going back to it in the browser, and leads to what
// came of that.
func (x *exchange) sentBefore(err error) bool {
	used, ok := errors.AsType[seller.KeyUsedError](err)
	if !ok || used.Answer.Status != http.StatusSeeOther || len(used.Answer.Body) == 0 {
		return false
	}
	x.notice("This form was sent before, and what it said then was done. What you changed in it since is not: this is what came of it, to be changed from here.")
	x.redirect(string(used.Answer.Body))
	return true
}

// follow sends the browser where a change's answer leads, with a sentence about what was done. A form that was sent before has done
// nothing now, and what it did may be undone since.
func (x *exchange) follow(answer seller.Answer, done string) {
	if answer.Replayed {
		done = "This form was sent before, and what it said was done then, once. This is what stands now."
	}
	x.notice(done)
	x.redirect(string(answer.Body))
}
