package console

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
)

func (c *console) webhookRoutes() []route {
	return []route{
		get("/webhooks", c.webhookList),
		get("/webhooks/{id}", c.webhookPage),
		post(admins, "/webhooks/{id}/retry", c.retryWebhook),
		post(admins, "/webhooks/{id}/disable", c.disableWebhook),
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
		whose = ownerName(h.Owner)
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
	content := webhookListPage{Pager: pager, Filter: newForm(q.Values)}
	content.Pager.Export = ""
	for _, h := range rows {
		content.Rows = append(content.Rows, listedWebhookOf(h))
	}
	return x.show("webhooks", http.StatusOK, page{Title: "Webhooks", Section: "webhooks", Live: []string{"webhook."}, Data: content})
}

// webhookPage is one webhook with its story.
type webhookPage struct {
	Hook  listedWebhook
	Story story
}

func (c *console) webhookPage(x *exchange) error {
	id := x.PathValue("id")
	h, err := c.service.Webhook(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "webhook", id)
	}
	told, err := x.story(seller.EventFilter{}, auditsOf("webhook", id))
	if err != nil {
		return err
	}
	told.Events = nil // its audit trail says as much, and those of everything else are no story of its
	return x.show("webhook", http.StatusOK, page{
		Title: "Webhook", Section: "webhooks", Live: []string{"webhook."}, Data: webhookPage{listedWebhookOf(h), told},
	})
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
