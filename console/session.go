package console

import (
	"bytes"
	"compress/flate"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"parley"
)

// The console's cookies.
const (
	sessionCookie = "parley_console"
	pastCookie    = "parley_past"
	noticeCookie  = "parley_notice"
	themeCookie   = "parley_theme"
	keysCookie    = "parley_keys"
)

// session is what the cookie holds.
type session struct {
	Secret string    `json:"k"`           // the API key; of whom a provider vouched for, the session's own
	Person string    `json:"p,omitempty"` // the id of the key that stands for whom a provider vouched for; empty: they signed in with a key
	Key    string    `json:"y,omitempty"` // the id of the key that whoever signed in acts as
	ID     string    `json:"i"`           // random; tokens of forms are derived from it
	SignIn string    `json:"s"`           // its id in the database, where it can be ended
	Used   time.Time `json:"u"`
}

// renewAfter is how old the cookie's time of use may be before a request renews it.
const renewAfter = time.Minute

// sealer keeps what a browser carries from being read and from being changed. Each purpose is its own: what was sealed
// as one thing does not open as another.
type sealer struct {
	aead   cipher.AEAD
	tokens []byte
}

func newSealer(secret []byte) (*sealer, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "parley console: sealed", 32)
	if err != nil {
		return nil, err
	}
	tokens, err := hkdf.Key(sha256.New, secret, nil, "parley console: tokens", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead: aead, tokens: tokens}, nil
}

func (s *sealer) seal(purpose string, plain []byte) string {
	sealed := s.aead.Seal(nil, nil, plain, []byte(purpose)) //nolint:gosec // this AEAD draws a random nonce itself and takes none
	return base64.RawURLEncoding.EncodeToString(sealed)
}

var errSeal = errors.New("console: it was not sealed here")

func (s *sealer) open(purpose, sealed string) ([]byte, error) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, errSeal
	}
	plain, err := s.aead.Open(nil, nil, raw, []byte(purpose))
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

// sealPacked is seal of much, packed.
func (s *sealer) sealPacked(purpose string, plain []byte) string {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic("console: " + err.Error()) // the level is one
	}
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return s.seal(purpose, packed.Bytes())
}

func (s *sealer) openPacked(purpose, sealed string) ([]byte, error) {
	packed, err := s.open(purpose, sealed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxForm))
}

// token is what the forms of a session carry.
func (s *sealer) token(sessionID string) string {
	mac := hmac.New(sha256.New, s.tokens)
	mac.Write([]byte(sessionID))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// openSession answers the session of a request, if it has one whose time is not over.
func (c *console) openSession(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return session{}, false
	}
	plain, err := c.sealer.open(sessionCookie, cookie.Value)
	if err != nil {
		return session{}, false
	}
	var found session
	if err := json.Unmarshal(plain, &found); err != nil {
		return session{}, false
	}
	return found, found.SignIn != "" && c.clock().Sub(found.Used) < c.options.Idle && (found.Person != "" || !c.options.NoKeys)
}

// lost says why a session cannot go on whose credential does not hold any more.
func (s session) lost() string {
	if s.Person != "" {
		return "Your session is over. Sign in again."
	}
	return "The key of this session is no longer good. Sign in with another."
}

// startSession signs the person in that calls.
func (x *exchange) startSession() error {
	id, err := x.service.BeginSignIn(x.Context(), x.call, x.UserAgent())
	if err != nil {
		return err
	}
	x.session = session{Secret: x.call.Secret, Key: x.who.KeyID, ID: rand.Text(), SignIn: id}
	x.call.SignIn = id
	x.storeSession()
	return nil
}

// renewSession notes that the session is in use. The live updates of a page that nobody looks at do not count.
func (x *exchange) renewSession() {
	live := x.URL.Path == root+livePath || x.Request.Header.Get("X-Live") != ""
	if !live && x.clock().Sub(x.session.Used) >= renewAfter {
		if err := x.service.UseSignIn(x.Context(), x.call); err != nil {
			x.log.Debug("the use of a session could not be noted", "error", err)
		}
		x.storeSession()
	}
}

func (x *exchange) storeSession() {
	x.session.Used = x.clock()
	plain, err := json.Marshal(x.session) //nolint:gosec // to be sealed
	if err != nil {
		panic("console: a session does not encode: " + err.Error())
	}
	x.setCookie(sessionCookie, x.sealer.seal(sessionCookie, plain), 0)
}

// pastSession is what is left of a session that has ended, so that what was typed in it is known to be of whom.
type pastSession struct {
	Key string `json:"y"`
	ID  string `json:"i"`
}

// endSession has the browser forget its session, and answers what is left of that, or of the one before it.
func (x *exchange) endSession() pastSession {
	past := pastSession{x.session.Key, x.session.ID}
	x.session, x.who = session{}, parley.Principal{}
	x.setCookie(sessionCookie, "", -1)
	if past.ID != "" {
		plain, err := json.Marshal(past)
		if err != nil {
			panic("console: a past session does not encode: " + err.Error())
		}
		x.setCookie(pastCookie, x.sealer.seal(pastCookie, plain), 0)
		return past
	}
	if cookie, err := x.Cookie(pastCookie); err == nil {
		if plain, err := x.sealer.open(pastCookie, cookie.Value); err != nil || json.Unmarshal(plain, &past) != nil {
			return pastSession{}
		}
	}
	return past
}

// setCookie sets one of the console's cookies; age is in seconds, 0 as long as the browser runs, below 0 removes it.
func (x *exchange) setCookie(name, value string, age int) {
	http.SetCookie(x.ResponseWriter, &http.Cookie{ //nolint:gosec // Secure wherever the browser came over TLS; plain HTTP has to work on one's own machine
		Name: name, Value: value, Path: root, MaxAge: age, HttpOnly: true, SameSite: http.SameSiteStrictMode,
		Secure: x.secure(),
	})
}

// secure tells whether the browser came over TLS.
func (x *exchange) secure() bool {
	return x.TLS != nil || x.options.PublicTLS || x.options.TrustForwardedProto && x.Request.Header.Get("X-Forwarded-Proto") == "https"
}

// notice is a sentence that the next page tells once.
func (x *exchange) notice(text string) {
	x.setCookie(noticeCookie, x.sealer.seal(noticeCookie, []byte(text)), 60)
}

// takeNotice answers what the request before wanted told.
func (x *exchange) takeNotice() string {
	cookie, err := x.Cookie(noticeCookie)
	if err != nil {
		return ""
	}
	x.setCookie(noticeCookie, "", -1)
	text, err := x.sealer.open(noticeCookie, cookie.Value)
	if err != nil {
		return ""
	}
	return string(text)
}
