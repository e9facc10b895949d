package catalogfile_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/catalogfile"
)

func TestPackagesReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	want := []parley.Package{
		{
			ID: "pkg-1", Name: "Spört <1>", Description: "d", Layer: parley.PackageDynamic, Status: parley.PackageDraft,
			Products:          []parley.PackageProduct{{ProductID: "a", Weight: 7_000}, {ProductID: "b", Weight: parley.OneHundredPercent}},
			ContentCategories: []string{"IAB19"}, ContentTaxonomy: 7, AdFormats: []string{"video"}, DeviceTypes: []int{3}, GeoTargets: []string{"US"},
			Tags: []string{"t"}, Featured: true, SeasonalLabel: "Q4",
		},
		{Name: "Plain", Products: []parley.PackageProduct{{ProductID: "a", Weight: parley.OneHundredPercent}}},
	}
	var written bytes.Buffer
	if err := catalogfile.WritePackages(&written, want); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{written.String(), "\ufeff" + written.String(), `{"packages": ` + written.String() + `, "total_count": 2}`} {
		got, err := catalogfile.ReadPackages(strings.NewReader(text))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
	demo, err := catalogfile.ReadPackages(bytes.NewReader(catalogfile.DemoPackages))
	if err != nil || len(demo) < 4 {
		t.Errorf("%d packages of the demo, %v", len(demo), err)
	}
}

func TestPackagesThatAreNone(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                         "EOF",
		"{}{}":                     "more behind",
		"null":                     "it has no list",
		"{}":                       "it has no list",
		`{"packages": null}`:       "it has no list",
		"[1]":                      "cannot unmarshal",
		`[{"naem": "x"}]`:          "naem",
		`[{"name": "x"}] trailing`: "more behind",
		`[{"products": [{"product_id": "a", "weight": 0}]}]`:       "packages[0].products has at 0 a weight",
		`[{"products": [{"product_id": "a", "weight": 0.00001}]}]`: "packages[0].products has at 0 a weight",
	} {
		_, err := catalogfile.ReadPackages(strings.NewReader(text))
		if !parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want something about %q", text, err, says)
		}
	}
}
