// Package identity is an OpenID Connect provider that tests sign people in at: Zitadel's own, with people that a test makes.
package identity

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Person is one whom the provider knows.
type Person struct {
	Subject, First, Last string
	Groups               []string
}

// Provider knows one client, and signs in at once whoever sits at the browser.
type Provider struct {
	*storage.Storage
	Issuer string

	mu      sync.Mutex
	sits    Person
	inToken bool // groups are in the token too, and not only told when asked
	clients map[string]*storage.Client
}

const password = "verysecure"

// New starts a provider. host is what its issuer calls this machine: 127.0.0.1 or localhost.
func New(t *testing.T, host string) *Provider {
	t.Helper()
	p := &Provider{clients: map[string]*storage.Client{}}
	p.Storage = storage.NewStorageWithClients(p, p.clients)
	server := httptest.NewUnstartedServer(nil)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p.Issuer = "http://" + host + ":" + port
	known, err := op.NewProvider(&op.Config{CryptoKey: [32]byte{1}, CryptoKeyId: "one", CodeMethodS256: true}, p, op.StaticIssuer(p.Issuer), op.WithAllowInsecure(),
		op.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login/username", func(w http.ResponseWriter, r *http.Request) {
		id := r.FormValue("authRequestID")
		if err := p.CheckUsernamePassword(p.present().Subject, password, id); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		http.Redirect(w, r, op.AuthCallbackURL(known)(op.ContextWithIssuer(r.Context(), p.Issuer), id), http.StatusFound)
	})
	mux.Handle("/", known)
	server.Config.Handler = mux
	server.Start()
	t.Cleanup(server.Close)
	return p
}

// Register makes the client known, before anybody signs in by it.
func (p *Provider) Register(id, secret, redirect string) {
	p.clients[id] = storage.WebClient(id, secret, redirect)
}

// Seat says who sits at the browser from now on, and whether tokens have their groups.
func (p *Provider) Seat(person Person, inToken bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sits, p.inToken = person, inToken
}

func (p *Provider) present() Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sits
}

// GetUserByID implements storage.UserStore.
func (p *Provider) GetUserByID(subject string) *storage.User {
	sits := p.present()
	if subject != sits.Subject {
		return nil
	}
	return &storage.User{ID: sits.Subject, Username: sits.Subject, Password: password, FirstName: sits.First, LastName: sits.Last}
}

// GetUserByUsername implements storage.UserStore.
func (p *Provider) GetUserByUsername(name string) *storage.User { return p.GetUserByID(name) }

// ExampleClientID implements storage.UserStore.
func (p *Provider) ExampleClientID() string { return "service" }

// SetUserinfoFromRequest says what tokens tell.
func (p *Provider) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, token op.IDTokenRequest, scopes []string) error {
	p.mu.Lock()
	inToken, groups := p.inToken, p.sits.Groups
	p.mu.Unlock()
	if inToken {
		info.AppendClaims("groups", groups)
	}
	return p.Storage.SetUserinfoFromRequest(ctx, info, token, scopes)
}

// SetUserinfoFromToken says what is told when asked.
func (p *Provider) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	info.AppendClaims("groups", p.present().Groups)
	return p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin)
}
