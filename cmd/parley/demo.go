package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"parley"
	"parley/outbound"
)

type demoCommand struct {
	URL         string `name:"url" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Where the server is; http://127.0.0.1:8080 when not given."`
	KeyFile     string `name:"key-file" default:"data/demo-keys" placeholder:"FILE" help:"Where 'serve --demo' keeps its keys; data/demo-keys when not given."`
	AgencyKey   string `env:"AGENCY_KEY" placeholder:"KEY" help:"The buyer's key instead of the file's."`
	OperatorKey string `env:"OPERATOR_KEY" placeholder:"KEY" help:"The operator's key instead of the file's."`
	Product     string `default:"ctv-sports-live" placeholder:"ID" help:"What to buy; ctv-sports-live when not given."`
	Impressions int64  `default:"1000000" placeholder:"N" help:"How much of it; 1000000 when not given."`
}

// Run walks through the three flows, and through what becomes of a booked deal.
func (c demoCommand) Run(p *process) error {
	buyer, operator, err := c.keys()
	if err != nil {
		return err
	}
	w := &walk{ctx: p.ctx, out: p.out, base: strings.TrimRight(c.URL, "/"), client: &http.Client{
		Timeout: 30 * time.Second, Transport: outbound.Standard(),
	}}
	d := demo{walk: w, demoCommand: c, buyer: buyer, operator: operator}
	ask := d.quoteToDeal()
	d.negotiate(ask)
	d.approve(ask)
	if w.err != nil {
		return w.err
	}
	return c.deliver(p, w)
}

// keys are the ones given, else the demo's.
func (c demoCommand) keys() (buyer, operator caller, err error) {
	buyer, operator = caller{"the agency's", c.AgencyKey}, caller{"the operator's", c.OperatorKey}
	if buyer.key != "" && operator.key != "" {
		return buyer, operator, nil
	}
	kept, err := readDemoKeys(c.KeyFile)
	if err != nil {
		return buyer, operator, err
	}
	for _, k := range []struct {
		into *string
		name string
	}{{&buyer.key, "AGENCY_KEY"}, {&operator.key, "OPERATOR_KEY"}} {
		if *k.into == "" {
			*k.into = kept[k.name]
		}
		if *k.into == "" {
			return buyer, operator, fmt.Errorf(
				"there is no %s in %s: start 'parley serve --demo' in this folder first, or give the key", k.name, c.KeyFile)
		}
	}
	return buyer, operator, nil
}

// caller is who makes a request of the demo.
type caller struct {
	whose string
	key   string // empty: none
}

// chapter begins a part of the walk.
func (w *walk) chapter(title string) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, "=== %s ===\n\n", title)
	}
}

// walk makes one request after the other and shows each with its answer, until one fails.
type walk struct {
	ctx    context.Context // of the command
	out    io.Writer
	base   string
	client *http.Client
	steps  int
	err    error
}

// step makes one request. After a failure it does nothing.
func (w *walk) step(title string, as caller, method, path string, body any) answer {
	if w.err != nil {
		return answer{walk: w}
	}
	w.steps++
	var answered answer
	answered.walk = w
	answered.body, w.err = w.request(title, as, method, path, body)
	return answered
}

func (w *walk) request(title string, as caller, method, path string, body any) ([]byte, error) {
	var content bytes.Buffer
	file, isFile := body.(csvFile)
	if isFile {
		content.WriteString(string(file))
	} else if body != nil {
		encoder := json.NewEncoder(&content)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(body); err != nil {
			return nil, err
		}
	}
	sent := content.String()
	request, err := http.NewRequestWithContext(w.ctx, method, w.base+path, &content)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("== %d. %s\n\n%s %s\n", w.steps, title, method, path)
	if as.key != "" {
		request.Header.Set("Authorization", "Bearer "+as.key)
		text += "Authorization: Bearer (" + as.whose + " key)\n"
	}
	switch {
	case isFile:
		request.Header.Set("Content-Type", "text/csv")
		text += "Content-Type: text/csv\n\n" + sent
	case body != nil:
		request.Header.Set("Content-Type", "application/json")
		text += "Content-Type: application/json\n\n" + indented([]byte(sent))
	}
	if _, err := io.WriteString(w.out, text+"\n"); err != nil {
		return nil, err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%w: is 'parley serve --demo' running?", err)
	}
	received, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	replayed := ""
	if response.Header.Get("Idempotency-Replayed") != "" {
		replayed = "Idempotency-Replayed: true\n"
	}
	if _, err := fmt.Fprintf(w.out, "%s\n%s%s\n", response.Status, replayed, indented(received)); err != nil {
		return nil, err
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("%s %s was answered with %s", method, path, response.Status)
	}
	return received, nil
}

// indented is JSON for people to read; anything else stays as it is.
func indented(body []byte) string {
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(body), "", "  "); err != nil {
		return string(body)
	}
	return out.String() + "\n"
}

// answer is the body of an answered step.
type answer struct {
	walk *walk
	body []byte
}

// text is a member of the answer, by its path. Its absence fails the walk.
func (a answer) text(path string) string {
	var text string
	a.read(path, &text)
	return text
}

// cpm is a price in the answer, in micros.
func (a answer) cpm(path string) int64 {
	var digits json.Number
	a.read(path, &digits)
	if a.walk.err != nil {
		return 0
	}
	micros, err := parley.ParseMicros(digits.String())
	if err != nil {
		a.walk.err = fmt.Errorf("the answer's %s: %w", path, err)
	}
	return micros
}

func (a answer) read(path string, into any) {
	if a.walk.err != nil {
		return
	}
	raw := json.RawMessage(a.body)
	for name := range strings.SplitSeq(path, ".") {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(raw, &members); err != nil {
			a.walk.err = fmt.Errorf("the answer has no %s: %w", path, err)
			return
		}
		raw = members[name]
	}
	if err := json.Unmarshal(raw, into); err != nil {
		a.walk.err = fmt.Errorf("the answer has no %s: %w", path, err)
	}
}
