package seller

import (
	"slices"
	"strings"
	"unicode"
)

// mostFindWords is how many words of a text are looked for; of more the first count.
const mostFindWords = 8

// findWords are the words of texts, in one case.
func findWords(texts ...string) []string {
	var words []string
	for _, text := range texts {
		words = append(words, strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
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
			if d := slipsBetween(letters, []rune(other), slips); d < best {
				best, corrected[i] = d, other
			}
		}
		changed = changed || best <= slips
	}
	return corrected, changed
}

// slipsBetween is how many letters were left out, put in, put in the place of others or swapped with their neighbours between two
// words; more than most is most + 1.
func slipsBetween(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], most+1)
}
