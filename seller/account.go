package seller

import (
	"context"
	"slices"

	"parley"
	"parley/openrtb"
	"parley/storage"
)

// AccountChange is what is to be another about an account; what is nil stays as it is.
type AccountChange struct {
	Name     *string
	ParentID *string // empty: nobody is above it
	Status   *parley.AccountStatus
	Steward  *string
	Notes    *string
	Reason   string // of the change, for the publisher's own people
	Contacts *[]parley.Contact
	Names    *[]string // all of them; the code stays one
	Clients  *[]string // all of them
	Version  *int64    // the one that is changed; nil: whichever there is
}

// over is an account with the change made.
func (c AccountChange) over(a parley.Account) parley.Account {
	set(&a.Name, c.Name)
	set(&a.ParentID, c.ParentID)
	set(&a.Status, c.Status)
	set(&a.Steward, c.Steward)
	set(&a.Notes, c.Notes)
	set(&a.Contacts, c.Contacts)
	set(&a.Names, c.Names)
	set(&a.Clients, c.Clients)
	return a.Tidied()
}

// Accounts lists accounts, without their names and clients, for the publisher.
func (s *Service) Accounts(ctx context.Context, call Call, filter AccountFilter) (Listing[parley.Account], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Account]] { return v.Accounts(filter) })
}

// Account reads one account, for the publisher.
func (s *Service) Account(ctx context.Context, call Call, id string) (parley.Account, error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[parley.Account] { return v.Account(id) })
}

// CreateAccount makes an account of a buyer that has none yet. Its code and its names must be nobody else's.
func (s *Service) CreateAccount(ctx context.Context, call Call, account parley.Account, encode Encode[parley.Account]) (Answer, error) {
	account = account.Tidied()
	var problems parley.Problems
	account.Check(&problems)
	checkSeatIDs(&problems, parley.Account{}, account)
	if err := problems.Err(); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Account, error) {
		w.LockAccounts()
		if _, err := w.authorize(ctx, needApprover); err != nil {
			return parley.Account{}, err
		}
		return w.createAccount(ctx, account)
	})
}

// createAccount stores a new account, under the lock of accounts.
func (w *work) createAccount(ctx context.Context, account parley.Account) (parley.Account, error) {
	account.ID, account.Version = w.service.ids.New(parley.PrefixAccount), 1
	account.CreatedAt, account.UpdatedAt = w.now, w.now
	parent, err := w.parentOf(ctx, account)
	if err != nil {
		return parley.Account{}, err
	}
	if err := w.calledApart(ctx, parley.Account{}, account); err != nil {
		return parley.Account{}, err
	}
	w.InsertAccount(account, parent)
	return account, w.recordAccount(parley.EventAccountCreated, "account.create", nil, account, "")
}

// ChangeAccount changes an account. A status holds at once, on every node, for all keys that name the account or one that belongs
// to it; see AccountStatus.
func (s *Service) ChangeAccount(ctx context.Context, call Call, id string, change AccountChange, encode Encode[parley.Account]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Account, error) {
		w.LockAccounts()
		pending := w.AccountForUpdate(id)
		if _, err := w.authorize(ctx, needApprover); err != nil {
			return parley.Account{}, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return parley.Account{}, err
		}
		if err := sameVersion("account", before.Version, change.Version); err != nil {
			return parley.Account{}, err
		}
		account := change.over(before)
		var problems parley.Problems
		account.Check(&problems)
		checkSeatIDs(&problems, before, account)
		if len(change.Reason) > maxAccountReason {
			problems.Add("reason", "must be at most %d bytes", maxAccountReason)
		}
		if err := problems.Err(); err != nil {
			return parley.Account{}, err
		}
		parent, err := w.parentOf(ctx, account)
		if err != nil {
			return parley.Account{}, err
		}
		if err := w.calledApart(ctx, before, account); err != nil {
			return parley.Account{}, err
		}
		account.Version, account.UpdatedAt = before.Version+1, w.now
		w.UpdateAccount(account, parent)
		return account, w.recordAccount(parley.EventAccountChanged, "account.change", &before, account, change.Reason)
	})
}

// calledApart refuses an account that comes to be called as another of its kind is called or written, or to be written as another is
// called: a key that says the name could mean either. What was alike before stays, and seats are told apart by their ids.
func (w *work) calledApart(ctx context.Context, before, after parley.Account) error {
	if after.Kind == parley.AccountSeat {
		return nil
	}
	type said struct{ path, written string }
	var come []said
	if parley.AlikeName(after.Name) != parley.AlikeName(before.Name) {
		come = append(come, said{"name", after.Name})
	}
	for _, written := range after.Names {
		if !before.IsWritten(written) {
			come = append(come, said{"names", written})
		}
	}
	for _, name := range come {
		called, err := w.AccountsCalled(after.Kind, name.written).Get(ctx)
		if err != nil {
			return err
		}
		written, err := w.AccountNamed(after.Kind, "", name.written).Get(ctx)
		if err != nil {
			return err
		}
		for _, other := range append(called, written) {
			if other.ID != "" && other.ID != after.ID {
				return parley.Errorf(parley.CodeConflict, "%q is what the %s %s is called or written as: take the name from that account first.", name.written, other.Kind, other.Code).
					With("field", name.path).With("account_id", other.ID)
			}
		}
	}
	return nil
}

const maxAccountReason = 2000

// checkSeatIDs refuses ids of a seat that no key could name it by. What is stored already stays.
func checkSeatIDs(problems *parley.Problems, before, a parley.Account) {
	if a.Kind != parley.AccountSeat {
		return
	}
	for _, id := range a.Names {
		if _, err := openrtb.Seat(id); err == nil || slices.Contains(before.Names, id) {
			continue
		} else if id == a.Code {
			problems.Add("code", "%s", err.Error())
		} else {
			problems.Add("names", "%s", err.Error())
		}
	}
}

// parentOf is the kind of the account above one; empty where nobody is.
func (w *work) parentOf(ctx context.Context, account parley.Account) (parley.AccountKind, error) {
	if account.ParentID == "" {
		return "", nil
	}
	parent, err := w.Account(account.ParentID).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return "", parley.Invalid("parent_id", "is no account's id")
	}
	if err != nil {
		return "", err
	}
	if !parent.Kind.MayHave(account.Kind) {
		return "", parley.Invalid("parent_id", "is of a kind, %s, that cannot have one of the kind %s", parent.Kind, account.Kind)
	}
	return parent.Kind, nil
}

func (w *work) recordAccount(event parley.EventType, action string, before *parley.Account, after parley.Account, reason string) error {
	told := map[string]any{"account_id": after.ID, "kind": after.Kind, "name": after.Name, "status": after.Status}
	var was any
	if before != nil {
		was = accountFacts(*before, "")
	}
	return w.record(parley.Event{Type: event, Data: data(told)}, action, "account", after.ID, was, accountFacts(after, reason))
}

func accountFacts(a parley.Account, reason string) any {
	facts := map[string]any{
		"kind": a.Kind, "name": a.Name, "code": a.Code, "parent_id": a.ParentID, "status": a.Status, "steward": a.Steward, "notes": a.Notes,
		"contacts": a.Contacts, "names": a.Names, "advertiser_ids": a.Clients,
	}
	if a.DSP != "" {
		facts["dsp"] = a.DSP
	}
	if reason != "" {
		facts["reason"] = reason
	}
	return facts
}
