package parley

import "time"

// SignIn is a session of the deal desk's page: one of the publisher's people at one browser, by a key that was typed there, or by the one that
// stands for whom an OpenID Connect provider vouched for.
type SignIn struct {
	ID      string
	KeyID   string
	Address string // of the client, when it was last used
	Browser string // as it calls itself: its own words
	At      time.Time
	UsedAt  time.Time  // within a minute or so
	EndedAt *time.Time // by somebody, or with its key
	EndedBy string     // the principal; empty: nobody ended it, or its key ended by itself
	// SecretHash is HashSecret of the secret of a session of whom a provider vouched for, and ExpiresAt its end. Empty and nil: its
	// credential is the key's own secret.
	SecretHash string
	ExpiresAt  *time.Time
}
