package seller

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"parley"
	"parley/storage"
)

// Feed gives an import its rows, one call of stage for each.
type Feed func(stage func(line int, c parley.ProductChange) error) error

// CatalogImport is an import of products.
type CatalogImport struct {
	Feed Feed
	// DailyImpressions is the capacity of the import's products that are left without one; nil: none.
	DailyImpressions *int64
	// Seen is what a preview of the same file said of all its changes, CatalogPreview.Seen; empty: whatever is there is changed.
	Seen string
}

func (i CatalogImport) check() error {
	if i.DailyImpressions != nil && (*i.DailyImpressions < 0 || *i.DailyImpressions > parley.MaxImpressions) {
		return parley.Invalid("daily_impressions", "must be from 0 to %d", parley.MaxImpressions)
	}
	return nil
}

// ImportCatalog adds and changes products, all or none of them. What a row does not state stays as it is. Where a preview was seen
// that does not hold any more, it is CodePreconditionFailed.
func (s *Service) ImportCatalog(ctx context.Context, call Call, products CatalogImport) (ImportedCatalog, error) {
	who, err := s.mayImport(ctx, call, products)
	if err != nil {
		return ImportedCatalog{}, err
	}
	now := s.clock()
	var imported ImportedCatalog
	var seen seenDiffs
	mixes := map[string]bool{} // products
	in := func(tx *storage.Tx) *work {
		return &work{Tx: tx, service: s, now: now, who: who, caller: caller{call: call}}
	}
	imported.ImportSummary, err = s.store.ImportProducts(ctx, now, storage.ProductImport{
		Feed: products.Feed, DailyImpressions: products.DailyImpressions, From: s.today(now),
		Diffs: func(tx *storage.Tx, diffs []storage.ProductDiff) error {
			w := in(tx)
			seen.add(diffs)
			for _, d := range diffs {
				if err := w.auditProduct(d.Before, d.After); err != nil {
					return err
				}
				if mixing(d.Before, d.After) {
					mixes[d.After.ID] = true
				}
			}
			return nil
		},
		Finish: func(tx *storage.Tx, done ImportSummary) error {
			if done.Added+done.Changed == 0 {
				return nil
			}
			if products.Seen != "" && products.Seen != seen.sum() {
				return parley.Errorf(parley.CodePreconditionFailed, "Products of the file have changed since it was previewed. Preview it again.")
			}
			var err error
			if imported.MixedPackages, err = mixedBy(ctx, &tx.Reader, mixes, nil); err != nil {
				return err
			}
			counts := map[string]any{"added": done.Added, "changed": done.Changed, "unchanged": done.Unchanged}
			return in(tx).record(parley.Event{Type: parley.EventCatalogChanged, Data: data(counts)}, "catalog.import", "catalog", "", nil, counts)
		},
	})
	if err != nil {
		return ImportedCatalog{}, err
	}
	return imported, nil
}

// ImportedCatalog is what an import did.
type ImportedCatalog struct {
	ImportSummary
	MixedPackages []MixedPackage // those with a product that it changed
}

// CatalogPreview says what an import would do.
type CatalogPreview struct {
	ImportedCatalog
	Diffs []ProductDiff // the first of what would be added and changed, by line
	// OpenQuotes is how many quotes are open of products whose price, volume or sale would change: they keep their price until
	// they expire, but for Unsold of them, which could not be booked any more.
	OpenQuotes, Unsold int64
	Seen               string // of all of what would be added and changed, for CatalogImport
}

// seenDiffs is a fingerprint of the differences of an import, in the order of lines.
type seenDiffs struct {
	hash hash.Hash
	last int // line
}

func (s *seenDiffs) add(diffs []ProductDiff) {
	if s.hash == nil || diffs[0].Line <= s.last { // the transaction began again
		s.hash = sha256.New()
	}
	for _, d := range diffs {
		var version int64
		if d.Before != nil {
			version = d.Before.Version
		}
		_, _ = fmt.Fprintf(s.hash, "%d %q %d\n", d.Line, d.After.ID, version)
		s.last = d.Line
	}
}

