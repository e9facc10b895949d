package seller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// Package reads a package as it is stored, for the publisher.
func (s *Service) Package(ctx context.Context, call Call, id string) (parley.Package, error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[parley.Package] { return v.Package(id) })
}

// Packages lists packages as they are stored, for the publisher.
func (s *Service) Packages(ctx context.Context, call Call, filter storage.PackageFilter) (storage.Listing[parley.Package], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Package]] { return v.Packages(filter) })
}

// CreatePackage stores a new package, under the id that it has or else a new one.
func (s *Service) CreatePackage(ctx context.Context, call Call, p parley.Package, encode Encode[parley.Package]) (Answer, error) {
	if err := checkPackage(&p); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Package, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Package{}, err
		}
		if err := w.packagesAllow(ctx, 1); err != nil {
			return parley.Package{}, err
		}
		if err := w.packageProductsExist(ctx, p); err != nil {
			return parley.Package{}, err
		}
		return w.createPackage(p)
	})
}

func (w *work) createPackage(p parley.Package) (parley.Package, error) {
	if p.ID == "" {
		p.ID = w.service.ids.New(parley.PrefixPackage)
	}
	p.Version, p.CreatedAt, p.UpdatedAt, p.UpdatedBy = 1, w.now, w.now, w.who.Actor()
	w.InsertPackage(p)
	return p, w.record(packageEvent(p), "package.create", "package", p.ID, nil, p)
}

// ReplacePackage sets a package to another content. expected is the version that the operator looked at; nil replaces
// whichever is there.
func (s *Service) ReplacePackage(ctx context.Context, call Call, p parley.Package, expected *int64, encode Encode[parley.Package]) (Answer, error) {
	if err := checkPackage(&p); err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Package, error) {
		before, err := w.packageToChange(ctx, p.ID, expected)
		if err != nil {
			return parley.Package{}, err
		}
		if before.Status == parley.PackageArchived && p.Status != parley.PackageArchived {
			if err := w.packagesAllow(ctx, 1); err != nil {
				return parley.Package{}, err
			}
		}
		if err := w.packageProductsExist(ctx, p); err != nil {
			return parley.Package{}, err
		}
		return w.replacePackage(before, p, "package.update")
	})
}

func (w *work) replacePackage(before, p parley.Package, action string) (parley.Package, error) {
	p.Version, p.CreatedAt, p.UpdatedAt, p.UpdatedBy = before.Version+1, before.CreatedAt, w.now, w.who.Actor()
	w.UpdatePackage(p)
	return p, w.record(packageEvent(p), action, "package", p.ID, before, p)
}

// ArchivePackage takes a package out of the media kit and keeps it for the record. An archived package stays as it is.
func (s *Service) ArchivePackage(ctx context.Context, call Call, id string, expected *int64, encode Encode[parley.Package]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Package, error) {
		before, err := w.packageToChange(ctx, id, expected)
		if err != nil || before.Status == parley.PackageArchived {
			return before, err
		}
		archived := before
		archived.Status = parley.PackageArchived
		return w.replacePackage(before, archived, "package.archive")
	})
}

func (w *work) packageToChange(ctx context.Context, id string, expected *int64) (parley.Package, error) {
	w.LockPackages()
	pending := w.PackageForUpdate(id)
	if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
		return parley.Package{}, err
	}
	before, err := pending.Get(ctx)
	if err != nil {
		return parley.Package{}, err
	}
	return before, sameVersion("package", before.Version, expected)
}

// packagesAllow tells whether so many packages more can be shown.
func (w *work) packagesAllow(ctx context.Context, more int64) error {
	w.LockPackages()
	one := storage.Page{Limit: 1}
	drafts, active := w.Packages(storage.PackageFilter{Status: parley.PackageDraft, Page: one}), w.Packages(storage.PackageFilter{Status: parley.PackageActive, Page: one})
	drafted, err := drafts.Get(ctx)
	if err != nil {
		return err
	}
	shown, err := active.Get(ctx)
	if err != nil {
		return err
	}
	if there := drafted.Total + shown.Total; there+more > parley.MaxPackages {
		return parley.Errorf(parley.CodeConflict, "There are %d packages, and can be %d that are not archived. Archive some first.",
			there, parley.MaxPackages)
	}
	return nil
}

