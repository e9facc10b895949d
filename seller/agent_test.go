package seller_test

import (
	"context"
	"sync"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestABlockHolds blocks an agent while it is discovered again and again, removes it and discovers it once more: a block
// that was acknowledged ends by a grant of trust alone.
func TestABlockHolds(t *testing.T) {
	t.Parallel()
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
			if _, err := d.service.TrustAgent(ctx, admin, agent.ID, string(level), keep(&agent)); err != nil {
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
