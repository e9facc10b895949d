package client_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"parley/client"
	"parley/wire"
	"parley/wire/document"
)

// decodedBy is what the server reads the body of each call with: an act, or a function that takes it.
var decodedBy = map[string]any{
	"CreateQuote": wire.CreateQuote, "QuotePackage": wire.QuotePackage,
	"BookDeal": wire.BookDeal, "BookProposal": wire.BookProposal, "BookPackage": wire.BookPackage,
	"Propose": wire.SubmitProposal, "WithdrawProposal": wire.WithdrawProposal, "Counter": wire.CounterProposal, "Send": wire.SendNegotiationMessage,
	"CreateOrder": wire.CreateOrder, "TransitionOrder": wire.TransitionOrder,
	"RequestChange": wire.RequestChange, "ApplyChange": wire.ApplyChange,
	"OpenSession": wire.OpenSession, "SendMessage": wire.SendSessionMessage, "CloseSession": wire.CloseSession,
	"CreateWebhook": wire.CreateWebhook, "ReplaceWebhook": wire.ReplaceWebhook, "TestWebhook": wire.TestWebhook,
	"RedeliverWebhook": wire.RedeliverWebhook, "RotateWebhookKey": wire.RotateWebhookKey,
	"Price": wire.GetPrice.Read, "SearchMediaKit": wire.SearchMediaKit.Read, "Avails": wire.GetAvails.Read, "SearchAvails": wire.GetAvails.Read,
	"HoldQuote": wire.HoldQuote, "MoveTestClock": wire.MoveTestClock, "CancelOrder": wire.TransitionOrder, "CancelDeal": wire.RequestChange,
}

// foundBy is the list that the server reads the filter of each call with. Those of events and of an order's audit name times, and
// are the client's own.
var foundBy = map[string]any{
	"Products": wire.ListProducts, "Packages": wire.ListOfferedPackages, "Deals": wire.ListDeals, "Orders": wire.ListOrders,
	"Proposals": wire.ListProposals, "Changes": wire.ListChanges, "Sessions": wire.ListSessions, "Holds": wire.ListHolds,
}

// TestRequestsAreTheServersOwn holds each call that sends a body to the type and the line that the server reads it with: a member
// of one that the other lacks, or another word for it, could not be.
func TestRequestsAreTheServersOwn(t *testing.T) {
	t.Parallel()
	documents := reflect.TypeFor[document.QuoteRequest]().PkgPath()
	calls := reflect.TypeFor[*client.Client]()
	for i := range calls.NumMethod() {
		call := calls.Method(i)
		last := call.Type.In(call.Type.NumIn() - 1)
		list, all := strings.CutPrefix(call.Name, "All")
		switch {
		case last.PkgPath() != documents || last == reflect.TypeFor[document.Paging]():
		case foundBy[list] != nil:
			read, _ := reflect.TypeOf(foundBy[list]).MethodByName("Read")
			if filter := read.Type.In(read.Type.NumIn() - 1); filter != last {
				t.Errorf("%s sends a %s, and the server reads a %s", call.Name, last, filter)
			}
		case all || decodedBy[call.Name] == nil:
			t.Errorf("%s sends a %s, and no line here says what reads it", call.Name, last)
		}
	}
	for name, reader := range decodedBy {
		t.Run(name, func(t *testing.T) {
			call, there := calls.MethodByName(name)
			if !there {
				t.Fatal("the client has no such call")
			}
			body, line := readWith(reader)
			var sent json.RawMessage
			mux := http.NewServeMux()
			mux.HandleFunc(line, func(_ http.ResponseWriter, r *http.Request) {
				if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
					t.Error(err)
				}
			})
			server := httptest.NewServer(mux)
			defer server.Close()
			arguments := []reflect.Value{
				reflect.ValueOf(client.New(server.URL, "ask_live_x", client.WithHTTPClient(server.Client()), client.WithRetry(client.Retry{Attempts: 1}))),
				reflect.ValueOf(context.Background()),
			}
			for i := len(arguments); i < call.Type.NumIn(); i++ {
				argument := reflect.New(call.Type.In(i)).Elem()
				if argument.Kind() == reflect.String {
					argument.SetString("id")
				}
				arguments = append(arguments, argument)
			}
			call.Func.Call(arguments)
			if last := arguments[len(arguments)-1]; last.Kind() == reflect.Struct && last.Type() != body {
				t.Errorf("it sends a %s, and the server reads a %s", last.Type(), body)
			}
			strict := json.NewDecoder(strings.NewReader(string(sent)))
			strict.DisallowUnknownFields()
			if err := strict.Decode(reflect.New(body).Interface()); err != nil {
				t.Errorf("%s is not read at %s as a %s: %v", sent, line, body, err)
			}
		})
	}
}

// readWith is the type of a body, and the line that it is sent to: every line, of one that is no act.
func readWith(reader any) (body reflect.Type, line string) {
	switch t := reflect.TypeOf(reader); t.Kind() {
	case reflect.Struct:
		run, _ := t.FieldByName("Run")
		const bodyOfRun = 3
		return run.Type.In(bodyOfRun).Elem(), reflect.ValueOf(reader).FieldByName("Line").String()
	default:
		for i := range t.NumIn() {
			if in := t.In(i); in.Kind() == reflect.Pointer && strings.HasSuffix(in.Elem().PkgPath(), "/document") {
				return in.Elem(), "POST /"
			}
		}
		return nil, ""
	}
}
