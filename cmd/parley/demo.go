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
)

type demoCommand struct {
	URL         string `name:"url" default:"http://127.0.0.1:8080" placeholder:"URL" help:"Where the server is; http://127.0.0.1:8080 when not given."`
	KeyFile     string `name:"key-file" default:"data/demo-keys" placeholder:"FILE" help:"Where 'serve --demo' keeps its keys; data/demo-keys when not given."`
	AgencyKey   string `env:"AGENCY_KEY" placeholder:"KEY" help:"The buyer's key instead of the file's."`
	OperatorKey string `env:"OPERATOR_KEY" placeholder:"KEY" help:"The operator's key instead of the file's."`
	Product     string `default:"ctv-sports-live" placeholder:"ID" help:"What to buy; ctv-sports-live when not given."`
	Impressions int64  `default:"1000000" placeholder:"N" help:"How much of it; 1000000 when not given."`
}

// Run walks from the catalog to an approved order.
func (c demoCommand) Run(p *process) error {
	buyer, operator, err := c.keys()
	if err != nil {
		return err
	}
	w := &walk{ctx: p.ctx, out: p.out, base: strings.TrimRight(c.URL, "/"), client: &http.Client{Timeout: 30 * time.Second}}

	w.step("What is for sale, to anybody: with price ranges", caller{}, http.MethodGet, "/products?limit=1", nil)
	w.step("The same for a known agency: with its exact price", buyer, http.MethodGet, "/products/"+c.Product, nil)
	quote := w.step("The agency asks for a price", buyer, http.MethodPost, "/api/v1/quotes",
		map[string]any{"product_id": c.Product, "deal_type": "PG", "impressions": c.Impressions}).text("quote_id")
	w.step("It reviews the quote", buyer, http.MethodGet, "/api/v1/quotes/"+quote, nil)
	w.step("The publisher looks up why this price", operator, http.MethodGet, "/api/v1/quotes/"+quote+"/pricing-trace", nil)
	booking := map[string]any{"quote_id": quote, "idempotency_key": "demo-" + quote}
	deal := w.step("The agency books the quote: its impressions are reserved",
		buyer, http.MethodPost, "/api/v1/deals", booking).text("deal_id")
	w.step("It says it again, not having heard the answer: the same one, and no second deal",
		buyer, http.MethodPost, "/api/v1/deals", booking)
	order := w.step("It orders what the deal is about", buyer, http.MethodPost, "/api/v1/orders",
		map[string]any{"deal_id": deal}).text("order_id")
	w.step("It submits the order", buyer, http.MethodPost, "/api/v1/orders/"+order+"/transition",
		map[string]any{"to_status": "submitted", "reason": "creatives are ready"})
	w.step("The publisher approves it", operator, http.MethodPost, "/api/v1/orders/"+order+"/transition",
		map[string]any{"to_status": "approved"})
	w.step("Who did what to the order", buyer, http.MethodGet, "/api/v1/orders/"+order+"/history", nil)
	return w.err
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
	if body != nil {
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
	if body != nil {
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

// text is a member of the answer. Its absence fails the walk.
func (a answer) text(member string) string {
	if a.walk.err != nil {
		return ""
	}
	var members map[string]json.RawMessage
	var text string
	err := json.Unmarshal(a.body, &members)
	if err == nil {
		err = json.Unmarshal(members[member], &text)
	}
	if err != nil {
		a.walk.err = fmt.Errorf("the answer has no %s: %w", member, err)
	}
	return text
}
