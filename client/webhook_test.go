package client_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/client"
)

// TestReadWebhook holds the reading of deliveries to the published example of Standard Webhooks.
func TestReadWebhook(t *testing.T) {
	t.Parallel()
	const (
		secret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
		signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	)
	sent := time.Unix(1614265330, 0)
	for name, c := range map[string]struct {
		body, id, at, signature string
		now                     time.Time
		good                    bool
	}{
		"as it was sent":         {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent, true},
		"one of two signatures":  {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,AAAA " + signature, sent, true},
		"a clock that is behind": {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent.Add(-4 * time.Minute), true},
		"another body":           {`{"test": 2432232315}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent, false},
		"another id":             {`{"test": 2432232314}`, "msg_q5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent, false},
		"another time":           {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265331", signature, sent, false},
		"no time":                {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "", signature, sent, false},
		"another version":        {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v2" + signature[2:], sent, false},
		"no signature":           {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "", sent, false},
		"heard long ago":         {`{"test": 2432232314}`, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent.Add(6 * time.Minute), false},
		"endless":                {strings.Repeat(" ", 2<<20), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature, sent, false},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hook", strings.NewReader(c.body))
		request.Header.Set("Webhook-Id", c.id)
		request.Header.Set("Webhook-Timestamp", c.at)
		request.Header.Set("Webhook-Signature", c.signature)
		_, err := client.ReadWebhook(request, secret, c.now)
		if c.good != (err == nil) || err != nil && !errors.Is(err, client.ErrWebhook) {
			t.Errorf("%s: %v", name, err)
		}
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hook", http.NoBody)
	request.Header.Set("Webhook-Timestamp", "1614265330")
	if _, err := client.ReadWebhook(request, "whsec_!", sent); err == nil || errors.Is(err, client.ErrWebhook) {
		t.Error("a secret that is none was taken")
	}
}
