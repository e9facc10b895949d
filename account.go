package parley

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/cases"
)

// AccountKind is what an account is. Those of a kind before another can be above it: a holding has agencies and advertisers, and
// these have seats at DSPs.
type AccountKind string

// The kinds of accounts.
const (
	AccountHolding    AccountKind = "holding"
	AccountAgency     AccountKind = "agency"
	AccountAdvertiser AccountKind = "advertiser"
	AccountSeat       AccountKind = "seat"
)

// AccountKinds are all of them, from the top down.
var AccountKinds = [...]AccountKind{AccountHolding, AccountAgency, AccountAdvertiser, AccountSeat}

// Valid tells whether it is a kind of account.
func (k AccountKind) Valid() bool { return slices.Contains(AccountKinds[:], k) }

// MayHave tells whether accounts of another kind can belong to one of this.
func (k AccountKind) MayHave(below AccountKind) bool {
	switch k {
	case AccountHolding:
		return below == AccountAgency || below == AccountAdvertiser
	case AccountAgency, AccountAdvertiser:
		return below == AccountSeat
	case AccountSeat:
	}
	return false
}

// AccountStatus is what an account may do.
type AccountStatus string

// The states of an account. Each holds for all that belong to it, too.
const (
	AccountActive  AccountStatus = "active"
	AccountPaused  AccountStatus = "paused"  // starts nothing new; what is open goes on
	AccountBlocked AccountStatus = "blocked" // changes nothing any more, but may end what it has
)

// AccountStatuses are all of them, from the least to the most restricted.
var AccountStatuses = [...]AccountStatus{AccountActive, AccountPaused, AccountBlocked}

// Valid tells whether it is a state of an account.
func (s AccountStatus) Valid() bool { return slices.Contains(AccountStatuses[:], s) }

// Contact is a person at a buyer's.
type Contact struct {
	Name  string `json:"name"`
	Role  string `json:"role,omitempty"` // what the person does there, in words
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Account is somebody who buys: a holding, an agency, an advertiser, or a seat at a DSP.
type Account struct {
	ID       string
	Kind     AccountKind
	Name     string // for people
	Code     string // the id by which keys name it; of a seat, its id at the DSP; of a holding, a name
	DSP      string // of a seat: where it is; empty when no key says so
	ParentID string // of an agency or advertiser: its holding; of a seat: whose it is; empty: nobody's
	Status   AccountStatus
	Steward  string // who of the publisher's people looks after it
	Notes    string // of the publisher's people, for themselves
	Contacts []Contact
	// Names are the ids and names by which buyers write it, the code among them: each finds it, as whatever looks the same.
	Names []string
	// Clients are the ids of the advertisers that an agency acts for.
	Clients   []string
	Version   int64 // counts up with each change
	CreatedAt time.Time
	UpdatedAt time.Time
}

// AccountName is an id or a name as keys and accounts are held against each other in a database, which knows no more of case: in its plain
// form, and with the letters A to Z in one case. See AlikeName.
func AccountName(written string) string {
	return lowerAZ(PlainName(written))
}

// AlikeName is an id or a name as accounts are found by it: in its plain form, without the case of any letter (Unicode's full case folding).
func AlikeName(written string) string {
	name := PlainName(written)
	if plain(name) {
		return lowerAZ(name)
	}
	return PlainName(cases.Fold().String(name))
}

// IsWritten tells whether buyers write the account so.
func (a Account) IsWritten(name string) bool {
	return slices.ContainsFunc(a.Names, func(written string) bool { return AlikeName(written) == AlikeName(name) })
}

// FormerAccountName is how names were compared before their plain forms were: accounts and keys of that time have them so.
func FormerAccountName(written string) string { return lowerAZ(strings.TrimSpace(written)) }

func lowerAZ(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, text)
}

// Limits of what is kept of an account.
const (
	MaxAccountName  = 200 // letters
	MaxAccountNotes = 10_000
	MaxAccountNames = 100
	MaxContacts     = 50
)

