package seller

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// FoundKind is what something found is.
type FoundKind string

// The kinds, in the order in which they are shown.
const (
	FoundDeal    FoundKind = "deal"
	FoundFiled   FoundKind = "paperwork" // a deal, by its purchase order, a label or the note
	FoundProduct FoundKind = "product"
	FoundBuyer   FoundKind = "buyer" // a buyer's key, by its label, its names or its domain
	FoundAgent   FoundKind = "agent" // a buyer agent, by its address
	FoundQuote   FoundKind = "quote"
	FoundAccount FoundKind = "account" // who buys, by what buyers write it as
)

// FoundKinds are all of them.
var FoundKinds = [...]FoundKind{FoundDeal, FoundFiled, FoundAccount, FoundProduct, FoundBuyer, FoundAgent, FoundQuote}

// Found is something that a text leads to.
type Found struct {
	Kind  FoundKind
	ID    string // of the deal, account, product, key, agent or quote
	Title string
	Note  string
}

// Findings is what a text leads to, a few of each kind.
type Findings struct {
	Found []Found
	// Instead is what was looked for where the text, as it was typed, led to nothing; empty: the text itself.
	Instead string
}

const (
	foundOfEach   = 8
	mostWithWords = 2000 // products whose words are known, so that a slip of typing is noticed
	mostFoundKeys = 1000 // keys, and agents, that are looked through
)

// Find looks for a text among what the desk trades with. Words are found by their beginnings; one that begins nothing is taken for
// the closest word of a product's or a buyer's names. It is one look at the store, or a second one after such a slip.
func (s *Service) Find(ctx context.Context, call Call, text string) (Findings, error) {
	words := findWords(text)
	words = words[:min(len(words), mostFindWords)]
	return read(ctx, s, call, func(v *view) (Findings, error) {
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Findings{}, err
		}
		if len(words) == 0 {
			return Findings{}, nil
		}
		products := v.Products(ProductFilter{Page: Page{Limit: mostWithWords, CountTo: 1}})
		keys := v.Keys(KeyFilter{Role: parley.RoleBuyer, Page: Page{Limit: mostFoundKeys, Newest: true, CountTo: 1}})
		agents := v.Agents(AgentFilter{Page: Page{Limit: mostFoundKeys, Newest: true, CountTo: 1}})
		stored := v.findStored(text)
		known, err := knownToFind(ctx, products, keys, agents)
		if err != nil {
			return Findings{}, err
		}
		traded, err := stored.get(ctx)
		if err != nil {
			return Findings{}, err
		}
		found := Findings{Found: slices.Concat(traded, known.matching(words))}
		if corrected, changed := correctedWords(words, known.words()); len(found.Found) == 0 && changed {
			found.Instead = strings.Join(corrected, " ")
			if traded, err = v.findStored(found.Instead).get(ctx); err != nil {
				return Findings{}, err
			}
			found.Found = slices.Concat(traded, known.matching(corrected))
		}
		slices.SortStableFunc(found.Found, func(a, b Found) int {
			return cmp.Compare(slices.Index(FoundKinds[:], a.Kind), slices.Index(FoundKinds[:], b.Kind))
		})
		return found, nil
	})
}

// storedFindings is what the store's own indexes find, on its way.
type storedFindings struct {
	deals, filed *storage.Pending[Listing[parley.Deal]]
	quotes       *storage.Pending[Listing[parley.Quote]]
	accounts     *storage.Pending[Listing[parley.Account]]
}

func (v *view) findStored(text string) storedFindings {
	few := Page{Limit: foundOfEach, Newest: true, CountTo: foundOfEach}
	return storedFindings{
		deals: v.Deals(DealFilter{Search: text, Page: few}), filed: v.Deals(DealFilter{Filed: text, Page: few}),
		quotes: v.Quotes(QuoteFilter{Search: text, Now: v.now, Page: few}), accounts: v.Accounts(AccountFilter{Search: text, Page: few}),
	}
}

func (f storedFindings) get(ctx context.Context) ([]Found, error) {
	var found []Found
	for kind, pending := range map[FoundKind]*storage.Pending[Listing[parley.Deal]]{FoundDeal: f.deals, FoundFiled: f.filed} {
		deals, err := pending.Get(ctx)
		if err != nil {
			return nil, err
		}
		for _, d := range deals.Items {
			found = append(found, Found{kind, d.ID, d.ID, d.ProductName + " for " + nameOfBuyer(d.Identity, d.Owner) + ", " + string(d.Status)})
		}
	}
	accounts, err := f.accounts.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts.Items {
		found = append(found, Found{FoundAccount, a.ID, a.Name, string(a.Kind) + ", " + a.Code})
	}
	quotes, err := f.quotes.Get(ctx)
	for _, q := range quotes.Items {
		found = append(found, Found{FoundQuote, q.ID, q.ProductName, "quote for " + nameOfBuyer(q.Identity, q.Owner) + ", " + string(q.Status)})
	}
	return found, err
}

// nameOfBuyer is what a buyer is called.
func nameOfBuyer(i parley.Identity, owner string) string {
	return cmp.Or(i.AdvertiserName, i.AgencyName, i.SeatName, i.AgencyHoldingCompany, strings.Trim(owner, "/"))
}

// knownThing is something whose words are compared here.
type knownThing struct {
	Found
	words []string
}

type knownThings []knownThing

// knownToFind gathers what is found by the words of its names: few of a kind.
func knownToFind(ctx context.Context, products *storage.Pending[Listing[parley.Product]], keys *storage.Pending[Listing[parley.Key]],
	agents *storage.Pending[Listing[parley.Agent]]) (knownThings, error) {
	var known knownThings
	offered, err := products.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range offered.Items {
		known = append(known, knownThing{Found{FoundProduct, p.ID, p.Name, p.InventoryType}, findWords(p.ID, p.Name)})
	}
	buyers, err := keys.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range buyers.Items {
		i := k.Identity
		title := cmp.Or(k.Label, nameOfBuyer(i, k.ID))
		known = append(known, knownThing{Found{FoundBuyer, k.ID, title, cmp.Or(i.AdvertiserDomain, i.AdvertiserName, i.AgencyName, i.SeatName)}, findWords(
			k.Label, i.SeatID, i.SeatName, i.AgencyID, i.AgencyName, i.AgencyHoldingCompany, i.AdvertiserID, i.AdvertiserName, i.AdvertiserDomain, i.CampaignName,
		)})
	}
	registered, err := agents.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range registered.Items {
		host := a.URL
		if address, err := url.Parse(a.URL); err == nil {
			host = cmp.Or(address.Host, host)
		}
		known = append(known, knownThing{Found{FoundAgent, a.ID, host, "agent, " + string(a.Trust)}, findWords(host)})
	}
	return known, nil
}

func (k knownThings) words() []string {
	var words []string
	for _, thing := range k {
		words = append(words, thing.words...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// matching are those of which each word begins one, a few of each kind.
func (k knownThings) matching(words []string) []Found {
	var found []Found
	of := map[FoundKind]int{}
	for _, thing := range k {
		if of[thing.Kind] < foundOfEach && beginsEach(words, thing.words) {
			of[thing.Kind]++
			found = append(found, thing.Found)
		}
	}
	return found
}
