package main

import (
	"bytes"
	"testing"

	"parley/catalogfile"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestADryRunTellsOfOpenQuotes reports on imports of products that open quotes are of.
func TestADryRunTellsOfOpenQuotes(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	const dry = "dry run, nothing was changed: 1 products: 0 added, 0 changed, 0 as they were\n"
	for _, test := range []struct {
		open, unsold int64
		want         string
	}{
		{0, 0, dry},
		{1, 0, dry + "1 open quote of products that would be sold otherwise; they keep their price until they expire\n"},
		{3, 2, dry + "3 open quotes of products that would be sold otherwise; they keep their price until they expire, but for 2 that could not be booked any more\n"},
	} {
		var out bytes.Buffer
		p := &process{out: &out}
		if err := p.reportImport(catalogfile.Report{Products: 1}, seller.CatalogPreview{OpenQuotes: test.open, Unsold: test.unsold}, true); err != nil || out.String() != test.want {
			t.Errorf("%d and %d: %q (%v)", test.open, test.unsold, out.String(), err)
		}
	}
}

// TestMixedPackagesAreNamed warns of each package that a change takes out of the media kit.
func TestMixedPackagesAreNamed(t *testing.T) {
	t.Parallel()
	var told bytes.Buffer
	mixed := []seller.MixedPackage{{ID: "sports", Name: "Sports", Products: "a in EUR, b in USD"}, {ID: "news", Name: "News", Products: "a in EUR, c in USD"}}
	const want = "warning: the package sports is not offered while its products are in several currencies: a in EUR, b in USD\n" +
		"warning: the package news is not offered while its products are in several currencies: a in EUR, c in USD\n"
	if err := (&process{err: &told}).warnMixed(mixed); err != nil || told.String() != want {
		t.Errorf("%q, %v", told.String(), err)
	}
}
