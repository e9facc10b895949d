package admanager

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/outbound"
)

const (
	callTime    = 50 * time.Second // of one call with its token, which is shorter than the courier's
	connectTime = 10 * time.Second
	mostAnswer  = 4 << 20
	pageSize    = "1000"
	mostPages   = 50
)

func refused(code, text string) error {
	return &activation.Error{Class: parley.ClassRefused, Code: code, Text: text}
}

// network is one network, as an account may use it.
type network struct {
	*Adapter
	Settings
	credential []byte
}

// open reads an account.
func (a *Adapter) open(account activation.Account) (network, error) {
	s, problems := read(account.Settings)
	for _, p := range problems {
		return network{}, &activation.Error{Class: parley.ClassRefused, Code: p.Code, Field: p.Field, Text: p.Field + " " + p.Text}
	}
	if len(account.Credential) == 0 {
		return network{}, forbidden("the destination needs a credential: the JSON key of a service account")
	}
	return network{a, s, account.Credential}, nil
}

// send makes a request and answers what came. writes tells that something may have been done when the answer is lost.
func (a *Adapter) send(request *http.Request, writes bool) (status int, text []byte, err error) {
	request.Header.Set("Accept", "application/json")
	answer, err := a.client.Do(request)
	if err != nil {
		return 0, nil, lost(err, writes)
	}
	defer func() { _ = answer.Body.Close() }() // what was read is all that counts
	text, err = io.ReadAll(io.LimitReader(answer.Body, mostAnswer+1))
	if answer.StatusCode < 300 && (err != nil || len(text) > mostAnswer) {
		failure := &activation.Error{Class: parley.ClassTransient, Code: "answer", Text: "the answer came in part, or is too long"}
		if writes {
			failure.Class = parley.ClassUnsure
		}
		return 0, nil, failure
	}
	if answer.StatusCode >= 300 {
		after, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		if failure := judge(answer.StatusCode, text, after, writes); failure != nil && failure.Class == parley.ClassTransient {
			return 0, nil, failure
		}
	}
	return answer.StatusCode, text, nil
}

// lost is a call without an answer. Where no connection was made, nothing was done.
func lost(err error, writes bool) error {
	var dial *net.OpError
	class := parley.ClassTransient
	if writes && (!errors.As(err, &dial) || dial.Op != "dial") {
		class = parley.ClassUnsure
	}
	return &activation.Error{Class: class, Code: "no_answer", Text: "no answer: " + outbound.Reason(err)}
}

// said is how Google tells what is wrong.
type said struct {
	Error struct {
		Message string `json:"message"`
		Status  string `json:"status"`
		Details []struct {
			Code    string `json:"errorCode"`
			Message string `json:"message"`
			Path    string `json:"fieldPath"`
			Trigger string `json:"trigger"`
		} `json:"details"`
	} `json:"error"`
}

// judge tells what an answer means; nil: it is done. after is how many seconds Google asks to be left alone.
func judge(status int, text []byte, after int, writes bool) *activation.Error {
	if status >= 200 && status < 300 {
		return nil
	}
	var told said
	_ = json.Unmarshal(text, &told) // an answer that is not of Google's form tells its status alone
	failure := &activation.Error{Class: parley.ClassRefused, Code: "refused", Text: "Ad Manager answered " + strconv.Itoa(status) + told.text()}
	for _, d := range told.Error.Details {
		if failure.Field == "" {
			failure.Field = activation.Shown(d.Path)
		}
	}
	switch {
	case told.tells("NO_FORECAST_YET"):
		failure.Class, failure.Code = parley.ClassNotYet, "no_forecast"
	case told.tells("NOT_ENOUGH_INVENTORY"):
		failure.Code = "forecast_short"
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests,
		status == http.StatusServiceUnavailable, told.tells("RESOURCE_EXHAUSTED"), told.tells("UNAVAILABLE"), told.tells("ABORTED"):
		failure.Class, failure.Code = parley.ClassTransient, "away"
		failure.After = time.Duration(max(min(after, 3600), 0)) * time.Second
	case status == http.StatusInternalServerError, status == http.StatusBadGateway, status == http.StatusGatewayTimeout:
		failure.Class, failure.Code = parley.ClassTransient, "failed"
		if writes {
			failure.Class = parley.ClassUnsure
		}
	case status == http.StatusUnauthorized:
		failure.Class, failure.Code = parley.ClassCredentials, "credential"
	case status == http.StatusForbidden:
		failure.Class, failure.Code = parley.ClassCredentials, "forbidden"
	case status == http.StatusNotFound, status == http.StatusGone:
		failure.Code = "not_found"
	case status == http.StatusNotImplemented:
		failure.Code = "not_open"
	case status == http.StatusConflict:
		failure.Code = "conflict"
	}
	return failure
}