// Tidied is the account in the form that is kept: names in their plain forms, each name once with the code among them, and
// contacts that say something.
func (a Account) Tidied() Account {
	for _, text := range []*string{&a.Steward, &a.Notes} {
		*text = strings.TrimSpace(*text)
	}
	a.Name, a.Code, a.DSP = PlainName(a.Name), PlainName(a.Code), PlainName(a.DSP)
	a.Notes = strings.ReplaceAll(a.Notes, "\r\n", "\n")
	if a.Name == "" {
		a.Name = a.Code
	}
	if a.Kind == AccountHolding && a.Code == "" {
		a.Code = a.Name
	}
	if a.Status == "" {
		a.Status = AccountActive
	}
	names := make([]string, 0, len(a.Names)+1)
	seen := map[string]bool{}
	for _, written := range append([]string{a.Code}, a.Names...) {
		if name := AccountName(written); name != "" && !seen[name] {
			seen[name] = true
			names = append(names, PlainName(written))
		}
	}
	a.Names, a.Clients = names, once(a.Clients)
	contacts := make([]Contact, 0, len(a.Contacts))
	for _, c := range a.Contacts {
		c = Contact{Name: strings.TrimSpace(c.Name), Role: strings.TrimSpace(c.Role), Email: strings.TrimSpace(c.Email), Phone: strings.TrimSpace(c.Phone)}
		if c != (Contact{}) {
			contacts = append(contacts, c)
		}
	}
	a.Contacts = contacts
	return a
}

// With is the account with what is known of another one that is the same: the more restricted of their states, what this one lacks, and the
// names, notes and contacts of both.
func (a Account) With(other Account) Account {
	if slices.Index(AccountStatuses[:], other.Status) > slices.Index(AccountStatuses[:], a.Status) {
		a.Status = other.Status
	}
	if a.Name == a.Code {
		a.Name = other.Name
	}
	if a.ParentID == "" {
		a.ParentID = other.ParentID
	}
	if a.Steward == "" {
		a.Steward = other.Steward
	}
	if other.Notes != "" && other.Notes != a.Notes {
		a.Notes = strings.TrimPrefix(a.Notes+"\n\n"+other.Notes, "\n\n")
	}
	a.Names = append(slices.Clone(a.Names), other.Names...)
	a.Clients = append(slices.Clone(a.Clients), other.Clients...)
	for _, c := range other.Contacts {
		if !slices.Contains(a.Contacts, c) {
			a.Contacts = append(slices.Clone(a.Contacts), c)
		}
	}
	return a.Tidied()
}

// Check adds what is wrong with a tidied account by itself, without a look at others.
func (a Account) Check(problems *Problems) {
	if !a.Kind.Valid() {
		problems.Add("kind", "must be holding, agency, advertiser or seat")
	}
	if !a.Status.Valid() {
		problems.Add("status", "must be active, paused or blocked")
	}
	short := func(path, text string, least int) {
		if n := utf8.RuneCountInString(text); n < least || n > MaxAccountName || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
			problems.Add(path, "must be %d to %d letters in one line", least, MaxAccountName)
		}
	}
	short("name", a.Name, 1)
	short("code", a.Code, 1)
	short("dsp", a.DSP, 0)
	short("steward", a.Steward, 0)
	if a.DSP != "" && a.Kind != AccountSeat {
		problems.Add("dsp", "is a seat's")
	}
	if a.ParentID != "" && a.Kind == AccountHolding {
		problems.Add("parent_id", "is for others than holdings: nobody is above one")
	}
	if len(a.Clients) > 0 && a.Kind != AccountAgency {
		problems.Add("advertiser_ids", "are an agency's: those that it acts for")
	}
	if len(a.Names) > MaxAccountNames {
		problems.Add("names", "must be at most %d", MaxAccountNames)
	}
	for _, name := range a.Names {
		short("names", name, 1)
	}
	if utf8.RuneCountInString(a.Notes) > MaxAccountNotes {
		problems.Add("notes", "must be at most %d letters", MaxAccountNotes)
	}
	if len(a.Contacts) > MaxContacts {
		problems.Add("contacts", "must be at most %d", MaxContacts)
	}
	for _, c := range a.Contacts {
		if c.Name == "" {
			problems.Add("contacts", "must each have a name")
		}
		for _, text := range []string{c.Name, c.Role, c.Email, c.Phone} {
			short("contacts", text, 0)
		}
		if c.Email != "" && !strings.Contains(c.Email, "@") {
			problems.Add("contacts", "have an e-mail address without an @")
		}
	}
}

