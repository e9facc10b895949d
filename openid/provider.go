// Package openid finds out at an OpenID Connect provider who signs in to the deal desk's page: by the authorization code flow, with PKCE,
// a state and a nonce for each try.
package openid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"parley"
)

// Settings name a provider, and how it knows this server.
type Settings struct {
	Issuer       string // its URL, as its tokens have it
	ClientID     string
	ClientSecret string // empty: a public client, which PKCE alone protects
	Redirect     string // where the provider sends browsers back to, as it is registered there
	Scopes       []string
	GroupsClaim  string // the claim that has a person's groups; below other claims where it has dots
	Roles        []Role
	// Clock is the present; nil means parley.SystemClock.
	Clock parley.Clock
}

// Role is what the members of a group may do.
type Role struct {
	Scope parley.Scope
	Group string
}

// Provider is an OpenID Connect provider. What it says of itself is asked for when somebody first signs in, so that it need not be there
// before. It is safe for concurrent use.
type Provider struct {
	settings Settings
	client   *http.Client

	asking singleflight.Group
	found  atomic.Pointer[oidc.Provider]
}

const (
	answerTime = 10 * time.Second // of the provider, for one request
	idleTime   = time.Minute      // of a connection to it
	mostAnswer = 1 << 20          // bytes of one answer
)

// New makes a provider.
func New(settings Settings) *Provider {
	if settings.Clock == nil {
		settings.Clock = parley.SystemClock
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: idleTime}
	return &Provider{settings: settings, client: &http.Client{Timeout: answerTime, Transport: bounded{transport}}}
}

// bounded cuts answers that are longer than any of a provider's is.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = http.MaxBytesReader(nil, answer.Body, mostAnswer)
	}
	return answer, err
}

// Try is one try to sign in, which the browser carries until it comes back: sealed, since the one who reads it can finish it.
type Try struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Until    time.Time `json:"u"`
}

// TryTime is how long a try can be finished.
const TryTime = 10 * time.Minute

var (
	errAway = parley.Errorf(parley.CodeUnavailable, "The identity provider cannot be reached, or is ill. Try again in a moment.")
	errSet  = parley.Errorf(parley.CodeUnavailable,
		"The identity provider is not the one that this server is set to. Trying again does not help: whoever runs this server has to look at its log.")
)

// FailedError says why a sign-in came to nothing, for the log: without what would let anybody in. Told is what the person may read.
type FailedError struct {
	Told *parley.Error
	Why  string
}

func (e *FailedError) Error() string { return "openid: " + e.Why }

// Unwrap answers what the person may read.
func (e *FailedError) Unwrap() error { return e.Told }

func failed(why string, told *parley.Error) error { return &FailedError{Told: told, Why: why} }

func mistrusted(format string, args ...any) error {
	return failed(fmt.Sprintf(format, args...), parley.Errorf(parley.CodeUnauthorized, "The identity provider's answer was not accepted. Sign in again."))
}

// discover answers the provider's own description, which is asked for until it is had.
func (p *Provider) discover(ctx context.Context) (*oidc.Provider, error) {
	if found := p.found.Load(); found != nil {
		return found, nil
	}
	_, err, _ := p.asking.Do("", func() (any, error) {
		// Its keys are fetched for as long as the process runs, not as this request does.
		found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.settings.Issuer)
		if err == nil {
			p.found.Store(found)
		}
		return nil, err
	})
	if err != nil {
		why, told := fmt.Sprintf("the provider's description: %s", ailment(err)), errAway
		// What is there describes another provider, or nothing: an issuer that is one slash off, say.
		if status := statusOf(err); strings.Contains(err.Error(), "did not match the issuer") || status >= 400 && status < 500 && status != http.StatusTooManyRequests {
			why, told = why+"; oidc-issuer has to be the issuer as the provider calls itself, to the last slash", errSet
		}
		return nil, failed(why, told)
	}
	return p.found.Load(), nil
}

func (p *Provider) oauth(found *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.settings.ClientID, ClientSecret: p.settings.ClientSecret, Endpoint: found.Endpoint(),
		RedirectURL: p.settings.Redirect, Scopes: p.settings.Scopes,
	}
}

// Begin answers where the browser is to go, and the try that it comes back with.
func (p *Provider) Begin(ctx context.Context) (address string, try Try, err error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", Try{}, err
	}
	try = Try{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: p.settings.Clock().Add(TryTime)}
	return p.oauth(found).AuthCodeURL(try.State, oidc.Nonce(try.Nonce), oauth2.S256ChallengeOption(try.Verifier)), try, nil
}

