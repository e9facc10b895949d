package console_test

import (
	"context"
	"crypto/tls"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/console"
	"parley/edge"
	"parley/seller"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	operator := d.operator("Mara")
	for name, test := range map[string]struct {
		key    string
		status int
		says   string
	}{
		"an operator's key":    {operator, http.StatusOK, "<h1>Inbox</h1>"},
		"with spaces around":   {"  " + operator + "\n", http.StatusOK, "<h1>Inbox</h1>"},
		"a buyer's key":        {d.buyer("Buyer", acme).Secret, http.StatusForbidden, "is a buyer&#39;s key"},
		"a key that never was": {"ask_live_" + strings.Repeat("a", 32), http.StatusUnauthorized, "was not accepted"},
		"nothing":              {"", http.StatusUnprocessableEntity, "is required"},
		"something else":       {"<script>alert(1)</script>", http.StatusUnauthorized, "was not accepted"},
	} {
		t.Run(name, func(t *testing.T) {
			b := d.browser()
			status, body := b.post("/console/signin", url.Values{"key": {test.key}})
			if status != test.status || !strings.Contains(body, test.says) {
				t.Errorf("%d, want %d and %q\n%s", status, test.status, test.says, body)
			}
			if strings.Contains(body, test.key) && test.key != "" {
				t.Error("the page shows the key")
			}
		})
	}
}

// TestSignInLeadsBack goes to the page that was asked for, and never to another site.
func TestSignInLeadsBack(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	operator := d.operator("Mara")
	b := d.browser()
	_, body := b.get("/console/deals?status=booked")
	if !strings.Contains(body, `value="/console/deals?status=booked"`) {
		t.Fatalf("the sign-in page forgets where to go\n%s", body)
	}
	for then, lands := range map[string]string{
		"/console/deals?status=booked": "/console/deals",
		"//evil.example/":              "/console/inbox",
		"https://evil.example/console": "/console/inbox",
		"/console/../admin":            "/console/inbox",
		"/\\evil.example":              "/console/inbox",
		"javascript:alert(1)":          "/console/inbox",
	} {
		b := d.browser()
		last := ""
		b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Host != strings.TrimPrefix(d.server.URL, "http://") {
				t.Errorf("%q leads to %s", then, r.URL)
			}
			last = r.URL.Path
			return nil
		}
		b.post("/console/signin", url.Values{"key": {operator}, "then": {then}})
		if last != lands {
			t.Errorf("%q lands on %s, want %s", then, last, lands)
		}
	}
}

// cookiesOf answers the cookies that signing in sets.
func cookiesOf(t testing.TB, handler http.Handler, key string, change func(*http.Request)) []*http.Cookie {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/console/signin", strings.NewReader(url.Values{"key": {key}}.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	change(request)
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	response := answer.Result()
	_ = response.Body.Close()
	if len(response.Cookies()) == 0 {
		t.Fatalf("%d, and no cookie", response.StatusCode)
	}
	return response.Cookies()
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	key := d.operator("Mara")
	forwarded := func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }
	for name, test := range map[string]struct {
		trust  bool
		change func(*http.Request)
		secure bool
	}{
		"plain":                     {false, func(*http.Request) {}, false},
		"a proxy that is trusted":   {true, forwarded, true},
		"a header that is not":      {false, forwarded, false},
		"TLS of the server's own":   {false, func(r *http.Request) { r.URL.Scheme = "https"; r.TLS = new(tls.ConnectionState) }, true},
		"a trusted proxy, no TLS":   {true, func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "http") }, false},
		"a trusted proxy, and mute": {true, func(*http.Request) {}, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, cookie := range cookiesOf(t, d.handler(console.Options{TrustForwardedProto: test.trust}), key, test.change) {
				if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/console" || cookie.Secure != test.secure {
					t.Errorf("%v", cookie)
				}
				if strings.Contains(cookie.Value, key) {
					t.Error("the cookie shows the key")
				}
			}
		})
	}
}

