package storage

import (
	"slices"
	"strings"
	"unicode"
)

const (
	mostWords   = 16  // of a search; of a longer one the first count
	longestWord = 100 // letters of a word that a search compares, which are those that PostgreSQL's index keeps
)

// inWord tells the letters, digits and marks that words are made of.
func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// spaced is text for an index of words. The databases end words at ASCII alone, so that here every other character that is
// no part of a word makes way for a space.
func spaced(parts ...string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII && !inWord(r) {
			return ' '
		}
		return r
	}, folded(parts...))
}

// wordsOf are the words of text that is spaced, as the databases cut them out: of each its first letters, with no capitals of ASCII.
func wordsOf(texts ...string) []string {
	found := strings.FieldsFunc(strings.Join(texts, " "), func(r rune) bool { return r <= unicode.MaxASCII && !inWord(r) })
	for i, word := range found {
		word = strings.Map(func(r rune) rune {
			if r <= unicode.MaxASCII {
				return unicode.ToLower(r)
			}
			return r
		}, word)
		if letters := []rune(word); len(letters) > longestWord {
			word = string(letters[:longestWord])
		}
		found[i] = word
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// sought are the words that a search compares: the first letters of the first words.
func sought(search string) []string {
	found := strings.FieldsFunc(folded(search), func(r rune) bool { return !inWord(r) })
	found = found[:min(len(found), mostWords)]
	for i, word := range found {
		if letters := []rune(word); len(letters) > longestWord {
			found[i] = string(letters[:longestWord])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// partyWords are those words of an owner's part that the index surely holds as they are written here: of ASCII alone, since
// the databases fold nothing else.
func partyWords(part string) []string {
	found := strings.FieldsFunc(folded(part), func(r rune) bool { return r <= unicode.MaxASCII && !inWord(r) })
	return slices.DeleteFunc(found, func(word string) bool {
		return len(word) > longestWord || strings.ContainsFunc(word, func(r rune) bool { return r > unicode.MaxASCII })
	})
}
