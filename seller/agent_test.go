package seller_test

import (
	"context"
	"sync"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestABlockHolds blocks an agent while it is discovered again and again, removes it and discovers it once more: a block
// that was acknowledged ends by a grant of trust alone.
func TestABlockHolds(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		const url = "https://buyer.example/a2a"
		d := openDesk(t, store, seller.DefaultSettings())
		d.sell(video())
		admin := seller.Terminal("test")
		buyer := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "agent's", Identity: zenith, AgentURL: url})
		var agent parley.Agent
		discover := func() error {
			_, err := d.service.DiscoverAgent(ctx, admin, url, func(found parley.Agent) (seller.Answer, error) { return seller.Answer{}, nil })
			return err
		}
		trust := func(level parley.Trust) {
			t.Helper()
			if _, err := d.service.TrustAgent(ctx, admin, agent.ID, string(level), nil, keep(&agent)); err != nil {
				t.Fatal(err)
			}
		}
		blocked := func(when string) {
			t.Helper()
			for name, call := range map[string]seller.Call{"its key": buyer, "a body that names it": d.buyer(acme)} {
				request := ask(100_000)
				request.Carried.AgentURL = url
				_, err := d.service.RequestQuote(ctx, call, request, keep(new(parley.Quote)))
				if !parley.Is(err, parley.CodeForbidden) {
					t.Errorf("%s: %s is answered %v", when, name, err)
				}
			}
		}
		if _, err := d.service.DiscoverAgent(ctx, admin, url, keep(&agent)); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			trust(parley.TrustPreferred)
			var group sync.WaitGroup
			for range 6 {
				group.Go(func() {
					if err := discover(); err != nil {
						t.Error(err)
					}
				})
			}
			trust(parley.TrustBlocked)
			group.Wait()
			blocked("discovered meanwhile")
		}
		if _, err := d.service.RemoveAgent(ctx, admin, agent.ID, keep(new(parley.Agent))); err != nil {
			t.Fatal(err)
		}
		blocked("removed")
		_, err := d.service.Agent(ctx, admin, agent.ID)
		wantCode(t, err, parley.CodeNotFound)
		if _, err := d.service.DiscoverAgent(ctx, admin, url, keep(&agent)); err != nil || agent.Trust != parley.TrustBlocked {
			t.Fatalf("discovered again it is %q, %v", agent.Trust, err)
		}
		blocked("discovered again")
		trust(parley.TrustApproved)
		d.quote(buyer, ask(100_000))
	})
}

// TestAnAgentIsItselfHoweverItIsWritten holds what an agent is trusted with for keys and requests that name it in other words: by
// another spelling, at the address that it was discovered under, or at any other on its host.
func TestAnAgentIsItselfHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDesk(t, store, seller.DefaultSettings())
		d.sell(video())
		admin := seller.Terminal("test")
		discover := func(url string) (agent parley.Agent) {
			t.Helper()
			if _, err := d.service.DiscoverAgent(ctx, admin, url, keep(&agent)); err != nil {
				t.Fatal(err)
			}
			return agent
		}
		agent := discover("https://bücher.example:8443/a2a")
		other := discover("https://other.example/a2a")
		level := func(agent parley.Agent, level parley.Trust) {
			t.Helper()
			if _, err := d.service.TrustAgent(ctx, admin, agent.ID, string(level), nil, keep(&agent)); err != nil {
				t.Fatal(err)
			}
		}
		level(other, parley.TrustPreferred)
		for address, is := range map[string]bool{
			"https://bücher.example:8443/a2a": true, "https://xn--bcher-kva.example:8443/a2a": true, "HTTPS://BÜCHER.example.:8443/a2a/": true,
			"http://bücher.example:8443/a2a": true, "https://bücher.example:08443//a2a": true, "https://bücher.example:8443/%61%32a?x=1#y": true,
			"https://bücher.example:8443": true, "https://bücher.example:8443/x/../a2a": true, "https://bücher.example:8443/other": true,
			"https://other.example:443/a2a": false, "https://other.example": false, "https://bücher.example/a2a": false,
			"https://nobody.example/a2a": false,
		} {
			key := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: address, Identity: zenith, AgentURL: address})
			named := ask(100_000)
			named.Carried.AgentURL = address
			for _, trust := range []parley.Trust{parley.TrustBlocked, parley.TrustUnknown, parley.TrustPreferred} {
				level(agent, trust)
				for way, request := range map[string]struct {
					call  seller.Call
					quote seller.QuoteRequest
				}{"a key": {key, ask(100_000)}, "a body": {d.buyer(zenith), named}} {
					var quote parley.Quote
					_, err := d.service.RequestQuote(ctx, request.call, request.quote, keep(&quote))
					if blocked := is && trust == parley.TrustBlocked; blocked != parley.Is(err, parley.CodeForbidden) || !blocked && err != nil {
						t.Errorf("%s of %s, %s: %v", way, address, trust, err)
					}
					if capped := is && trust == parley.TrustUnknown; err == nil && capped != (quote.Tier != zenith.Tier()) {
						t.Errorf("%s of %s, %s: the tier is %s", way, address, trust, quote.Tier)
					}
				}
			}
		}
	})
}
