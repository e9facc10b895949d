package dealsapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Fault is what goes wrong in a call.
type Fault string

// The faults. Those that lose an answer cut the connection.
const (
	None        Fault = ""
	DropsBefore Fault = "drops before" // nothing is done
	DropsAfter  Fault = "drops after"  // all is done
	Answers     Fault = "answers "     // with a status, as in Answers + "503"
	Cuts        Fault = "cuts"         // all is done, and the answer ends in the middle
	Huge        Fault = "huge"         // an answer that never ends
)

// Deal is a deal that the receiver holds.
type Deal struct {
	Document map[string]any // as it was pushed last
	Body     string
	Pushes   int
	Answers  []Answer // of the buyer's seats
}

// Answer is what a seat says of a deal.
type Answer struct {
	Seat   string `json:"buyerseatid"`
	Status int    `json:"status"`
}

// Receiver takes deals, and answers how they stand. It is safe for concurrent use.
type Receiver struct {
	*httptest.Server

	mu     sync.Mutex
	deals  map[string]*Deal
	faults func(path string) Fault
	twist  func(answer []byte) []byte
	secret string
	once   bool
	clock  func() time.Time
	calls  int
}

// New starts a receiver at an address of this machine, without TLS. Whoever asks has to bear the secret; empty: nobody has to.
func New(secret string) *Receiver {
	r := &Receiver{deals: map[string]*Deal{}, secret: secret}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	return r
}

// Breaks has calls go wrong in some way, by their path, until another is set; nil: none does.
func (r *Receiver) Breaks(how func(path string) Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = how
}

// Twists has answers that say yes be others, though all is done; nil: they are as they are.
func (r *Receiver) Twists(how func(answer []byte) []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.twist = how
}

// Once has deals that are there already refused with 409.
func (r *Receiver) Once() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.once = true
}

// Says sets the statuses of a deal's seats. Where it is offered to one, that is the first, and the others are none of its own.
func (r *Receiver) Says(id string, statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deals[id].says(statuses...)
}

func (d *Deal) says(statuses ...int) {
	d.Answers = nil
	offered, _ := d.Document["wseat"].([]any)
	for i, status := range statuses {
		answer := Answer{Seat: fmt.Sprint("other-", i), Status: status}
		if i < len(offered) {
			answer.Seat, _ = offered[i].(string)
		}
		d.Answers = append(d.Answers, answer)
	}
}

// Tells sets what is told of seats, whether a deal is offered to them or not.
func (r *Receiver) Tells(id string, answers ...Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deals[id].Answers = answers
}

// Forgets removes a deal.
func (r *Receiver) Forgets(id string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.deals, id)
}

// Deal answers a deal as it is there.
func (r *Receiver) Deal(id string) (Deal, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, known := r.deals[id]
	if !known {
		return Deal{}, false
	}
	return *d, true
}

// Calls answers how many calls came.
func (r *Receiver) Calls() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

func (r *Receiver) serve(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(io.LimitReader(request.Body, 1<<20))
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	fault := None
	if r.faults != nil {
		fault = r.faults(request.URL.Path)
	}
	if fault == DropsBefore {
		panic(http.ErrAbortHandler)
	}
	status, answer := r.answer(request, body, fault)
	if r.twist != nil && status == http.StatusOK {
		answer = r.twist(answer)
	}
	switch fault {
	case DropsAfter:
		panic(http.ErrAbortHandler)
	case Huge:
		answer = append(bytes.Repeat([]byte(" "), 8<<20), answer...)
	case None, DropsBefore, Answers, Cuts:
	}
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "90")
	}
	if fault == Cuts {
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		answer = answer[:len(answer)/2]
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) // who asks may be gone
	if fault == Cuts {
		panic(http.ErrAbortHandler)
	}
}

func (r *Receiver) answer(request *http.Request, body []byte, fault Fault) (int, []byte) {
	if text, is := bytes.CutPrefix([]byte(fault), []byte(Answers)); is {
		if status, err := strconv.Atoi(string(text)); err == nil {
			return status, []byte(`{}`)
		}
	}
	if r.secret != "" && request.Header.Get("Authorization") != "Bearer "+r.secret {
		return http.StatusUnauthorized, []byte(`{}`)
	}
	if request.Method != http.MethodPost || request.Header.Get("Content-Type") != "application/json" {
		return http.StatusMethodNotAllowed, []byte(`{}`)
	}
	switch request.URL.Path {
	case "/push":
		return r.push(body)
	case "/status":
		return r.status(body)
	}
	return http.StatusNotFound, []byte(`{}`)
}

// Begins has deals refused whose start is past by a clock.
func (r *Receiver) Begins(clock func() time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = clock
}

// past fails for a document whose start is past.
func (r *Receiver) past(document map[string]any) error {
	terms, _ := document["terms"].(map[string]any)
	text, _ := terms["startdate"].(string)
	if at, err := time.Parse(time.RFC3339, text); r.clock != nil && err == nil && !at.After(r.clock()) {
		return fmt.Errorf("startdate is past")
	}
	return nil
}

