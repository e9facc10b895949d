package mcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"

	"parley"
	"parley/edge"
	"parley/wire"
)

var (
	errHost = parley.Errorf(parley.CodeForbidden,
		"This server is not known under that host. Its operator sets public_url to the address that clients use.")
	errPath   = parley.Errorf(parley.CodeNotFound, "There is nothing at this path. The protocol is served at /mcp.")
	errOrigin = parley.Errorf(parley.CodeForbidden, "A page of another site cannot call this.")
	errBatch  = parley.Errorf(parley.CodeMalformed, "Send one message in a request, and not a list of them.")
)

// origins is what browsers are let through by: pages of the public address alone.
func origins(publicURL string) (*http.CrossOriginProtection, error) {
	protection := http.NewCrossOriginProtection()
	if publicURL == "" {
		return protection, nil
	}
	address, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("mcp: the public URL: %w", err)
	}
	return protection, protection.AddTrustedOrigin(address.Scheme + "://" + address.Host)
}

// checkOrigin refuses a request that was sent to another name than ours, as a page does whose name was made to lead here,
// and one that a page of another site has sent.
func (s *server) checkOrigin(r *http.Request) error {
	if !s.ours(r.Host) {
		return errHost
	}
	if err := s.origins.Check(r); err != nil {
		return errOrigin
	}
	return nil
}

// ours tells the hosts that a server is reached under: that of its public address, and this machine's own.
func (s *server) ours(host string) bool {
	if public, err := url.Parse(s.options.PublicURL); err == nil && public.Host != "" && host == public.Host {
		return true
	}
	name := host
	if alone, _, err := net.SplitHostPort(host); err == nil {
		name = alone
	}
	if name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(trimBrackets(name))
	return err == nil && address.IsLoopback()
}

func trimBrackets(name string) string {
	if len(name) > 1 && name[0] == '[' && name[len(name)-1] == ']' {
		return name[1 : len(name)-1]
	}
	return name
}

// checkMessage refuses a body that is not one message, or names a member twice.
func checkMessage(body []byte) error {
	tree, err := wire.ParseTree(body)
	if err != nil {
		var known *parley.Error
		if errors.As(err, &known) {
			return &parley.Error{Code: parley.CodeMalformed, Message: known.Message, Fields: known.Fields}
		}
		return err
	}
	switch tree.(type) {
	case map[string]any:
		return nil
	case []any:
		return errBatch
	}
	return parley.Errorf(parley.CodeMalformed, "A message is an object.")
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	var known *parley.Error
	switch {
	case errors.As(err, &tooLarge):
		return edge.TooLarge(tooLarge.Limit)
	case errors.As(err, &known):
		return known
	}
	return parley.Errorf(parley.CodeMalformed, "The body ended before it was complete. Send the request again.")
}

// JSON-RPC's codes for what cannot be read.
const (
	codeParse   = -32700
	codeInvalid = -32600
)

// refuse answers a request that the protocol does not get to see. What cannot be read is told in JSON-RPC's form, beside the
// detail that the API has for it.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	failure := wire.PublicError(err)
	if failure.Code == parley.CodeInternal {
		if r.Context().Err() != nil { // the client went away; what failed is the waiting for it
			failure = parley.Errorf(parley.CodeUnavailable, "The request was cancelled.")
		} else {
			s.options.Log.ErrorContext(r.Context(), "a request failed", "error", err, "edge", "mcp", "request_id", requestID)
		}
	}
	header := w.Header()
	status := edge.Refuse(header, failure)
	body := wire.EncodeError(failure, requestID)
	if status == http.StatusBadRequest {
		code := codeParse
		if errors.Is(err, errBatch) {
			code = codeInvalid
		}
		message, _ := wire.Encode(map[string]any{"code": code, "message": failure.Message}) // of texts and numbers
		body, _ = with(body, "error", json.RawMessage(message))
		body, _ = with(body, "id", nil)
		body, _ = with(body, "jsonrpc", "2.0")
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}
