package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"parley"
	"parley/openid"
	"parley/seller"
)

// ReturnPath is where a provider sends people back to.
const ReturnPath = root + "/signin/oidc/return"

// The cookies of a try are sent along when the browser comes back from another site, unlike the others, and only there.
const (
	tryCookie  = "parley_oidc"
	keptCookie = "parley_oidc_kept" // what a form said, sealed
)

// mostCarried is how long a cookie's value may be: browsers keep cookies of 4 KiB, with their names and attributes.
const mostCarried = 3800

// carriedTry is what the browser carries while somebody is at the provider.
type carriedTry struct {
	openid.Try
	Then string `json:"t"`
}

// toProvider sends the browser to the provider.
func (c *console) toProvider(x *exchange) error {
	then := afterSignIn(x.PostForm.Get("then"))
	x.place.GiveBack()
	address, try, err := c.options.SignInBy.Begin(x.Context())
	if err != nil {
		return x.refusePerson(then, err)
	}
	carried := x.sealTry(carriedTry{try, then})
	if len(carried) > mostCarried { // a page's address with all that was typed on it
		then, _, _ = strings.Cut(then, "?")
		carried = x.sealTry(carriedTry{try, then})
	}
	age := int(openid.TryTime / time.Second)
	x.setTryCookie(tryCookie, carried, age)
	if kept := x.PostForm.Get(keptField); kept != "" && carries(kept) {
		x.setTryCookie(keptCookie, kept, age)
	} else {
		x.setTryCookie(keptCookie, "", -1)
	}
	return x.onward(address)
}

// signInAgain leads whoever reloads a sign-in that was under way to its beginning.
func (c *console) signInAgain(x *exchange) error {
	x.redirect("/signin")
	return nil
}

// carries tells whether what a form said, sealed, goes along to the provider and back.
func carries(kept string) bool { return len(kept) <= mostCarried }

func (x *exchange) sealTry(try carriedTry) string {
	plain, err := json.Marshal(try)
	if err != nil {
		panic("console: a try to sign in does not encode: " + err.Error())
	}
	return x.sealer.sealPacked(tryCookie, plain)
}

func (x *exchange) setTryCookie(name, value string, age int) {
	http.SetCookie(x.ResponseWriter, &http.Cookie{ //nolint:gosec // Secure as the others are; Lax, since the browser comes back from another site
		Name: name, Value: value, Path: ReturnPath, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: x.secure(),
	})
}

// takeTry answers the try that the browser carries, and what a form said before it, once; none is one that has ended.
func (x *exchange) takeTry() (try carriedTry, kept string) {
	if cookie, err := x.Cookie(keptCookie); err == nil {
		x.setTryCookie(keptCookie, "", -1)
		kept = cookie.Value
	}
	cookie, err := x.Cookie(tryCookie)
	if err != nil {
		return carriedTry{}, kept
	}
	x.setTryCookie(tryCookie, "", -1)
	plain, err := x.sealer.openPacked(tryCookie, cookie.Value)
	if err != nil || json.Unmarshal(plain, &try) != nil {
		return carriedTry{}, kept
	}
	return try, kept
}

// fromProvider signs in whom the provider vouches for.
func (c *console) fromProvider(x *exchange) error {
	try, kept := x.takeTry()
	then := afterSignIn(try.Then)
	x.place.GiveBack()
	person, err := c.options.SignInBy.Finish(x.Context(), try.Try, x.URL.Query())
	x.unsent = kept
	if err != nil {
		return x.refusePerson(then, err)
	}
	call := seller.Call{Address: c.options.Proxies.Client(x.Request).Caller(), RequestID: rand.Text()}
	begun, err := c.service.SignInPerson(x.Context(), call, person, x.UserAgent(), c.options.PersonSession)
	if err != nil {
		return x.refusePerson(then, err)
	}
	call.Secret, call.SignIn, call.Person = begun.Secret, begun.ID, begun.KeyID
	if x.who, err = c.service.Screen(x.Context(), call); err != nil {
		return err
	}
	x.call = call
	x.session = session{Secret: begun.Secret, Key: begun.KeyID, ID: rand.Text(), SignIn: begun.ID, Person: begun.KeyID}
	x.storeSession()
	if offered, err := x.offerKept(then, kept); offered || err != nil {
		return err
	}
	return x.onward(then)
}

// refusePerson asks once more, and says why.
func (x *exchange) refusePerson(then string, err error) error {
	if why, is := errors.AsType[*openid.FailedError](err); is {
		x.log.Warn("a sign-in at the identity provider came to nothing", "why", why.Why)
	}
	told, status := x.told(x.Context(), err)
	if status == http.StatusInternalServerError {
		return err
	}
	return x.askForKey(status, newForm(nil), then, told.Message)
}

// onwardPage leads on by itself: a browser sends the cookies of a session only where a page of this server led it, and follows a form to
// no other site.
type onwardPage struct{ Address string }

func (x *exchange) onward(address string) error {
	x.session, x.who = session{}, parley.Principal{} // it is no page of the desk's
	x.ResponseWriter.Header().Set("Refresh", "0; url="+address)
	return x.show("onward", http.StatusOK, page{Title: "One moment", Data: onwardPage{address}})
}
