package admanager

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

const (
	pageSize  = "1000"
	mostPages = 50
)

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

// send makes a request and answers what came, of which the text is whole unless the status says no. writes tells that something may
// have been done when the answer is lost.
func (a *Adapter) send(request *http.Request, writes bool) (remote.Answer, error) {
	request.Header.Set("Accept", "application/json")
	answer, err := remote.Call(a.client, request, writes)
	if err == nil && answer.Status < 300 {
		err = answer.Whole(writes)
	}
	return answer, err
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

// judge tells what an answer means; nil: it is done. What Google names goes before what the status says.
func judge(answer remote.Answer, writes bool) *activation.Error {
	failure := answer.Judge("Ad Manager", writes)
	if failure == nil {
		return nil
	}
	var told said
	_ = json.Unmarshal(answer.Text, &told) // an answer that is not of Google's form tells its status alone
	failure.Text += told.text()
	for _, d := range told.Error.Details {
		if failure.Field == "" {
			failure.Field = activation.Shown(d.Path)
		}
	}
	switch {
	case told.tells("NO_FORECAST_YET"):
		failure.Class, failure.Code = parley.ClassNotYet, "no_forecast"
	case told.tells("NOT_ENOUGH_INVENTORY"):
		failure.Class, failure.Code = parley.ClassRefused, "forecast_short"
	case told.tells("RESOURCE_EXHAUSTED"), told.tells("UNAVAILABLE"), told.tells("ABORTED"):
		answer.Away(failure)
	case answer.Status == http.StatusForbidden:
		failure.Code = "forbidden"
	case answer.Status == http.StatusNotImplemented:
		failure.Code = "not_open"
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
	ctx, cancel := context.WithTimeout(ctx, remote.CallTime)
	defer cancel()
	bearer, err := n.token(ctx, n.credential)
	if err != nil {
		return err
	}
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return remote.Refused("invalid", "the request cannot be written")
		}
		sent = bytes.NewReader(raw)
	}
	address := n.apiURL + "/v1/" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, sent)
	if err != nil {
		return remote.Refused("address", "the address cannot be used")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	writes := method != http.MethodGet
	answer, err := n.send(request, writes)
	if err != nil {
		return err
	}
	if failure := judge(answer, writes); failure != nil {
		if answer.Status == http.StatusUnauthorized {
			n.forget(n.credential)
		}
		return failure
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Text, into); err != nil {
		return remote.Unread("the answer cannot be read", writes)
	}
	return nil
}

// get reads one resource by its name; what is not there is gone. An answer that does not bear the name, or of what has a status none, is
// of something else: its absent members would be taken for what they are when they are left out.
func (n network) get(ctx context.Context, name string, into any) error {
	var answer json.RawMessage
	err := n.call(ctx, http.MethodGet, name, nil, nil, &answer)
	if err != nil && activation.Failure(err).Code == "not_found" {
		return &activation.Error{Class: parley.ClassGone, Code: "missing", Text: name + " is not there any more"}
	}
	if err != nil {
		return err
	}
	var of struct {
		Name   string `json:"name"`
		Status string `json:"status"`
	}
	if json.Unmarshal(answer, &of) != nil || json.Unmarshal(answer, into) != nil {
		return remote.Unread("the answer about "+name+" cannot be read", false)
	}
	if of.Name != name || of.Status == "" && n.hasStatus(name) {
		return remote.Unread("the answer is not about "+name, false)
	}
	return nil
}

// hasStatus tells whether a resource's status decides what is done with it.
func (n network) hasStatus(name string) bool {
	return n.ours("orders", name) || n.ours("lineItems", name) || n.ours("privateAuctionDeals", name) || n.ours("customTargetingValues", name)
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
				return nil, remote.Unread("the list of "+collection+" cannot be read", false)
			}
		}
		all = append(all, some...)
		if next == "" {
			return all, nil
		}
		query.Set("pageToken", next)
	}
	return nil, remote.Refused(activation.Ambiguous, "there are too many "+collection+" to look through")
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