func (s *seenDiffs) sum() string {
	if s.hash == nil {
		return "nothing"
	}
	return hex.EncodeToString(s.hash.Sum(nil))
}

// saleFields are the facts of a product that what is quoted of it hangs on.
const saleFields = parley.FieldInventoryType | parley.FieldDealTypes | parley.FieldBaseCPM | parley.FieldFloorCPM | parley.FieldCurrency |
	parley.FieldMinimumImpressions | parley.FieldDailyImpressions | parley.FieldStatus | parley.FieldAudienceSegments

// PreviewImport answers what an import would do, and the first of its changes, up to a number. It is the import itself but for what that
// writes, and keeps nobody waiting: what would be refused is refused here with the same words.
func (s *Service) PreviewImport(ctx context.Context, call Call, products CatalogImport, most int) (CatalogPreview, error) {
	if _, err := s.mayImport(ctx, call, products); err != nil {
		return CatalogPreview{}, err
	}
	var preview CatalogPreview
	var seen seenDiffs
	changed := map[string]parley.Product{} // as they would be sold
	mixes := map[string]bool{}
	now := s.clock()
	_, err := s.store.ImportProducts(ctx, now, storage.ProductImport{
		Feed: products.Feed, DailyImpressions: products.DailyImpressions, From: s.today(now), Preview: true,
		Diffs: func(_ *storage.Tx, diffs []storage.ProductDiff) error {
			if last := len(preview.Diffs) - 1; last >= 0 && diffs[0].Line <= preview.Diffs[last].Line {
				preview.Diffs = nil // the transaction began again
			}
			seen.add(diffs)
			preview.Diffs = append(preview.Diffs, diffs[:min(len(diffs), most-len(preview.Diffs))]...)
			for _, d := range diffs {
				if mixing(d.Before, d.After) {
					mixes[d.After.ID] = true
				}
				if d.Before != nil && d.Before.Differences(d.After)&saleFields != 0 {
					changed[d.After.ID] = parley.Product{
						ID: d.After.ID, Status: d.After.Status, InventoryType: d.After.InventoryType, DealTypes: d.After.DealTypes, Currency: d.After.Currency,
					}
				}
			}
			return nil
		},
		Finish: func(tx *storage.Tx, done ImportSummary) error {
			preview.ImportSummary, preview.OpenQuotes, preview.Unsold, preview.Seen = done, 0, 0, seen.sum()
			var err error
			if preview.MixedPackages, err = mixedBy(ctx, &tx.Reader, mixes, changed); err != nil {
				return err
			}
			open, err := tx.OpenQuotes(slices.Collect(maps.Keys(changed)), now).Get(ctx)
			if err != nil {
				return err
			}
			for _, quotes := range open {
				preview.OpenQuotes += quotes.Count
				if p := changed[quotes.ProductID]; notOffered(p) != nil || !p.Sells(quotes.DealType) {
					preview.Unsold += quotes.Count
				}
			}
			return nil
		},
	})
	if err != nil {
		return CatalogPreview{}, err
	}
	return preview, nil
}

func (s *Service) mayImport(ctx context.Context, call Call, products CatalogImport) (parley.Principal, error) {
	if err := products.check(); err != nil {
		return parley.Principal{}, err
	}
	return s.operator(ctx, call, needScope(parley.ScopeAdmin))
}

// auditProduct records what became of a product: of one that is new everything, else what differs, before and after.
func (w *work) auditProduct(before *parley.Product, after parley.Product) error {
	if before == nil {
		return w.audit("product.create", "product", after.ID, nil, productFacts(after, parley.AllProductFields))
	}
	changed := before.Differences(after)
	return w.audit("product.change", "product", after.ID, productFacts(*before, changed), productFacts(after, changed))
}

// productFacts are facts of a product by the names and in the form that catalogs have; what is not set is null.
func productFacts(p parley.Product, fields parley.ProductField) map[string]*string {
	facts := map[string]*string{}
	for _, field := range fields.Each() {
		facts[field.String()] = nil
		if text := p.Text(field); text != "" {
			facts[field.String()] = &text
		}
	}
	return facts
}
