package storage

import (
	"sync"

	"parley"
)

// kept holds what has been read and can be relied on with a short question: keys, of which nothing but the revocation and the
// last use ever changes, products, whose versions move with every change, and whom identities name, by the version of the accounts. Neither is ever removed from the database, so that
// one that was committed stays there, whichever node changes it. What is kept is shared and must not be changed.
type kept struct {
	mu       sync.Mutex
	keys     map[keyName]parley.Key
	products map[string]parley.Product
	accounts map[accountsNamed]accountsAt
}

// accountsNamed are the parties of an identity, as accounts are found by them, and accountsAt whom they were in a version of the accounts.
type (
	accountsNamed struct {
		seat, dsp, agency, advertiser string
		former                        [3]string // as the parties were found once, without the platform
		alike                         [3]string // as they are found whatever the case of their letters
	}
	accountsAt struct {
		version  int64
		accounts []parley.AccountRef
	}
)

// keyName is a column of keys that names one, and the value there.
type keyName struct{ column, value string }

func newKept() *kept {
	return &kept{keys: map[keyName]parley.Key{}, products: map[string]parley.Product{}, accounts: map[accountsNamed]accountsAt{}}
}

// recallKept answers what is kept under a name.
func recallKept[K comparable, V any](k *kept, of map[K]V, name K) (V, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	value, there := of[name]
	return value, there
}

// keep keeps what a reader was answered, if that was committed then.
func keep[K comparable, V any](r *Reader, of map[K]V, name K, value V) {
	if !r.committed {
		return
	}
	r.kept.mu.Lock()
	defer r.kept.mu.Unlock()
	if len(of) >= mostRemembered {
		clear(of)
	}
	of[name] = value
}
