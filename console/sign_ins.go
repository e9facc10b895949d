package console

import (
	"net/http"

	"parley"
	"parley/seller"
)

func (c *console) signInRoutes() []route {
	return []route{
		get("/sign-ins", c.signInList),
		post(anyone, "/sign-ins/{id}/end", c.endSignIn).on("/sign-ins"),
	}
}

// listedSignIn is a session with how it stands now.
type listedSignIn struct {
	parley.SignIn
	Actor  string // whose it is
	Status string
	Here   bool // it is the one that the page is read in
}

// signInListPage is a list of sessions, one's own or everybody's.
type signInListPage struct {
	listPage[listedSignIn]
	Once string
}

func (c *console) signInList(x *exchange) error {
	q := x.query()
	rows, pager, err := list[parley.SignIn]{
		what: "sessions", filters: []string{"key_id"},
		id: func(s parley.SignIn) string { return s.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.SignIn], error) {
			return x.service.SignIns(x.Context(), x.call, seller.SignInFilter{KeyID: q.text("key_id"), Page: page})
		},
	}.page(q)
	if err != nil {
		return err
	}
	pager.Export = "" // who was signed in is in the audit trail, which is a file too
	content := signInListPage{listPage: listPage[listedSignIn]{Pager: pager, Query: q, Filter: q.filterForm()}, Once: newForm(nil).Once}
	for _, s := range rows {
		listed := listedSignIn{SignIn: s, Status: "live", Here: s.ID == x.session.SignIn, Actor: parley.Principal{Role: parley.RoleOperator, KeyID: s.KeyID}.Actor()}
		switch {
		case s.EndedAt != nil:
			listed.Status = "ended"
		case s.ExpiresAt != nil && !c.clock().Before(*s.ExpiresAt):
			listed.Status = "expired"
		case !listed.Here && c.clock().Sub(s.UsedAt) >= c.options.Idle+renewAfter:
			listed.Status = "expired"
		}
		content.Rows = append(content.Rows, listed)
	}
	return x.show("sign_ins", http.StatusOK, page{Title: "Sessions", Section: "sessions", Data: content})
}

func (c *console) endSignIn(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.EndSignIn(x.Context(), x.call, id, thenGo(func(parley.SignIn) string { return "/sign-ins" }))
	if err != nil {
		return missing(err, "session", id)
	}
	x.follow(answer, "The session is ended, on every node.")
	return nil
}
