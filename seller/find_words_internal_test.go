package seller

import (
	"testing"

	"pgregory.net/rapid"

	"parley"
)

func TestSlipsOfTypingAreForgiven(t *testing.T) {
	t.Parallel()
	names := []string{"Live Sports", "ctv-sports-live", "Drama Premieres", "Harbour & Co", "harbour.example", "Öresund"}
	for text, matches := range map[string]bool{
		"sports": true, "SPO": true, "sprots": true, "spotrs live": true, "sportz": true, "xports": true, "ports": true, "premires": true,
		"premeires": true, "harbor": true, "öresnud": true, "harbour.example": true,
		"spr": false, "sprotz": false, "live news": false, "": false, "&": false, "drma x": false,
	} {
		if got := MatchesWords(text, names...); got != matches {
			t.Errorf("%q matches: %v", text, got)
		}
	}
}

// TestOneSlipIsNoticed puts one slip into a word, which is corrected to it, and the distance is the same both ways.
func TestOneSlipIsNoticed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := []rune(rapid.StringMatching(`[a-zäö0-9]{4,12}`).Draw(t, "word"))
		at := rapid.IntRange(0, len(word)-1).Draw(t, "at")
		var slipped []rune
		switch rapid.IntRange(0, 3).Draw(t, "slip") {
		case 0:
			slipped = append(append(slipped, word[:at]...), word[at+1:]...)
		case 1:
			slipped = append(append(append(slipped, word[:at]...), 'q'), word[at:]...)
		case 2:
			slipped = append(append(append(slipped, word[:at]...), 'q'), word[at+1:]...)
		default:
			slipped = append(slipped, word...)
			if at > 0 {
				slipped[at-1], slipped[at] = slipped[at], slipped[at-1]
			}
		}
		if d := parley.Distance(slipped, word); d > 1 || d != parley.Distance(word, slipped) {
			t.Fatalf("%q is %d slips from %q", string(slipped), d, string(word))
		}
		if other := rapid.StringMatching(`[a-z]{0,12}`).Draw(t, "other"); parley.Distance(word, []rune(other)) != parley.Distance([]rune(other), word) {
			t.Fatalf("%q and %q are not as far from each other", string(word), other)
		}
	})
}
