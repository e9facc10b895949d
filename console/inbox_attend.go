package console

import (
	"encoding/json"
	"net/url"
	"slices"
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
var snoozes = map[string]time.Duration{"1h": time.Hour, "4h": 4 * time.Hour, "24h": 24 * time.Hour, "72h": 72 * time.Hour}

// snooze puts a question off, or takes it back among what waits.
func (c *console) snooze(x *exchange) error {
	id, text := x.PathValue("id"), x.PostForm.Get("for")
	var until time.Time
	done := "It waits again."
	if span, known := snoozes[text]; known {
		until, done = x.clock().Add(span), "It is out of the way until then."
	} else if text != "" {
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

// savedView is a look at the inbox that its reader comes back to.
type savedView struct {
	Name  string `json:"n"`
	Query string `json:"q"`
}

// Link is the view's address.
func (v savedView) Link() string { return root + "/inbox?" + v.Query }

const (
	viewsCookie = "parley_views"
	mostViews   = 10
	longestView = 40 // characters of its name
)

// savedViews are those of the browser.
func (x *exchange) savedViews() []savedView {
	cookie, err := x.Cookie(viewsCookie)
	if err != nil {
		return nil
	}
	plain, err := x.sealer.open(viewsCookie, cookie.Value)
	if err != nil {
		return nil
	}
	var views []savedView
	if json.Unmarshal(plain, &views) != nil {
		return nil
	}
	return views
}

// saveView keeps what the inbox was narrowed to under a name, or forgets the view of that name. Like the theme it is the
// browser's: nothing of the publisher's changes.
func (c *console) saveView(x *exchange) error {
	name := strings.TrimSpace(x.PostForm.Get("name"))
	views := slices.DeleteFunc(x.savedViews(), func(v savedView) bool { return v.Name == name })
	then := x.thenInbox()
	done := "The view is forgotten."
	if x.PostForm.Get("do") != "forget" {
		done = "The view is saved in this browser."
		_, narrow, _ := strings.Cut(then, "?")
		values, err := url.ParseQuery(narrow)
		for parameter := range values {
			if !slices.Contains(narrowing, parameter) && parameter != "status" {
				values.Del(parameter)
			}
		}
		switch {
		case err != nil || len(values.Encode()) > 300 || name == "" || len([]rune(name)) > longestView:
			return parley.Invalid("name", "must have 1 to %d characters", longestView)
		case len(views) >= mostViews:
			return parley.Errorf(parley.CodeConflict, "There are %d views already. Forget one first.", mostViews)
		}
		views = append(views, savedView{name, values.Encode()})
	}
	plain, err := json.Marshal(views)
	if err != nil {
		return err
	}
	const year = 365 * 24 * 60 * 60
	x.setCookie(viewsCookie, x.sealer.seal(viewsCookie, plain), year)
	x.notice(done)
	x.redirect(then)
	return nil
}
