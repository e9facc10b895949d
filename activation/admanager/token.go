package admanager

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

const (
	scope        = "https://www.googleapis.com/auth/admanager"
	grant        = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	assertionFor = time.Hour
	renewBefore  = 5 * time.Minute
	mostTokens   = 1000
)

// serviceAccount is what is used of a service account's key. Its token_uri is not: nothing in a credential says where it is sent.
type serviceAccount struct {
	Email string `json:"client_email"`
	KeyID string `json:"private_key_id"`
	key   *rsa.PrivateKey
}

var errNoKey = errors.New("it is no JSON key of a service account")

// readServiceAccount reads a service account's JSON key. The error tells nothing of it.
func readServiceAccount(credential []byte) (serviceAccount, error) {
	var raw struct {
		serviceAccount
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal(credential, &raw); err != nil || raw.Email == "" {
		return serviceAccount{}, errNoKey
	}
	block, _ := pem.Decode([]byte(raw.PrivateKey))
	if block == nil {
		return serviceAccount{}, errNoKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return serviceAccount{}, errNoKey
	}
	key, is := parsed.(*rsa.PrivateKey)
	if !is || key.Validate() != nil {
		return serviceAccount{}, errNoKey
	}
	raw.key = key
	return raw.serviceAccount, nil
}

// ValidateCredential implements activation.CredentialReader.
func (a *Adapter) ValidateCredential(credential []byte) []activation.Problem {
	if _, err := readServiceAccount(credential); err != nil {
		return []activation.Problem{{
			Code: "invalid", Field: "credential", Text: "must be the JSON key of a service account, with client_email and private_key, as Google gives it out",
		}}
	}
	return nil
}

// assertion says, signed, who asks for a token.
func (s serviceAccount) assertion(audience string, now time.Time) (string, error) {
	head, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": s.KeyID})
	if err != nil {
		return "", err
	}
	claims, err := json.Marshal(map[string]any{
		"iss": s.Email, "scope": scope, "aud": audience, "iat": now.Unix(), "exp": now.Add(assertionFor).Unix(),
	})
	if err != nil {
		return "", err
	}
	text := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	signed, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signed), nil
}

// token is what calls are made with until it ends. It is kept in memory alone.
type token struct {
	text string
	ends time.Time
}

func forbidden(text string) error {
	return &activation.Error{Class: parley.ClassCredentials, Code: "credential", Field: "credential", Text: text}
}

// token answers what an account's calls are made with, and asks for a new one five minutes before it ends.
func (a *Adapter) token(ctx context.Context, credential []byte) (string, error) {
	mark := sha256.Sum256(credential)
	now := a.clock()
	a.mu.Lock()
	known := a.tokens[mark]
	a.mu.Unlock()
	if known.text != "" && now.Before(known.ends.Add(-renewBefore)) {
		return known.text, nil
	}
	account, err := readServiceAccount(credential)
	if err != nil {
		return "", forbidden("the credential cannot be used: " + err.Error())
	}
	signed, err := account.assertion(a.tokenURL, now)
	if err != nil {
		return "", forbidden("the credential cannot be used: its key does not sign")
	}
	fresh, err := a.askToken(ctx, signed, now)
	if err != nil {
		return "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.tokens) >= mostTokens {
		clear(a.tokens)
	}
	a.tokens[mark] = fresh
	return fresh.text, nil
}

func (a *Adapter) askToken(ctx context.Context, signed string, now time.Time) (token, error) {
	form := url.Values{"grant_type": {grant}, "assertion": {signed}}.Encode()
	request, err := http.NewRequestWithContext(activation.Unheard(ctx), http.MethodPost, a.tokenURL, strings.NewReader(form))
	if err != nil {
		return token{}, remote.Refused("address", "the address of tokens cannot be used")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := a.send(request, false)
	if err != nil {
		return token{}, err
	}
	var said struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
		Error   string `json:"error"`
	}
	known := json.Unmarshal(answer.Text, &said) == nil
	status := answer.Status
	if status == http.StatusBadRequest || status == http.StatusUnauthorized || status == http.StatusForbidden {
		return token{}, forbidden("Google gives no token for the credential: " + activation.Shown(said.Error))
	}
	if failure := judge(answer, false); failure != nil {
		return token{}, failure
	}
	if !known || said.Token == "" || strings.ContainsFunc(said.Token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return token{}, remote.Unread("the answer has no token", false)
	}
	return token{text: said.Token, ends: now.Add(time.Duration(max(min(said.Seconds, 3600), 0)) * time.Second)}, nil
}

// forget has a new token asked for, when one is not taken any more.
func (a *Adapter) forget(credential []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tokens, sha256.Sum256(credential))
}
