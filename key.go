package parley

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Key is an API key as it is kept: never its secret, only the secret's hash.
type Key struct {
	ID         string
	Hash       string // HashSecret of the secret
	Hint       string // the last four letters of the secret, to tell keys apart
	Role       Role
	Scopes     []Scope
	Label      string
	Identity   Identity
	AgentURL   string // the registered agent this key belongs to, if any
	CreatedAt  time.Time
	CreatedBy  string
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
	LastUsedAt *time.Time
}

// HashSecret is what the store keeps of a secret. Secrets carry 160 random bits, so a plain SHA-256 cannot be searched.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Live tells whether the key may be used at an instant.
func (k Key) Live(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// Principal is who the key acts for. An operator key without explicit scopes is admin.
func (k Key) Principal(trust Trust) Principal {
	scopes := k.Scopes
	if k.Role == RoleOperator && len(scopes) == 0 {
		scopes = []Scope{ScopeAdmin}
	}
	return Principal{Role: k.Role, KeyID: k.ID, Label: k.Label, Scopes: scopes, Identity: k.Identity, Trust: trust}
}
