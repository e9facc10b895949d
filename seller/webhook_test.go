package seller_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"parley"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
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

// courier is a node that delivers over the desk's store, with a way of sending and a source of randomness of its own.
func (d *desk) courier(random io.Reader, send seller.SendWebhook) *seller.Service {
	settings := seller.DefaultSettings()
	settings.SendWebhook = send
	settings.EncodeEvent = func(event parley.Event) ([]byte, error) { return []byte(event.ID), nil }
	return seller.New(d.store, settings, d.clock.read, random, slog.New(slog.NewTextHandler(testWriter{d.t}, nil)))
}

func (d *desk) webhook(call seller.Call) parley.Webhook {
	d.t.Helper()
	var made seller.CreatedWebhook
	if _, err := d.service.CreateWebhook(context.Background(), call, seller.WebhookRequest{URL: "https://buyer.example.com"}, keep(&made)); err != nil {
		d.t.Fatal(err)
	}
	stores.Settle(d.t, d.store)
	return made.Webhook
}

func (d *desk) readWebhook(call seller.Call, id string) parley.Webhook {
	d.t.Helper()
	found, err := d.service.Webhook(context.Background(), call, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

// TestWebhookPositionOnlyMovesForward has a courier take long over a delivery, while another one, of the node that has taken
// over, delivers that and more, or fails. What the slow one then has to say is old.
func TestWebhookPositionOnlyMovesForward(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		call := d.operator()
		hook := d.webhook(call)
		for name, slow := range map[string]error{"delivered late": nil, "failed late": errors.New("it took too long")} {
			var last string
			fast := d.courier(rand.Reader, func(_ context.Context, m parley.WebhookMessage) error {
				last = m.EventID
				return nil
			})
			overtaken := false
			behind := d.courier(rand.Reader, func(ctx context.Context, _ parley.WebhookMessage) error {
				if !overtaken {
					overtaken = true
					d.webhook(call) // has an event
					if _, err := fast.DeliverWebhook(ctx, hook.ID); err != nil {
						t.Error(err)
					}
				}
				return slow
			})
			d.webhook(call)
			if _, err := behind.DeliverWebhook(t.Context(), hook.ID); err != nil {
				t.Error(err)
			}
			if got := d.readWebhook(call, hook.ID); !overtaken || got.Position != last || got.Failures != 0 {
				t.Errorf("%s: the webhook stands at %s after %d failures, want %s and none", name, got.Position, got.Failures, last)
			}
		}
	})
}

// TestCourierWithoutItsLeaseStoresNothing has another node take the lease while a delivery is under way.
func TestCourierWithoutItsLeaseStoresNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		call := d.operator()
		hook := d.webhook(call)
		for _, stolen := range []bool{true, false} {
			ctx, stop := context.WithCancel(t.Context())
			node := d.courier(rand.Reader, func(context.Context, parley.WebhookMessage) error {
				if stolen {
					d.clock.move(time.Minute)
					err := d.store.Tx(t.Context(), func(tx *storage.Tx) error {
						taken, err := tx.Lease("webhooks", "another", d.clock.read(), d.clock.read().Add(time.Second)).Get(t.Context())
						if err == nil && !taken {
							t.Error("the lease was not to be had")
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
					d.clock.move(time.Minute)
				}
				stop()
				return nil
			})
			node.DeliverEvents(ctx, "node")
			if moved := d.readWebhook(call, hook.ID).Position != hook.Position; moved == stolen {
				t.Errorf("the lease is lost: %v; the position has moved: %v", stolen, moved)
			}
		}
	})
}

// TestWebhookWaits draws waits from all of their range, and has an address ask for longer ones.
func TestWebhookWaits(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		call := d.operator()
		plain := errors.New("the answer is 500")
		asks := func(wait time.Duration) error {
			return &parley.WebhookRefusal{Reason: "the answer is 503", RetryAfter: wait}
		}
		for name, test := range map[string]struct {
			random  byte // that all randomness consists of
			failure error
			waits   []time.Duration
		}{
			"the longest":                  {0, plain, []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}},
			"less, as randomness has it":   {7, plain, []time.Duration{0}},
			"asks for longer":              {0, asks(time.Minute), []time.Duration{time.Minute, time.Minute, time.Minute, time.Minute, 80 * time.Second}},
			"asks for less":                {0, asks(time.Second), []time.Duration{5 * time.Second, 10 * time.Second}},
			"asks for longer than allowed": {0, asks(48 * time.Hour), []time.Duration{time.Hour, time.Hour}},
		} {
			hook := d.webhook(call)
			node := d.courier(repeated(test.random), func(context.Context, parley.WebhookMessage) error { return test.failure })
			for i, want := range test.waits {
				if _, err := node.DeliverWebhook(t.Context(), hook.ID); err != nil {
					t.Fatal(err)
				}
				wait := d.readWebhook(call, hook.ID).NextAttemptAt.Sub(d.clock.read())
				if name == "less, as randomness has it" {
					if wait < 2500*time.Millisecond || wait >= 5*time.Second {
						t.Errorf("%s: %s, want from half to all of 5 seconds", name, wait)
					}
				} else if wait != want {
					t.Errorf("%s: wait %d is %s, want %s", name, i+1, wait, want)
				}
				d.clock.move(wait)
			}
		}
	})
}

// repeated is a source of randomness that has one byte only.
type repeated byte

// Read implements io.Reader.
func (b repeated) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(b)
	}
	return len(p), nil
}
