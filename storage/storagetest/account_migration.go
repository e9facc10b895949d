package storagetest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"parley"
	"parley/storage"
)

// BeforeAccounts is the last version of the schema that has none.
const BeforeAccounts = 55

// AccountMigration has the identities of keys become accounts: former runs statements in a database of the version BeforeAccounts, and
// migrated opens it with the present schema. Each key must find one account of everybody whom its identity names, own what it owned,
// and be found from these accounts; and whatever names an account must be the account's own.
func AccountMigration(t *testing.T, former func(sql string, args ...any), migrated func() *storage.Store) {
	t.Helper()
	random := rand.New(rand.NewPCG(17, 29)) //nolint:gosec // the same identities each time
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	var all []parley.Key
	for n := range 250 {
		k := parley.Key{ID: fmt.Sprintf("%s%026d", parley.PrefixKey, n), Role: parley.RoleBuyer, CreatedAt: noon, CreatedBy: "operator:terminal"}
		k.Hash = parley.HashSecret(k.ID)
		if n%10 == 0 {
			k.Role = parley.RoleOperator
		} else {
			k.Identity = parley.Identity{
				SeatID: pick("", "", "s1", "S1", "s2", "s/3%"), DSPPlatform: pick("", "ttd", "The Trade Desk", "TTD", "dv360", "Display & Video 360"),
				AgencyID: pick("", "ag-1", "AG-1", "ag-2", "Ägypten", "Acme"), AgencyName: pick("", "Acme", "Omni", "omni"),
				AgencyHoldingCompany: pick("", "WP", "wp", "Publicis"), AdvertiserID: pick("", "", "adv", "Adv", "a/b", "a%2Fb", "日本"), AdvertiserName: pick("", "Brand", "adv"),
			}
		}
		all = append(all, k)
		identity, err := json.Marshal(k.Identity)
		if err != nil {
			t.Fatal(err)
		}
		former(`INSERT INTO keys (id, hash, hint, role, scopes, label, identity, agent_url, created_at, created_by)
			VALUES ($1, $2, 'wxyz', $3, '[]', 'key', $4, '', $5, $6)`, k.ID, k.Hash, string(k.Role), string(identity), k.CreatedAt.UnixMicro(), k.CreatedBy)
	}
	f := &fixture{T: t, store: migrated()}
	owned, wanted := map[string]map[string]bool{}, map[string]map[string]bool{} // by account: whose things
	found := read(f, func(r *storage.Reader) *storage.Pending[storage.Listing[parley.Account]] {
		return r.Accounts(storage.AccountFilter{})
	})
	kinds := map[parley.AccountKind]int{}
	for _, a := range found.Items {
		kinds[a.Kind]++
		whole := read(f, askAccount(a.ID))
		if whole.Status != parley.AccountActive || len(whole.Names) == 0 {
			t.Errorf("%s came as %+v", a.Code, whole)
		}
		for _, name := range whole.Names {
			same := read(f, func(r *storage.Reader) *storage.Pending[parley.Account] { return r.AccountNamed(a.Kind, a.DSP, name) })
			if same.ID != a.ID && parley.DSP(same.DSP) != parley.DSP(a.DSP) || same.ID != a.ID && a.Kind != parley.AccountSeat {
				t.Errorf("%q of %s finds %s", name, a.ID, same.ID)
			}
		}
		owned[a.ID], wanted[a.ID] = map[string]bool{}, map[string]bool{}
		for _, owner := range read(f, func(r *storage.Reader) *storage.Pending[[]string] { return r.OwnersOf(a.ID, 10_000) }) {
			owned[a.ID][owner] = true
		}
	}
	if kinds[parley.AccountHolding] != 2 || kinds[parley.AccountAgency] != 4 || kinds[parley.AccountAdvertiser] != 4 || kinds[parley.AccountSeat] != 3*5 {
		t.Errorf("accounts by kind: %v", kinds)
	}
	for _, k := range all {
		if now := read(f, func(r *storage.Reader) *storage.Pending[parley.Key] { return r.Key(k.ID) }); now.Identity != k.Identity {
			t.Errorf("key %s is now of %+v", k.ID, now.Identity)
		}
		i, names := k.Identity, 0
		for _, party := range []string{i.SeatID, i.AgencyID, i.AdvertiserID} {
			if party != "" {
				names++
			}
		}
		for _, a := range f.owning(i) {
			wanted[a.ID][k.Principal(parley.TrustUnregistered).Owner()] = true
			names--
		}
		if names > 0 {
			t.Errorf("%+v names accounts that there are not", i)
		}
	}
	for id := range owned {
		for owner := range wanted[id] {
			if !owned[id][owner] {
				t.Errorf("what is %s's is not found from %s", owner, id)
			}
		}
		for owner := range owned[id] {
			if !wanted[id][owner] {
				t.Errorf("what is %s's is found from %s, which it does not name", owner, id)
			}
		}
	}
}
