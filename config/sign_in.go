package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley"
)

// Issuer is the URL of an OpenID Connect provider, as its tokens have it; empty: there is none.
type Issuer string

// UnmarshalText implements encoding.TextUnmarshaler.
func (i *Issuer) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*i = ""
		return nil
	}
	parsed, err := url.Parse(string(text))
	if err != nil || parsed.Hostname() == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "" ||
		parsed.Scheme != "https" && (parsed.Scheme != "http" || !onThisMachine(parsed.Hostname())) {
		return fmt.Errorf("must be 'none' or an https URL such as https://login.example.com (http only on this machine), and not %q", text)
	}
	*i = Issuer(text)
	return nil
}

func onThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// Words are a list of texts without spaces, with commas between.
type Words []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Words) UnmarshalText(text []byte) error {
	var words Words
	for word := range strings.SplitSeq(string(text), ",") {
		word = strings.TrimSpace(word)
		if word == "" || !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
			return fmt.Errorf("must be a list of words with commas between, and not %q", text)
		}
		words = append(words, word)
	}
	*w = words
	return nil
}

// OIDCRole is what the members of a group at an OpenID Connect provider may do.
type OIDCRole struct {
	Scope parley.Scope
	Group string
}

// OIDCRoles are all of them.
type OIDCRoles []OIDCRole

var errOIDCRoles = errors.New("must be 'none', or roles with a group each and semicolons between, such as 'admin=desk-admins;approver=desk'; " +
	"the roles are viewer, approver, finance, legal and admin")

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *OIDCRoles) UnmarshalText(text []byte) error {
	var roles OIDCRoles
	if string(text) != "none" {
		for member := range strings.SplitSeq(string(text), ";") {
			name, group, _ := strings.Cut(strings.TrimSpace(member), "=")
			scope, known := parley.ParseScope(strings.TrimSpace(name))
			group = strings.TrimSpace(group)
			// Who only brings in what deals delivered is no person.
			if _, after, more := strings.Cut(group, ","); more {
				next, _, pair := strings.Cut(after, "=")
				if _, role := parley.ParseScope(strings.TrimSpace(next)); pair && role {
					return fmt.Errorf("has semicolons between its pairs, such as 'admin=desk-admins;approver=desk', and %q is no group", group)
				}
			}
			if !known || scope == parley.ScopeDelivery || group == "" || new(Word).UnmarshalText([]byte(group)) != nil {
				return errOIDCRoles
			}
			roles = append(roles, OIDCRole{scope, group})
		}
	}
	*r = roles
	return nil
}
