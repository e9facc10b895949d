package parley

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// InertCell is a text as a cell of a file that spreadsheets open, which none of them takes for a formula: where one might, an
// apostrophe is put before it. Spreadsheets pass over blanks, and over letters that cannot be seen, before the sign that begins a
// formula, and some read its full-width form as the sign itself. CellText reads it back.
func InertCell(text string) string {
	if asFormula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// CellText is the text of a cell that InertCell wrote.
func CellText(cell string) string {
	if text, marked := strings.CutPrefix(cell, "'"); marked && InertCell(text) == cell {
		return text
	}
	return cell
}

func asFormula(text string) bool {
	if text == "" {
		return false
	}
	if strings.ContainsRune("\t\r\n", rune(text[0])) {
		return true
	}
	seen := strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.C, r) || unicode.Is(unicode.Mn, r)
	})
	first, _ := utf8.DecodeRuneInString(seen)
	return seen != "" && strings.ContainsRune("=+-@＝＋－＠﹦﹢﹣﹫−", first)
}