// AccountRef is an account as far as it says what its buyers may do.
type AccountRef struct {
	ID       string
	Kind     AccountKind
	Code     string
	DSP      string // of a seat
	ParentID string // the one that it belongs to; empty: nobody
	Status   AccountStatus
	Named    bool // by the identity itself; otherwise it is above one that is

	// Elsewhere: it is a seat with the identity's id, but of the seat or of the identity nobody said at which DSP. What is decided for it holds
	// for the identity, and the identity's things are not its own.
	Elsewhere bool
}

// SeatsApart tells of the accounts that an identity may be of, those above the others last, which seats are elsewhere than at its DSP, and
// leaves out who is above these where the identity has a seat at its DSP: a seat of which nobody said where it is tells of it no more than
// itself.
func SeatsApart(accounts []AccountRef, dsp string) []AccountRef {
	dsp = DSP(dsp)
	own := false
	for i := range accounts {
		a := &accounts[i]
		seat := a.Named && a.Kind == AccountSeat
		a.Elsewhere = seat && DSP(a.DSP) != dsp
		own = own || seat && !a.Elsewhere
	}
	if !own || dsp == "" {
		return accounts
	}
	var left []AccountRef
	for _, a := range accounts {
		if a.Elsewhere {
			a.ParentID = ""
		}
		if a.Named || slices.ContainsFunc(left, func(below AccountRef) bool { return below.ParentID == a.ID }) {
			left = append(left, a)
		}
	}
	return left
}

// PickedBy answers the first of a buyer's accounts, those above the ones that it names among them, that a rule for some accounts picks
// it by. A rule for none is for every buyer, and picks by no account.
func PickedBy(ids []string, accounts []AccountRef) (by AccountRef, picked bool) {
	if len(ids) == 0 {
		return by, true
	}
	at := slices.IndexFunc(accounts, func(a AccountRef) bool { return slices.Contains(ids, a.ID) })
	if at < 0 {
		return by, false
	}
	return accounts[at], true
}

// String is the account in a few words, for the publisher's people; empty of none.
func (a AccountRef) String() string {
	if a.ID == "" {
		return ""
	}
	return string(a.Kind) + " " + a.Code
}

// Tops are the accounts at the top of those that an identity names: of the agency, or else of each seat, and of the advertiser, each
// once. None where it names no account. What the keys of one of them may do together is bounded by these, since a holding, or an
// agency, has as many keys, seats and brands as it likes. A seat elsewhere is another buyer's.
func Tops(accounts []AccountRef) []string {
	var tops []string
	for _, kinds := range [...][]AccountKind{{AccountAgency, AccountSeat}, {AccountAdvertiser}} {
		for _, kind := range kinds {
			named := slices.DeleteFunc(slices.Clone(accounts), func(a AccountRef) bool { return !a.Named || a.Kind != kind || a.Elsewhere })
			for _, a := range named {
				if top := topOf(accounts, a); !slices.Contains(tops, top) {
					tops = append(tops, top)
				}
			}
			if len(named) > 0 {
				break
			}
		}
	}
	return tops
}

// SeatParent is whose a seat is that its keys name with others: the one agency's, or, where there is none, the one advertiser's. There is
// none where two are named.
func SeatParent(named []AccountRef) (parent AccountRef, one bool) {
	for _, kind := range []AccountKind{AccountAgency, AccountAdvertiser} {
		for _, a := range named {
			switch {
			case a.Kind != kind:
			case !one:
				parent, one = a, true
			case a.ID != parent.ID:
				return AccountRef{}, false
			}
		}
		if one {
			break
		}
	}
	return parent, one
}

// topOf is the id of the account above one, and of the one above that.
func topOf(accounts []AccountRef, a AccountRef) string {
	for range AccountKinds {
		at := slices.IndexFunc(accounts, func(above AccountRef) bool { return above.ID == a.ParentID })
		if at < 0 {
			break
		}
		a = accounts[at]
	}
	return a.ID
}

// Standing is the most restricted state among accounts; active where there are none.
func Standing(accounts []AccountRef) AccountStatus {
	standing := AccountActive
	for _, a := range accounts {
		if slices.Index(AccountStatuses[:], a.Status) > slices.Index(AccountStatuses[:], standing) {
			standing = a.Status
		}
	}
	return standing
}

// AccountCode is how the account that an identity names by an id of a kind is called, whichever of its names that id is; the id itself
// where no account has it.
func AccountCode(accounts []AccountRef, kind AccountKind, id string) string {
	for _, a := range accounts {
		if a.Kind == kind && a.Named && !a.Elsewhere {
			return a.Code
		}
	}
	return id
}
