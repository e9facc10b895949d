package openid

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
)

func TestWhatAProviderTells(t *testing.T) {
	t.Parallel()
	p := New(Settings{Roles: []Role{{parley.ScopeViewer, "all"}, {parley.ScopeAdmin, "admins"}, {parley.ScopeAdmin, "owners"}}})
	for name, test := range map[string]struct {
		told, claim string
		name        string
		scopes      []parley.Scope
	}{
		"a list":                                {`{"name": "Mara Berg", "groups": ["owners", "all", "admins"]}`, "groups", "Mara Berg", []parley.Scope{parley.ScopeAdmin, parley.ScopeViewer}},
		"one text":                              {`{"name": "Mara", "groups": "all"}`, "groups", "Mara", []parley.Scope{parley.ScopeViewer}},
		"below others":                          {`{"preferred_username": "mara", "realm_access": {"roles": ["all"]}}`, "realm_access.roles", "mara", []parley.Scope{parley.ScopeViewer}},
		"a name with dots":                      {`{"email": "mara@acme.example", "email_verified": true, "https://acme.example/groups": ["all"]}`, "https://acme.example/groups", "mara@acme.example", []parley.Scope{parley.ScopeViewer}},
		"an address of anybody's":               {`{"email": "mara@acme.example", "email_verified": false}`, "groups", "subject", nil},
		"an address that nobody says is theirs": {`{"email": "mara@acme.example"}`, "groups", "subject", nil},
		"nothing":                               {`{}`, "groups", "subject", nil},
		"what is no group":                      {`{"groups": [1, null, {"all": true}, "ALL", "al"]}`, "groups", "subject", nil},
		"an object":                             {`{"groups": {"all": true}}`, "groups", "subject", nil},
		"below what is no object":               {`{"groups": ["all"]}`, "groups.all", "subject", nil},
		"a name to be cleaned":                  {`{"name": "\u202e\u0000 Mara \n Berg\t"}`, "groups", "Mara Berg", nil},
		"a name of nothing":                     {`{"name": "\u0000", "email": 7}`, "groups", "subject", nil},
		"a long name":                           {`{"name": "` + strings.Repeat("é", 300) + `"}`, "groups", strings.Repeat("é", longestName), nil},
	} {
		var told claims
		if err := json.Unmarshal([]byte(test.told), &told); err != nil {
			t.Fatal(err)
		}
		if got := told.name("subject"); got != test.name {
			t.Errorf("%s: the name %q", name, got)
		}
		if diff := cmp.Diff(test.scopes, p.scopes(told.texts(test.claim))); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}
