package storagetest

import (
	"encoding/json"
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) agent(url string) parley.Agent {
	return parley.Agent{
		ID: f.id(parley.PrefixAgent), URL: url, Trust: parley.TrustRegistered, Card: json.RawMessage(`{"name": "Käufer"}`),
		CreatedAt: noon, UpdatedAt: noon,
	}
}

func askAgent(id string) func(storage.Reader) storage.Pending[parley.Agent] {
	return func(r storage.Reader) storage.Pending[parley.Agent] { return r.Agent(id) }
}

var agents = map[string]func(*testing.T, *fixture){
	"come back as they were given, and go": func(_ *testing.T, f *fixture) {
		a := f.agent("https://buyer.example/a2a")
		f.write(func(tx storage.Tx) { tx.InsertAgent(a) })
		same(f, read(f, askAgent(a.ID)), a)
		same(f, read(f, func(r storage.Reader) storage.Pending[parley.Agent] { return r.AgentAt(a.URL) }), a)
		same(f, read(f, func(r storage.Reader) storage.Pending[parley.Agent] { return r.AgentAt("https://other.example") }), parley.Agent{})
		f.refused(parley.CodeContention, func(tx storage.Tx) { tx.InsertAgent(f.agent(a.URL)) })
		a.Trust, a.Card, a.UpdatedAt = parley.TrustBlocked, json.RawMessage(`{"name": "other"}`), noon.Add(time.Hour)
		f.write(func(tx storage.Tx) { tx.UpdateAgent(a) })
		same(f, read(f, askAgent(a.ID)), a)
		f.write(func(tx storage.Tx) { tx.DeleteAgent(a.ID) })
		missing(f, askAgent(a.ID))
		f.refused(parley.CodeNotFound, func(tx storage.Tx) { tx.DeleteAgent(a.ID) })
		f.refused(parley.CodeNotFound, func(tx storage.Tx) { tx.UpdateAgent(a) })
	},
	"cap the keys that name them": func(t *testing.T, f *fixture) {
		a := f.agent("https://buyer.example/a2a")
		k := parley.Key{
			ID: f.id(parley.PrefixKey), Hash: "hash", Hint: "hint", Role: parley.RoleBuyer, Scopes: []parley.Scope{}, Label: "buyer",
			AgentURL: a.URL, CreatedAt: noon, CreatedBy: "test",
		}
		f.write(func(tx storage.Tx) { tx.InsertKey(k) })
		trust := func() parley.Trust {
			return read(f, func(r storage.Reader) storage.Pending[storage.Credential] { return r.Credential("hash") }).Trust
		}
		if got := trust(); got != parley.TrustUnregistered {
			t.Errorf("before: %q", got)
		}
		f.write(func(tx storage.Tx) { tx.InsertAgent(a) })
		if got := trust(); got != parley.TrustRegistered {
			t.Errorf("registered: %q", got)
		}
	},
	"are listed by trust": func(_ *testing.T, f *fixture) {
		first, second := f.agent("https://a.example"), f.agent("https://b.example")
		second.Trust = parley.TrustBlocked
		f.write(func(tx storage.Tx) {
			tx.InsertAgent(first)
			tx.InsertAgent(second)
		})
		for _, c := range []struct {
			trust parley.Trust
			want  []string
		}{{"", []string{first.ID, second.ID}}, {parley.TrustBlocked, []string{second.ID}}, {parley.TrustPreferred, nil}} {
			pages(f, c.want, func(a parley.Agent) string { return a.ID },
				func(r storage.Reader, p storage.Page) storage.Pending[storage.Listing[parley.Agent]] {
					return r.Agents(storage.AgentFilter{Trust: c.trust, Page: p})
				})
		}
	},
}
