package console_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/console"
	"parley/internal/fake/identity"
	"parley/internal/stores"
	"parley/openid"
	"parley/seller"
	"parley/storage"
)

const clientSecret = "of-a-test-and-not-a-secret"

var (
	deskRoles = []openid.Role{{Scope: parley.ScopeAdmin, Group: "desk-admins"}, {Scope: parley.ScopeApprover, Group: "desk"}, {Scope: parley.ScopeViewer, Group: "all"}}
	maraBerg  = identity.Person{Subject: "1001", First: "Mara", Last: "Berg", Groups: []string{"all", "desk-admins"}}
	jonasWolf = identity.Person{Subject: "1002", First: "Jonas", Last: "Wolf", Groups: []string{"desk", "others"}}
)

// deskAt is a desk whose people sign in at a provider, with what its page logs.
type deskAt struct {
	*desk
	provider *identity.Provider
	options  console.Options
	log      *spoken
}

// spoken is a log.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(line)
}

func (s *spoken) read() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func openDeskAt(t *testing.T, store *storage.Store, change func(*console.Options)) deskAt {
	t.Helper()
	d := deskAt{desk: openDeskOver(t, store), provider: identity.New(t, "localhost"), log: &spoken{}}
	d.server = httptest.NewUnstartedServer(nil)
	redirect := "http://" + d.server.Listener.Addr().String() + console.ReturnPath
	d.provider.Register("parley", clientSecret, redirect)
	d.options = console.Options{Secret: sealingSecret, Clock: d.clock.read, SignInBy: openid.New(openid.Settings{
		Issuer: d.provider.Issuer, ClientID: "parley", ClientSecret: clientSecret, Redirect: redirect, Scopes: []string{"openid", "profile"},
		GroupsClaim: "groups", Roles: deskRoles, Clock: d.clock.read,
	})}
	d.options.Log = slog.New(slog.NewTextHandler(d.log, nil))
	if change != nil {
		change(&d.options)
	}
	d.server.Config.Handler = must[http.Handler](t)(console.New(d.service, d.options))
	d.server.Start()
	t.Cleanup(d.server.Close)
	return d
}

// came is what came of a request, beside its body.
type came struct {
	StatusCode int
	Header     http.Header
	to         *url.URL // where a redirection that was not followed leads; nil: it is none
}

// ask sends a request, and answers what comes of it and its body.
func (b *browser) ask(method, address string, form url.Values) (came, string) {
	b.d.t.Helper()
	request := must[*http.Request](b.d.t)(http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(form.Encode())))
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(request)
	if err != nil {
		b.d.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body := must[[]byte](b.d.t)(io.ReadAll(answer.Body))
	to, err := answer.Location()
	if err != nil {
		to = nil
	}
	return came{answer.StatusCode, answer.Header, to}, string(body)
}

// leads is where a page leads on to by itself.
func leads(t testing.TB, answer came, body string) string {
	t.Helper()
	_, address, found := strings.Cut(answer.Header.Get("Refresh"), "0; url=")
	if !found {
		t.Fatalf("%d, and it leads nowhere: %.600s", answer.StatusCode, body)
	}
	return address
}

// begin is where a try to sign in leads: the provider.
func (b *browser) begin(then string) string {
	b.d.t.Helper()
	answer, body := b.ask(http.MethodPost, b.d.server.URL+"/console/signin/oidc", url.Values{"then": {then}})
	return leads(b.d.t, answer, body)
}

// visit goes to an address and answers what comes of it.
func (b *browser) visit(address string) (came, string) {
	b.d.t.Helper()
	return b.ask(http.MethodGet, address, nil)
}

