package console

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) webhookRoutes() []route {
	return []route{
		get("/webhooks", c.webhookList),
		get("/webhooks/{id}", c.webhookPage),
		post(admins, "/webhooks/{id}/retry", c.retryWebhook),
		post(admins, "/webhooks/{id}/disable", c.disableWebhook),
		post(admins, "/webhooks/{id}/test", c.testWebhook).on("/webhooks/{id}"),
		post(admins, "/webhooks/{id}/redeliver", c.redeliverWebhook).on("/webhooks/{id}"),
		post(admins, "/webhooks/{id}/rotate-key", c.rotateWebhookKey).on("/webhooks/{id}"),
	}
}

// failingWebhooks is the status, of the list alone, of webhooks whose last attempt failed.
const failingWebhooks = "failing"

// listedWebhook is a webhook on a page, with whose it is.
type listedWebhook struct {
	parley.Webhook
	Whose string
	Waits bool   // it is tried again by itself
	Once  string // of its forms
}

func listedWebhookOf(h parley.Webhook) listedWebhook {
	whose := "The publisher's own"
	if h.Owner != "" {
		whose = parley.OwnerName(h.Owner)
	}
	return listedWebhook{Webhook: h, Whose: whose, Waits: h.Status == parley.WebhookActive && h.Failures > 0, Once: newForm(nil).Once}
}

func (x *exchange) webhooks() list[parley.Webhook] {
	q := x.query()
	return list[parley.Webhook]{
		what: "webhooks", filters: []string{"status"},
		id: func(h parley.Webhook) string { return h.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Webhook], error) {
			status := parley.WebhookStatus(q.text("status"))
			failing := status == failingWebhooks
			if failing {
				status = ""
			}
			return x.service.Webhooks(x.Context(), x.call, seller.WebhookFilter{Status: status, Failing: failing, Page: page})
		},
	}
}

// webhookListPage is where events are delivered.
type webhookListPage struct {
	Rows   []listedWebhook
	Pager  pager
	Filter *form
}

func (c *console) webhookList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.webhooks().page(q)
	if err != nil {
		return err
	}
	content := webhookListPage{Pager: pager, Filter: q.filterForm()}
	content.Pager.Export = ""
	for _, h := range rows {
		content.Rows = append(content.Rows, listedWebhookOf(h))
	}
	return x.show("webhooks", http.StatusOK, page{Title: "Webhooks", Section: "webhooks", Live: []string{"webhook."}, Data: content})
}

// webhookPage is one webhook with what was sent to it lately, and its story.
type webhookPage struct {
	Hook     listedWebhook
	Own      bool // the publisher's, whose key the desk may rotate
	Attempts []parley.WebhookAttempt
	Form     *form
	Story    story
}

func (c *console) webhookPage(x *exchange) error {
	return x.showWebhook(x.refusedOr(newForm(url.Values{"overlap_hours": {"24"}})))
}

func (x *exchange) showWebhook(status int, f *form) error {
	id := x.PathValue("id")
	h, err := x.service.Webhook(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "webhook", id)
	}
	attempts, err := x.service.WebhookAttempts(x.Context(), x.call, id, seller.Page{Newest: true})
	if err != nil {
		return err
	}
	told, err := x.story(seller.EventFilter{}, auditsOf("webhook", id))
	if err != nil {
		return err
	}
	told.Events = nil // its audit trail says as much, and those of everything else are no story of its
	return x.show("webhook", status, page{
		Title: "Webhook", Section: "webhooks", Live: []string{"webhook."},
		Data: webhookPage{Hook: listedWebhookOf(h), Own: h.Owner == "", Attempts: attempts.Items, Form: f, Story: told},
	})
}

// toWebhook is a webhook's page.
func toWebhook(id string) string { return "/webhooks/" + url.PathEscape(id) }

// testWebhook sends a message to a webhook at once, and tells what its address answered.
func (c *console) testWebhook(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.TestWebhook(x.Context(), x.call, id, func(a parley.WebhookAttempt) (seller.Answer, error) {
		return seller.Answer{Status: http.StatusSeeOther, Body: []byte(a.Failure)}, nil
	})
	if err != nil {
		return x.again(newForm(x.PostForm), err, "webhook", x.showWebhook)
	}
	if failure := string(answer.Body); failure != "" {
		x.notice("The test was not accepted: " + failure + ".")
	} else {
		x.notice("The test was accepted.")
	}
	x.redirect(toWebhook(id))
	return nil
}

// redeliverWebhook has a webhook delivered to again from an event on.
func (c *console) redeliverWebhook(x *exchange) error {
	answer, err := c.service.RedeliverWebhook(x.Context(), x.call, x.PathValue("id"), strings.TrimSpace(x.PostForm.Get("from_event_id")),
		thenGo(func(h parley.Webhook) string { return toWebhook(h.ID) }))
	if err != nil {
		return x.again(newForm(x.PostForm), err, "webhook", x.showWebhook)
	}
	x.follow(answer, "It is delivered again from that event on.")
	return nil
}

// rotatedKey is a webhook's new signing key.
type rotatedKey struct {
	ID, URL, Key string
	Until        *time.Time // until when the former one signs, too
}

// rotateWebhookKey gives a webhook of the publisher's own another signing key, and shows it.
func (c *console) rotateWebhookKey(x *exchange) error {
	r := reader{values: x.PostForm}
	overlap := r.hours("overlap_hours")
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.RotateWebhookKey(x.Context(), x.call, x.PathValue("id"), overlap, func(h seller.CreatedWebhook) (seller.Answer, error) {
			body, err := json.Marshal(rotatedKey{h.ID, h.URL, h.SigningKey, h.FormerKeyUntil})
			return seller.Answer{Status: http.StatusOK, Body: body}, err
		})
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "webhook", x.showWebhook)
	}
	var rotated rotatedKey
	if err := json.Unmarshal(answer.Body, &rotated); err != nil {
		return err
	}
	return x.show("webhookkey", http.StatusOK, page{Title: "The key is rotated", Section: "webhooks", Data: rotated})
}

// retryWebhook has what waits delivered at once.
func (c *console) retryWebhook(x *exchange) error {
	return x.changeWebhook(c.service.RetryWebhook, "It is tried again now.")
}

// disableWebhook delivers nothing more to a webhook.
func (c *console) disableWebhook(x *exchange) error {
	return x.changeWebhook(c.service.DisableWebhook, "Nothing more is delivered to it. Its place is kept.")
}

func (x *exchange) changeWebhook(change func(context.Context, seller.Call, string, seller.Encode[parley.Webhook]) (seller.Answer, error), done string) error {
	id := x.PathValue("id")
	answer, err := change(x.Context(), x.call, id, thenGo(func(parley.Webhook) string { return "/webhooks" }))
	if err != nil {
		return missing(err, "webhook", id)
	}
	x.follow(answer, done)
	return nil
}

// webhookForms are what an admin does with a webhook.
type webhookForms struct {
	Hook listedWebhook
	Page page
}

// WebhookForms are the forms of a webhook on the page.
func (p page) WebhookForms(h listedWebhook) webhookForms { return webhookForms{h, p} }
