package console

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Pages are made with marks where numbers and dates differ between languages, and a page is written in one language as it leaves:
// so none can mix two. The marks are of Unicode's private use, which no text of people has.
const (
	groupMark = "\ue000" // between thousands
	pointMark = "\ue001" // before decimals
	dayMark   = "\ue002" // before and after a day, 2006-01-02, or 01-02 for one whose year is told beside it
)

// locale is how a language writes numbers and days. The layouts are those of package time.
type locale struct {
	group, point string
	day          string // such as 2 Jan 2006
	dayOfYear    string // without the year
}

const (
	noBreak     = "\u00a0"
	thinNoBreak = "\u202f"
)

// english is how pages are written for whoever names no language that is known.
var english = locale{",", ".", "2 Jan 2006", "2 Jan"}

// locales are by the tags of their languages, in lower case. Months are numbers but in English, which the rest of the page is in.
var locales = map[string]locale{
	"en": english, "en-us": {",", ".", "Jan 2, 2006", "Jan 2"}, "en-ca": {",", ".", "Jan 2, 2006", "Jan 2"},
	"bg": {noBreak, ",", "02.01.2006", "02.01."}, "cs": {noBreak, ",", "2.1.2006", "2.1."}, "da": {".", ",", "02.01.2006", "02.01."},
	"de": {".", ",", "02.01.2006", "02.01."}, "de-ch": {"\u2019", ".", "02.01.2006", "02.01."}, "de-li": {"\u2019", ".", "02.01.2006", "02.01."},
	"el": {".", ",", "02/01/2006", "02/01"}, "es": {".", ",", "02/01/2006", "02/01"}, "es-mx": {",", ".", "02/01/2006", "02/01"},
	"et": {noBreak, ",", "02.01.2006", "02.01."}, "fi": {noBreak, ",", "2.1.2006", "2.1."}, "fr": {thinNoBreak, ",", "02/01/2006", "02/01"},
	"fr-ca": {noBreak, ",", "2006-01-02", "01-02"}, "fr-ch": {thinNoBreak, ",", "02.01.2006", "02.01."},
	"hr": {".", ",", "02.01.2006", "02.01."}, "hu": {noBreak, ",", "2006.01.02", "01.02"}, "it": {".", ",", "02/01/2006", "02/01"},
	"it-ch": {"\u2019", ".", "02.01.2006", "02.01."}, "ja": {",", ".", "2006/01/02", "01/02"}, "ko": {",", ".", "2006.01.02", "01.02"},
	"lt": {noBreak, ",", "2006-01-02", "01-02"}, "lv": {noBreak, ",", "02.01.2006", "02.01."}, "nb": {noBreak, ",", "02.01.2006", "02.01."},
	"nl": {".", ",", "02-01-2006", "02-01"}, "nn": {noBreak, ",", "02.01.2006", "02.01."}, "no": {noBreak, ",", "02.01.2006", "02.01."},
	"pl": {noBreak, ",", "02.01.2006", "02.01"}, "pt": {".", ",", "02/01/2006", "02/01"}, "pt-pt": {noBreak, ",", "02/01/2006", "02/01"},
	"ro": {".", ",", "02.01.2006", "02.01"}, "ru": {noBreak, ",", "02.01.2006", "02.01"}, "sk": {noBreak, ",", "2.1.2006", "2.1."},
	"sl": {".", ",", "2.1.2006", "2.1."}, "sv": {noBreak, ",", "2006-01-02", "01-02"}, "tr": {".", ",", "02.01.2006", "02.01"},
	"uk": {noBreak, ",", "02.01.2006", "02.01"}, "zh": {",", ".", "2006/01/02", "01/02"},
}

// localeOf is that of the language which a browser likes best of those that are known; English where it names none that there is.
func localeOf(acceptLanguage string) locale {
	wishes, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil {
		return english
	}
	for _, wish := range wishes {
		base, _ := wish.Base()
		for _, tag := range []string{wish.String(), base.String()} {
			if l, known := locales[strings.ToLower(tag)]; known {
				return l
			}
		}
	}
	return english
}

// write puts a page into the language.
func (l locale) write(page []byte) []byte {
	var text bytes.Buffer
	text.Grow(len(page))
	mark := []byte(groupMark)[:2] // what all begin with
	for {
		at := bytes.Index(page, mark)
		if at < 0 || at+len(groupMark) > len(page) {
			text.Write(page)
			return text.Bytes()
		}
		text.Write(page[:at])
		found, rest := string(page[at:at+len(groupMark)]), page[at+len(groupMark):]
		switch found {
		case groupMark:
			text.WriteString(l.group)
		case pointMark:
			text.WriteString(l.point)
		case dayMark:
			day, after, ended := bytes.Cut(rest, []byte(dayMark))
			if ended {
				text.WriteString(l.shownDay(string(day)))
				rest = after
			}
		default:
			text.WriteString(found)
		}
		page = rest
	}
}

// text is write of a short text.
func (l locale) text(marked string) string { return string(l.write([]byte(marked))) }

// shownDay is a day as it is between marks.
func (l locale) shownDay(iso string) string {
	if t, err := time.Parse(time.DateOnly, iso); err == nil {
		return t.Format(l.day)
	}
	if t, err := time.Parse("01-02", iso); err == nil {
		return t.Format(l.dayOfYear)
	}
	return iso
}

// grouped is a whole number, as package parley writes it, with marks between its thousands.
func grouped(text string) string { return strings.ReplaceAll(text, ",", groupMark) }

// pointed is a number with a mark before its decimals.
func pointed(text string) string { return strings.Replace(text, ".", pointMark, 1) }

// number is a number, as package parley writes it, with marks between its thousands and before its decimals.
func number(plain string) string {
	whole, fraction, decimals := strings.Cut(plain, ".")
	if n, err := strconv.ParseInt(whole, 10, 64); err == nil && n != 0 {
		whole = count(n)
	}
	if decimals {
		whole += pointMark + fraction
	}
	return whole
}

// marked is a text of the program that is not the console's with marks in its figures.
func marked(text string) string { return onPages.In(text) }

// dayOf is a day between marks.
func dayOf(t time.Time) string { return dayMark + t.Format(time.DateOnly) + dayMark }