// stopAtReturn answers with what the provider sends back, and does not deliver it.
func (b *browser) stopAtReturn(address string) *url.URL {
	b.d.t.Helper()
	b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == console.ReturnPath {
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { b.client.CheckRedirect = nil }()
	answer, body := b.visit(address)
	if answer.to == nil {
		b.d.t.Fatalf("%d, and no way back: %.600s", answer.StatusCode, body)
	}
	return answer.to
}

// signInAtProvider signs in whoever sits there, and answers where that leads.
func (b *browser) signInAtProvider(then string) string {
	b.d.t.Helper()
	answer, body := b.visit(b.begin(then))
	if answer.StatusCode != http.StatusOK {
		b.d.t.Fatalf("signing in: %d\n%.2000s", answer.StatusCode, body)
	}
	return leads(b.d.t, answer, body)
}

// signedOut tells whether the browser is asked to sign in.
func (b *browser) signedOut() bool {
	b.d.t.Helper()
	_, body := b.get("/console/inbox")
	return strings.Contains(body, `action="/console/signin/oidc"`)
}

// refusedAtProvider tries to sign in whoever sits there.
func (b *browser) refusedAtProvider(says string) {
	b.d.t.Helper()
	if answer, body := b.visit(b.begin("")); answer.StatusCode != http.StatusForbidden || !strings.Contains(body, says) || !b.signedOut() {
		b.d.t.Errorf("%d, want 403 and %q\n%.2000s", answer.StatusCode, says, body)
	}
}

func (d *desk) audits(action string) []parley.AuditEntry {
	d.t.Helper()
	all := must[seller.Listing[parley.AuditEntry]](d.t)(d.service.Audits(context.Background(), seller.Terminal("test"), seller.AuditFilter{})).Items
	return slices.DeleteFunc(all, func(a parley.AuditEntry) bool { return a.Action != action })
}

// TestPeopleSignInAtAProvider follows people through what the provider tells of them: a role, another one, none, and one again; and through
// what an admin does about them.
func TestPeopleSignInAtAProvider(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		d := openDeskAt(t, store, nil)
		d.provider.Seat(maraBerg, true)
		mara := d.browser()
		if to := mara.signInAtProvider("/console/accounts?q=x"); to != "/console/accounts?q=x" {
			t.Errorf("it leads to %q", to)
		}
		if status, body := mara.get("/console/sign-ins"); status != http.StatusOK || !strings.Contains(body, "<b>Mara Berg</b>") || !strings.Contains(body, "this one") {
			t.Fatalf("her page: %d\n%.3000s", status, body)
		}
		// She does things under her name, once.
		if status, body := mara.submit("/console/accounts/new", url.Values{"_once": {"one"}, "kind": {"agency"}, "code": {"acme"}, "name": {"Acme"}}); status != http.StatusOK {
			t.Errorf("a form: %d\n%.2000s", status, body)
		}
		made := d.audits("account.create")
		hers := must[storage.Listing[parley.Key]](t)(d.service.Keys(t.Context(), seller.Terminal("test"), storage.KeyFilter{Role: parley.RoleOperator})).Items[0]
		if len(made) != 1 || made[0].Actor != hers.Actor() || hers.Label != "Mara Berg" || hers.CreatedBy != "operator:oidc" {
			t.Errorf("made by %+v, and she is %+v", made, hers)
		}
		if begun := d.audits("sign_in.begin"); len(begun) != 1 || begun[0].Actor != hers.Actor() {
			t.Errorf("begun: %+v", begun)
		}
		// A key that nobody holds is not handed out.
		_, err := d.service.RotateKey(t.Context(), seller.Terminal("test"), hers.ID, 0, func(seller.CreatedKey) (seller.Answer, error) { return seller.Answer{}, nil })
		if !parley.Is(err, parley.CodeConflict) {
			t.Errorf("rotating it: %v", err)
		}

		// Somebody whose groups are told only when asked, and who has no right to what an admin may.
		d.provider.Seat(jonasWolf, false)
		jonas := d.browser()
		jonas.signInAtProvider("")
		if status, body := jonas.get("/console/keys/new"); status != http.StatusForbidden || !strings.Contains(body, "Jonas Wolf") {
			t.Errorf("an approver makes keys: %d\n%.1000s", status, body)
		}

		// Another role at the next sign-in: what began with the former one stops, and she is the same person.
		demoted := maraBerg
		demoted.Groups = []string{"all"}
		d.provider.Seat(demoted, true)
		again := d.browser()
		again.signInAtProvider("")
		if !mara.signedOut() || again.signedOut() || jonas.signedOut() {
			t.Error("a session of the former role goes on, or another does not")
		}
		if status, _ := again.get("/console/keys/new"); status != http.StatusForbidden {
			t.Errorf("a viewer makes keys: %d", status)
		}
		keys := must[storage.Listing[parley.Key]](t)(d.service.Keys(t.Context(), seller.Terminal("test"), storage.KeyFilter{Role: parley.RoleOperator})).Items
		if len(keys) != 3 || keys[2].Replaces != hers.ID || keys[0].Live(d.clock.read()) {
			t.Errorf("the keys are %+v", keys)
		}
		same := d.browser()
		same.signInAtProvider("")
		if again.signedOut() || len(d.audits("key.rotate")) != 1 {
			t.Error("a sign-in that tells nothing new changes something")
		}

		// None: all of hers end. Again one: she is back.
		gone := maraBerg
		gone.Groups = []string{"others"}
		d.provider.Seat(gone, true)
		d.browser().refusedAtProvider("You are known, and have no role here")
		if !again.signedOut() || !same.signedOut() || len(d.audits("key.end")) != 1 {
			t.Error("a session goes on whose person has no role any more")
		}
		d.provider.Seat(maraBerg, true)
		mara.signInAtProvider("")
		if mara.signedOut() {
			t.Error("she does not get in again")
		}

		// A session is ended like any other, and a revoked key lets nobody in.
		his := must[seller.Listing[parley.SignIn]](t)(d.service.SignIns(t.Context(), seller.Terminal("test"), seller.SignInFilter{KeyID: keys[1].ID})).Items
		if len(his) != 1 || his[0].ExpiresAt == nil {
			t.Fatalf("his sessions are %+v", his)
		}
		if status, _ := mara.submit("/console/sign-ins/"+his[0].ID+"/end", url.Values{}); status != http.StatusOK || !jonas.signedOut() {
			t.Errorf("ending it: %d", status)
		}
		must[seller.Answer](t)(d.service.RevokeKey(t.Context(), seller.Terminal("test"), keys[1].ID, func(parley.Key) (seller.Answer, error) { return seller.Answer{}, nil }))
		d.provider.Seat(jonasWolf, true)
		jonas.refusedAtProvider("Your key here was revoked")
		ended := must[seller.Listing[parley.SignIn]](t)(d.service.SignIns(t.Context(), seller.Terminal("test"), seller.SignInFilter{KeyID: hers.ID})).Items
		if len(ended) != 1 || ended[0].EndedAt == nil || ended[0].EndedBy != "operator:oidc" {
			t.Errorf("her first session is %+v", ended)
		}

		// An admin lets him back in, on the page of his key, and he is who he was.
		path := "/console/keys/" + keys[1].ID
		if _, body := mara.get(path); strings.Contains(body, "/rotate") || !strings.Contains(body, path+"/restore") {
			t.Errorf("his key's page:\n%.3000s", body)
		}
		if status, body := mara.submit(path+"/restore", url.Values{"_once": {"back"}}); status != http.StatusOK || !strings.Contains(body, "They can sign in again") {
			t.Fatalf("letting him back in: %d\n%.2000s", status, body)
		}
		if status, body := mara.submit(path+"/restore", url.Values{"_once": {"again"}}); status != http.StatusConflict || strings.Contains(body, path+`/restore"`) {
			t.Errorf("twice: %d\n%.2000s", status, body)
		}
		jonas.signInAtProvider("")
		back := must[storage.Listing[parley.Key]](t)(d.service.Keys(t.Context(), seller.Terminal("test"), storage.KeyFilter{Role: parley.RoleOperator})).Items
		if made := back[len(back)-1]; jonas.signedOut() || made.Replaces != keys[1].ID || made.Label != "Jonas Wolf" || len(d.audits("key.restore")) != 1 {
			t.Errorf("he is %+v", made)
		}
		for _, id := range []string{hers.ID, back[len(back)-1].ID} {
			_, err := d.service.RestorePerson(t.Context(), seller.Terminal("test"), id, func(parley.Key) (seller.Answer, error) { return seller.Answer{}, nil })
			if !parley.Is(err, parley.CodeConflict) {
				t.Errorf("one that is not revoked: %v", err)
			}
		}

		// Who never had a role leaves nothing behind.
		d.provider.Seat(identity.Person{Subject: "1003", First: "Nobody"}, true)
		before := stores.Dump(t, store)
		d.browser().refusedAtProvider("have no role here")
		if stores.Dump(t, store) != before {
			t.Error("it is stored")
		}

		// A session ends at its time, however much it is used.
		for range 13 {
			d.clock.by.Add(int64(time.Hour))
			mara.get("/console/inbox")
		}
		if !mara.signedOut() {
			t.Error("a session of 13 hours goes on")
		}
		if text := d.log.read(); strings.Contains(text, clientSecret) || strings.Contains(text, "eyJ") || strings.Contains(text, "code=") {
			t.Errorf("the log shows a secret:\n%s", text)
		}
	})
}