func refuse(err error) (int, []byte) {
	text, _ := json.Marshal(map[string]string{"error": err.Error()}) // a text can be written
	return http.StatusBadRequest, text
}

func (r *Receiver) push(body []byte) (int, []byte) {
	document, err := decode(body)
	if err != nil {
		return refuse(err)
	}
	if err := check("", document); err != nil {
		return refuse(err)
	}
	if err := r.past(document); err != nil {
		return refuse(err)
	}
	id, _ := document["id"].(string)
	d, known := r.deals[id]
	if known && r.once {
		return http.StatusConflict, []byte(`{}`)
	}
	if !known {
		d = &Deal{Document: document}
		d.says(0)
		r.deals[id] = d
	}
	d.Document, d.Body = document, string(body)
	d.Pushes++
	return http.StatusOK, []byte(`{}`)
}

func (r *Receiver) status(body []byte) (int, []byte) {
	question, err := decode(body)
	if err != nil {
		return refuse(err)
	}
	if question["version"] != "1.0" || len(question) != 2 {
		return refuse(fmt.Errorf("the question has a version and an id"))
	}
	id, _ := question["id"].(string)
	d, known := r.deals[id]
	if !known {
		return http.StatusNotFound, []byte(`{}`)
	}
	text, err := json.Marshal(map[string]any{"version": "1.0", "id": id, "buyerstatus": slices.Concat([]Answer{}, d.Answers)})
	if err != nil {
		return refuse(err)
	}
	return http.StatusOK, text
}

func decode(body []byte) (map[string]any, error) {
	var document map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	return document, nil
}

// check holds an object to the rules of its path, and what the members are to each other.
func check(path string, object map[string]any) error {
	rules := Rules[path]
	for name, value := range object {
		rule, known := rules[name]
		if !known {
			return fmt.Errorf("%s has no member %q", path, name)
		}
		if err := rule.check(value); err != nil {
			return fmt.Errorf("%s.%s %w", path, name, err)
		}
		if inner, is := value.(map[string]any); is && name != "ext" {
			if err := check(name, inner); err != nil {
				return err
			}
		}
	}
	for name, rule := range rules {
		if value, there := object[name]; rule.Required && (!there || value == "") {
			return fmt.Errorf("%s.%s is required", path, name)
		}
	}
	if path == "terms" {
		return checkTerms(object)
	}
	_, allowed := object["wseat"]
	_, blocked := object["bseat"]
	if allowed && blocked {
		return fmt.Errorf("only one of wseat and bseat")
	}
	if _, static := object["inventory"]; static && fmt.Sprint(object["dinventory"]) != "1" {
		return fmt.Errorf("inventory is for static inventory alone")
	}
	if created, there := object["created"].(string); there {
		return instant(created)
	}
	return nil
}

func checkTerms(terms map[string]any) error {
	for _, name := range []string{"startdate", "enddate"} {
		if text, there := terms[name].(string); there {
			if err := instant(text); err != nil {
				return err
			}
		}
	}
	if cur, there := terms["cur"].(string); there && len(cur) != 3 {
		return fmt.Errorf("terms.cur is no currency")
	}
	countries, _ := terms["countries"].([]any)
	for _, country := range countries {
		if text, _ := country.(string); len(text) != 3 {
			return fmt.Errorf("terms.countries has %q", text)
		}
	}
	if fmt.Sprint(terms["guar"]) == "1" && (terms["units"] == nil || terms["totalcost"] == nil) {
		return fmt.Errorf("a guaranteed deal has units and a total cost")
	}
	return nil
}

func instant(text string) error {
	_, err := time.Parse("2006-01-02T15:04:05Z", text)
	return err
}

func (r Rule) check(value any) error {
	whole := func(value any) error {
		number, is := value.(json.Number)
		n, err := strconv.ParseInt(string(number), 10, 64)
		if !is || err != nil || n < 0 || r.Most > 0 && n > int64(r.Most) {
			return fmt.Errorf("is no number of the list: %v", value)
		}
		return nil
	}
	fits := true
	switch r.Kind {
	case "int":
		return whole(value)
	case "float":
		_, fits = value.(json.Number)
	case "string":
		_, fits = value.(string)
	case "object":
		_, fits = value.(map[string]any)
	case "strings", "ints":
		list, is := value.([]any)
		fits = is && len(list) > 0
		if fits && r.Kind == "strings" {
			fits = !slices.ContainsFunc(list, func(v any) bool { text, is := v.(string); return !is || text == "" })
		}
		for _, v := range list {
			if r.Kind == "ints" {
				if err := whole(v); err != nil {
					return err
				}
			}
		}
	}
	if !fits {
		return fmt.Errorf("must be %s, and is %v", r.Kind, value)
	}
	return nil
}
