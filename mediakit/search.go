package mediakit

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"parley"
)

// Entry is what a search compares of a package.
type Entry struct {
	ID          string
	Name        string
	Tags        []string
	Codes       []string // formats, content categories, places
	Products    []string // names
	Description string
	Featured    bool
}

const (
	mostWords   = 16  // of a search; of a longer one the first count
	longestWord = 100 // letters of a word that count
	leastBegun  = 3   // letters of a word that may also be the beginning of another
)

// What a word is worth that stands in a field as a whole. As the beginning of a word there it is worth half.
const (
	inName        = 16
	inTag         = 12
	inCode        = 10
	inProduct     = 6
	inDescription = 4
)

// match is what a search found in an entry.
type match struct {
	at     int // of the entry
	words  int // of the search that were found
	points int
}

// Search answers the places of the entries that a search finds, best first. Words are runs of letters and digits, compared
// without regard to case; each counts in the field where it is worth most, and one that is found nowhere counts nothing. An
// entry without any of the words is left out. Entries are ordered by how many of the words they have, then by what the words
// are worth, then featured ones first, then by name and id. A search without a word finds every entry.
func Search(entries []Entry, text string) []int {
	words := wordsOf(text)
	var matches []match
	for at, entry := range entries {
		found := match{at: at}
		fields := entry.fields()
		for _, word := range words {
			if worth := worthIn(fields, word); worth > 0 {
				found.words++
				found.points += worth
			}
		}
		if found.words > 0 || len(words) == 0 {
			matches = append(matches, found)
		}
	}
	slices.SortFunc(matches, func(a, b match) int {
		x, y := entries[a.at], entries[b.at]
		return cmp.Or(cmp.Compare(b.words, a.words), cmp.Compare(b.points, a.points), firstFeatured(x, y),
			cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	places := make([]int, len(matches))
	for i, found := range matches {
		places[i] = found.at
	}
	return places
}

func firstFeatured(a, b Entry) int {
	switch {
	case a.Featured == b.Featured:
		return 0
	case a.Featured:
		return -1
	}
	return 1
}

// field is the words of one part of an entry.
type field struct {
	worth int
	words []string
}

func (e Entry) fields() []field {
	return []field{
		{inName, split(e.Name)}, {inTag, split(e.Tags...)}, {inCode, split(e.Codes...)}, {inProduct, split(e.Products...)},
		{inDescription, split(e.Description)},
	}
}

// worthIn is what a word is worth in the field where it is worth most.
func worthIn(fields []field, word string) int {
	best := 0
	for _, f := range fields {
		for _, there := range f.words {
			switch {
			case there == word:
				best = max(best, f.worth)
			case len(word) >= leastBegun && strings.HasPrefix(there, word):
				best = max(best, f.worth/2)
			}
		}
	}
	return best
}

func split(texts ...string) []string {
	return strings.FieldsFunc(parley.Searched(strings.Join(texts, "\n")), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// wordsOf are the words of a search, each once.
func wordsOf(text string) []string {
	var words []string
	for _, word := range split(text) {
		if letters := []rune(word); len(letters) > longestWord {
			word = string(letters[:longestWord])
		}
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
		if len(words) == mostWords {
			break
		}
	}
	return words
}
