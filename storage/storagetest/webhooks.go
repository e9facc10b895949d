package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

func (f *fixture) webhook(owner string) parley.Webhook {
	return parley.Webhook{
		ID: f.id(parley.PrefixWebhook), Owner: owner, KeyID: "key-1", URL: "https://buyer.example/hook", Label: "Käufer",
		EventTypes: []parley.EventType{}, Status: parley.WebhookActive, Revision: 1, CreatedAt: noon, UpdatedAt: noon, NextAttemptAt: noon,
	}
}

func askWebhook(id string) func(*storage.Reader) *storage.Pending[parley.Webhook] {
	return func(r *storage.Reader) *storage.Pending[parley.Webhook] { return r.Webhook(id) }
}

var webhooks = map[string]func(*testing.T, *fixture){
	"come back as they were given, and go": func(_ *testing.T, f *fixture) {
		h := f.webhook("buyer/a//")
		f.write(func(tx *storage.Tx) { tx.InsertWebhook(h) })
		same(f, read(f, askWebhook(h.ID)), h)
		f.refused(parley.CodeConflict, func(tx *storage.Tx) { tx.InsertWebhook(h) })
		h.KeyID, h.URL, h.Label, h.Status, h.Revision = "key-2", "https://buyer.example/other", "", parley.WebhookDisabled, 2
		h.EventTypes = []parley.EventType{parley.EventDealBooked, parley.EventDealCreated}
		h.UpdatedAt, h.Position, h.DeliveredAt = noon.Add(time.Hour), "evt-1", ptr(noon.Add(time.Minute))
		h.Failures, h.FailingSince, h.NextAttemptAt, h.LastError = 3, ptr(noon.Add(time.Second)), noon.Add(2*time.Hour), "the answer is 500"
		f.tx(func(tx *storage.Tx) error {
			found := get(f.Context(), f, tx.WebhookForUpdate(h.ID))
			if found.Revision != 1 {
				f.Errorf("for update: %+v", found)
			}
			tx.UpdateWebhook(h)
			return nil
		})
		same(f, read(f, askWebhook(h.ID)), h)
		f.write(func(tx *storage.Tx) { tx.DeleteWebhook(h.ID) })
		missing(f, askWebhook(h.ID))
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.DeleteWebhook(h.ID) })
		f.refused(parley.CodeNotFound, func(tx *storage.Tx) { tx.UpdateWebhook(h) })
	},
	"that fail have begun to": func(_ *testing.T, f *fixture) {
		h := f.webhook("")
		h.Failures = 1
		f.refused(parley.CodeInternal, func(tx *storage.Tx) { tx.InsertWebhook(h) })
	},
	"are listed by owner and status": func(_ *testing.T, f *fixture) {
		first, second, third := f.webhook("buyer/a//"), f.webhook("buyer/b//"), f.webhook("")
		second.Status = parley.WebhookDisabled
		f.write(func(tx *storage.Tx) {
			tx.InsertWebhook(first)
			tx.InsertWebhook(second)
			tx.InsertWebhook(third)
		})
		for _, c := range []struct {
			filter storage.WebhookFilter
			want   []string
		}{
			{storage.WebhookFilter{}, []string{first.ID, second.ID, third.ID}},
			{storage.WebhookFilter{Owner: ptr("buyer/b//")}, []string{second.ID}},
			{storage.WebhookFilter{Owner: ptr("")}, []string{third.ID}},
			{storage.WebhookFilter{Status: parley.WebhookActive}, []string{first.ID, third.ID}},
			{storage.WebhookFilter{Owner: ptr("buyer/c//")}, nil},
		} {
			pages(f, c.want, func(h parley.Webhook) string { return h.ID },
				func(r *storage.Reader, p storage.Page) *storage.Pending[storage.Listing[parley.Webhook]] {
					filter := c.filter
					filter.Page = p
					return r.Webhooks(filter)
				})
		}
	},
}
