package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) noticeRoutes() []route {
	return []route{
		get("/notices", c.noticeList),
		get("/notices/{id}", c.noticePage),
		post(anyone, "/notices/{id}", c.setNotice).over(noticeNow),
		post(anyone, "/notices/{id}/off", c.removeNotice).on("/notices/{id}"),
	}
}

// chosenNotice is what the person is told by a way, with the form of it.
type chosenNotice struct {
	parley.NoticeChoice
	Way     parley.NoticeWay
	CanTell string // why nobody can be told by it; empty: people can
	Form    *form
}

// Name is what the way is called.
func (n chosenNotice) Name() string {
	if n.Way == parley.NoticeByMail {
		return "E-mail"
	}
	return "Chat"
}

// Stopped tells whether nothing more is sent since the address has refused it for days.
func (n chosenNotice) Stopped() bool { return n.Version > 0 && n.DueAt == nil }

// AddressHint says what the address of a chat is.
func (n chosenNotice) AddressHint() string {
	hint := "Of Slack, or of a chat that takes the same. It is kept sealed."
	if n.Shown != "" {
		hint += " Empty: the one at " + n.Shown + " stays."
	}
	return hint
}

// Choices are what one can be told of.
func (chosenNotice) Choices() []Option {
	return []Option{
		{Value: string(parley.NoticeWaiting), Label: "A question waits for me"},
		{Value: string(parley.NoticeExpiring), Label: "A question of mine is soon out of time"},
		{Value: string(parley.NoticeFailing), Label: "A webhook or a destination fails"},
	}
}

// noticeSpans are how far apart messages are, and how long before its timeout a question is soon out of time, by what the form says.
var noticeSpans = map[string]time.Duration{"5m": 5 * time.Minute, "1h": time.Hour, "4h": 4 * time.Hour, "24h": 24 * time.Hour, "72h": 72 * time.Hour}

func spanSaid(span time.Duration) string {
	for text, known := range noticeSpans {
		if known == span {
			return text
		}
	}
	return parley.FormatSpan(span)
}

// noticeField is the name of the field of an address: a chat's is a secret.
func noticeField(way parley.NoticeWay) string {
	if way == parley.NoticeByMail {
		return "address"
	}
	return "secret_address"
}

func (x *exchange) notices() ([]chosenNotice, error) {
	chosen, err := x.service.Notices(x.Context(), x.call)
	if err != nil {
		return nil, err
	}
	var all []chosenNotice
	for _, way := range parley.NoticeWays {
		n := chosenNotice{Way: way, Form: newForm(nil)}
		if i := slices.IndexFunc(chosen, func(c parley.NoticeChoice) bool { return c.Way == way }); i >= 0 {
			n.NoticeChoice = chosen[i]
		}
		var refused *parley.Error
		if errors.As(x.service.Settings().CanTell(way), &refused) {
			n.CanTell = worded(refused.Message)
		}
		all = append(all, n)
	}
	return all, nil
}

func (x *exchange) noticeBy(way parley.NoticeWay) (chosenNotice, error) {
	all, err := x.notices()
	if err != nil {
		return chosenNotice{}, err
	}
	i := slices.IndexFunc(all, func(n chosenNotice) bool { return n.Way == way })
	if i < 0 {
		return chosenNotice{}, parley.Errorf(parley.CodeNotFound, "Nobody is told by %q.", way)
	}
	return all[i], nil
}

func (c *console) noticeList(x *exchange) error {
	all, err := x.notices()
	if err != nil {
		return err
	}
	return x.show("notices", http.StatusOK, page{Title: "Notices", Section: "notices", Data: all})
}

func noticeNow(x *exchange) (url.Values, error) {
	n, err := x.noticeBy(parley.NoticeWay(x.PathValue("id")))
	return noticeValues(n), err
}

func noticeValues(n chosenNotice) url.Values {
	values := url.Values{"every": {"1h"}, "within": {"4h"}, "version": {plain(n.Version)}}
	if n.Version == 0 {
		values["kinds"] = []string{string(parley.NoticeWaiting), string(parley.NoticeExpiring)}
		return values
	}
	values.Set("every", spanSaid(n.Every))
	values.Set("within", spanSaid(n.Within))
	for _, kind := range n.Kinds {
		values.Add("kinds", string(kind))
	}
	if n.Way == parley.NoticeByMail {
		values.Set("address", n.Address)
	}
	return values
}

func (c *console) noticePage(x *exchange) error { return x.showNotice(x.refusedOr(nil)) }

func (x *exchange) showNotice(status int, f *form) error {
	n, err := x.noticeBy(parley.NoticeWay(x.PathValue("id")))
	if err != nil {
		return err
	}
	if n.Form = f; f == nil {
		n.Form = newForm(noticeValues(n))
	}
	return x.show("notice", status, page{Title: n.Name(), Section: "notices", Data: n})
}

// setNotice chooses what the person is told by a way.
func (c *console) setNotice(x *exchange) error {
	r := reader{values: x.PostForm}
	way := parley.NoticeWay(x.PathValue("id"))
	in := seller.NoticeInput{Way: way, Address: r.text(noticeField(way)), Version: r.version(), Every: r.noticeSpan("every"), Within: r.noticeSpan("within")}
	for _, kind := range x.PostForm["kinds"] {
		in.Kinds = append(in.Kinds, parley.NoticeKind(kind))
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.SetNotice(x.Context(), x.call, in, thenGo(func(parley.NoticeChoice) string { return "/notices" }))
	}
	if err != nil {
		return x.again(newForm(x.PostForm), addressNamed(err, way), "notice", x.showNotice)
	}
	x.follow(answer, "A message that says so is on its way.")
	return nil
}

// addressNamed is the error with the address called as the form calls it.
func addressNamed(err error, way parley.NoticeWay) error {
	var refused *parley.Error
	if !errors.As(err, &refused) {
		return err
	}
	named := *refused
	named.Fields = slices.Clone(refused.Fields)
	for i := range named.Fields {
		if named.Fields[i].Path == "address" {
			named.Fields[i].Path = noticeField(way)
		}
	}
	return &named
}

func (r *reader) noticeSpan(name string) time.Duration {
	span, known := noticeSpans[r.text(name)]
	if !known {
		r.problems.Add(name, "must be one of the choices")
	}
	return span
}

// removeNotice has the person told nothing more by a way.
func (c *console) removeNotice(x *exchange) error {
	r := reader{values: x.PostForm}
	version := r.version()
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.RemoveNotice(x.Context(), x.call, parley.NoticeWay(x.PathValue("id")), version,
			thenGo(func(parley.NoticeChoice) string { return "/notices" }))
	}
	if err != nil {
		return err
	}
	x.follow(answer, "You are told nothing more by that way, and the address is forgotten.")
	return nil
}
