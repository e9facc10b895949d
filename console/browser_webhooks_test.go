package console_test

import (
	"context"
	"testing"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// TestBrowserMendsAWebhook finds one that fails from the inbox, reads why, has it tried again, disables it, and takes that back: on
// both stores.
func TestBrowserMendsAWebhook(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		w := openWorld(openDeskOver(t, store))
		read := func() parley.Webhook {
			return must[parley.Webhook](t)(w.service.Webhook(context.Background(), seller.Terminal("test"), w.hook.ID))
		}
		b := w.open(t, w.admin)
		b.visit("/inbox")
		b.shows(`nav.side [href="/console/webhooks"]`, "1")
		b.leave(`.follow a[href="/console/webhooks/` + w.hook.ID + `"]`)
		b.shows("main .note.bad", "It failed 4 times in a row")
		b.shows("main .note.bad", "It answered 503 Service Unavailable.")
		b.leave(`form[action$="/retry"] button`)
		b.shows(".note.good", "It is tried again now")
		if h := read(); h.Failures != 0 || h.NextAttemptAt.After(w.clock.read()) || h.Status != parley.WebhookActive {
			t.Errorf("tried again, it is %+v", h)
		}
		b.leave(`form[action$="/disable"] button`)
		b.shows("main table", "disabled")
		if h := read(); h.Status != parley.WebhookDisabled || h.Position != w.hook.Position {
			t.Errorf("disabled, it is %+v", h)
		}
		b.leave(`form[action$="/retry"] button`)
		b.shows("main table", "active")
		there := w.open(t, w.viewer)
		there.visit("/webhooks")
		there.shows("main table", "harbour.example")
		there.comes(`document.querySelector('form[action$="/retry"]') === null`)
	})
}
