package parley

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Searched is text as searches hold it against what they look for: as AlikeName, and the small i of Turkish capitals without its second dot.
func Searched(text string) string { return strings.ReplaceAll(AlikeName(text), "i\u0307", "i") }

// Spellings are the forms that a text may be stored in where it is to be found in any case: first Searched, then those of programs before,
// which knew the case of the letters A to Z alone, or of each letter by itself. Of ASCII there is one.
func Spellings(text string) []string {
	searched := Searched(text)
	if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return []string{searched}
	}
	text = PlainName(text)
	lower := strings.ToLower(text)
	first, size := utf8.DecodeRuneInString(lower)
	forms := []string{AlikeName(text), lower, text, PlainName(strings.ToUpper(text)), string(unicode.ToTitle(first)) + lower[size:]}
	if begins, ends := strings.CutSuffix(lower, "σ"); ends {
		forms = append(forms, begins+"ς")
	}
	all := []string{searched}
	for _, form := range forms {
		if form = lowerAZ(form); !slices.Contains(all, form) {
			all = append(all, form)
		}
	}
	return all
}
