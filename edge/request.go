package edge

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"
)

// RequestID takes the client's request id when it is a sane one, and mints another when not.
func RequestID(r *http.Request) string {
	const longest = 128
	given := r.Header.Get("X-Request-ID")
	outside := func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.:", c)
	}
	if given != "" && len(given) <= longest && !strings.ContainsFunc(given, outside) {
		return given
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	return "req-" + hex.EncodeToString(random[:])
}

// Bounds of a session's token, in letters. A caller may choose its own, which then has to be long enough not to be guessed.
const (
	SessionLeast = 22
	SessionMost  = 128
)

// IsSession tells a token that is long enough to know a caller without a key again by.
func IsSession(token string) bool {
	return len(token) >= SessionLeast && len(token) <= SessionMost && strings.IndexFunc(token, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_'
	}) < 0
}
