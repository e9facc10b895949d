package wire

import (
	"context"
	"time"

	"parley"
	"parley/seller"
	"parley/wire/contract"
)

// AccountFilter narrows a list of accounts.
type AccountFilter struct {
	Kind     string `json:"kind,omitempty" query:"kind" enum:"holding,agency,advertiser,seat"`
	Status   string `json:"status,omitempty" query:"status" enum:"active,paused,blocked"`
	ParentID string `json:"parent_id,omitempty" query:"parent_id" maxLength:"128" doc:"The account that they directly belong to."`
	Search   string `json:"search,omitempty" query:"search" maxLength:"200" doc:"Is in the name, or in an id or a name by which buyers write it."`
	Paging
}

// Contact is a person at a buyer's.
type Contact struct {
	Name  string `json:"name" maxLength:"200"`
	Role  string `json:"role,omitempty" maxLength:"200" doc:"What the person does there."`
	Email string `json:"email,omitempty" maxLength:"200"`
	Phone string `json:"phone,omitempty" maxLength:"200"`
}

// AccountRequest is the body that makes an account.
type AccountRequest struct {
	Idempotency
	Kind          string    `json:"kind" enum:"holding,agency,advertiser,seat"`
	Name          string    `json:"name,omitempty" maxLength:"200" doc:"For people; the code when absent."`
	Code          string    `json:"code,omitempty" maxLength:"200" doc:"The id by which keys name it: of a seat, its id at the DSP. Required but of a holding."`
	DSP           string    `json:"dsp,omitempty" maxLength:"200" doc:"Of a seat: where it is."`
	ParentID      string    `json:"parent_id,omitempty" maxLength:"128" doc:"The holding of an agency or advertiser; the agency or advertiser of a seat."`
	Names         []string  `json:"names,omitempty" maxItems:"100" maxLength:"200" doc:"Other ids and names by which buyers write it."`
	AdvertiserIDs []string  `json:"advertiser_ids,omitempty" maxItems:"1000" maxLength:"128" doc:"Of an agency: the accounts of the advertisers that it acts for."`
	Steward       string    `json:"owner,omitempty" maxLength:"200" doc:"Who of the publisher's people looks after it."`
	Notes         string    `json:"notes,omitempty" maxLength:"10000" doc:"For the publisher's people alone."`
	Contacts      []Contact `json:"contacts,omitempty" maxItems:"50"`
}

// Domain is what the flow takes.
func (b *AccountRequest) Domain() parley.Account {
	return parley.Account{
		Kind: parley.AccountKind(b.Kind), Name: b.Name, Code: b.Code, DSP: b.DSP, ParentID: b.ParentID, Names: b.Names, Clients: b.AdvertiserIDs,
		Steward: b.Steward, Notes: b.Notes, Contacts: contactsOf(b.Contacts),
	}
}

func contactsOf(contacts []Contact) []parley.Contact {
	people := make([]parley.Contact, len(contacts))
	for i, c := range contacts {
		people[i] = parley.Contact(c)
	}
	return people
}

// AccountChange is the body that changes an account; what it leaves out stays as it is.
type AccountChange struct {
	Idempotency
	Name          *string    `json:"name,omitempty" maxLength:"200"`
	Status        *string    `json:"status,omitempty" enum:"active,paused,blocked" doc:"paused starts nothing new; blocked only ends what it has. It holds for all that belong to it."`
	ParentID      *string    `json:"parent_id,omitempty" maxLength:"128" doc:"Empty: nobody is above it."`
	Names         *[]string  `json:"names,omitempty" maxItems:"100" maxLength:"200" doc:"All ids and names by which buyers write it; its code stays one."`
	AdvertiserIDs *[]string  `json:"advertiser_ids,omitempty" maxItems:"1000" maxLength:"128" doc:"All that an agency acts for."`
	Steward       *string    `json:"owner,omitempty" maxLength:"200"`
	Notes         *string    `json:"notes,omitempty" maxLength:"10000"`
	Contacts      *[]Contact `json:"contacts,omitempty" maxItems:"50" doc:"All of them."`
	Reason        string     `json:"reason,omitempty" maxLength:"2000" doc:"For the publisher's people alone."`
	Version       *int64     `json:"version,omitempty" minimum:"1" doc:"The one that the change was made from, to have it refused when somebody else was faster."`
}

