package mediakit_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"parley"
	"parley/mediakit"
)

func TestBlend(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []mediakit.Part
		unit  int64
		want  int64
	}{
		{nil, 10_000, 0},
		{[]mediakit.Part{{12_000_000, 10_000}}, 10_000, 12_000_000},
		{[]mediakit.Part{{12_000_000, 10_000}, {13_000_000, 10_000}}, 10_000, 12_500_000},
		{[]mediakit.Part{{12_000_000, 7_000}, {20_000_000, 3_000}}, 10_000, 14_400_000},
		{[]mediakit.Part{{10_000_000, 1}, {10_010_000, 1}}, 10_000, 10_010_000}, // 10.005 is half, and goes up
		{[]mediakit.Part{{10_000_000, 2}, {10_010_000, 1}}, 10_000, 10_000_000},
		{[]mediakit.Part{{parley.MaxCPM, parley.MaxPackageWeight}, {parley.MaxCPM, parley.MaxPackageWeight}}, 10_000, parley.MaxCPM},
		{[]mediakit.Part{{1_000_000, 1}, {2_000_000, 1}}, 1_000_000, 2_000_000}, // yen have no minor unit
	} {
		if got := mediakit.Blend(c.parts, c.unit); got != c.want {
			t.Errorf("%v in units of %d: %d, want %d", c.parts, c.unit, got, c.want)
		}
	}
}

// TestBlendIsWhatAVolumeCosts holds the blended price to the sum of what the shares of a volume cost, within a minor unit
// per thousand and the rounding of the shares.
func TestBlendIsWhatAVolumeCosts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "products")
		parts, weights := make([]mediakit.Part, n), make([]parley.BasisPoints, n)
		low, high := parley.MaxCPM, int64(0)
		for i := range parts {
			weights[i] = parley.BasisPoints(rapid.Int64Range(1, int64(parley.MaxPackageWeight)).Draw(t, "weight"))
			parts[i] = mediakit.Part{CPM: rapid.Int64Range(1, 10_000).Draw(t, "cents") * 10_000, Weight: weights[i]}
			low, high = min(low, parts[i].CPM), max(high, parts[i].CPM)
		}
		impressions := rapid.Int64Range(1, 1_000_000_000).Draw(t, "impressions")
		shares := mediakit.Split(impressions, weights)
		cost, sum := int64(0), int64(0)
		for i, share := range shares {
			if share < 0 {
				t.Fatalf("shares %v", shares)
			}
			sum += share
			cost += share * parts[i].CPM / 1000
		}
		if sum != impressions {
			t.Fatalf("%v are %d, not %d", shares, sum, impressions)
		}
		blended := mediakit.Blend(parts, 10_000)
		if blended < low || blended > high {
			t.Fatalf("%d is not from %d to %d", blended, low, high)
		}
		// Half a minor unit per thousand, and one impression's price for each share that was rounded.
		off := impressions*5_000/1000 + int64(n)*high/1000 + int64(n)
		if stated := impressions * blended / 1000; stated < cost-off || stated > cost+off {
			t.Fatalf("%d impressions at %d are %d, and cost %d", impressions, blended, stated, cost)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	entries := []mediakit.Entry{
		{ID: "1", Name: "Sports Premium", Tags: []string{"live events"}, Codes: []string{"video", "IAB19-29", "US-NY"}, Products: []string{"Football"}},
		{ID: "2", Name: "Family", Description: "Films, and sports for children", Codes: []string{"video"}},
		{ID: "3", Name: "News", Tags: []string{"sports"}, Codes: []string{"banner"}, Featured: true},
		{ID: "4", Name: "News", Codes: []string{"banner"}},
		{ID: "5", Name: "Écran d'été", Codes: []string{"FR"}, Featured: true},
	}
	for search, want := range map[string][]string{
		"sports":                {"1", "3", "2"},
		"SPORTS video":          {"1", "2", "3"},
		"sport":                 {"1", "3", "2"}, // begins a word
		"sp":                    nil,             // too short to begin one
		"sports nosuchword":     {"1", "3", "2"},
		"nosuchword":            nil,
		"banner":                {"3", "4"},
		"iab19":                 {"1"},
		"us-ny":                 {"1"},
		"foot":                  {"1"},
		"été":                   {"5"},
		"video banner children": {"2", "3", "4", "1"},
		" ,.; ":                 {"3", "5", "2", "4", "1"},
		"":                      {"3", "5", "2", "4", "1"},
	} {
		var got []string
		for _, at := range mediakit.Search(entries, search) {
			got = append(got, entries[at].ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", search, got, want)
		}
	}
}

// TestSearchDoesNotDependOnTheOrderOfEntries, nor does it find anything twice.
func TestSearchDoesNotDependOnTheOrderOfEntries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SampledFrom([]string{"sports", "sport", "news", "video", "ny", "us", ""})
		entries := make([]mediakit.Entry, rapid.IntRange(0, 8).Draw(t, "entries"))
		for i := range entries {
			entries[i] = mediakit.Entry{
				ID: string(rune('a' + i)), Name: words.Draw(t, "name"), Tags: []string{words.Draw(t, "tag")},
				Description: words.Draw(t, "description"), Featured: rapid.Bool().Draw(t, "featured"),
			}
		}
		search := words.Draw(t, "first") + " " + words.Draw(t, "second")
		ids := func(entries []mediakit.Entry) []string {
			found := []string{}
			for _, at := range mediakit.Search(entries, search) {
				found = append(found, entries[at].ID)
			}
			return found
		}
		want := ids(entries)
		if got := ids(rapid.Permutation(entries).Draw(t, "shuffled")); !slices.Equal(got, want) {
			t.Fatalf("%v, and shuffled %v", want, got)
		}
	})
}
