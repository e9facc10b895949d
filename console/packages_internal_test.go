package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley"
)

// TestThePackageFormKeepsWhatItShows reads each package back from the form's fields as they are shown.
func TestThePackageFormKeepsWhatItShows(t *testing.T) {
	t.Parallel()
	for _, p := range []parley.Package{
		{
			ID: "full", Name: "Full", Description: "two\nlines", Layer: parley.PackageDynamic, Status: parley.PackageArchived,
			Products:          []parley.PackageProduct{{ProductID: "a", Weight: 7_000}, {ProductID: "b", Weight: 1}, {ProductID: "c", Weight: parley.MaxPackageWeight}},
			ContentCategories: []string{"IAB1", "IAB19-29"}, ContentTaxonomy: 7, AdFormats: []string{"video"}, DeviceTypes: []int{3, 7},
			GeoTargets: []string{"US-NY"}, Tags: []string{"live", "two words"}, Featured: true, SeasonalLabel: "Q4",
		},
		{ID: "bare", Name: "Bare", Layer: parley.PackageCurated, Status: parley.PackageActive, ContentTaxonomy: 2, Products: []parley.PackageProduct{{ProductID: "a", Weight: 10_000}}},
	} {
		r := reader{values: packageValues(p)}
		got := r.readPackage(p.ID)
		if diff := cmp.Diff(p, got, cmpopts.EquateEmpty()); diff != "" || r.problems.Err() != nil {
			t.Errorf("%s: %v\n%s", p.ID, r.problems, diff)
		}
	}
}
