package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// patience is how long a request is repeated before the node that does not answer it counts as broken.
const patience = 2 * time.Minute

// caller makes requests for every client of a run.
type caller struct {
	http  *http.Client
	nodes []string // base URLs of the nodes' proxies
	start time.Time

	requests  atomic.Int64
	repeats   atomic.Int64
	shed      atomic.Int64 // answers 429 and 503
	failures  atomic.Int64 // answers of 500 and above but 503
	lastError atomic.Pointer[string]
	byEdge    map[edge]*atomic.Int64 // requests
}

func newCaller(nodes []string) *caller {
	return &caller{
		http: &http.Client{
			Timeout:   20 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 256, IdleConnTimeout: 30 * time.Second},
		},
		nodes: nodes, start: time.Now(), byEdge: map[edge]*atomic.Int64{byREST: {}, byMCP: {}, byA2A: {}},
	}
}

// answer is what a request came to, with when it was first made and when its answer was there, in nanoseconds of the run.
type answer struct {
	status   int
	body     fields
	from, to int64
}

// fields are the members of a JSON object.
type fields map[string]any

// at follows a path of member names.
func (f fields) at(path ...string) any {
	var value any = map[string]any(f)
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

// word is the text or number at a path, and empty for anything else.
func (f fields) word(path ...string) string {
	switch v := f.at(path...).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// do makes a request that changes something, again and again under one idempotency key and by whichever node, until it is
// answered: with anything but a failure of the server.
func (c *caller) do(ctx context.Context, by *party, method, path string, body fields, idempotencyKey string) (answer, error) {
	return c.doAt(ctx, c.nodes, by, method, path, body, idempotencyKey)
}

// doAt does the same by some of the nodes.
func (c *caller) doAt(
	ctx context.Context, nodes []string, by *party, method, path string, body fields, idempotencyKey string,
) (answer, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	result := answer{from: c.now()}
	deadline := time.Now().Add(patience)
	for try := 0; ; try++ {
		if try > 0 {
			c.repeats.Add(1)
			by.pause(20*time.Millisecond, 120*time.Millisecond)
		}
		err := c.once(ctx, nodes[by.pick(len(nodes))], by, method, path, content, idempotencyKey, &result)
		if err == nil && result.status < http.StatusInternalServerError && result.status != http.StatusTooManyRequests {
			result.to = c.now()
			return result, nil
		}
		if ctx.Err() != nil {
			return answer{}, ctx.Err()
		}
		if time.Now().After(deadline) {
			return answer{}, fmt.Errorf("%s %s is without an answer for %s: last %d %v: %w", method, path, patience, result.status, result.body, err)
		}
	}
}

func (c *caller) once(
	ctx context.Context, node string, by *party, method, path string, content []byte, idempotencyKey string, result *answer,
) error {
	c.requests.Add(1)
	way, header := byREST, http.Header{}
	called, arguments, found := toolFor(method, path, content, idempotencyKey)
	if found { // a repetition may come by another edge than what it repeats
		way = edges[by.pick(len(edges))]
	}
	c.byEdge[way].Add(1)
	if way != byREST {
		var err error
		if path, header, content, err = called.call(way, arguments, idempotencyKey); err != nil {
			return err
		}
		idempotencyKey = ""
	}
	request, err := http.NewRequestWithContext(ctx, method, node+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.Header = header
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+by.key)
	if idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(response.Body)
	if closeErr := response.Body.Close(); err != nil || closeErr != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	body := fields{}
	if err := decoder.Decode((*map[string]any)(&body)); err != nil {
		return fmt.Errorf("status %d: %w", response.StatusCode, err)
	}
	status := response.StatusCode
	if way != byREST {
		if status, body, err = called.read(way, status, body); err != nil {
			return err
		}
	}
	result.status, result.body = status, body
	switch {
	case status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests:
		c.shed.Add(1)
	case status >= http.StatusInternalServerError:
		c.failures.Add(1)
		said := fmt.Sprintf("%d %s", status, text)
		c.lastError.Store(&said)
	}
	return nil
}

func (c *caller) now() int64 { return int64(time.Since(c.start)) }

// number writes a decimal as the JSON number that it is.
func number(decimal string) json.RawMessage { return json.RawMessage(decimal) }
