package parley

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// Key is an API key as it is kept: never its secret, only the secret's hash.
type Key struct {
	ID        string
	Hash      string // HashSecret of the secret
	Hint      string // the last four letters of the secret, to tell keys apart
	Role      Role
	Scopes    []Scope
	Label     string
	Identity  Identity
	AgentURL  string // the registered agent this key belongs to, if any
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt *time.Time
	// ExpiryToldAt is when the key's holder was told that it is to end, or need not be told any more; nil: that is due.
	ExpiryToldAt *time.Time
	Replaces     string // the key that was rotated into this one, and ends after an overlap; empty: none
	RevokedAt    *time.Time
	LastUsedAt   *time.Time
}

// HashSecret is what the store keeps of a secret. Secrets carry 160 random bits, so a plain SHA-256 cannot be searched.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// KeyNotice is how long before a key ends its holder is told.
const KeyNotice = 7 * 24 * time.Hour

// Live tells whether the key may be used at an instant.
func (k Key) Live(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// Lineage is the key of one of the publisher's people, the key that it was made with, and the one that that was made with, to the first
// that was made at the server's terminal. The terminal itself has none.
type Lineage []Key

// MadeWith tells whether a key was made by a principal, directly or by keys between them.
func (l Lineage) MadeWith(actor string) bool {
	return slices.ContainsFunc(l, func(k Key) bool { return k.CreatedBy == actor })
}

// MadeSince tells the same of what was made after an instant.
func (l Lineage) MadeSince(actor string, at time.Time) bool {
	return slices.ContainsFunc(l, func(k Key) bool { return k.CreatedBy == actor && k.CreatedAt.After(at) })
}

// OnePerson tells whether two principals, whose keys have these lineages, are to be taken for one person: one made the other's key,
// directly or by keys between them, or both keys have one name. Keys that a third one made are two people's.
func OnePerson(a Lineage, one string, b Lineage, other string) bool {
	return one == other || a.MadeWith(other) || b.MadeWith(one) || OneName(a, b)
}

// OneName tells whether two keys are called the same, however it is written.
func OneName(a, b Lineage) bool {
	return len(a) > 0 && len(b) > 0 &&
		strings.EqualFold(strings.Join(strings.Fields(a[0].Label), " "), strings.Join(strings.Fields(b[0].Label), " "))
}

// Principal is who the key acts for. An operator key without explicit scopes is admin.
func (k Key) Principal(trust Trust) Principal {
	scopes := k.Scopes
	if k.Role == RoleOperator && len(scopes) == 0 {
		scopes = []Scope{ScopeAdmin}
	}
	return Principal{Role: k.Role, KeyID: k.ID, Label: k.Label, Scopes: scopes, Identity: k.Identity, Trust: trust}
}
