package seller_test

import (
	"context"
	"testing"

	"parley"
	"parley/seller"
)

// TestWebhooksNeedTLS unless they may be at private addresses.
func TestWebhooksNeedTLS(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for url, want := range map[string]parley.Code{"http://buyer.example.com": parley.CodeValidation, "https://buyer.example.com": ""} {
			_, err := d.service.CreateWebhook(context.Background(), d.operator(), seller.WebhookRequest{URL: url}, keep(new(seller.CreatedWebhook)))
			if got := parley.CodeOf(err); err != nil && got != want || err == nil && want != "" {
				t.Errorf("%s: %v, want %q", url, err, want)
			}
		}
	})
}
