package client_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
	"testing"

	"parley/client"
	"parley/wire/document"
)

// TestTheClientReadsWhatTheAPIWrites holds each document that the client reads to the one that the API writes, member by member:
// a member that the API no longer writes, or writes under another name, would read as nothing, and nobody would see it.
func TestTheClientReadsWhatTheAPIWrites(t *testing.T) {
	t.Parallel()
	for _, document := range []struct {
		read, written any
	}{
		{read: client.Avails{}, written: document.AvailsResponse{}},
		{read: client.ChangeRequest{}, written: document.ChangeResponse{}},
		{read: client.Deal{}, written: document.DealResponse{}},
		{read: client.Event{}, written: document.Event{}},
		{read: client.MediaKit{}, written: document.MediaKit{}},
		{read: client.MediaKitResults{}, written: document.MediaKitResults{}},
		{read: client.Negotiation{}, written: document.NegotiationResponse{}},
		{read: client.Order{}, written: document.OrderResponse{}},
		{read: client.OrderMove{}, written: document.OrderMove{}},
		{read: client.OrderReport{}, written: document.OrderReport{}},
		{read: client.PackageDeals{}, written: document.PackageDeals{}},
		{read: client.PackageQuotes{}, written: document.PackageQuotes{}},
		{read: client.PriceAnswer{}, written: document.PriceResponse{}},
		{read: client.Product{}, written: document.Product{}},
		{read: client.Proposal{}, written: document.ProposalResponse{}},
		{read: client.Quote{}, written: document.QuoteResponse{}},
		{read: client.Round{}, written: document.RoundResponse{}},
		{read: client.SentMessage{}, written: document.SentMessage{}},
		{read: client.Session{}, written: document.Session{}},
		{read: client.Webhook{}, written: document.CreatedWebhook{}},
	} {
		read, written := reflect.TypeOf(document.read), reflect.TypeOf(document.written)
		t.Run(read.Name(), func(t *testing.T) {
			t.Parallel()
			holdMembers(t, read.Name(), read, written)
		})
	}
}

// holdMembers finds what is read and not written, in all that hangs below the two.
func holdMembers(t *testing.T, at string, read, written reflect.Type) {
	t.Helper()
	for name, member := range membersOf(read) {
		other, there := membersOf(written)[name]
		// Who the buyer of a session is stands as the shared contract writes it, without a domain.
		if at == "Session.buyer_identity" && name == "advertiser_domain" {
			continue
		}
		if !there {
			t.Errorf("%s.%s is not written: %v has no such member", at, name, written)
			continue
		}
		if inner, document := below(member), below(other); inner.Kind() == reflect.Struct && document.Kind() == reflect.Struct && !writesItself(document) {
			holdMembers(t, at+"."+name, inner, document)
		}
	}
}

// below is what a list, a map or a pointer holds.
func below(of reflect.Type) reflect.Type {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
		of = of.Elem()
	}
	return of
}

// writesItself tells a value, such as an instant or a price, from an object with members.
func writesItself(of reflect.Type) bool {
	_, does := reflect.New(of).Interface().(json.Marshaler)
	return does
}

// membersOf are the members of a document, by name; those of an embedded document are its own.
func membersOf(of reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			maps.Copy(members, membersOf(below(field.Type)))
		case name != "" && name != "-":
			members[name] = field.Type
		}
	}
	return members
}
