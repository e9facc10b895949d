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
		EventTypes: []parley.EventType{}, Status: parley.WebhookActive, Revision: 1, KeyNumber: 1, CreatedAt: noon, UpdatedAt: noon, NextAttemptAt: noon,
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
		h.KeyNumber, h.FormerKeyUntil = 2, ptr(noon.Add(24*time.Hour))
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
	"keep their newest attempts, the accepted and the failed apart, until they go": func(t *testing.T, f *fixture) {
		h, other := f.webhook(""), f.webhook("")
		attempt := parley.WebhookAttempt{
			EventID: "evt-1", EventType: parley.EventDealBooked, At: noon, Took: 1500 * time.Microsecond, Status: 503, Answer: "später", Failure: "the answer is 503",
		}
		f.write(func(tx *storage.Tx) {
			tx.InsertWebhook(h)
			tx.InsertWebhook(other)
			tx.AddWebhookAttempts(h.ID, []parley.WebhookAttempt{attempt})
			tx.AddWebhookAttempts(other.ID, []parley.WebhookAttempt{attempt})
		})
		kept := func(id string, page storage.Page) storage.Listing[parley.WebhookAttempt] {
			return read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.WebhookAttempt]] {
				return r.WebhookAttempts(id, page)
			})
		}
		attempt.Number = 1
		same(f, kept(h.ID, storage.Page{}).Items, []parley.WebhookAttempt{attempt})
		for range 3 {
			accepted := make([]parley.WebhookAttempt, 40)
			for i := range accepted {
				accepted[i] = parley.WebhookAttempt{EventID: "evt-2", EventType: parley.EventDealBooked, At: noon, Status: 204}
			}
			f.write(func(tx *storage.Tx) { tx.AddWebhookAttempts(h.ID, accepted) })
		}
		all := kept(h.ID, storage.Page{Newest: true})
		if first, last := all.Items[0].Number, all.Items[len(all.Items)-1]; all.Total != parley.MostWebhookAttempts+1 || first != 121 || last.Number != 1 {
			t.Errorf("%d are kept, from %d to %d", all.Total, last.Number, first)
		}
		f.write(func(tx *storage.Tx) { tx.DeleteWebhook(h.ID) })
		if kept(h.ID, storage.Page{}).Total != 0 || kept(other.ID, storage.Page{}).Total != 1 {
			t.Error("attempts of a webhook that is gone are there, or another's are not")
		}
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