// pageOf asks a handler for a page with cookies.
func pageOf(handler http.Handler, path string, cookies []*http.Cookie) *httptest.ResponseRecorder {
	request := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/console"+path, http.NoBody)
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

func TestSessionEndsWhenIdle(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	now := time.Now()
	handler := d.handler(console.Options{Idle: time.Hour, Clock: func() time.Time { return now }})
	cookies := cookiesOf(t, handler, d.operator("Mara"), func(*http.Request) {})
	now = now.Add(50 * time.Minute)
	used := pageOf(handler, "/system", cookies)
	if used.Code != http.StatusOK {
		t.Fatalf("%d before the time is over", used.Code)
	}
	renewed := used.Result().Cookies()
	now = now.Add(50 * time.Minute)
	if answer := pageOf(handler, "/system", cookies); answer.Code != http.StatusSeeOther {
		t.Errorf("%d with a cookie that was not used for 100 minutes", answer.Code)
	}
	if answer := pageOf(handler, "/system", renewed); answer.Code != http.StatusOK {
		t.Errorf("%d with a cookie that was used 50 minutes ago", answer.Code)
	}
}

// TestSessionOutlivesTheServer opens a session in another process with the same secret, and in none with another.
func TestSessionOutlivesTheServer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	cookies := cookiesOf(t, d.handler(console.Options{}), d.operator("Mara"), func(*http.Request) {})
	if answer := pageOf(d.handler(console.Options{}), "/system", cookies); answer.Code != http.StatusOK {
		t.Errorf("%d after a restart", answer.Code)
	}
	other, err := console.New(d.service, console.Options{Secret: []byte(strings.Repeat("another secret, ", 3))})
	if err != nil {
		t.Fatal(err)
	}
	if answer := pageOf(other, "/system", cookies); answer.Code != http.StatusSeeOther {
		t.Errorf("%d with another secret", answer.Code)
	}
	for i, cookie := range cookies {
		tampered := *cookie
		tampered.Value = cookie.Value[:len(cookie.Value)-2] + "AA"
		cookies[i] = &tampered
	}
	if answer := pageOf(d.handler(console.Options{}), "/system", cookies); answer.Code != http.StatusSeeOther {
		t.Errorf("%d with a cookie that was changed", answer.Code)
	}
}

func TestShortSecret(t *testing.T) {
	t.Parallel()
	if _, err := console.New(openDesk(t).service, console.Options{Secret: make([]byte, 31)}); err == nil {
		t.Error("a secret of 31 bytes was taken")
	}
}

func TestRevokedKeyEndsItsSessions(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("Leaving"))
	keys := must[seller.Listing[parley.Key]](t)(d.service.Keys(context.Background(), seller.Terminal("test"), seller.KeyFilter{}))
	must[seller.Answer](t)(d.service.RevokeKey(context.Background(), seller.Terminal("test"), keys.Items[0].ID, keep(new(parley.Key))))
	status, body := b.get("/console/deals")
	if status != http.StatusUnauthorized || !strings.Contains(body, "no longer good") {
		t.Errorf("%d\n%s", status, body)
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	b := d.signedIn(d.operator("Mara"))
	if status, body := b.submit("/console/signout", url.Values{}); status != http.StatusOK || !strings.Contains(body, "Operator key") {
		t.Fatalf("%d\n%s", status, body)
	}
	if _, body := b.get("/console/system"); !strings.Contains(body, "Operator key") {
		t.Errorf("the session goes on\n%s", body)
	}
}

// TestForgedForms sends what another site could make a signed-in browser send.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.signedIn(w.admin)
	path := "/console/deals/" + w.deal.ID + "/cancel"
	if status, body := b.post(path, url.Values{}); status != http.StatusForbidden || !strings.Contains(body, "another session") {
		t.Errorf("without a token: %d\n%s", status, body)
	}
	if status, _ := b.post(path, url.Values{"_token": {w.signedIn(w.approver).token()}}); status != http.StatusForbidden {
		t.Errorf("with another session's token: %d", status)
	}
	request := must[*http.Request](t)(http.NewRequestWithContext(context.Background(), http.MethodPost, w.server.URL+path,
		strings.NewReader(url.Values{"_token": {b.token()}}.Encode())))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	if status, _ := b.do(request); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	deal := must[parley.Deal](t)(w.service.Deal(context.Background(), seller.Terminal("test"), w.deal.ID))
	if deal.Status != parley.DealBooked {
		t.Errorf("the deal is %s", deal.Status)
	}
}

