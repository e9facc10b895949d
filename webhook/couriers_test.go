package webhook_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"testing"
	"time"

	"parley"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/webhook"
)

// desk is a seller agent over a store, with a clock that the test moves and an admin's key.
type desk struct {
	t       *testing.T
	store   *storage.Store
	service *seller.Service
	clock   *handclock.Clock
	admin   seller.Call
}

// onEach runs a test against both stores.
func onEach(t *testing.T, test func(t *testing.T, d *desk)) {
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := &desk{t: t, store: store, clock: handclock.At(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))}
		d.service = seller.New(store, seller.Parts{}, seller.DefaultSettings(), d.clock.Read, rand.Reader, d.log())
		encode := func(k seller.CreatedKey) (seller.Answer, error) {
			if k.Secret != "" {
				d.admin = seller.Call{Secret: k.Secret}
			}
			return seller.Answer{Status: 201}, nil
		}
		request := seller.KeyRequest{Role: parley.RoleOperator, Label: "admin", Scopes: []parley.Scope{parley.ScopeAdmin}}
		if _, err := d.service.CreateKey(t.Context(), seller.Terminal("test"), request, encode); err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
}

func (d *desk) log() *slog.Logger { return slog.New(slog.NewTextHandler(d.t.Output(), nil)) }

// node is a node that delivers over the desk's store, with a way of sending of its own.
func (d *desk) node(send webhook.Send) *webhook.Couriers {
	encode := func(event parley.Event) ([]byte, error) { return []byte(event.ID), nil }
	return webhook.NewCouriers(d.service, send, encode, d.clock.Read, rand.Reader, d.log())
}

func (d *desk) webhook() parley.Webhook {
	d.t.Helper()
	var made seller.CreatedWebhook
	keep := func(hook seller.CreatedWebhook) (seller.Answer, error) {
		made = hook
		return seller.Answer{Status: 201}, nil
	}
	if _, err := d.service.CreateWebhook(context.Background(), d.admin, seller.WebhookRequest{URL: "https://buyer.example.com"}, keep); err != nil {
		d.t.Fatal(err)
	}
	stores.Settle(d.t, d.store)
	return made.Webhook
}

func (d *desk) read(id string) parley.Webhook {
	d.t.Helper()
	found, err := d.service.Webhook(context.Background(), d.admin, id)
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
		hook := d.webhook()
		for name, slow := range map[string]error{"delivered late": nil, "failed late": errors.New("it took too long")} {
			var last string
			fast := d.node(func(_ context.Context, m webhook.Message) (webhook.Answer, error) {
				last = m.EventID
				return webhook.Answer{}, nil
			})
			overtaken := false
			behind := d.node(func(ctx context.Context, _ webhook.Message) (webhook.Answer, error) {
				if !overtaken {
					overtaken = true
					d.webhook() // has an event
					if err := fast.Deliver(ctx, hook.ID); err != nil {
						t.Error(err)
					}
				}
				return webhook.Answer{}, slow
			})
			d.webhook()
			if err := behind.Deliver(t.Context(), hook.ID); err != nil {
				t.Error(err)
			}
			if got := d.read(hook.ID); !overtaken || got.Position != last || got.Failures != 0 {
				t.Errorf("%s: the webhook stands at %s after %d failures, want %s and none", name, got.Position, got.Failures, last)
			}
		}
	})
}

// TestCourierWithoutItsLeaseStoresNothing has another node take the lease while a delivery is under way.
func TestCourierWithoutItsLeaseStoresNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		hook := d.webhook()
		for _, stolen := range []bool{true, false} {
			ctx, stop := context.WithCancel(t.Context())
			node := d.node(func(context.Context, webhook.Message) (webhook.Answer, error) {
				if stolen {
					d.clock.Move(time.Minute)
					err := d.store.Tx(t.Context(), func(tx *storage.Tx) error {
						taken, err := tx.Lease("webhooks", "another", d.clock.Read(), d.clock.Read().Add(time.Second)).Get(t.Context())
						if err == nil && !taken {
							t.Error("the lease was not to be had")
						}
						return err
					})
					if err != nil {
						t.Error(err)
					}
					d.clock.Move(time.Minute)
				}
				stop()
				return webhook.Answer{}, nil
			})
			node.Run(ctx, "node")
			if moved := d.read(hook.ID).Position != hook.Position; moved == stolen {
				t.Errorf("the lease is lost: %v; the position has moved: %v", stolen, moved)
			}
		}
	})
}
