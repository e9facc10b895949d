package seller

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"parley"
	"parley/storage"
)

// picks is what may hold rules that pick buyers by their accounts.
type picks interface{ PicksAccounts() bool }

// accountsFor answers whom an identity names, and those above them, where a rule picks by account; nobody where none does, so that
// nothing is looked up for it.
func accountsFor(ctx context.Context, r *storage.Reader, by picks, i parley.Identity) ([]parley.AccountRef, error) {
	if !by.PicksAccounts() {
		return nil, nil
	}
	return accountsNamed(ctx, r, i)
}

// at are the rules at some gates.
type at struct {
	keeper interface{ PicksAccounts(...parley.Gate) bool }
	gates  []parley.Gate
}

func (a at) PicksAccounts() bool { return a.keeper.PicksAccounts(a.gates...) }

func idsOf(accounts []parley.AccountRef) []string {
	var ids []string
	for _, a := range accounts {
		ids = append(ids, a.ID)
	}
	return ids
}

// accounts refuses ids that are no account's, so that no rule waits for what never comes.
func (n names) accounts(ctx context.Context, ids []string) error {
	var problems parley.Problems
	if len(ids) == 0 {
		return nil
	}
	found, err := n.AccountsByID(ids).Get(ctx)
	for i, id := range ids {
		if !slices.ContainsFunc(found, func(a parley.Account) bool { return a.ID == id }) {
			problems.Add(fmt.Sprintf("account_ids[%d]", i), "is no account's id, such as acct-06fhv372001pr228mmfkkra4n593")
		}
	}
	return cmp.Or(err, problems.Err())
}