// packageProductsExist names the products of packages that the catalog does not have, and those in another currency than the
// package's first: a package has one price.
func (w *work) packageProductsExist(ctx context.Context, p parley.Package) error {
	found, err := w.ProductsByID(productsOf([]parley.Package{p})).Get(ctx)
	if err != nil {
		return err
	}
	byID := make(map[string]parley.Product, len(found))
	for _, product := range found {
		byID[product.ID] = product
	}
	var problems parley.Problems
	for i, part := range p.Products {
		product, there := byID[part.ProductID]
		first := byID[p.Products[0].ProductID]
		switch path := productPath(i); {
		case !there:
			problems.Add(path, "names no product of the catalog: %q", part.ProductID)
		case first.ID != "" && product.Currency != first.Currency:
			problems.Add(path, "is priced in %s, and %s in %s; a package has one currency", product.Currency, first.ID, first.Currency)
		}
	}
	return problems.Err()
}

// checkPackage reads what can be judged without the catalog, and fills in what was left open.
func checkPackage(p *parley.Package) error {
	var problems parley.Problems
	if p.Name = strings.TrimSpace(p.Name); p.Name == "" {
		problems.Add("name", "is required")
	}
	if p.ID != "" && !packageID(p.ID) {
		problems.Add("package_id", "must be 1 to 128 letters, digits, and any of . _ -")
	}
	if p.Layer == "" {
		p.Layer = parley.PackageCurated
	}
	if !slices.Contains(parley.PackageLayers[:], p.Layer) {
		problems.Add("layer", "must be synced, curated or dynamic")
	}
	if p.Status == "" {
		p.Status = parley.PackageActive
	}
	if !slices.Contains(parley.PackageStatuses[:], p.Status) {
		problems.Add("status", "must be draft, active or archived")
	}
	if p.ContentTaxonomy == 0 {
		p.ContentTaxonomy = defaultTaxonomy
	}
	if p.ContentTaxonomy < 0 || p.ContentTaxonomy > maxTaxonomy {
		problems.Add("cattax", "must be a number of AdCOM's category taxonomies, such as 2")
	}
	for _, device := range p.DeviceTypes {
		if device < 1 || device > parley.MaxDeviceType {
			problems.Add("device_types", "must be numbers of AdCOM's device types, such as 3: %d is none", device)
		}
	}
	checkPackageProducts(&problems, p.Products)
	return problems.Err()
}

const (
	defaultTaxonomy = 2 // IAB Content Taxonomy 2.0
	maxTaxonomy     = 1000
)

func checkPackageProducts(problems *parley.Problems, products []parley.PackageProduct) {
	switch n := len(products); {
	case n == 0:
		problems.Add("products", "must name at least one product")
	case n > parley.MaxPackageProducts:
		problems.Add("products", "must name at most %d products", parley.MaxPackageProducts)
	}
	seen := map[string]bool{}
	for i := range products {
		product := &products[i]
		if product.Weight == 0 {
			product.Weight = parley.OneHundredPercent
		}
		switch path := productPath(i); {
		case product.ProductID == "":
			problems.Add(path, "is required")
		case seen[product.ProductID]:
			problems.Add(path, "names %q a second time", product.ProductID)
		case product.Weight < 1 || product.Weight > parley.MaxPackageWeight:
			problems.Add(weightPath(i), "must be above 0 and at most %d", parley.MaxPackageWeight/parley.OneHundredPercent)
		}
		seen[product.ProductID] = true
	}
}

func packageID(id string) bool {
	const longest = 128
	return len(id) <= longest && strings.IndexFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r)
	}) < 0
}

func packageEvent(p parley.Package) parley.Event {
	return parley.Event{Type: parley.EventPackagesChanged, Data: data(map[string]any{"package_id": p.ID, "version": p.Version, "status": p.Status})}
}

