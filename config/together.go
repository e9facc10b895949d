package config

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parley"
)

// rule is what settings that are right each by itself have to be together.
type rule struct {
	// of are the settings that the rule is about; what is wrong stands where the first of them that was set is. Where one is wrong by itself
	// the rule says nothing.
	of []string
	// wrong answers what is wrong, as Problem has it; empty: nothing.
	wrong func(Settings) string
}

// together are all rules, in the order in which problems are told.
var together = []rule{
	noShorter("quote-ttl", func(s Settings) time.Duration { return s.QuoteTTL }),
	noShorter("proposal-ttl", func(s Settings) time.Duration { return s.ProposalTTL }),
	kept("keep-events", func(s Settings) time.Duration { return s.KeepEvents }),
	kept("keep-audits", func(s Settings) time.Duration { return s.KeepAudits }),
	kept("keep-negotiations", func(s Settings) time.Duration { return s.KeepNegotiations }),
	{[]string{"admin-listen", "listen"}, func(s Settings) string {
		if string(s.AdminListen) != string(s.Listen) || strings.HasSuffix(string(s.Listen), ":0") {
			return ""
		}
		return "is what --listen names too: monitoring needs an address of its own"
	}},
	{[]string{"database-direct-url", "database-url"}, func(s Settings) string {
		_, embedded := s.DatabaseURL.SQLite()
		return told(embedded && s.DirectURL != "", "needs a database-url of PostgreSQL, through a pooler")
	}},
	{[]string{"database-for-tests", "database-url", "database-direct-url"}, func(s Settings) string {
		return told(s.TestURL() != "" && (sameDatabase(s.TestURL(), s.DatabaseURL) || sameDatabase(s.TestURL(), s.PastPooler())),
			"names the database of what is real: the test world needs one of its own, such as 'beside'")
	}},

	// Mail has a sender, links to the server's pages, and gives a password away to nobody on the way.
	{[]string{"smtp-server", "smtp-from"}, func(s Settings) string {
		return told(s.SMTPServer != "" && s.SMTPFrom.Address.Address == "", "needs smtp-from, whom e-mail comes from")
	}},
	{[]string{"smtp-server", "public-url"}, func(s Settings) string {
		return told(s.SMTPServer != "" && s.PublicURL == "", "needs public-url, which e-mail links to")
	}},
	{[]string{"smtp-tls", "smtp-server", "smtp-user"}, func(s Settings) string {
		host, _, _ := net.SplitHostPort(string(s.SMTPServer))
		return told(s.SMTPServer != "" && s.SMTPUser != "" && s.SMTPTLS == parley.MailPlain && host != "localhost" && host != "127.0.0.1" && host != "::1",
			"would send smtp-password over the network without TLS")
	}},

	// At the provider somebody can sign in, or else somebody can without it.
	{[]string{"console-keys", "oidc-issuer"}, func(s Settings) string {
		return told(s.OIDCIssuer == "" && !s.ConsoleKeys, "leaves nobody a way to sign in: it needs oidc-issuer")
	}},
	{[]string{"oidc-client-id", "oidc-issuer"}, func(s Settings) string {
		return told(s.OIDCIssuer == "" && s.OIDCClientID != "", "does nothing without oidc-issuer")
	}},
	{[]string{"oidc-roles", "oidc-issuer"}, func(s Settings) string {
		return told(s.OIDCIssuer == "" && len(s.OIDCRoles) > 0, "does nothing without oidc-issuer")
	}},
	{[]string{"oidc-scopes", "oidc-issuer"}, func(s Settings) string {
		return told(s.OIDCIssuer != "" && !slices.Contains(s.OIDCScopes, "openid"), "needs openid, without which a provider tells of nobody")
	}},
	{[]string{"oidc-issuer", "public-url"}, func(s Settings) string {
		if s.OIDCIssuer == "" {
			return ""
		}
		public, err := url.Parse(string(s.PublicURL))
		return told(err == nil && public.Scheme == "http" && !onThisMachine(public.Hostname()),
			"needs a public-url of https, which the provider sends people back to (http only on this machine)")
	}},
	{[]string{"oidc-issuer", "oidc-client-id"}, func(s Settings) string {
		return told(s.OIDCIssuer != "" && s.OIDCClientID == "", "needs oidc-client-id")
	}},
	{[]string{"oidc-issuer", "public-url"}, func(s Settings) string {
		return told(s.OIDCIssuer != "" && s.PublicURL == "", "needs public-url, which the provider sends people back to")
	}},
	{[]string{"oidc-issuer", "oidc-roles"}, func(s Settings) string {
		return told(s.OIDCIssuer != "" && len(s.OIDCRoles) == 0, "needs oidc-roles, without which nobody gets in")
	}},
	{[]string{"oidc-issuer", "oidc-groups-claim"}, func(s Settings) string {
		return told(s.OIDCIssuer != "" && strings.TrimSpace(string(s.OIDCGroupsClaim)) == "", "needs oidc-groups-claim")
	}},
}

// told answers a text where something is so.
func told(is bool, text string) string {
	if is {
		return text
	}
	return ""
}

// noShorter refuses answers that are forgotten while what they created can still be booked, since a retry would then be taken for another
// request.
func noShorter(name string, of func(Settings) time.Duration) rule {
	return rule{[]string{"answer-ttl", name}, func(s Settings) string {
		return told(s.AnswerTTL < of(s), fmt.Sprintf("makes answer-ttl (%s) shorter than %s (%s); an answer must be kept for as long as what it created",
			parley.FormatSpan(s.AnswerTTL), name, parley.FormatSpan(of(s))))
	}}
}

// shortestKept is how long what happened is kept at least: as long as a webhook may fail, and a session lasts.
const shortestKept = 7 * 24 * time.Hour

// kept refuses to remove what happened while it is news.
func kept(name string, of func(Settings) time.Duration) rule {
	return rule{[]string{name}, func(s Settings) string {
		return told(of(s) != 0 && of(s) < shortestKept, "must be 0s or at least 7d")
	}}
}

// sameDatabase tells whether two URLs name one file, or are the same.
func sameDatabase(a, b DatabaseURL) bool {
	first, embedded := a.SQLite()
	second, both := b.SQLite()
	return a == b || embedded && both && filepath.Clean(first) == filepath.Clean(second)
}

// checkTogether answers which rules settings break. set has the assignment of each setting that was set, wrong those that are wrong by
// themselves.
func checkTogether(settings Settings, set map[string]assignment, wrong map[string]bool) Problems {
	var problems Problems
	for _, r := range together {
		if slices.ContainsFunc(r.of, func(name string) bool { return wrong[name] }) {
			continue
		}
		what := r.wrong(settings)
		if what == "" {
			continue
		}
		at := slices.IndexFunc(r.of, func(name string) bool { return set[name].where != "" })
		problems = append(problems, Problem{set[r.of[max(0, at)]].where, what})
	}
	return problems
}
