package storage

import (
	"strings"
	"time"
	"unicode"

	"parley"
)

// Period is a time from an instant to before another one. A zero instant is no bound.
type Period struct{ From, To time.Time }

// idsAside is how far the time in an id may be from when its row was made.
const idsAside = time.Hour

// made narrows rows, whose ids are minted with a prefix and sort by age, to when they were made. The ids lead to about the
// right rows in every index that ends with them.
func (w *where) made(prefix string, period Period) {
	if !period.From.IsZero() {
		w.and("id >= ? AND created_at >= ?", parley.FirstID(prefix, period.From.Add(-idsAside)), micros(period.From))
	}
	if !period.To.IsZero() {
		w.and("id < ? AND created_at < ?", parley.FirstID(prefix, period.To.Add(idsAside)), micros(period.To))
	}
}

// reference is a column that a search looks in, and what the values in it begin with.
type reference struct{ prefix, column string }

// identified narrows rows to what an identifier points at: their own ids that begin so, in the case that ids with the
// prefix are in; whole values of the first of references that the search begins like; else whole values of a column.
func (w *where) identified(search, prefix, otherwise string, references ...reference) {
	if search == "" {
		return
	}
	if len(search) >= len(prefix) && strings.EqualFold(search[:len(prefix)], prefix) {
		begins := strings.ToLower(search)
		if unicode.IsUpper(rune(prefix[0])) {
			begins = strings.ToUpper(search)
		}
		w.and("id >= ? AND id < ?", begins, begins+string(unicode.MaxRune))
		return
	}
	for _, r := range references {
		if strings.HasPrefix(search, r.prefix) {
			w.and(r.column+" = ?", search)
			return
		}
	}
	w.and(otherwise+" = ?", search)
}

// owners are where a search for an account looks: the account of a buyer with an identity, or of a key without one.
var owners = []reference{{"buyer/", "owner"}, {parley.PrefixKey, "owner"}}
