package parley_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley"
)

// deterministic mints identifiers at one instant from a stream of chosen bytes.
func deterministic(at time.Time, random []byte) *parley.IDs {
	return parley.NewIDs(func() time.Time { return at }, bytes.NewReader(random))
}

func TestIDsSortByAgeAndTellTheirTime(t *testing.T) {
	t.Parallel()
	prefixes := []string{
		parley.PrefixQuote, parley.PrefixProposal, parley.PrefixNegotiation, parley.PrefixApproval, parley.PrefixEvent,
		parley.PrefixOrder, parley.PrefixChangeRequest, parley.PrefixKey, parley.PrefixPricingRule, parley.PrefixApprovalRule,
	}
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SampledFrom(prefixes).Draw(t, "prefix")
		random := rapid.SliceOfN(rapid.Byte(), 20, 20).Draw(t, "random")
		older := time.UnixMilli(rapid.Int64Range(0, 1<<48-2).Draw(t, "millis")).UTC()
		newer := older.Add(time.Duration(rapid.Int64Range(1, 1_000_000).Draw(t, "later")) * time.Millisecond)
		if newer.UnixMilli() >= 1<<48 {
			return
		}
		first := deterministic(older, random[:10]).New(prefix)
		second := deterministic(newer, random[10:]).New(prefix)
		if first >= second {
			t.Fatalf("%s is older than %s and sorts after it", first, second)
		}
		if least, next := parley.FirstID(prefix, older), parley.FirstID(prefix, newer); least > first || next <= first || next > second {
			t.Fatalf("%s and %s do not begin the times of %s and %s", least, next, first, second)
		}
	})
}

func TestIDsFromManyGoroutinesAreDistinct(t *testing.T) {
	t.Parallel()
	ids := parley.NewIDs(parley.SystemClock, rand.Reader)
	minted := make(chan string, 800)
	var minters sync.WaitGroup
	for range 8 {
		minters.Go(func() {
			for range 100 {
				minted <- ids.New(parley.PrefixQuote)[:len("qt-")+12] // the time and the sequence
			}
		})
	}
	minters.Wait()
	close(minted)
	seen := map[string]bool{}
	for id := range minted {
		seen[id] = true
	}
	if len(seen) != 800 {
		t.Errorf("800 identifiers have %d stamps", len(seen))
	}
}

func TestIDsKeepAllRandomBits(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_800_000_000_000)
	seen := map[string]bool{}
	for bit := range 80 {
		random := make([]byte, 10)
		random[bit/8] = 1 << (bit % 8)
		seen[deterministic(at, random).New(parley.PrefixQuote)] = true
	}
	if len(seen) != 80 {
		t.Errorf("80 bits make %d identifiers", len(seen))
	}
}

func TestPrefixesInUpperCaseMakeUpperCaseIDs(t *testing.T) {
	t.Parallel()
	order := deterministic(time.Now(), make([]byte, 10)).New(parley.PrefixOrder)
	quote := deterministic(time.Now(), make([]byte, 10)).New(parley.PrefixQuote)
	if order != strings.ToUpper(order) || quote != strings.ToLower(quote) {
		t.Errorf("got %s and %s", order, quote)
	}
}

func TestDealIDsAreTypable(t *testing.T) {
	t.Parallel()
	shape := regexp.MustCompile(`^NORTH-[34679ACDEFGHJKMNPQRTVWXY]{5}-[34679ACDEFGHJKMNPQRTVWXY]{5}$`)
	rapid.Check(t, func(t *rapid.T) {
		// Bytes from 240 on are drawn again, so that the stream must be longer than the identifier.
		random := append(rapid.SliceOfN(rapid.Byte(), 10, 30).Draw(t, "random"), make([]byte, 20)...)
		if id := deterministic(time.Now(), random).NewDealID("NORTH"); !shape.MatchString(id) {
			t.Fatalf("got %s", id)
		}
	})
}

func TestDealIDsFavourNoLetter(t *testing.T) {
	t.Parallel()
	var random []byte
	for b := range 250 {
		random = append(random, byte(b))
	}
	ids := deterministic(time.Now(), random)
	counts := map[rune]int{}
	for range 24 {
		for _, letter := range strings.ReplaceAll(ids.NewDealID(""), "-", "") {
			counts[letter]++
		}
	}
	if len(counts) != 24 {
		t.Errorf("got %d letters, want 24", len(counts))
	}
	for letter, count := range counts {
		if count != 10 {
			t.Errorf("%c came %d times of 240, want 10", letter, count)
		}
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	secret := deterministic(time.Now(), slices.Repeat([]byte{0xab}, 20)).NewSecret()
	if !regexp.MustCompile(`^ask_live_[0-9a-hjkmnp-tv-z]{32}$`).MatchString(secret) {
		t.Errorf("got %s", secret)
	}
	if hash := parley.HashSecret(secret); len(hash) != 64 || hash == parley.HashSecret(secret+"x") {
		t.Errorf("got %s", hash)
	}
}

func TestMintingPanicsWithoutRandomness(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an identifier was minted from nothing")
		}
	}()
	deterministic(time.Now(), make([]byte, 9)).New(parley.PrefixQuote)
}
