package mcp

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"parley/edge"
	"parley/outbound"
)

const (
	// longestLine is the longest message that a local client sends, in bytes; what the seller agent takes is less.
	longestLine = 4 << 20
	// mostAtOnce is how many messages of a local client are on their way together.
	mostAtOnce = 16
	// longestAnswer is how much of an answer is read, in bytes.
	longestAnswer = 64 << 20
)

// Bridge serves a local client, on a pair of streams with a message in each line, with what a seller agent offers at an address to the
// holder of a key. Each message goes there by itself, so that one that is refused, or cannot be read, is answered as that and the next
// one is served. It ends when the client has closed its side and what it asked for is answered, or with ctx. The error is that of a
// seller agent that is not there, or that refuses the key, at the start.
func Bridge(ctx context.Context, address, key, version string, in io.Reader, out io.Writer) error {
	b := &bridge{
		endpoint: strings.TrimSuffix(address, "/") + "/mcp", key: key, agent: "parley/" + version, out: out, pending: map[string]context.CancelFunc{},
		places: make(chan struct{}, mostAtOnce),
		// A key is sent to the address that it was given for, and to none that this names.
		client: &http.Client{
			Transport:     outbound.Standard(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if err := b.greet(ctx); err != nil {
		return err
	}
	defer b.working.Wait()
	lines := make(chan sentLine)
	go readLines(ctx, in, lines)
	for {
		var sent sentLine
		select {
		case sent = <-lines:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case !sent.whole:
			b.fail(nil, edge.RPCInvalid, fmt.Sprintf("The message is longer than %d bytes.", longestLine))
		case len(bytes.TrimSpace(sent.line)) > 0:
			b.take(ctx, sent.line)
		}
		if errors.Is(sent.err, io.EOF) {
			return nil
		}
		if sent.err != nil {
			return sent.err
		}
	}
}

// sentLine is what was read: a line that is whole or not, and the error that ended it.
type sentLine struct {
	line  []byte
	whole bool
	err   error
}

// readLines reads until there is nothing more, or nobody who takes it.
func readLines(ctx context.Context, in io.Reader, lines chan<- sentLine) {
	reader := bufio.NewReader(in)
	for {
		line, whole, err := readLine(reader)
		select {
		case lines <- sentLine{line, whole, err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// readLine reads a line, of which what is too long is dropped; whole tells that nothing was.
func readLine(lines *bufio.Reader) (line []byte, whole bool, err error) {
	whole = true
	for {
		part, err := lines.ReadSlice('\n')
		if whole = whole && len(line)+len(part) <= longestLine; whole {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, whole, err
		}
	}
}

type bridge struct {
	endpoint, key, agent string
	client               *http.Client
	places               chan struct{}
	working              sync.WaitGroup

	writing sync.Mutex
	out     io.Writer

	mu      sync.Mutex
	pending map[string]context.CancelFunc // what is on its way, by the id of its message
	version string                        // of the protocol, as it was agreed on with the first message; empty: none was
}

// passing is a message on its way, as far as it is looked at.
type passing struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Name      string          `json:"name"`
		URI       string          `json:"uri"`
		RequestID json.RawMessage `json:"requestId"`
		Meta      struct {
			Version string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
	} `json:"params"`
}

// greet finds out whether the seller agent is there and takes the key.
func (b *bridge) greet(ctx context.Context) error {
	response, err := b.post(ctx, passing{Method: "ping"}, []byte(`{"jsonrpc":"2.0","id":0,"method":"ping"}`))
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		return nil
	}
	_, text := b.fault(response)
	return fmt.Errorf("%s answers %s: %s", b.endpoint, response.Status, text)
}

// take sends a message on, without waiting for its answer. What answers nothing is sent before what follows it.
func (b *bridge) take(ctx context.Context, line []byte) {
	var m passing
	if !json.Valid(line) {
		b.fail(nil, edge.RPCParse, "The line is not well-formed JSON. A message is an object, in one line.")
		return
	}
	_ = json.Unmarshal(line, &m) // what has another form, the seller agent refuses
	if m.Method == "notifications/cancelled" {
		b.mu.Lock()
		cancel := b.pending[string(m.Params.RequestID)]
		b.mu.Unlock()
		if cancel != nil {
			cancel()
		}
		return
	}
	select {
	case b.places <- struct{}{}:
	case <-ctx.Done():
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	if id := string(m.ID); id != "" {
		b.mu.Lock()
		b.pending[id] = cancel
		b.mu.Unlock()
	}
	b.working.Go(func() {
		defer func() { <-b.places }()
		defer cancel()
		b.pass(ctx, m, line)
		b.mu.Lock()
		delete(b.pending, string(m.ID))
		b.mu.Unlock()
	})
}

// pass sends a message on, and its answer back. The answer to one that was cancelled nobody waits for.
func (b *bridge) pass(ctx context.Context, m passing, line []byte) {
	response, err := b.post(ctx, m, line)
	if err != nil {
		if ctx.Err() == nil {
			b.refuse(m, codeRefused, "The seller agent cannot be reached. Send the message again.", nil)
		}
		return
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode >= http.StatusMultipleChoices:
		fault, text := b.fault(response)
		b.refuse(m, cmp.Or(fault.Error.Code, codeRefused), text, fault.Detail)
		return
	case response.StatusCode == http.StatusAccepted:
		return
	case strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream"):
		events := bufio.NewReader(response.Body)
		for err == nil && ctx.Err() == nil {
			var event []byte
			if event, err = events.ReadBytes('\n'); err == nil {
				if data, found := bytes.CutPrefix(event, []byte("data:")); found && len(bytes.TrimSpace(data)) > 0 {
					b.write(data)
				}
			}
		}
		return
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if ctx.Err() != nil {
		return
	}
	if err != nil || !json.Valid(body) {
		b.refuse(m, codeRefused, "The answer of the seller agent ended before it was complete. Send the message again.", nil)
		return
	}
	if m.Method == "initialize" {
		var agreed struct {
			Result struct {
				Version string `json:"protocolVersion"`
			} `json:"result"`
		}
		_ = json.Unmarshal(body, &agreed) // a refusal agrees on none
		b.mu.Lock()
		b.version = agreed.Result.Version
		b.mu.Unlock()
	}
	b.write(body)
}

// post sends a message with what goes beside it in the headers of HTTP.
func (b *bridge) post(ctx context.Context, m passing, line []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint, bytes.NewReader(line))
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	version := cmp.Or(m.Params.Meta.Version, b.version)
	b.mu.Unlock()
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "User-Agent": b.agent, "Mcp-Protocol-Version": version,
		"Mcp-Method": m.Method, "Mcp-Name": cmp.Or(m.Params.Name, m.Params.URI),
	} {
		if value != "" && m.Method != "initialize" || !strings.HasPrefix(name, "Mcp-") {
			request.Header.Set(name, value)
		}
	}
	if b.key != "" {
		request.Header.Set("Authorization", "Bearer "+b.key)
	}
	return b.client.Do(request)
}

// rpcRefusal is how the seller agent refuses what it has a status of HTTP for.
type rpcRefusal struct {
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
	Detail json.RawMessage `json:"detail"`
}

// fault reads a refusal. What is in the way of the seller agent has none of its form.
func (b *bridge) fault(response *http.Response) (refusal rpcRefusal, text string) {
	body, err := io.ReadAll(io.LimitReader(response.Body, longestLine))
	if err == nil {
		err = json.Unmarshal(body, &refusal)
	}
	if err != nil || refusal.Error.Message == "" {
		return rpcRefusal{}, "The seller agent answers " + response.Status + "."
	}
	return refusal, refusal.Error.Message
}

// refuse answers a message with a fault; one that has no id is answered nothing.
func (b *bridge) refuse(m passing, code int, text string, data json.RawMessage) {
	if m.ID == nil && m.Method != "" {
		return
	}
	fault := map[string]any{"code": code, "message": text}
	if len(data) > 0 {
		fault["data"] = data
	}
	b.answer(m.ID, fault)
}

func (b *bridge) fail(id json.RawMessage, code int, text string) {
	b.answer(id, map[string]any{"code": code, "message": text})
}

func (b *bridge) answer(id json.RawMessage, fault map[string]any) {
	if len(id) == 0 || strings.IndexByte("{[tf", id[0]) >= 0 { // of none of the forms that an id has
		id = json.RawMessage("null")
	}
	encoded, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "error": fault})
	if err == nil { // of texts and numbers
		b.write(encoded)
	}
}

// write writes a message in a line of its own.
func (b *bridge) write(message []byte) {
	var line bytes.Buffer
	if json.Compact(&line, message) != nil {
		return // it was valid
	}
	line.WriteByte('\n')
	b.writing.Lock()
	defer b.writing.Unlock()
	_, _ = b.out.Write(line.Bytes()) // the client is gone: what it sends ends, too
}