// TestNobodySignsInByAnAnswerOfAnother has answers of a provider that are not to be taken.
func TestNobodySignsInByAnAnswerOfAnother(t *testing.T) {
	t.Parallel()
	d := openDeskAt(t, stores.SQLite(t), nil)
	d.provider.Seat(maraBerg, true)
	refused := func(b *browser, back *url.URL) {
		t.Helper()
		if answer, body := b.visit(back.String()); answer.StatusCode < 400 || answer.StatusCode >= 500 || !b.signedOut() {
			t.Errorf("%d\n%.1000s", answer.StatusCode, body)
		}
	}
	with := func(back *url.URL, name, value string) *url.URL {
		other, query := *back, back.Query()
		query.Set(name, value)
		other.RawQuery = query.Encode()
		return &other
	}
	back := func(b *browser) *url.URL { return b.stopAtReturn(b.begin("")) }

	b := d.browser()
	refused(b, with(back(b), "state", "another"))
	refused(b, with(back(b), "state", ""))
	refused(b, with(back(b), "code", "another"))
	refused(b, with(back(b), "iss", "https://evil.example"))
	refused(b, with(back(b), "error", "access_denied"))
	late := back(b)
	d.clock.by.Add(int64(openid.TryTime + time.Second))
	refused(b, late)

	// An answer that another browser was sent, and one that has been used.
	mallory, victim := d.browser(), d.browser()
	stolen := back(mallory)
	refused(victim, stolen)
	own := back(victim)
	refused(victim, with(own, "code", stolen.Query().Get("code"))) // of another try: neither its verifier nor its nonce
	own = back(victim)
	if answer, body := victim.visit(own.String()); answer.StatusCode != http.StatusOK || victim.signedOut() {
		t.Fatalf("its own: %d\n%.1000s", answer.StatusCode, body)
	}
	if answer, _ := victim.visit(own.String()); answer.StatusCode < 400 {
		t.Errorf("once more: %d", answer.StatusCode)
	}
	refused(d.browser(), own)

	// It leads to no other site, and the provider sends the code to no other address.
	for _, then := range []string{"//evil.example/", "https://evil.example/console", "javascript:alert(1)", "/console/signin/oidc", "/console/signin?then=x"} {
		if to := d.browser().signInAtProvider(then); !strings.HasPrefix(to, "/console/") || strings.Contains(to, "signin") {
			t.Errorf("%q leads to %q", then, to)
		}
	}
	toProvider := must[*url.URL](t)(url.Parse(b.begin("")))
	if query := toProvider.Query(); query.Get("code_challenge_method") != "S256" || query.Get("nonce") == "" || query.Get("state") == "" {
		t.Errorf("it asks %s", toProvider)
	}
	if answer, _ := b.visit(with(toProvider, "redirect_uri", "https://evil.example/").String()); answer.StatusCode < 400 {
		t.Errorf("another address to come back to: %d", answer.StatusCode)
	}
}

