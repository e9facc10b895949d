package webhook_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley"
	"parley/webhook"
)

// TestFiguresTellHowFarBehindWebhooksAre has one fail for a while.
func TestFiguresTellHowFarBehindWebhooksAre(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		hook := d.webhook()
		down := d.node(func(context.Context, webhook.Message) (webhook.Answer, error) {
			return webhook.Answer{}, errors.New("down")
		})
		up := d.node(func(context.Context, webhook.Message) (webhook.Answer, error) {
			return webhook.Answer{Status: 204}, nil
		})
		if err := up.Deliver(t.Context(), hook.ID); err != nil {
			t.Fatal(err)
		}
		other := d.webhook() // has an event
		if err := up.Deliver(t.Context(), other.ID); err != nil {
			t.Fatal(err)
		}
		d.clock.Move(time.Minute)
		if err := down.Deliver(t.Context(), hook.ID); err != nil {
			t.Fatal(err)
		}
		late, err := d.service.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if late.WebhookBacklog != 1 || late.WebhookLag != time.Minute || late.WebhooksFailing != 1 || late.Webhooks[parley.WebhookActive] != 2 {
			t.Errorf("%+v", late)
		}
		if accepted, failed := down.Delivered(); accepted != 0 || failed != 1 {
			t.Errorf("%d were accepted, %d failed", accepted, failed)
		}
		d.clock.Move(time.Hour)
		if err := up.Deliver(t.Context(), hook.ID); err != nil {
			t.Fatal(err)
		}
		caught, err := d.service.Figures(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if caught.WebhookBacklog != 0 || caught.WebhookLag != 0 || caught.WebhooksFailing != 0 {
			t.Errorf("%+v", caught)
		}
	})
}
