package document

import (
	"time"

	"parley"
)

// Key is an API key without its secret.
type Key struct {
	KeyID      string         `json:"key_id"`
	Role       parley.Role    `json:"role"`
	Roles      []parley.Scope `json:"roles" doc:"Of an operator's key; empty means admin, of a key that was made without."`
	Label      string         `json:"label"`
	Hint       string         `json:"hint" doc:"The last four letters of the key; empty for one that nobody holds, which stands for whom an identity provider vouches for."`
	Identity   Identity       `json:"identity"`
	AgentURL   *string        `json:"agent_url"`
	CreatedAt  time.Time      `json:"created_at"`
	CreatedBy  string         `json:"created_by"`
	ExpiresAt  *time.Time     `json:"expires_at"`
	Replaces   *string        `json:"replaces" doc:"The key that was rotated into this one."`
	RevokedAt  *time.Time     `json:"revoked_at"`
	LastUsedAt *time.Time     `json:"last_used_at" doc:"Within a minute or so."`
}