// TestTheSecretOfAPersonsSessionIsNoKey presents it, and others, in ways that it is not for.
func TestTheSecretOfAPersonsSessionIsNoKey(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		service := serviceOver(store)
		in := func(subject string) seller.PersonSignIn {
			return must[seller.PersonSignIn](t)(service.SignInPerson(t.Context(), seller.Call{Address: "198.51.100.7"},
				parley.Person{Issuer: "https://login.example.com", Subject: subject, Name: subject, Scopes: []parley.Scope{parley.ScopeAdmin}}, "", time.Hour))
		}
		mara, jonas := in("mara"), in("jonas")
		asks := func(call seller.Call) error {
			_, err := service.EventPosition(t.Context(), call)
			return err
		}
		if err := asks(seller.Call{Secret: mara.Secret, SignIn: mara.ID, Person: mara.KeyID}); err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]seller.Call{
			"as a key":                        {Secret: mara.Secret},
			"as a key of a session":           {Secret: mara.Secret, SignIn: mara.ID},
			"for another person":              {Secret: mara.Secret, SignIn: mara.ID, Person: jonas.KeyID},
			"in another's session":            {Secret: mara.Secret, SignIn: jonas.ID, Person: jonas.KeyID},
			"without a session":               {Secret: mara.Secret, Person: mara.KeyID},
			"without a secret":                {SignIn: mara.ID, Person: mara.KeyID},
			"with the hash that is stored":    {Secret: parley.HashSecret(mara.Secret), SignIn: mara.ID, Person: mara.KeyID},
			"with a network's key beside it":  {NetworkKey: mara.KeyID},
			"another's secret in her session": {Secret: jonas.Secret, SignIn: mara.ID, Person: mara.KeyID},
		} {
			if err := asks(call); !parley.Is(err, parley.CodeUnauthorized) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestAProviderThatIsAway leaves the way in by a key, unless that is closed.
func TestAProviderThatIsAway(t *testing.T) {
	t.Parallel()
	away := httptest.NewServer(http.NotFoundHandler())
	away.Close()
	d := openDeskAt(t, stores.SQLite(t), func(o *console.Options) {
		o.SignInBy = openid.New(openid.Settings{Issuer: away.URL, ClientID: "parley", Redirect: "http://127.0.0.1" + console.ReturnPath})
	})
	key := d.operator("Mara")
	b := d.browser()
	if answer, _ := b.ask(http.MethodPost, d.server.URL+"/console/signin/oidc", nil); answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("%d", answer.StatusCode)
	}
	if status, body := b.post("/console/signin", url.Values{"key": {key}}); status != http.StatusOK || !strings.Contains(body, "<h1>Inbox</h1>") {
		t.Errorf("by a key: %d\n%.1000s", status, body)
	}

	// With keys closed out, none signs in, and what began with one is over.
	closed := d.options
	closed.NoKeys = true
	handler := must[http.Handler](t)(console.New(d.service, closed))
	if answer := pageOf(handler, "/system", b.cookies()); answer.Code != http.StatusSeeOther {
		t.Errorf("a session of a key: %d", answer.Code)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/console/signin", strings.NewReader(url.Values{"key": {key}}.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	told := httptest.NewRecorder()
	handler.ServeHTTP(told, request)
	if told.Code != http.StatusForbidden || !strings.Contains(told.Body.String(), "keys are for machines") {
		t.Errorf("by a key: %d\n%.1000s", told.Code, told.Body)
	}
	if answer := pageOf(handler, "/signin/oidc", nil); answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/console/signin" {
		t.Errorf("a reload: %d to %s", answer.Code, answer.Header().Get("Location"))
	}
	if cookies := strings.Join(told.Header().Values("Set-Cookie"), ";"); strings.Contains(cookies, "parley_console=") {
		t.Errorf("%d, and a session", told.Code)
	}
	if page := pageOf(handler, "/signin", nil); strings.Contains(page.Body.String(), `name="key"`) {
		t.Error("the page asks for a key")
	}
}

