package main_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var keyID = regexp.MustCompile(`key-[0-9a-z]{28}`)

// TestNetworkKeysAreBuyersKeys refuses to start with any other, and serves with one.
func TestNetworkKeysAreBuyersKeys(t *testing.T) {
	t.Parallel()
	at := newPlace(t)
	at.createKey(t, "--role", "operator", "--label", "desk")
	operator := keyID.FindString(at.must(t, "keys", "list"))
	for value, says := range map[string]string{
		"127.0.0.1=key-none": "there is no key", "127.0.0.1=" + operator: "an operator's key", "198.51.100.0/24=" + operator: "private networks alone",
	} {
		done := at.run(t, nil, "serve", "--listen", "127.0.0.1:0", "--network-keys", value)
		if done.code != 2 || !strings.Contains(done.err, says) {
			t.Errorf("%s: exit code %d\n%s", value, done.code, done.err)
		}
	}
	at.createKey(t, "--role", "buyer", "--label", "trial", "--seat", "seat-1")
	buyer := ""
	for _, id := range keyID.FindAllString(at.must(t, "keys", "list"), -1) {
		if id != operator {
			buyer = id
		}
	}
	s := at.serve(t, "--network-keys", "127.0.0.1="+buyer)
	response, err := client.Get(s.base + "/api/v1/deals") //nolint:noctx // the test's own server
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the deals of the network's buyer: %s", response.Status)
	}
}
