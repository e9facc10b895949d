package seller

import (
	"context"
	"maps"
	"slices"

	"parley"
)

// ProductNames are what products are called, by their ids.
type ProductNames map[string]string

// Name is what a product is called; its id where it is not known.
func (n ProductNames) Name(id string) string {
	if name, known := n[id]; known {
		return name
	}
	return id
}

// ProductNames answers, for the publisher, what products are called.
func (s *Service) ProductNames(ctx context.Context, call Call, ids map[string]bool) (ProductNames, error) {
	return read(ctx, s, call, func(v *view) (ProductNames, error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		return v.productNames(ctx, ids)
	})
}

// productNames asks for the names of products, each once.
func (v *view) productNames(ctx context.Context, ids map[string]bool) (ProductNames, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := v.ProductNames(slices.Sorted(maps.Keys(ids))).Get(ctx)
	names := make(ProductNames, len(found))
	for _, n := range found {
		names[n.ID] = n.Name
	}
	return names, err
}

// ReportAccount is whom deals count for in a report: see storage.DealTotal.
type ReportAccount struct {
	ID   string // of the account; empty where a key names none
	Code string // by which keys name it, after its kind, such as agency/north; without an account see parley.Payer
	Name string // for people
}

// reportAccounts asks for accounts by their ids, each once. What is no account's id is a payer without one.
func (v *view) reportAccounts(ctx context.Context, ids map[string]bool) (map[string]ReportAccount, error) {
	accounts := make(map[string]ReportAccount, len(ids))
	for id := range ids {
		accounts[id] = ReportAccount{Code: id, Name: id}
	}
	if len(ids) == 0 {
		return accounts, nil
	}
	found, err := v.AccountsByID(slices.Sorted(maps.Keys(ids))).Get(ctx)
	for _, a := range found {
		accounts[a.ID] = ReportAccount{a.ID, string(a.Kind) + "/" + a.Code, a.Name}
	}
	return accounts, err
}

// payingAccounts are whom deals count for, in the order of the deals.
func (v *view) payingAccounts(ctx context.Context, deals []parley.Deal) ([]ReportAccount, error) {
	paying, err := v.AccountsOfDeals(ctx, deals)
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, id := range paying {
		ids[id] = true
	}
	called, err := v.reportAccounts(ctx, ids)
	accounts := make([]ReportAccount, len(deals))
	for i, id := range paying {
		accounts[i] = called[id]
	}
	return accounts, err
}