// TestWhatIsLongComesBackFromAProvider goes there from a page with a long address, and with much typed: browsers keep no cookie above 4 KiB.
func TestWhatIsLongComesBackFromAProvider(t *testing.T) {
	t.Parallel()
	d := openDeskAt(t, stores.SQLite(t), nil)
	d.provider.Seat(maraBerg, true)
	b := d.browser()
	random := func(n int) string {
		var text strings.Builder
		for source := rand.New(rand.NewPCG(1, 2)); text.Len() < n; {
			text.WriteString(strconv.FormatUint(source.Uint64(), 36))
		}
		return text.String()[:n]
	}
	for n, want := range map[int]string{100: "/console/deals?q=" + random(100), 2_000: "/console/deals?q=" + random(2_000), 20_000: "/console/deals"} {
		if to := b.signInAtProvider("/console/deals?q=" + random(n)); to != want {
			t.Errorf("from an address of %d it leads to %.100s", n, to)
		}
	}
	for n, kept := range map[int]bool{100: true, 2_000: true, 20_000: false} {
		b.signInAtProvider("")
		form := url.Values{"name": {random(n)}, "_token": {b.token()}}
		b.submit("/console/signout", url.Values{})
		_, body := b.post("/console/accounts/new", form)
		found := formsOn(body)
		i := slices.IndexFunc(found, func(f pageForm) bool { return f.action == "/console/signin/oidc" })
		if i < 0 || strings.Contains(body, "too long to be kept") == kept {
			t.Fatalf("%d are typed, and the page says %.3000s", n, body)
		}
		answer, page := b.ask(http.MethodPost, d.server.URL+"/console/signin/oidc", found[i].values)
		if _, body = b.visit(leads(t, answer, page)); strings.Contains(body, random(n)) != kept {
			t.Errorf("%d were typed, and come back: %v\n%.2000s", n, !kept, body)
		}
	}
}
