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
		ID: f.id(parley.PrefixAgent), URL: url, Version: 1, Trust: parley.TrustRegistered, Card: json.RawMessage(`{"name": "Käufer"}`),
		CreatedAt: noon, UpdatedAt: noon,
	}
}

// register stores an agent, and answers what is there then.
func register(f *fixture, a parley.Agent) parley.Agent {
	f.Helper()
	var stored parley.Agent
	err := f.store.Tx(f.Context(), func(tx *storage.Tx) error {
		var err error
		stored, err = tx.RegisterAgent(a).Get(f.Context())
		return err
	})
	if err != nil {
		f.Fatal(err)
	}
	return stored
}

func askAgent(id string) func(*storage.Reader) *storage.Pending[parley.Agent] {
	return func(r *storage.Reader) *storage.Pending[parley.Agent] { return r.Agent(id) }
}

var agents = map[string]func(*testing.T, *fixture){
	"come back as they were given, and go": func(_ *testing.T, f *fixture) {
		a := f.agent("https://buyer.example/a2a")
		same(f, register(f, a), a)
		same(f, read(f, askAgent(a.ID)), a)
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Agent] { return r.AgentAt(a.URL) }), a)
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Agent] { return r.AgentAt("https://other.example") }), parley.Agent{})
		a.Trust, a.Version, a.UpdatedAt = parley.TrustPreferred, 2, noon.Add(time.Hour)
		f.write(func(tx *storage.Tx) { tx.TrustAgent(a.ID, a.Trust, a.UpdatedAt) })
		same(f, read(f, askAgent(a.ID)), a)
		again := f.agent(a.URL)
		again.Card, again.UpdatedAt = json.RawMessage(`{"name": "other"}`), noon.Add(2*time.Hour)
		a.Card, a.Version, a.UpdatedAt = again.Card, 3, again.UpdatedAt
		same(f, register(f, again), a)
		same(f, read(f, askAgent(a.ID)), a)
		missing(f, askAgent(again.ID))
		f.write(func(tx *storage.Tx) { tx.RemoveAgent(a.ID, noon) })
		missing(f, askAgent(a.ID))
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Agent] { return r.AgentAt(a.URL) }), parley.Agent{})
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.RemoveAgent(a.ID, noon) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.TrustAgent(a.ID, parley.TrustBlocked, noon) })
	},
	"stay blocked when they are removed": func(t *testing.T, f *fixture) {
		a, k := f.agent("https://buyer.example/a2a"), f.key(parley.RoleBuyer)
		k.AgentURL = a.URL
		register(f, a)
		f.write(func(tx *storage.Tx) {
			tx.InsertKey(k)
			tx.TrustAgent(a.ID, parley.TrustBlocked, noon)
			tx.RemoveAgent(a.ID, noon)
		})
		trust := func() parley.Trust {
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential(k.Hash) }).Trust
		}
		if got := trust(); got != parley.TrustBlocked {
			t.Errorf("removed: %q", got)
		}
		missing(f, askAgent(a.ID))
		list := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Agent]] {
			return r.Agents(storage.AgentFilter{})
		})
		same(f, list.Total, int64(0))
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.TrustAgent(a.ID, parley.TrustApproved, noon) })
		a.Trust, a.Version = parley.TrustBlocked, 2
		same(f, read(f, func(r *storage.Reader) *storage.Pending[parley.Agent] { return r.AgentAt(a.URL) }), a)
		a.Version = 3
		same(f, register(f, f.agent(a.URL)), a)
		same(f, read(f, askAgent(a.ID)), a)
		f.write(func(tx *storage.Tx) { tx.TrustAgent(a.ID, parley.TrustApproved, noon) })
		if got := trust(); got != parley.TrustApproved {
			t.Errorf("registered and trusted again: %q", got)
		}
	},
	"keep the trust that is set while they are registered again and removed": func(t *testing.T, f *fixture) {
		a, k := f.agent("https://buyer.example/a2a"), f.key(parley.RoleBuyer)
		k.AgentURL = a.URL
		register(f, a)
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		for round := range 20 {
			f.write(func(tx *storage.Tx) { tx.TrustAgent(a.ID, parley.TrustRegistered, noon) })
			var blocked error
			race(9, func(i int) error {
				err := f.store.Tx(t.Context(), func(tx *storage.Tx) error {
					// Each looks first, as its flow does, so that what it writes could be what it saw.
					if _, err := tx.AgentAt(a.URL).Get(t.Context()); err != nil {
						return err
					}
					switch {
					case i == 0:
						tx.TrustAgent(a.ID, parley.TrustBlocked, noon)
					case i%4 == 1 && round%2 == 1:
						tx.RemoveAgent(a.ID, noon)
					default:
						_, err := tx.RegisterAgent(f.agent(a.URL)).Get(t.Context())
						return err
					}
					return nil
				})
				if i == 0 {
					blocked = err
				}
				return err
			})
			found := read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential(k.Hash) })
			if blocked == nil && found.Trust != parley.TrustBlocked {
				t.Errorf("round %d: blocked, and %q afterwards", round, found.Trust)
			}
			a = register(f, f.agent(a.URL))
		}
	},
	"cap the keys that name them": func(t *testing.T, f *fixture) {
		a := f.agent("https://buyer.example/a2a")
		k := parley.Key{
			ID: f.id(parley.PrefixKey), Hash: "hash", Hint: "hint", Role: parley.RoleBuyer, Scopes: []parley.Scope{}, Label: "buyer",
			AgentURL: a.URL, CreatedAt: noon, CreatedBy: "test",
		}
		f.write(func(tx *storage.Tx) { tx.InsertKey(k) })
		trust := func() parley.Trust {
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Credential] { return r.Credential("hash") }).Trust
		}
		if got := trust(); got != parley.TrustUnregistered {
			t.Errorf("before: %q", got)
		}
		register(f, a)
		if got := trust(); got != parley.TrustRegistered {
			t.Errorf("registered: %q", got)
		}
	},
	"are listed by trust": func(_ *testing.T, f *fixture) {
		first, second := f.agent("https://a.example"), f.agent("https://b.example")
		second.Trust = parley.TrustBlocked
		register(f, first)
		register(f, second)
		for _, c := range []struct {
			trust parley.Trust
			want  []string
		}{{"", []string{first.ID, second.ID}}, {parley.TrustBlocked, []string{second.ID}}, {parley.TrustPreferred, nil}} {
			pages(f, c.want, func(a parley.Agent) string { return a.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Agent]] {
					return r.Agents(storage.AgentFilter{Trust: c.trust, Page: p})
				})
		}
	},
}
