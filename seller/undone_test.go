package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestWhatIsUndoneOnPurposeIsNoFailure has flows end transactions of which nothing is to be kept: a failure is what people are woken for.
func TestWhatIsUndoneOnPurposeIsNoFailure(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		parts := anyParts
		parts.TryWebhook = func(context.Context, seller.WebhookDue) parley.WebhookAttempt {
			return parley.WebhookAttempt{Failure: "nobody is there"}
		}
		d := openDeskWith(t, store, parts, seller.DefaultSettings())
		d.sell(video())
		ctx, terminal, buyer := t.Context(), seller.Terminal("test"), d.buyer(acme)
		var hook seller.CreatedWebhook
		_, err := d.service.CreateWebhook(ctx, buyer, seller.WebhookRequest{URL: "https://hooks.example.com/parley"}, keep(&hook))
		if err != nil {
			t.Fatal(err)
		}
		for name, do := range map[string]func() error{
			"a webhook that is tried and not reached": func() error {
				_, err := d.service.TestWebhook(ctx, buyer, hook.ID, keep(new(parley.WebhookAttempt)))
				return err
			},
			"a dry run": func() error {
				_, err := d.service.ImportPackages(ctx, terminal, []parley.Package{{Name: "P", Products: []parley.PackageProduct{{ProductID: video().ID}}}}, true)
				return err
			},
			"an agent whose card is fetched": func() error {
				_, err := d.service.DiscoverAgent(ctx, terminal, "https://agent.example.com/", keep(new(parley.Agent)))
				return err
			},
		} {
			before := store.Figures().Transactions
			if err := do(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			undone := int64(0)
			for how, spent := range store.Figures().Transactions {
				more := spent.Count - before[how].Count
				switch how.Outcome {
				case storage.OutcomeUndone:
					undone += more
				case storage.OutcomeCommitted:
				default:
					if more > 0 {
						t.Errorf("%s: %d more of %v", name, more, how)
					}
				}
			}
			if undone != 1 {
				t.Errorf("%s: %d transactions were undone", name, undone)
			}
		}
	})
}
