package seller

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/storage"
	"parley/webhook/signature"
)

// maxWebhooks is how many webhooks one buyer has at most, and how many the publisher has of its own.
const maxWebhooks = 20

// WebhookRequest says where a webhook delivers what to.
type WebhookRequest struct {
	URL        string
	Label      string
	EventTypes []parley.EventType // empty: all
	Disabled   bool
}

// CreatedWebhook is a webhook with the key that signs its deliveries, which only its making and its rotation tell.
type CreatedWebhook struct {
	parley.Webhook
	SigningKey string
}

func (r *WebhookRequest) check(private bool) error {
	var problems parley.Problems
	target, problem := receivingAddress(strings.TrimSpace(r.URL), "https://buyer.example.com/parley", private)
	if problem != "" {
		problems.Add("url", "%s", problem)
	} else {
		r.URL = target.String()
	}
	for _, t := range r.EventTypes {
		if !slices.Contains(parley.EventTypes, t) {
			problems.Add("event_types", "names no kind of event: %q", t)
		}
	}
	slices.Sort(r.EventTypes)
	r.EventTypes = slices.Compact(r.EventTypes)
	return problems.Err()
}

// receivingAddress reads an address that messages are to be posted to. problem says what is wrong with it; empty: nothing.
func receivingAddress(text, example string, private bool) (target *url.URL, problem string) {
	target, err := url.Parse(text)
	switch {
	case err != nil || target.Hostname() == "" || target.User != nil || target.Fragment != "" || target.Scheme != "https" && (target.Scheme != "http" || !private):
		return nil, "must be an https URL such as " + example + ", without user, password and fragment"
	case !private && parley.InsideHost(target.Hostname()):
		return nil, "must be at a public address, which " + target.Hostname() + " is not"
	}
	return target, ""
}

// fill sets a webhook to what is asked for, on behalf of the key whose rights it then has, and lets it begin anew.
func (r *WebhookRequest) fill(w *work, hook *parley.Webhook) {
	hook.KeyID, hook.URL, hook.Label, hook.EventTypes = w.who.KeyID, r.URL, strings.TrimSpace(r.Label), r.EventTypes
	hook.Revision, hook.UpdatedAt = hook.Revision+1, w.now
	hook.Failures, hook.FailingSince, hook.NextAttemptAt, hook.LastError = 0, nil, w.now, ""
	hook.Status = parley.WebhookActive
	if r.Disabled {
		hook.Status = parley.WebhookDisabled
	}
}

// needWebhooks is what a change of webhooks needs: a buyer's key, or an admin's.
func needWebhooks(p parley.Principal, a AnonymousAccess) error {
	if p.IsOperator() {
		return needScope(parley.ScopeAdmin)(p, a)
	}
	return needCredential(p, a)
}

// CreateWebhook has the caller's events delivered to an address from now on; the first is that of the webhook's making. The
// signing key is in this answer alone.
func (s *Service) CreateWebhook(ctx context.Context, call Call, request WebhookRequest, encode Encode[CreatedWebhook]) (Answer, error) {
	if err := request.check(s.settings.PrivateWebhooks); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (CreatedWebhook, error) {
		who, err := w.authorize(ctx, needWebhooks)
		if err != nil {
			return CreatedWebhook{}, err
		}
		owner := who.Owner()
		// Asked for first: whoever makes a webhook holds the seal, so that no two count before either has made one.
		seal := w.Secret(webhookSeal, []byte(s.ids.NewSecret()))
		last, own := w.LastEventID(storage.EventFilter{Owner: ownOnly(who)}), w.Webhooks(storage.WebhookFilter{Owner: &owner, Page: storage.Page{Limit: 1}})
		position, err := last.Get(ctx)
		if err != nil {
			return CreatedWebhook{}, err
		}
		there, err := own.Get(ctx)
		if err != nil {
			return CreatedWebhook{}, err
		}
		if there.Total >= maxWebhooks {
			return CreatedWebhook{}, parley.Errorf(parley.CodeConflict, "There are %d webhooks already. Remove one first.", there.Total)
		}
		key, err := seal.Get(ctx)
		if err != nil {
			return CreatedWebhook{}, err
		}
		hook := parley.Webhook{ID: s.ids.New(parley.PrefixWebhook), Owner: owner, KeyNumber: 1, CreatedAt: w.now, Position: position}
		request.fill(w, &hook)
		w.InsertWebhook(hook)
		return CreatedWebhook{Webhook: hook, SigningKey: signature.Key(key, hook.ID, hook.KeyNumber)},
			w.recordWebhook(parley.EventWebhookCreated, "webhook.create", parley.Webhook{}, hook)
	})
}

// webhookSeal names the secret of the program's own from which the signing keys are made.
const webhookSeal = "webhooks"

// Webhooks lists webhooks: a buyer its own, an operator all.
func (s *Service) Webhooks(ctx context.Context, call Call, filter storage.WebhookFilter) (storage.Listing[parley.Webhook], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Webhook]] {
		filter.Owner = owner
		return v.Webhooks(filter)
	}, whole)
}

// Webhook reads one webhook: an operator any, a buyer its own.
func (s *Service) Webhook(ctx context.Context, call Call, id string) (parley.Webhook, error) {
	return read(ctx, s, call, func(v *view) (parley.Webhook, error) {
		pending := v.Webhook(id)
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.Webhook{}, err
		}
		return webhookOf(ctx, who, id, pending)
	})
}

