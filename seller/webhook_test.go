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
			if got := parley.CodeOf(err); got != want {
				t.Errorf("%s: %v, want %q", url, err, want)
			}
		}
	})
}

// TestWebhooksAreAtPublicAddresses unless they may be at private ones: what names an address is told as it is entered.
func TestWebhooksAreAtPublicAddresses(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx, call := context.Background(), d.operator()
		var hook seller.CreatedWebhook
		if _, err := d.service.CreateWebhook(ctx, call, seller.WebhookRequest{URL: "https://buyer.example.com"}, keep(&hook)); err != nil {
			t.Fatal(err)
		}
		settings := seller.DefaultSettings()
		settings.PrivateWebhooks = true
		open := openDesk(t, d.store, settings)
		for _, host := range []string{"127.0.0.1", "127.0.0.1:8443", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]:443", "10.1.2.3", "192.168.0.9", "localhost", "127.1", "2130706433"} {
			inside := seller.WebhookRequest{URL: "https://" + host + "/hook"}
			_, err := d.service.CreateWebhook(ctx, call, inside, keep(new(seller.CreatedWebhook)))
			wantCode(t, err, parley.CodeValidation)
			_, err = d.service.ReplaceWebhook(ctx, call, hook.ID, inside, keep(new(parley.Webhook)))
			wantCode(t, err, parley.CodeValidation)
			if _, err := open.service.ReplaceWebhook(ctx, call, hook.ID, inside, keep(new(parley.Webhook))); err != nil {
				t.Errorf("%s, where private addresses are allowed: %v", host, err)
			}
		}
	})
}