// Domain is what the flow takes.
func (b *AccountChange) Domain() seller.AccountChange {
	change := seller.AccountChange{
		Name: b.Name, ParentID: b.ParentID, Names: b.Names, Clients: b.AdvertiserIDs, Steward: b.Steward, Notes: b.Notes, Reason: b.Reason, Version: b.Version,
	}
	if b.Status != nil {
		status := parley.AccountStatus(*b.Status)
		change.Status = &status
	}
	if b.Contacts != nil {
		contacts := contactsOf(*b.Contacts)
		change.Contacts = &contacts
	}
	return change
}

// Account is somebody who buys.
type Account struct {
	AccountID string               `json:"account_id"`
	Kind      parley.AccountKind   `json:"kind" doc:"holding, agency, advertiser or seat."`
	Name      string               `json:"name"`
	Code      string               `json:"code" doc:"The id by which keys name it."`
	DSP       *string              `json:"dsp" doc:"Of a seat."`
	ParentID  *string              `json:"parent_id"`
	Status    parley.AccountStatus `json:"status" doc:"active, paused or blocked; what is above it may be more restricted."`
	Steward   *string              `json:"owner" doc:"Who of the publisher's people looks after it."`
	Notes     *string              `json:"notes"`
	Contacts  []Contact            `json:"contacts"`
	Version   int64                `json:"version"`
	CreatedAt time.Time            `json:"created_at"`
	UpdatedAt time.Time            `json:"updated_at"`
}

// AccountOf writes an account as lists have it.
func AccountOf(_ View, a parley.Account) Account {
	rendered := Account{
		AccountID: a.ID, Kind: a.Kind, Name: a.Name, Code: a.Code, DSP: contract.Optional(a.DSP), ParentID: contract.Optional(a.ParentID),
		Status: a.Status, Steward: contract.Optional(a.Steward), Notes: contract.Optional(a.Notes), Contacts: []Contact{}, Version: a.Version,
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
	for _, c := range a.Contacts {
		rendered.Contacts = append(rendered.Contacts, Contact(c))
	}
	return rendered
}

// WholeAccount is an account with what finds it, and whom it acts for.
type WholeAccount struct {
	Account
	Names         []string `json:"names" doc:"The ids and names by which buyers write it."`
	AdvertiserIDs []string `json:"advertiser_ids" doc:"Of an agency: the accounts of the advertisers that it acts for."`
}

// WholeAccountOf writes an account.
func WholeAccountOf(v View, a parley.Account) WholeAccount {
	return WholeAccount{Account: AccountOf(v, a), Names: contract.Listed(a.Names), AdvertiserIDs: contract.Listed(a.Clients)}
}

// What is asked of accounts.
var (
	GetAccount   = Lookup[parley.Account, WholeAccount]{(*seller.Service).Account, WholeAccountOf}
	ListAccounts = List[AccountFilter, parley.Account, Account]{
		Plural: "accounts", Render: AccountOf, ID: func(a parley.Account) string { return a.ID },
		Find: func(ctx context.Context, x *Exchange, f AccountFilter, page seller.Page) (seller.Listing[parley.Account], error) {
			return x.Service.Accounts(ctx, x.Call, seller.AccountFilter{
				Kind: parley.AccountKind(f.Kind), Status: parley.AccountStatus(f.Status), ParentID: f.ParentID, Search: f.Search, Page: page,
			})
		},
	}
	CreateAccount = act("POST /api/v1/accounts", Made, WholeAccountOf, byBody((*seller.Service).CreateAccount, (*AccountRequest).Domain))
	ChangeAccount = act("PATCH /api/v1/accounts/{account_id}", Done, WholeAccountOf, byBoth((*seller.Service).ChangeAccount, (*AccountChange).Domain))
)