func webhookOf(ctx context.Context, who parley.Principal, id string, pending *storage.Pending[parley.Webhook]) (parley.Webhook, error) {
	hook, err := pending.Get(ctx)
	if err == nil && !who.IsOperator() && hook.Owner != who.Owner() {
		err = unknown("webhook", id)
	}
	if err != nil {
		return parley.Webhook{}, err
	}
	return hook, nil
}

// ReplaceWebhook sets a webhook of the caller's own to what is asked for. It begins anew, also one that was disabled: where
// it stood, with the rights of the caller's key.
func (s *Service) ReplaceWebhook(ctx context.Context, call Call, id string, request WebhookRequest, encode Encode[parley.Webhook]) (Answer, error) {
	if err := request.check(s.settings.PrivateWebhooks); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Webhook, error) {
		before, err := w.ownWebhook(ctx, id)
		if err != nil {
			return parley.Webhook{}, err
		}
		hook := before
		request.fill(w, &hook)
		if err := w.goesOn(ctx, before, &hook); err != nil {
			return parley.Webhook{}, err
		}
		w.UpdateWebhook(hook)
		return hook, w.recordWebhook(parley.EventWebhookChanged, "webhook.change", before, hook)
	})
}

// RetryWebhook has an admin try a webhook again at once, anybody's, also one that was disabled. It goes on where it stood, with the
// rights of the key that it has.
func (s *Service) RetryWebhook(ctx context.Context, call Call, id string, encode Encode[parley.Webhook]) (Answer, error) {
	return s.steerWebhook(ctx, call, id, encode, "webhook.retry", func(hook *parley.Webhook, now time.Time) parley.EventType {
		beginAnew(hook, now)
		return parley.EventWebhookChanged
	})
}

// beginAnew has a webhook delivered to at once, as if it had never failed.
func beginAnew(hook *parley.Webhook, now time.Time) {
	hook.Status, hook.Failures, hook.FailingSince, hook.NextAttemptAt, hook.LastError = parley.WebhookActive, 0, nil, now, ""
}

const disabledByPublisher = "The publisher has disabled it."

// DisableWebhook has an admin stop deliveries to a webhook, anybody's. It keeps its place.
func (s *Service) DisableWebhook(ctx context.Context, call Call, id string, encode Encode[parley.Webhook]) (Answer, error) {
	return s.steerWebhook(ctx, call, id, encode, "webhook.disable", func(hook *parley.Webhook, _ time.Time) parley.EventType {
		hook.Status = parley.WebhookDisabled
		switch failed := hook.LastError; {
		case failed == "":
			hook.LastError = disabledByPublisher
		case !strings.HasPrefix(failed, disabledByPublisher):
			hook.LastError = disabledByPublisher + " The last error before that: " + failed
		}
		hook.Failures, hook.FailingSince = 0, nil
		return parley.EventWebhookDisabled
	})
}

// steerWebhook changes whether and when a webhook is delivered to. An attempt that is under way does not undo it.
func (s *Service) steerWebhook(ctx context.Context, call Call, id string, encode Encode[parley.Webhook], action string,
	change func(*parley.Webhook, time.Time) parley.EventType) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Webhook, error) {
		pending := w.WebhookForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Webhook{}, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return parley.Webhook{}, err
		}
		hook := before
		event := change(&hook, w.now)
		if err := w.goesOn(ctx, before, &hook); err != nil {
			return parley.Webhook{}, err
		}
		hook.Revision, hook.UpdatedAt = hook.Revision+1, w.now
		w.UpdateWebhook(hook)
		return hook, w.recordWebhook(event, action, before, hook)
	})
}

// RemoveWebhook ends a webhook: a buyer's own, or as an admin any.
func (s *Service) RemoveWebhook(ctx context.Context, call Call, id string, encode Encode[parley.Webhook]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Webhook, error) {
		w.course = ends
		hook, err := w.webhook(ctx, id)
		if err != nil {
			return parley.Webhook{}, err
		}
		w.DeleteWebhook(id)
		return hook, w.recordWebhook(parley.EventWebhookRemoved, "webhook.remove", hook, parley.Webhook{})
	})
}

// ownWebhook reads a webhook of the caller's own.
func (w *work) ownWebhook(ctx context.Context, id string) (parley.Webhook, error) {
	hook, err := w.webhook(ctx, id)
	if err == nil && hook.Owner != w.who.Owner() {
		err = parley.Errorf(parley.CodeForbidden, "This webhook is a buyer's. It can be removed, and set up again by the buyer.")
	}
	return hook, err
}

func (w *work) webhook(ctx context.Context, id string) (parley.Webhook, error) {
	pending := w.WebhookForUpdate(id)
	who, err := w.authorize(ctx, needWebhooks)
	if err != nil {
		return parley.Webhook{}, err
	}
	return webhookOf(ctx, who, id, pending)
}

// recordWebhook records a change, of which before or after is the zero webhook when there was, or is, none.
func (w *work) recordWebhook(event parley.EventType, action string, before, after parley.Webhook) error {
	about := func(h parley.Webhook) any {
		if h.ID == "" {
			return nil
		}
		return aboutWebhook(h)
	}
	told := after
	if told.ID == "" {
		told = before
	}
	return w.record(parley.Event{Type: event, Owner: told.Owner, Data: data(about(told))}, action, "webhook", told.ID, about(before), about(after))
}

func aboutWebhook(h parley.Webhook) map[string]any {
	return map[string]any{"webhook_id": h.ID, "url": h.URL, "event_types": h.EventTypes, "status": h.Status, "last_error": h.LastError}
}
