package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
	"parley/wire/document"
)

// scripted answers each try with the next of its answers, and the last one ever after.
type scripted struct {
	answers []func(http.ResponseWriter)
	bodies  []string // as they came
}

func (s *scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	answer := s.answers[min(len(s.bodies), len(s.answers)-1)]
	s.bodies = append(s.bodies, string(body))
	answer(w)
}

// status answers with an empty body, and with Retry-After unless it is empty.
func status(code int, retryAfter string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(code)
	}
}

func text(code int, body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body) // a client that has gone sees nothing
	}
}

// patient is a client whose waits are noted instead of waited.
func patient(t *testing.T, script *scripted, retry Retry) (*Client, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(script)
	t.Cleanup(server.Close)
	c := New(server.URL, "", WithRetry(retry))
	waits := new([]time.Duration)
	c.wait = func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}
	return c, waits
}

func TestTriesAgainWithTheSameKeyAfterTheTimeAskedFor(t *testing.T) {
	t.Parallel()
	script := &scripted{answers: []func(http.ResponseWriter){
		status(http.StatusServiceUnavailable, "7"), status(http.StatusTooManyRequests, "9"), status(http.StatusBadGateway, ""),
		text(http.StatusCreated, `{"quote_id": "qt-1"}`),
	}}
	c, waits := patient(t, script, Retry{Attempts: 4, Base: time.Second, Longest: time.Second, LongestAsked: 10 * time.Second})
	quote, err := c.CreateQuote(context.Background(), document.QuoteRequest{ProductID: "news"})
	if err != nil || quote.QuoteID != "qt-1" {
		t.Fatalf("%+v (%v)", quote, err)
	}
	if len(script.bodies) != 4 || len(slices.Compact(slices.Clone(script.bodies))) != 1 ||
		!strings.Contains(script.bodies[0], `"idempotency_key":"idem-`) {
		t.Errorf("tries: %q", script.bodies)
	}
	for i, asked := range []time.Duration{7 * time.Second, 9 * time.Second, 0} {
		if got := (*waits)[i]; got < asked || got >= asked+time.Second {
			t.Errorf("wait %d is %s, the seller asked for %s", i, got, asked)
		}
	}
	if _, err := c.CreateQuote(context.Background(), document.QuoteRequest{ProductID: "news"}); err != nil {
		t.Fatal(err)
	}
	if script.bodies[4] == script.bodies[0] {
		t.Error("another call has the same key")
	}
}

func TestTriesAgainOnlyWhatMayPass(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		answer func(http.ResponseWriter)
		tries  int
		kind   error
	}{
		{"refused", text(http.StatusConflict, `{"detail": {"error": "contention", "message": "Sold."}}`), 1, ErrContention},
		{"invalid", status(http.StatusUnprocessableEntity, ""), 1, ErrValidation},
		{"no key", status(http.StatusUnauthorized, "1"), 1, ErrUnauthorized},
		{"failing", status(http.StatusInternalServerError, ""), 3, ErrInternal},
		{"a gateway's page", text(http.StatusGatewayTimeout, "<html>"), 3, ErrInternal},
		{"busy", status(http.StatusTooManyRequests, "2"), 3, ErrRateLimited},
		{"busy for longer than we wait", status(http.StatusTooManyRequests, "3600"), 1, ErrRateLimited},
		{"unreadable", text(http.StatusOK, "<html>"), 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			script := &scripted{answers: []func(http.ResponseWriter){c.answer}}
			client, _ := patient(t, script, Retry{Attempts: 3, LongestAsked: time.Minute})
			_, err := client.Deal(context.Background(), "X")
			if err == nil || c.kind != nil && !errors.Is(err, c.kind) || len(script.bodies) != c.tries {
				t.Errorf("%d tries, %v", len(script.bodies), err)
			}
		})
	}
}

func TestAnEndedWaitTellsBothReasons(t *testing.T) {
	t.Parallel()
	script := &scripted{answers: []func(http.ResponseWriter){status(http.StatusServiceUnavailable, "5")}}
	c, _ := patient(t, script, DefaultRetry())
	ctx, cancel := context.WithCancel(context.Background())
	c.wait = func(ctx context.Context, d time.Duration) error {
		cancel()
		return sleep(ctx, d)
	}
	_, err := c.Deal(ctx, "X")
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrUnavailable) || len(script.bodies) != 1 {
		t.Errorf("%d tries, %v", len(script.bodies), err)
	}
}

func TestBackoffIsBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := Retry{
			Attempts: rapid.IntRange(1, 80).Draw(t, "attempts"),
			Base:     time.Duration(rapid.Int64Range(0, int64(time.Minute)).Draw(t, "base")),
			Longest:  time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "longest")),
		}
		attempt := rapid.IntRange(1, 90).Draw(t, "attempt")
		wait, again := r.pause(attempt, io.ErrUnexpectedEOF)
		limit := r.Longest
		if attempt <= 20 { // beyond it the doubling has long passed the longest
			limit = min(limit, r.Base<<(attempt-1))
		}
		if again != (attempt < r.Attempts) || wait < 0 || wait > limit {
			t.Fatalf("attempt %d of %+v waits %s (%v)", attempt, r, wait, again)
		}
	})
}

func TestRefusalTellsWhatTheSellerSaid(t *testing.T) {
	t.Parallel()
	script := &scripted{answers: []func(http.ResponseWriter){text(http.StatusConflict, `{"detail": {"error": "contention",
		"message": "Not enough.", "available_impressions": 9007199254740993, "deal_id": "D-1", "request_id": "r-1",
		"fields": [{"path": "impressions", "message": "is too many"}], "unsupported": []}}`)}}
	c, _ := patient(t, script, Retry{Attempts: 1})
	_, err := c.BookDeal(context.Background(), document.BookingRequest{QuoteID: "qt-1"})
	var refused *Error
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no *Error", err)
	}
	if n, ok := refused.Count("available_impressions"); !ok || n != 9_007_199_254_740_993 {
		t.Errorf("available: %d, %v", n, ok)
	}
	if refused.Code != parley.CodeContention || refused.Text("deal_id") != "D-1" || refused.RequestID != "r-1" ||
		len(refused.Fields) != 1 || refused.Fields[0].Path != "impressions" {
		t.Errorf("%+v", refused)
	}
	if errors.Is(err, ErrNotFound) {
		t.Error("it is taken for another kind")
	}
}

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-3": 0, "12": 12 * time.Second, "99999999999999": 24 * time.Hour,
		"Wed, 01 Jul 2026 12:00:30 GMT": 30 * time.Second, "Wed, 01 Jul 2026 11:00:00 GMT": 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s, want %s", header, got, want)
		}
	}
}