func productPath(i int) string { return fmt.Sprintf("products[%d].product_id", i) }

func weightPath(i int) string { return fmt.Sprintf("products[%d].weight", i) }

func packagePath(i int) string { return fmt.Sprintf("packages[%d].", i) }

// inPackage says of which package of an import a problem is.
func inPackage(i int, err error) error {
	var refused *parley.Error
	if !errors.As(err, &refused) || refused.Code != parley.CodeValidation {
		return err
	}
	var problems parley.Problems
	for _, field := range refused.Fields {
		problems.Add(packagePath(i)+field.Path, "%s", field.Message)
	}
	return problems.Err()
}

// mostImported is how many packages one import takes.
const mostImported = parley.MaxPackages

// errDryRun ends an import that is only tried.
var errDryRun = errors.New("seller: a dry run writes nothing")

// ImportPackages stores packages, all or none of them: one whose id is known replaces that package where it differs, any other
// is added. A dry run does everything but keep it.
func (s *Service) ImportPackages(ctx context.Context, call Call, packages []parley.Package, dryRun bool) (ImportReport, error) {
	if err := checkImportedPackages(packages); err != nil {
		return ImportReport{}, err
	}
	var report ImportReport
	_, err := write(ctx, s, call, nothing[ImportReport], func(w *work) (ImportReport, error) {
		report = ImportReport{}
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return report, err
		}
		w.LockPackages()
		for i, p := range packages {
			if err := w.importPackage(ctx, p, &report); err != nil {
				return report, inPackage(i, err)
			}
		}
		if err := w.packagesAllow(ctx, 0); err != nil {
			return report, err
		}
		if dryRun {
			return report, errDryRun
		}
		return report, nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return report, err
}

func checkImportedPackages(packages []parley.Package) error {
	if len(packages) > mostImported {
		return parley.Invalid("packages", "must be at most %d", mostImported)
	}
	var problems parley.Problems
	seen := map[string]int{}
	for i := range packages {
		var found *parley.Error
		if errors.As(checkPackage(&packages[i]), &found) {
			for _, field := range found.Fields {
				problems.Add(packagePath(i)+field.Path, "%s", field.Message)
			}
		}
		if first, twice := seen[packages[i].ID]; twice && packages[i].ID != "" {
			problems.Add(packagePath(i)+"package_id", "is that of packages[%d] too", first)
		}
		seen[packages[i].ID] = i
	}
	return problems.Err()
}

func (w *work) importPackage(ctx context.Context, p parley.Package, report *ImportReport) error {
	if err := w.packageProductsExist(ctx, p); err != nil {
		return err
	}
	before, err := parley.Package{}, error(nil)
	if p.ID != "" {
		before, err = w.PackageForUpdate(p.ID).Get(ctx)
	}
	switch {
	case p.ID == "" || parley.Is(err, parley.CodeNotFound):
		report.Added++
		_, err = w.createPackage(p)
	case err != nil:
	case samePackage(before, p):
		report.Unchanged++
	default:
		report.Changed++
		_, err = w.replacePackage(before, p, "package.update")
	}
	return err
}

// samePackage tells whether a package has a content already.
func samePackage(stored, p parley.Package) bool {
	return stored.Name == p.Name && stored.Description == p.Description && stored.Layer == p.Layer && stored.Status == p.Status &&
		slices.Equal(stored.Products, p.Products) && slices.Equal(stored.ContentCategories, p.ContentCategories) &&
		stored.ContentTaxonomy == p.ContentTaxonomy && slices.Equal(stored.AdFormats, p.AdFormats) &&
		slices.Equal(stored.DeviceTypes, p.DeviceTypes) && slices.Equal(stored.GeoTargets, p.GeoTargets) &&
		slices.Equal(stored.Tags, p.Tags) && stored.Featured == p.Featured && stored.SeasonalLabel == p.SeasonalLabel
}

// nothing encodes a result that no edge answers with.
func nothing[T any](T) (Answer, error) { return Answer{}, nil }
