package console

import (
	"net/url"
	"strings"
	"time"

	"parley"
)

// thenInbox is the page of the inbox to go on to, as the form was on it.
func (x *exchange) thenInbox() string {
	then := x.PostForm.Get("then")
	if !strings.HasPrefix(then, "?") {
		return "/inbox"
	}
	values, err := url.ParseQuery(then[1:])
	if err != nil {
		return "/inbox"
	}
	values.Del("open")
	if len(values) == 0 {
		return "/inbox"
	}
	return "/inbox?" + values.Encode()
}

// toCase is where a form goes on to that leaves its question waiting: where it was sent from.
func (x *exchange) toCase(id string) string {
	if !x.PostForm.Has("then") {
		return "/inbox/" + url.PathEscape(id)
	}
	then := x.thenInbox()
	separator := "?"
	if strings.Contains(then, "?") {
		separator = "&"
	}
	return then + separator + "open=" + url.QueryEscape(id)
}

// attention is a question with what people do about it among themselves.
type attention struct {
	Card  caseCard
	May   bool
	Token string
}

// Attention is what the page shows of a question's.
func (p page) Attention(card caseCard) attention { return attention{card, p.MayTrade(), p.Token} }

// assign has a person see to a question.
func (c *console) assign(x *exchange) error {
	id := x.PathValue("id")
	keyID := strings.TrimSpace(x.PostForm.Get("assignee"))
	answer, err := c.service.AssignApproval(x.Context(), x.call, id, keyID, thenGo(func(parley.Approval) string { return x.toCase(id) }))
	if err != nil {
		return missing(err, "approval", id)
	}
	done := "It is assigned."
	if keyID == "" {
		done = "It is whoever's who may decide it."
	}
	x.follow(answer, done)
	return nil
}

// snoozes are how long a question may be put off, by what the form says.
var snoozes = []struct {
	Value, Label string
	span         time.Duration
}{
	{"1h", "1 hour", time.Hour}, {"4h", "4 hours", 4 * time.Hour}, {"24h", "a day", 24 * time.Hour}, {"72h", "3 days", 72 * time.Hour},
}

// snoozesBefore are those after which a question still waits, from now on.
func snoozesBefore(now, timeout time.Time) []Option {
	var found []Option
	for _, s := range snoozes {
		if now.Add(s.span).Before(timeout) {
			found = append(found, Option{Value: s.Value, Label: s.Label})
		}
	}
	return found
}

// snooze puts a question off, or takes it back among what waits.
func (c *console) snooze(x *exchange) error {
	id, text := x.PathValue("id"), x.PostForm.Get("for")
	var until time.Time
	done := "It waits again."
	for _, s := range snoozes {
		if s.Value == text {
			until, done = x.clock().Add(s.span), "It is out of the way until then."
		}
	}
	if until.IsZero() && text != "" {
		return parley.Invalid("for", "must be 1h, 4h, 24h or 72h")
	}
	answer, err := c.service.SnoozeApproval(x.Context(), x.call, id, until, thenGo(func(parley.Approval) string {
		if until.IsZero() {
			return x.toCase(id)
		}
		return x.thenInbox()
	}))
	if err != nil {
		return missing(err, "approval", id)
	}
	x.follow(answer, done)
	return nil
}

// comment keeps what a person says about a question.
func (c *console) comment(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.CommentApproval(x.Context(), x.call, id, x.PostForm.Get("text"),
		thenGo(func(parley.ApprovalComment) string { return x.toCase(id) }))
	if err != nil {
		return missing(err, "approval", id)
	}
	x.follow(answer, "Said.")
	return nil
}
