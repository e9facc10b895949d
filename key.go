package parley

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Key is an API key as it is kept: never its secret, only the secret's hash.
type Key struct {
	ID       string
	Hash     string // HashSecret of the secret
	Hint     string // the last four letters of the secret, to tell keys apart; of an operator's key empty where nobody holds the secret: see OfPerson
	Role     Role
	Scopes   []Scope
	Label    string
	Identity Identity
	// OwnerDSP is at which DSP the seat is that owns what the key buys: an id of a seat means something at its DSP alone. It is what DSP
	// answers, or NoDSP; empty where the identity has no seat or no DSP, and of a key that owns what was owned before there were owners
	// with a DSP. The store gives it to a new key: that of a key with the same identity, where there is one.
	OwnerDSP  string
	AgentURL  string // the registered agent this key belongs to, if any
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt *time.Time
	// ExpiryToldAt is when the key's holder was told that it is to end, or need not be told any more; nil: that is due.
	ExpiryToldAt *time.Time
	Replaces     string // the key that was rotated into this one, and ends after an overlap; empty: none
	// FirstID and FirstHash are the id and the hash of the key that the rotations began with which led to this one. They are read with a
	// credential; empty: no key was rotated into it.
	FirstID, FirstHash string
	RevokedAt          *time.Time
	LastUsedAt         *time.Time
}

// NoDSP is the Key.OwnerDSP of a key that says no DSP for its seat, where keys that say one have the owner without it.
const NoDSP = "-"

// OwnerOfFirst is what the owner of a new key is made of: the owner without the DSP, the platform that the identity names, and the OwnerDSP
// of a key that is the first with its identity. NoDSP stands there for none unless keys at a DSP have the owner without it.
func (k Key) OwnerOfFirst() (owner, platform, dsp string) {
	if k.Role != RoleBuyer || k.Identity.Tier() == TierPublic {
		return "", "", ""
	}
	platform = DSP(k.Identity.DSPPlatform)
	if k.Identity.SeatID != "" {
		dsp = cmp.Or(platform, NoDSP)
	}
	return k.Identity.owner(), platform, dsp
}

// HashSecret is what the store keeps of a secret. Secrets carry 160 random bits, so a plain SHA-256 cannot be searched.
func HashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// KeyNotice is how long before a key ends its holder is told; of one that lives no longer at once.
const KeyNotice = 7 * 24 * time.Hour

// OfPerson tells whether the key stands for one of the publisher's people whom an OpenID Connect provider vouches for, now or once.
func (k Key) OfPerson() bool { return k.Role == RoleOperator && k.Hint == "" }

// Live tells whether the key may be used at an instant.
func (k Key) Live(now time.Time) bool {
	return k.RevokedAt == nil && (k.ExpiresAt == nil || now.Before(*k.ExpiresAt))
}

// Actor is who the key acts for, as events and the audit trail name it.
func (k Key) Actor() string { return string(k.Role) + ":" + k.ID }

// former is the actor of the key that was rotated into this one.
func (k Key) former() string { return Key{ID: k.Replaces, Role: k.Role}.Actor() }

// Principal is who the key acts for. An operator key without explicit scopes is admin.
func (k Key) Principal(trust Trust) Principal {
	scopes := k.Scopes
	if k.Role == RoleOperator && len(scopes) == 0 {
		scopes = []Scope{ScopeAdmin}
	}
	return Principal{Role: k.Role, KeyID: k.ID, Label: k.Label, Scopes: scopes, Identity: k.Identity, OwnerDSP: k.OwnerDSP, Trust: trust}
}