// text is what Google says, for people.
func (s said) text() string {
	text := ""
	for _, part := range []string{s.Error.Status, s.Error.Message} {
		if part != "" {
			text += ", " + part
		}
	}
	for _, d := range s.Error.Details {
		if d.Code != "" || d.Message != "" {
			text += "; " + strings.TrimSpace(d.Code+" "+d.Message)
		}
		if d.Trigger != "" {
			text += " (" + d.Trigger + ")"
		}
	}
	return activation.Shown(text)
}

// tells whether the answer is of a status or an error of a name.
func (s said) tells(name string) bool {
	if s.Error.Status == name {
		return true
	}
	for _, d := range s.Error.Details {
		if strings.Contains(d.Code, name) {
			return true
		}
	}
	return false
}

// call makes a call below the network, or of what a name of it names, and reads the answer into into.
func (n network) call(ctx context.Context, method, path string, query url.Values, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	bearer, err := n.token(ctx, n.credential)
	if err != nil {
		return err
	}
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return refused("invalid", "the request cannot be written")
		}
		sent = bytes.NewReader(raw)
	}
	address := n.apiURL + "/v1/" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return refused("address", "the address cannot be used")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	writes := method != http.MethodGet
	status, text, err := n.send(request, writes)
	if err != nil {
		return err
	}
	if failure := judge(status, text, 0, writes); failure != nil {
		if status == http.StatusUnauthorized {
			n.forget(n.credential)
		}
		return failure
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		class := parley.ClassTransient
		if writes {
			class = parley.ClassUnsure
		}
		return &activation.Error{Class: class, Code: "answer", Text: "the answer cannot be read"}
	}
	return nil
}

// get reads one resource by its name; what is not there is gone.
func (n network) get(ctx context.Context, name string, into any) error {
	err := n.call(ctx, http.MethodGet, name, nil, nil, into)
	if err != nil && activation.Failure(err).Code == "not_found" {
		return &activation.Error{Class: parley.ClassGone, Code: "missing", Text: name + " is not there any more"}
	}
	return err
}

// post makes, or does, something.
func (n network) post(ctx context.Context, collection string, body, into any) error {
	return n.call(ctx, http.MethodPost, "networks/"+n.Network+"/"+collection, nil, body, into)
}

// act does something to one resource of a collection.
func (n network) act(ctx context.Context, collection, verb, name string) error {
	return n.post(ctx, collection+":"+verb, map[string]any{"names": []string{name}}, nil)
}

// list reads all resources of a collection that a filter leaves.
func list[T any](ctx context.Context, n network, collection, filter string) ([]T, error) {
	var all []T
	query := url.Values{"filter": {filter}, "pageSize": {pageSize}}
	for range mostPages {
		var page map[string]json.RawMessage
		if err := n.call(ctx, http.MethodGet, "networks/"+n.Network+"/"+collection, query, nil, &page); err != nil {
			return nil, err
		}
		var some []T
		var next string
		for field, into := range map[string]any{collection: &some, "nextPageToken": &next} {
			if raw, there := page[field]; there && json.Unmarshal(raw, into) != nil {
				return nil, &activation.Error{Class: parley.ClassTransient, Code: "answer", Text: "the list of " + collection + " cannot be read"}
			}
		}
		all = append(all, some...)
		if next == "" {
			return all, nil
		}
		query.Set("pageToken", next)
	}
	return nil, refused("ambiguous_remote", "there are too many "+collection+" to look through")
}

// quoted is a text as a filter has it. Filters are made of it alone, and of words of this package.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"', r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unquotable(r): // a star would stand for any text
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// quotable tells whether a filter can have a text as it is.
func quotable(text string) bool { return !strings.ContainsFunc(text, unquotable) }

func unquotable(r rune) bool { return r < ' ' || r == 0x7f || r == '*' || r == '\uFFFD' }

// endsWith is the filter of a field that ends with a text.
func endsWith(field, text string) string {
	return field + ` = "*` + strings.TrimPrefix(quoted(text), `"`)
}

// is is the filter of a field that is a text.
func is(field, text string) string { return field + " = " + quoted(text) }
