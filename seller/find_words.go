package seller

import (
	"slices"
	"strings"
	"unicode"

	"parley"
)

// mostFindWords is how many words of a text are looked for; of more the first count.
const mostFindWords = 8

// findWords are the words of texts, in one case.
func findWords(texts ...string) []string {
	var words []string
	for _, text := range texts {
		words = append(words, strings.FieldsFunc(parley.Searched(text), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
		})...)
	}
	return words
}

// MatchesWords tells whether each word of a text begins a word of the others, or would but for a slip of typing.
func MatchesWords(text string, others ...string) bool {
	words, known := findWords(text), findWords(others...)
	corrected, _ := correctedWords(words[:min(len(words), mostFindWords)], known)
	return len(words) > 0 && beginsEach(corrected, known)
}

// beginsEach tells whether each word begins one of others.
func beginsEach(words, others []string) bool {
	for _, word := range words {
		if !slices.ContainsFunc(others, func(other string) bool { return strings.HasPrefix(other, word) }) {
			return false
		}
	}
	return true
}

// correctedWords puts in the place of each word that begins none of those that are known the one that it is closest to: a slip away,
// or two where the word is long. changed tells whether any was.
func correctedWords(words, known []string) (corrected []string, changed bool) {
	corrected = slices.Clone(words)
	for i, word := range words {
		letters := []rune(word)
		slips := 0
		switch {
		case len(letters) >= 8:
			slips = 2
		case len(letters) >= 4:
			slips = 1
		}
		if slips == 0 || beginsEach([]string{word}, known) {
			continue
		}
		best := slips + 1
		for _, other := range known {
			others := []rune(other)
			if longer := len(others) - len(letters); longer > slips || -longer > slips {
				continue
			}
			if d := parley.Distance(letters, others); d < best {
				best, corrected[i] = d, other
			}
		}
		changed = changed || best <= slips
	}
	return corrected, changed
}
