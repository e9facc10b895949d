package console

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"parley"
	"parley/seller"
)

// signInPage is what the page shows besides its form.
type signInPage struct {
	Form *form
	Then string // the page to go on to
	Why  string
	Kept string // what a form said when the session had ended, sealed; empty: nothing
	Lost bool   // it is too long to go along to the identity provider
	Keys bool   // operators' keys sign in
	By   bool   // people sign in at an identity provider
}

func (c *console) showSignIn(x *exchange) error {
	status, f := x.refusedOr(newForm(nil))
	then := x.query().text("then")
	if f.Values.Has("then") {
		then, x.unsent = f.Values.Get("then"), f.Values.Get(keptField)
	}
	return x.askForKey(status, f, then, f.Message)
}

// refuseKey asks for another key.
func (x *exchange) refuseKey(status int, f *form, then, why string) error {
	f.Values = url.Values{"then": {then}, keptField: {cmp.Or(x.unsent, x.PostForm.Get(keptField))}}
	if x.showLater("/signin", later{Status: status, Values: f.Values, Message: why, Errors: f.Errors}) {
		return nil
	}
	return x.askForKey(status, f, then, why)
}

func (x *exchange) askForKey(status int, f *form, then, why string) error {
	kept := cmp.Or(x.unsent, x.PostForm.Get(keptField))
	return x.show("signin", status, page{Title: "Sign in", Data: signInPage{
		Form: f, Then: afterSignIn(then), Why: why, Kept: kept, Lost: !carries(kept),
		Keys: !x.options.NoKeys, By: x.options.SignInBy != nil,
	}})
}

// afterSignIn is the page to go on to: never one of signing in itself.
func afterSignIn(then string) string {
	then = local(then)
	if page, _, _ := strings.Cut(then, "?"); page == root+"/signin" || strings.HasPrefix(page, root+"/signin/") {
		return root + "/"
	}
	return then
}

// signIn takes an operator's key and starts a session with it.
func (c *console) signIn(x *exchange) error {
	f := newForm(nil)
	then := afterSignIn(x.PostForm.Get("then"))
	secret := strings.TrimSpace(x.PostForm.Get("key"))
	if c.options.NoKeys {
		return x.askForKey(http.StatusForbidden, f, then, "People sign in at the identity provider here; keys are for machines.")
	}
	if secret == "" {
		f.Errors["key"] = "is required: paste an operator's key"
		return x.refuseKey(http.StatusUnprocessableEntity, f, then, "")
	}
	who, err := c.service.Screen(x.Context(), seller.Call{Secret: secret, Address: c.options.Proxies.Client(x.Request).Caller()})
	switch {
	case err == nil && !who.IsOperator():
		f.Errors["key"] = "is a buyer's key; the console needs an operator's"
		return x.refuseKey(http.StatusForbidden, f, then, "")
	case err == nil && who.OnlyDelivers():
		f.Errors["key"] = "only takes in what deals delivered; the console needs one of another role"
		return x.refuseKey(http.StatusForbidden, f, then, "")
	case err != nil:
		told, status := c.told(x.Context(), err)
		if status == http.StatusInternalServerError {
			return err
		}
		f.Errors["key"] = "was not accepted: " + told.Message
		return x.refuseKey(status, f, then, "")
	}
	x.who, x.call = who, seller.Call{Secret: secret, Address: c.options.Proxies.Client(x.Request).Caller(), RequestID: rand.Text()}
	if err := x.startSession(); err != nil {
		return err
	}
	if offered, err := x.offerKept(then, x.PostForm.Get(keptField)); offered || err != nil {
		return err
	}
	http.Redirect(x.ResponseWriter, x.Request, local(then), http.StatusSeeOther)
	return nil
}

// toSignIn ends the session, asks for a key, and leads back to the present page. What a form wanted is not done.
func (x *exchange) toSignIn(why string) {
	x.unsent = x.keep(x.endSession())
	then := x.URL.RequestURI()
	if x.Method != http.MethodGet {
		then = x.back()
	}
	if why == "" && x.Method == http.MethodGet {
		http.Redirect(x.ResponseWriter, x.Request, root+"/signin?"+url.Values{"then": {then}}.Encode(), http.StatusSeeOther)
		return
	}
	if why == "" {
		why = "Your session has ended. Sign in, then do it again."
		if x.unsent != "" {
			why = "Your session has ended. Sign in; what you typed is kept."
		}
	}
	if err := x.refuseKey(http.StatusUnauthorized, newForm(nil), then, why); err != nil {
		x.log.Error("the sign-in page failed", "error", err)
		http.Error(x.ResponseWriter, "sign in", http.StatusUnauthorized)
	}
}

func (c *console) signOut(x *exchange) error {
	_, err := c.service.EndSignIn(x.Context(), x.call, x.session.SignIn, thenGo(func(parley.SignIn) string { return "/signin" }))
	if err != nil {
		return err
	}
	x.endSession()
	x.redirect("/signin")
	return nil
}

// chooseTheme keeps how the person wants pages to look. It needs no session, and its cookie says nothing else.
func (c *console) chooseTheme(x *exchange) error {
	const year = 365 * 24 * 60 * 60
	switch theme := x.PostForm.Get("theme"); theme {
	case "light", "dark":
		x.setCookie(themeCookie, theme, year)
	default:
		x.setCookie(themeCookie, "", -1)
	}
	http.Redirect(x.ResponseWriter, x.Request, local(x.PostForm.Get("then")), http.StatusSeeOther)
	return nil
}

// chooseKeys keeps whether single keys do something, for people who speak to their computer or hit keys unawares. As with the
// theme, its cookie says nothing else.
func (c *console) chooseKeys(x *exchange) error {
	const year = 365 * 24 * 60 * 60
	if x.PostForm.Get("keys") == "off" {
		x.setCookie(keysCookie, "off", year)
	} else {
		x.setCookie(keysCookie, "", -1)
	}
	http.Redirect(x.ResponseWriter, x.Request, local(x.PostForm.Get("then")), http.StatusSeeOther)
	return nil
}

func (x *exchange) keysOff() bool {
	cookie, err := x.Cookie(keysCookie)
	return err == nil && cookie.Value == "off"
}

// theme is light, dark, or auto for what the browser prefers.
func (x *exchange) theme() string {
	if cookie, err := x.Cookie(themeCookie); err == nil && (cookie.Value == "light" || cookie.Value == "dark") {
		return cookie.Value
	}
	return "auto"
}
