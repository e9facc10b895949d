package seller

import (
	"context"
	"slices"

	"parley"
	"parley/storage"
)

// AccountBusiness is an account with all of its buyers': what those did whose keys name it or one that belongs to it. Of each list
// it is the newest rows.
type AccountBusiness struct {
	Account   parley.Account
	Above     []parley.Account // its parent, and that one's
	Below     Listing[parley.Account]
	Agencies  []parley.Account // that act for an advertiser
	Clients   []parley.Account // that an agency acts for
	Standing  parley.AccountStatus
	Owners    []storage.AccountOwner
	More      bool // there are more owners than were looked at
	Deals     []parley.Deal
	Quotes    []parley.Quote
	Holds     []parley.Hold // active ones, the desk's for it among them
	Proposals []parley.Proposal
	Approvals []parley.Approval // that wait
	Webhooks  []parley.Webhook
	Keys      Listing[parley.Key]
	Trusts    map[string]parley.Trust // of the agents of its keys, by URL
	Booked    []OwnerValue            // by currency and month
}

// What is looked at of an account at once.
const (
	mostOwners   = 100
	mostBusiness = 20
)

// AccountBusiness reads an account with what its buyers have done, for the publisher. It costs what the newest rows of each buyer
// do, however many there are behind them.
func (s *Service) AccountBusiness(ctx context.Context, call Call, id string) (AccountBusiness, error) {
	return read(ctx, s, call, func(v *view) (b AccountBusiness, err error) {
		account, owners := v.Account(id), v.Owned(id, mostOwners+1)
		if _, err = v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return b, err
		}
		if b.Account, err = account.Get(ctx); err != nil {
			return b, err
		}
		if b.Owners, err = owners.Get(ctx); err != nil {
			return b, err
		}
		if b.More = len(b.Owners) > mostOwners; b.More {
			b.Owners = b.Owners[:mostOwners]
		}
		if err := b.family(ctx, v); err != nil {
			return b, err
		}
		return b, b.trade(ctx, v)
	})
}

// family reads whom an account belongs to, who belongs to it, and whom it acts for.
func (b *AccountBusiness) family(ctx context.Context, v *view) (err error) {
	page := Page{Limit: mostOwners, CountTo: mostOwners + 1}
	below := v.Accounts(AccountFilter{ParentID: b.Account.ID, Page: page})
	agencies, clients := v.AgenciesFor(b.Account.ID), v.AccountsByID(b.Account.Clients)
	refs := []parley.AccountRef{{Status: b.Account.Status}}
	for up := b.Account.ParentID; up != ""; {
		above, err := v.Account(up).Get(ctx)
		if err != nil {
			return err
		}
		b.Above, refs = append(b.Above, above), append(refs, parley.AccountRef{Status: above.Status})
		up = above.ParentID
	}
	b.Standing = parley.Standing(refs)
	if b.Below, err = below.Get(ctx); err != nil {
		return err
	}
	if b.Agencies, err = agencies.Get(ctx); err != nil {
		return err
	}
	b.Clients, err = clients.Get(ctx)
	return err
}

// trade reads the newest of each list, of each owner by its index, and puts them together.
func (b *AccountBusiness) trade(ctx context.Context, v *view) (err error) {
	page := Page{Limit: mostBusiness, Newest: true, CountTo: 1}
	keys := v.Keys(KeyFilter{Account: b.Account.ID, Page: Page{Limit: mostOwners, Newest: true, CountTo: mostOwners + 1}})
	booked := v.OwnerValues(b.Owners)
	var deals []*storage.Pending[Listing[parley.Deal]]
	var quotes []*storage.Pending[Listing[parley.Quote]]
	var holds []*storage.Pending[Listing[parley.Hold]]
	var proposals []*storage.Pending[Listing[parley.Proposal]]
	var approvals []*storage.Pending[Listing[parley.Approval]]
	var webhooks []*storage.Pending[Listing[parley.Webhook]]
	for _, o := range b.Owners {
		owner := o.Owner
		deals = append(deals, v.Deals(DealFilter{Owners: []storage.AccountOwner{o}, Page: page}))
		quotes = append(quotes, v.Quotes(QuoteFilter{Owner: &owner, Now: v.now, Page: page}))
		holds = append(holds, v.Holds(HoldFilter{Owner: &owner, Status: parley.HoldActive, Now: v.now, Page: page}))
		proposals = append(proposals, v.Proposals(ProposalFilter{Owner: &owner, Now: v.now, Page: page}))
		approvals = append(approvals, v.Approvals(ApprovalFilter{Status: parley.ApprovalPending, Owner: &owner, Now: v.now, Page: page}))
		webhooks = append(webhooks, v.Webhooks(WebhookFilter{Owner: &owner, Page: page}))
	}
	if b.Deals, err = newest(ctx, deals, func(a, b parley.Deal) int { return b.CreatedAt.Compare(a.CreatedAt) }); err != nil {
		return err
	}
	if b.Quotes, err = newest(ctx, quotes, func(a, b parley.Quote) int { return b.CreatedAt.Compare(a.CreatedAt) }); err != nil {
		return err
	}
	if b.Holds, err = newest(ctx, holds, func(a, b parley.Hold) int { return b.CreatedAt.Compare(a.CreatedAt) }); err != nil {
		return err
	}
	if b.Proposals, err = newest(ctx, proposals, func(a, b parley.Proposal) int { return b.CreatedAt.Compare(a.CreatedAt) }); err != nil {
		return err
	}
	if b.Approvals, err = newest(ctx, approvals, func(a, b parley.Approval) int { return b.RequestedAt.Compare(a.RequestedAt) }); err != nil {
		return err
	}
	if b.Webhooks, err = newest(ctx, webhooks, func(a, b parley.Webhook) int { return b.CreatedAt.Compare(a.CreatedAt) }); err != nil {
		return err
	}
	for i := range b.Quotes {
		b.Quotes[i] = b.Quotes[i].At(v.now)
	}
	if b.Keys, err = keys.Get(ctx); err != nil {
		return err
	}
	if b.Booked, err = booked.Get(ctx); err != nil {
		return err
	}
	agents := map[string]*storage.Pending[parley.Agent]{}
	for _, k := range b.Keys.Items {
		if k.AgentURL != "" && agents[k.AgentURL] == nil {
			agents[k.AgentURL] = v.AgentFor(k.AgentURL, host(k.AgentURL))
		}
	}
	b.Trusts = map[string]parley.Trust{}
	for address, pending := range agents {
		agent, err := pending.Get(ctx)
		if err != nil {
			return err
		}
		b.Trusts[address] = agent.Trust
	}
	return nil
}

// newest puts the rows of several lists together, those that come first by an order, and at most mostBusiness of them.
func newest[T any](ctx context.Context, lists []*storage.Pending[Listing[T]], order func(a, b T) int) ([]T, error) {
	var all []T
	for _, pending := range lists {
		found, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found.Items...)
	}
	slices.SortStableFunc(all, order)
	return all[:min(len(all), mostBusiness)], nil
}
