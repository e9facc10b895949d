package iabfile

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"parley"
)

// key reads a buyer's key. The agent keeps the same hash of a key as is kept here, so that buyers go on with the keys that they
// have. Operators' keys have roles here, and are made anew.
func (c *Contents) key(hash string, value []byte, now time.Time) {
	var k struct {
		KeyID    string          `json:"key_id"`
		Role     string          `json:"role"`
		Label    string          `json:"label"`
		Identity parley.Identity `json:"identity"`
		Created  string          `json:"created_at"`
		Expires  string          `json:"expires_at"`
		Revoked  bool            `json:"revoked"`
	}
	if err := json.Unmarshal(value, &k); err != nil {
		c.refuse("key", hash[:min(8, len(hash))], unreadable(err))
		return
	}
	id := k.KeyID
	if id == "" {
		id = hash[:min(8, len(hash))]
	}
	kept := parley.Key{
		ID: k.KeyID, Hash: strings.ToLower(hash), Role: parley.RoleBuyer, Label: k.Label, Identity: k.Identity, CreatedAt: now,
	}
	if created, ok := timeOf(k.Created); ok {
		kept.CreatedAt = created
	}
	if k.Expires != "" {
		expires, ok := timeOf(k.Expires)
		if !ok {
			c.refuse("key", id, "its expiry cannot be read: "+k.Expires)
			return
		}
		kept.ExpiresAt = &expires
	}
	raw, err := hex.DecodeString(kept.Hash)
	switch {
	case err != nil || len(raw) != hashBytes:
		c.refuse("key", id, "it is known by no SHA-256; make a new one")
	case k.Revoked:
		c.leave("key", id, "it was revoked")
	case !kept.Live(now):
		c.leave("key", id, "it has expired")
	case k.Role == "operator":
		c.leave("key", id, "operators' keys have roles here; make one with 'parley keys create --role operator'")
	case k.Role != "" && k.Role != "buyer":
		c.refuse("key", id, "its role is unknown: "+k.Role)
	default:
		c.Keys = append(c.Keys, kept)
	}
}

const hashBytes = 32

// timeOf reads the agent's times, which are UTC where they name no zone.
func timeOf(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Truncate(time.Microsecond), true
		}
	}
	return time.Time{}, false
}