// Finish finds out who has come back with an answer of the provider's.
func (p *Provider) Finish(ctx context.Context, try Try, answer url.Values) (parley.Person, error) {
	if !p.settings.Clock().Before(try.Until) || subtle.ConstantTimeCompare([]byte(try.State), []byte(answer.Get("state"))) != 1 || try.State == "" {
		return parley.Person{}, failed("the answer is of no try that is under way in this browser",
			parley.Errorf(parley.CodeUnauthorized, "This sign-in took too long, or was begun elsewhere. Sign in again."))
	}
	if from := answer.Get("iss"); from != "" && from != p.settings.Issuer {
		return parley.Person{}, mistrusted("the answer is of another provider")
	}
	if why := answer.Get("error"); why != "" {
		return parley.Person{}, failed(fmt.Sprintf("the provider answered %.100q", why),
			parley.Errorf(parley.CodeForbidden, "The identity provider did not let you sign in. Ask its admin, or sign in again."))
	}
	found, err := p.discover(ctx)
	if err != nil {
		return parley.Person{}, err
	}
	token, err := p.oauth(found).Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.client), answer.Get("code"), oauth2.VerifierOption(try.Verifier))
	if refused, is := errors.AsType[*oauth2.RetrieveError](err); is { // whose own words may repeat what was sent
		status := 0
		if refused.Response != nil {
			status = refused.Response.StatusCode
		}
		why := fmt.Sprintf("token endpoint: status %d, error %.100q", status, refused.ErrorCode)
		if ill(status) {
			return parley.Person{}, failed(why, errAway)
		}
		return parley.Person{}, mistrusted("the code was not taken: %s", why)
	}
	if err != nil {
		return parley.Person{}, failed("token endpoint: "+ailment(err), errAway)
	}
	raw, _ := token.Extra("id_token").(string)
	verified, err := found.Verifier(&oidc.Config{ClientID: p.settings.ClientID, Now: p.settings.Clock}).Verify(ctx, raw)
	if err != nil && strings.HasPrefix(err.Error(), "failed to verify signature: fetching keys") {
		return parley.Person{}, failed("the provider's keys: "+ailment(err), errAway)
	}
	if err != nil {
		return parley.Person{}, mistrusted("the token does not hold: %.300s", err)
	}
	if !isSubject(verified.Subject) {
		return parley.Person{}, mistrusted("the token's sub is %.60q, and has to be 1 to %d letters of ASCII", verified.Subject, longestSubject)
	}
	if subtle.ConstantTimeCompare([]byte(try.Nonce), []byte(verified.Nonce)) != 1 {
		return parley.Person{}, mistrusted("the token is of another try")
	}
	told, err := p.claims(ctx, found, verified, token)
	if err != nil {
		return parley.Person{}, err
	}
	return parley.Person{
		Issuer: verified.Issuer, Subject: verified.Subject, Name: told.name(verified.Subject), Scopes: p.scopes(told.texts(p.settings.GroupsClaim)),
	}, nil
}

// claims are what the token tells, and where it has no groups or no name what the provider tells when asked.
func (p *Provider) claims(ctx context.Context, found *oidc.Provider, verified *oidc.IDToken, token *oauth2.Token) (claims, error) {
	var told claims
	if err := verified.Claims(&told); err != nil {
		return nil, mistrusted("the token's claims cannot be read: %v", err)
	}
	if party, is := told["azp"]; is && party != p.settings.ClientID {
		return nil, mistrusted("the token was made for another client")
	}
	if told.find(p.settings.GroupsClaim) != nil && told.named() || found.UserInfoEndpoint() == "" {
		return told, nil
	}
	info, err := found.UserInfo(oidc.ClientContext(ctx, p.client), oauth2.StaticTokenSource(token))
	if err != nil {
		return nil, failed("userinfo: "+ailment(err), errAway)
	}
	if info.Subject != verified.Subject {
		return nil, mistrusted("the provider told of another person than the token's")
	}
	var more claims
	if err := info.Claims(&more); err != nil {
		return nil, mistrusted("what was told of the person cannot be read: %v", err)
	}
	for name, value := range more {
		if _, is := told[name]; !is {
			told[name] = value
		}
	}
	return told, nil
}
