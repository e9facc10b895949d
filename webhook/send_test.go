package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// published is the example that the libraries of Standard Webhooks are tested with.
var published = Message{
	SigningKey: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", EventID: "msg_p5jXN8AQM9LWM0D4loKWxJek", At: time.Unix(1614265330, 0),
	Body: []byte(`{"test": 2432232314}`),
}

// mostBody is more than is kept of an answer, in bytes.
const mostBody = 2000

func TestSend(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	mux := http.NewServeMux()
	var got *http.Request
	var body []byte
	mux.HandleFunc("/good", func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("/telling", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "no \x00 coffee \xff"+strings.Repeat("!", mostBody))
	})
	for path, status := range map[string]int{"/gone": 410, "/broken": 500, "/missing": 404} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/good", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/slow", func(http.ResponseWriter, *http.Request) { <-hang })
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(make([]byte, 64<<10))
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	defer close(hang)
	sender := NewSender(true)
	sender.Timeout = 300 * time.Millisecond
	var answer Answer
	send := func(target string) (err error) {
		message := published
		message.URL = target
		answer, err = sender.Send(context.Background(), message)
		return err
	}
	if err := send(server.URL + "/good"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Webhook-Id": published.EventID, "Webhook-Timestamp": "1614265330", "Content-Type": "application/json",
		"Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	} {
		if got.Method != http.MethodPost || got.Header.Get(name) != want || string(body) != string(published.Body) {
			t.Errorf("%s: %q, want %q; %s", name, got.Header.Get(name), want, body)
		}
	}
	if err := send(server.URL + "/telling"); err == nil || answer.Status != 418 || !strings.HasPrefix(answer.Body, "no \uFFFD coffee \uFFFD!!") || len(answer.Body) > mostBody {
		t.Errorf("%+v, %v", answer, err)
	}
	if err := send(server.URL + "/gone"); !errors.Is(err, ErrGone) {
		t.Errorf("gone: %v", err)
	}
	if err := send(server.URL + "/endless"); err != nil {
		t.Errorf("an answer that does not end: %v", err)
	}
	for target, want := range map[string]string{
		server.URL + "/broken": "the answer is 500", server.URL + "/missing": "the answer is 404", server.URL + "/moved": "the answer is 307",
		server.URL + "/slow": "it took too long", "ftp://buyer.example": "scheme", "http://u:p@buyer.example": "password", "http://[::": "no URL",
	} {
		if err := send(target); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", target, err, want)
		}
	}
}

func TestWebhooksDoNotReachPrivateAddresses(t *testing.T) {
	t.Parallel()
	reached := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inside.Close()
	port := inside.URL[strings.LastIndex(inside.URL, ":"):]
	for _, target := range []string{inside.URL, "http://localhost" + port, "http://[::ffff:127.0.0.1]" + port} {
		message := published
		message.URL = target
		_, err := NewSender(false).Send(context.Background(), message)
		if err == nil || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", target, err)
		}
	}
	if reached {
		t.Error("a private address was connected to")
	}
}

// TestRetryAfter reads how long a receiver wants to be left alone, as seconds or as a date.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	said := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", said)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer server.Close()
	message := published
	message.URL = server.URL
	for text, want := range map[string]time.Duration{
		"": 0, "120": 2 * time.Minute, "7": 7 * time.Second, "0": 0, "-5": 0, "1.5": 0, "soon": 0,
		message.At.Add(90 * time.Second).UTC().Format(http.TimeFormat): 90 * time.Second,
		message.At.Add(-time.Hour).UTC().Format(http.TimeFormat):       0,
	} {
		said = text
		var refusal *Refusal
		_, err := NewSender(true).Send(context.Background(), message)
		if !errors.As(err, &refusal) || refusal.RetryAfter != want || refusal.Error() != "the answer is 503" {
			t.Errorf("%q: %v of %v, want %s", text, refusal, err, want)
		}
	}
	for _, text := range []string{"9223372036854775807", "99999999999999999999999"} {
		said = text
		var refusal *Refusal
		if _, err := NewSender(true).Send(context.Background(), message); !errors.As(err, &refusal) || refusal.RetryAfter < 24*time.Hour {
			t.Errorf("%q: %v of %v", text, refusal, err)
		}
	}
}

// TestTwoKeysSign has a delivery signed by the key and by the one before it, the newer first.
func TestTwoKeysSign(t *testing.T) {
	t.Parallel()
	message := published
	message.SigningKey, message.FormerKey = "whsec_"+"bmV3", published.SigningKey
	both, err := signatures(message)
	former, _ := signatures(published)
	if newer, old, two := strings.Cut(both, " "); err != nil || !two || old != former || newer == former || !strings.HasPrefix(newer, "v1,") {
		t.Errorf("%s, %v", both, err)
	}
}
