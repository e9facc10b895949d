package storage

import (
	"slices"
	"strings"
	"unicode"

	"parley"
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

// ownerMark stands between the words of a deal's names and its owner, and in neither.
const ownerMark = "\x1f"

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

// sought are the words that a search compares, each in the forms that it may be stored in: the first letters of the first words.
func sought(search string) [][]string {
	words := inForms(search)
	words = words[:min(len(words), mostWords)]
	slices.SortFunc(words, slices.Compare)
	return slices.CompactFunc(words, slices.Equal)
}

// partyWords are those words of an owner's part that the index surely holds, each in one of some forms: of letters that it cuts words at.
func partyWords(part string) [][]string {
	if strings.ContainsFunc(folded(part), func(r rune) bool { return r > unicode.MaxASCII && !inWord(r) }) {
		return nil
	}
	return slices.DeleteFunc(inForms(part), func(forms []string) bool {
		return slices.ContainsFunc(forms, func(form string) bool { return len(form) >= longestWord })
	})
}

// inForms cuts text into words, each in its forms, see parley.Spellings; of each form the first letters.
func inForms(text string) [][]string {
	cut := func(text string) []string {
		return strings.FieldsFunc(text, func(r rune) bool { return !inWord(r) })
	}
	now, written := cut(folded(text)), cut(parley.PlainName(text))
	words := make([][]string, len(now))
	for i, word := range now {
		words[i] = []string{word}
		if len(written) == len(now) {
			words[i] = parley.Spellings(written[i])
		}
		for j, form := range words[i] {
			if letters := []rune(form); len(letters) > longestWord {
				words[i][j] = string(letters[:longestWord])
			}
		}
	}
	return words
}
