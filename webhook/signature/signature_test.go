package signature_test

import (
	"testing"
	"time"

	"parley/webhook/signature"
)

// TestThePublishedExample is the one that the libraries of Standard Webhooks are tested with.
func TestThePublishedExample(t *testing.T) {
	t.Parallel()
	got, err := signature.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0),
		[]byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}

func TestAKeyIsOfOneWebhookAndOneSeal(t *testing.T) {
	t.Parallel()
	key := signature.Key([]byte("seal"), "whk-1", 1)
	if _, err := signature.Sign(key, "evt-1", time.Unix(0, 0), nil); err != nil {
		t.Errorf("%s does not sign: %v", key, err)
	}
	if key != signature.Key([]byte("seal"), "whk-1", 1) || key == signature.Key([]byte("seal"), "whk-2", 1) ||
		key == signature.Key([]byte("other"), "whk-1", 1) || key == signature.Key([]byte("seal"), "whk-1", 2) {
		t.Errorf("%s is not the one key of its webhook", key)
	}
	if _, err := signature.Sign("whsec_no base64", "evt-1", time.Unix(0, 0), nil); err == nil {
		t.Error("signed with what is no key")
	}
}
