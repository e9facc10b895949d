package main_test

import (
	"context"
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
		again.stop(t)

		none := at.serve(t, "--console=false")
		none.ask(t, http.StatusNotFound, key, "GET", "/console/", nil, nil)
		none.stop(t)
	})
}
