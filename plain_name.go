package parley

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// PlainName is a name as it is read: letters that only look otherwise, such as full-width ones, are the usual ones, what nobody sees is
// left out, as are the signs of a trade mark, and white space of any kind is one space, and none around it.
func PlainName(written string) string {
	if plain(written) {
		return written
	}
	const most = 4 // what is left out may have kept letters apart that belong together
	for range most {
		name := norm.NFKC.String(strings.Map(seen, written))
		if name = strings.Join(strings.Fields(strings.Map(seen, name)), " "); name == written {
			break
		}
		written = name
	}
	return written
}

// plain tells quickly that a text is in its plain form already: of visible ASCII, with single spaces between.
func plain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f || text[i] == ' ' && (i == 0 || i == len(text)-1 || text[i-1] == ' ') {
			return false
		}
	}
	return true
}

// seen leaves out what is not seen of a name, or says nothing.
func seen(r rune) rune {
	const brailleBlank = '\u2800'
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r == '®', r == '™', r == '©', r == '℠', r == brailleBlank, r == unicode.ReplacementChar,
		unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return -1
	}
	return r
}
