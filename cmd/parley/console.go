package main

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"

	"parley/config"
	"parley/console"
	"parley/openid"
	"parley/seller"
)

// consoleSecret names the secret that seals the sessions of the desk's page.
const consoleSecret = "console"

// newConsole makes the desk's page. Its secret is kept in the database, so that a session goes on after a
// restart and on another node.
func (p *process) newConsole(service *seller.Service, settings config.Settings, options console.Options) (http.Handler, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	secret, err := service.Secret(p.ctx, consoleSecret, fresh)
	if err != nil {
		return nil, fmt.Errorf("read the secret of the console's sessions: %w", err)
	}
	options.SecondLook = int64(settings.SecondLook)
	options.Secret, options.Idle, options.TrustForwardedProto = secret, settings.ConsoleIdle, settings.TrustForwardedProto
	options.Store = storeName(settings.DatabaseURL)
	options.NoKeys, options.PersonSession = !settings.ConsoleKeys, settings.OIDCSession
	if settings.OIDCIssuer != "" {
		options.SignInBy = signInProvider(settings)
	}
	return console.New(service, options)
}

// signInProvider is where people sign in to the desk's page.
func signInProvider(settings config.Settings) *openid.Provider {
	roles := make([]openid.Role, len(settings.OIDCRoles))
	for i, role := range settings.OIDCRoles {
		roles[i] = openid.Role(role)
	}
	return openid.New(openid.Settings{
		Issuer: string(settings.OIDCIssuer), ClientID: string(settings.OIDCClientID), ClientSecret: string(settings.OIDCClientSecret),
		Redirect: string(settings.PublicURL) + console.ReturnPath, Scopes: settings.OIDCScopes, GroupsClaim: string(settings.OIDCGroupsClaim),
		Roles: roles, Clock: clock,
	})
}

// storeName says which database it is, for people: without a user or a password.
func storeName(database config.DatabaseURL) string {
	if path, embedded := database.SQLite(); embedded {
		return "SQLite, " + path
	}
	address, err := url.Parse(string(database))
	if err != nil {
		return "PostgreSQL"
	}
	return "PostgreSQL, " + address.Host + address.Path
}
