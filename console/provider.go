package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"parley"
	"parley/openid"
	"parley/seller"
)

// Provider is where people sign in: an *openid.Provider.
type Provider interface {
	Begin(ctx context.Context) (address string, try openid.Try, err error)
	Finish(ctx context.Context, try openid.Try, answer url.Values) (parley.Person, error)
}

// ReturnPath is where a provider sends people back to.
const ReturnPath = root + "/signin/oidc/return"

// The cookie of a try is sent along when the browser comes back from another site, unlike the others, and only there.
const tryCookie = "parley_oidc"

// mostKept is how long what a form said may be, sealed, to be carried through a sign-in at a provider: browsers keep cookies of 4 KiB.
const mostKept = 2 << 10

// carriedTry is what the browser carries while somebody is at the provider.
type carriedTry struct {
	openid.Try
	Then string `json:"t"`
	Kept string `json:"f,omitempty"`
}

// toProvider sends the browser to the provider.
func (c *console) toProvider(x *exchange) error {
	then, kept := local(x.PostForm.Get("then")), x.PostForm.Get(keptField)
	x.giveWay()
	address, try, err := c.options.SignInBy.Begin(x.Context())
	if err != nil {
		return x.refusePerson(then, err)
	}
	if len(kept) > mostKept {
		kept = ""
	}
	x.carryTry(carriedTry{Try: try, Then: then, Kept: kept})
	return x.onward(address)
}

func (x *exchange) carryTry(try carriedTry) {
	plain, err := json.Marshal(try)
	if err != nil {
		panic("console: a try to sign in does not encode: " + err.Error())
	}
	x.setTryCookie(x.sealer.seal(tryCookie, plain), int(openid.TryTime/time.Second))
}

func (x *exchange) setTryCookie(value string, age int) {
	http.SetCookie(x.ResponseWriter, &http.Cookie{ //nolint:gosec // Secure as the others are; Lax, since the browser comes back from another site
		Name: tryCookie, Value: value, Path: ReturnPath, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: x.secure(),
	})
}

// takeTry answers the try that the browser carries, once; none is one that has ended.
func (x *exchange) takeTry() carriedTry {
	var try carriedTry
	cookie, err := x.Cookie(tryCookie)
	if err != nil {
		return try
	}
	x.setTryCookie("", -1)
	plain, err := x.sealer.open(tryCookie, cookie.Value)
	if err != nil || json.Unmarshal(plain, &try) != nil {
		return carriedTry{}
	}
	return try
}

// fromProvider signs in whom the provider vouches for.
func (c *console) fromProvider(x *exchange) error {
	try := x.takeTry()
	then := local(try.Then)
	x.giveWay()
	person, err := c.options.SignInBy.Finish(x.Context(), try.Try, x.URL.Query())
	x.unsent = try.Kept
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
	x.session = session{Secret: begun.Secret, ID: rand.Text(), SignIn: begun.ID, Person: begun.KeyID}
	x.storeSession()
	if offered, err := x.offerKept(then, try.Kept); offered || err != nil {
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
