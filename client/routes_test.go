package client_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"

	"parley/client"
	"parley/rest"
)

// TestTheClientReachesWhatBuyersMay makes every call that the client has, and holds what they reach to the server's own table: a route
// that is a buyer's is some call's, and no call asks for what there is not.
func TestTheClientReachesWhatBuyersMay(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	reached := map[string]bool{}
	routes := http.NewServeMux()
	for _, route := range rest.Routes() {
		routes.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, _ *http.Request) {
			mu.Lock()
			reached[route.ID] = true
			mu.Unlock()
			http.NotFound(w, nil) // which no call tries again
		})
	}
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a call asks for %s %s, which there is not", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	server := httptest.NewServer(routes)
	defer server.Close()
	buyer := client.New(server.URL, "ask_live_x", client.WithHTTPClient(server.Client()))
	for method := range reflect.TypeFor[*client.Client]().Methods() {
		if method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]() && method.Name != "Negotiate" { // which makes several
			callWithNothing(t, buyer, method)
		}
	}
	for _, route := range rest.Routes() {
		buyers := route.Access != rest.AccessOperator
		if buyers && !reached[route.ID] {
			t.Errorf("no call reaches %s, %s %s", route.ID, route.Method, route.Path)
		}
		if !buyers && reached[route.ID] && route.ID != "moveTestClock" { // for which publishers lend a test operator's key
			t.Errorf("a call reaches %s, which is the publisher's", route.ID)
		}
	}
}

// callWithNothing calls a method with ids, and nothing beside them; of a sequence it asks for the first.
func callWithNothing(t *testing.T, buyer *client.Client, method reflect.Method) {
	t.Helper()
	arguments := []reflect.Value{reflect.ValueOf(buyer), reflect.ValueOf(t.Context())}
	for i := len(arguments); i < method.Type.NumIn(); i++ {
		argument := reflect.New(method.Type.In(i)).Elem()
		switch {
		case argument.Kind() == reflect.String:
			argument.SetString("id")
		case argument.Type() == reflect.TypeFor[io.Writer]():
			argument.Set(reflect.ValueOf(io.Discard))
		}
		arguments = append(arguments, argument)
	}
	for _, answer := range method.Func.Call(arguments) {
		if answer.Kind() == reflect.Func {
			for range answer.Seq2() {
				break
			}
		}
	}
}
