package openid

import (
	"slices"
	"strings"
	"unicode"

	"parley"
)

// claims are what a provider tells of a person.
type claims map[string]any

// find answers a claim by its name, or by the names that lead to it with dots between, such as realm_access.roles; nil: there is none.
func (c claims) find(name string) any {
	if value, is := c[name]; is {
		return value
	}
	first, rest, nested := strings.Cut(name, ".")
	if inner, is := c[first].(map[string]any); nested && is {
		return claims(inner).find(rest)
	}
	return nil
}

// texts are the texts of a claim that is one or has many.
func (c claims) texts(name string) []string {
	switch value := c.find(name).(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, member := range value {
			if text, is := member.(string); is {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// named tells whether there is a name among them.
func (c claims) named() bool { return c["name"] != nil || c["preferred_username"] != nil }

const (
	longestName    = 200
	longestSubject = 255 // OpenID Connect Core 1.0, section 2
)

// isSubject tells whether a text is what the protocol lets a provider call a person.
func isSubject(text string) bool {
	return text != "" && len(text) <= longestSubject && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// mail is the person's address where the provider says that it is theirs.
func (c claims) mail() any {
	if c["email_verified"] == true || c["email_verified"] == "true" {
		return c["email"]
	}
	return nil
}

// name is what people call the person: the first of what the provider tells that can be read.
func (c claims) name(subject string) string {
	for _, claim := range []any{c["name"], c["preferred_username"], c.mail(), subject} {
		text, _ := claim.(string)
		readable := strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return ' '
		}, strings.ToValidUTF8(text, ""))
		if words := strings.Join(strings.Fields(readable), " "); words != "" {
			letters := []rune(words)
			return strings.TrimSpace(string(letters[:min(len(letters), longestName)]))
		}
	}
	return "unnamed"
}

// scopes are what the members of groups may do, sorted.
func (p *Provider) scopes(groups []string) []parley.Scope {
	var scopes []parley.Scope
	for _, role := range p.settings.Roles {
		if slices.Contains(groups, role.Group) {
			scopes = append(scopes, role.Scope)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}