// TestRolesMayWhatTheAPIAllows shows a viewer no button, and refuses the form of one that was kept from before.
func TestRolesMayWhatTheAPIAllows(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	tests := map[string]struct {
		path, form string
		fields     url.Values
		may        string // the secret of one who may
		button     string
	}{
		"cancel a deal": {
			"/console/deals/" + w.deal.ID, "/cancel", url.Values{"reason": {"The client has ended it"}}, w.approver, "Cancel this deal",
		},
		"move an order": {
			"/console/orders/" + w.order.ID, "/transition", url.Values{"to_status": {"in_progress"}}, w.approver, ">Start</button>",
		},
		"set capacity": {
			"/console/inventory/ctv-kids-family", "/capacity",
			url.Values{"start_date": {in(1).String()}, "end_date": {in(2).String()}, "daily_impressions": {"1,000"}}, w.admin, "Set capacity</button>",
		},
		"decide": {
			"/console/inbox/" + w.pending[0].ApprovalID, "/decide", url.Values{"decision": {"reject"}, "reason": {"not at this price"}}, w.approver, "Decline <kbd>",
		},
	}
	// The order comes before its deal is cancelled, which ends it.
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(tests))) {
		test := tests[name]
		t.Run(name, func(t *testing.T) {
			viewer, one := w.signedIn(w.viewer), w.signedIn(test.may)
			if status, body := viewer.get(test.path); status != http.StatusOK || strings.Contains(body, test.button) {
				t.Errorf("a viewer sees: %d\n%s", status, body)
			}
			if status, body := viewer.submit(test.path+test.form, test.fields); status != http.StatusForbidden {
				t.Errorf("a viewer did it: %d\n%s", status, body)
			}
			if status, body := one.get(test.path); status != http.StatusOK || !strings.Contains(body, test.button) {
				t.Errorf("one who may sees: %d\n%s", status, body)
			}
			if status, body := one.insist(test.path+test.form, test.fields); status != http.StatusOK {
				t.Errorf("one who may: %d\n%s", status, body)
			}
		})
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	cookies := cookiesOf(t, w.handler(console.Options{}), w.admin, func(*http.Request) {})
	for _, path := range []string{"/inbox", "/signin", "/nowhere", "/deals.csv", "/assets/nothing.css"} {
		header := pageOf(w.handler(console.Options{}), path, cookies).Header()
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "script-src 'self';") ||
			strings.Contains(policy, "unsafe") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s has %v", path, header)
		}
	}
}

// TestSignInIsLimited has somebody try keys out. Neither other addresses nor people who are signed in notice.
func TestSignInIsLimited(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	key := d.operator("Mara")
	handler := d.handler(console.Options{Kit: edge.Kit{
		Limiter: edge.NewLimiter(edge.RateLimit{PerSecond: 0.001, Burst: 3}, time.Now),
		Proxies: edge.Proxies{netip.MustParsePrefix("192.0.2.1/32")}, // of what httptest makes
	}})
	by := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("X-Forwarded-For", address) }
	}
	cookies := cookiesOf(t, handler, key, by("198.51.100.1"))
	try := func(address string) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/console/signin", strings.NewReader("key=ask_live_guess"))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		by(address)(request)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		return answer
	}
	for range 3 {
		if got := try("198.51.100.2"); got.Code != http.StatusSeeOther {
			t.Fatalf("%d", got.Code)
		}
	}
	if got := try("198.51.100.2"); got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") == "" {
		t.Errorf("the fourth try: %d, Retry-After %q", got.Code, got.Header().Get("Retry-After"))
	}
	if got := try("198.51.100.3"); got.Code != http.StatusSeeOther {
		t.Errorf("from another address: %d", got.Code)
	}
	if got := pageOf(handler, "/inbox", cookies); got.Code != http.StatusOK {
		t.Errorf("who is signed in: %d", got.Code)
	}
}

func TestCookiesOfAPublicAddressWithTLSAreSecure(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for _, cookie := range cookiesOf(t, d.handler(console.Options{PublicTLS: true}), d.operator("Mara"), func(*http.Request) {}) {
		if !cookie.Secure {
			t.Errorf("%v", cookie)
		}
	}
}
