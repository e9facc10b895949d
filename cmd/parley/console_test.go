package main_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
)

// TestConsole signs in to the desk's page and finds the session open after a restart, on the listener of the API.
func TestConsole(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		key := at.createKey(t, "--role", "operator", "--label", "Desk")
		server := at.serve(t)
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		person := &http.Client{Jar: jar, Transport: client.Transport}
		read := func(request *http.Request) string {
			t.Helper()
			answer, err := person.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = answer.Body.Close() }()
			text, err := io.ReadAll(answer.Body)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		system := func(base string) string {
			t.Helper()
			request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+"/console/system", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			return read(request)
		}
		signIn, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.base+"/console/signin",
			strings.NewReader(url.Values{"key": {key}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		signIn.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if text := read(signIn); !strings.Contains(text, "<h1>Inbox</h1>") {
			t.Fatalf("signing in shows\n%s", text)
		}
		text := system(server.base)
		if !strings.Contains(text, "v0.0.0-test") || strings.Contains(text, "@") {
			t.Errorf("the system page shows\n%s", text)
		}
		server.ask(t, http.StatusOK, key, "GET", "/products", nil, nil)
		server.stop(t)

		again := at.serve(t)
		if text := system(again.base); !strings.Contains(text, "<h1>System</h1>") {
			t.Errorf("after a restart there is\n%s", text)
		}
		if strings.Contains(server.log.String()+again.log.String(), key) {
			t.Error("the log shows the key")
		}
		var sessions []struct {
			ID      string  `json:"sign_in_id"`
			EndedAt *string `json:"ended_at"`
		}
		if err := json.Unmarshal([]byte(at.must(t, "sessions", "list", "--json")), &sessions); err != nil || len(sessions) != 1 || sessions[0].EndedAt != nil {
			t.Fatalf("the sessions are %+v (%v)", sessions, err)
		}
		if ended := at.must(t, "sessions", "end", sessions[0].ID); !strings.Contains(ended, "is ended since") || !strings.Contains(at.must(t, "sessions", "list"), sessions[0].ID) {
			t.Errorf("ending it says %q", ended)
		}
		at.refused(t, "there is no session", "sessions", "end", "sign-none")
		if text := system(again.base); !strings.Contains(text, `action="/console/signin"`) {
			t.Errorf("after the session was ended there is\n%s", text)
		}
		again.stop(t)

		none := at.serve(t, "--console=false")
		none.ask(t, http.StatusNotFound, key, "GET", "/console/", nil, nil)
		none.stop(t)
	})
}
