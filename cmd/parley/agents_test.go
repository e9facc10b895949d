package main_test

import (
	"net/http"
	"testing"
)

// TestAgents finds the agent card on the listener of the API, and nothing once that is switched off.
func TestAgents(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		key := at.createKey(t, "--role", "buyer", "--label", "Buyer")
		server := at.serve(t)
		var card struct {
			Interfaces []struct {
				URL string `json:"url"`
			} `json:"supportedInterfaces"`
		}
		server.ask(t, http.StatusOK, key, "GET", "/.well-known/agent-card.json", nil, &card)
		if len(card.Interfaces) == 0 || card.Interfaces[0].URL != server.base+"/a2a" {
			t.Errorf("the card is %+v", card)
		}
		var listed struct {
			Tasks []any `json:"tasks"`
		}
		server.ask(t, http.StatusOK, key, "GET", "/a2a/v1/tasks", nil, &listed)
		server.stop(t)

		none := at.serve(t, "--a2a=false")
		for _, path := range []string{"/.well-known/agent-card.json", "/a2a/v1/tasks", "/a2a"} {
			none.ask(t, http.StatusNotFound, key, "GET", path, nil, nil)
		}
		none.stop(t)
	})
}
