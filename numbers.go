package parley

import (
	"regexp"
	"strings"
	"time"
)

// Numbers writes what numbers mean, for whoever reads them: a page in the way of its browser's language, a message plainly.
type Numbers struct {
	CPM     func(micros int64, currency Currency) string // in a list
	Money   func(micros int64, currency Currency) string // with its currency
	Worth   func(micros int64, currency Currency) string // the same, in whole minor units
	Count   func(n int64) string
	Number  func(plain string) string // of one as FormatMicros writes it
	Percent func(rate BasisPoints) string
	Day     func(day Date) string
	Flight  func(flight Flight) string
	Instant func(at time.Time) string
}

// PlainNumbers write for who reads no page, as English pages do: in groups, and with the currency beside each amount.
func PlainNumbers() Numbers {
	money := func(micros int64, currency Currency) string {
		return inGroups(FormatMicros(micros, currency.MinorDigits())) + " " + string(currency)
	}
	return Numbers{
		CPM: money, Money: money, Count: FormatCount, Number: inGroups, Day: plainDay,
		Worth: func(micros int64, currency Currency) string {
			unit := currency.MinorUnit()
			return money((micros+unit/2)/unit*unit, currency)
		},
		Percent: func(rate BasisPoints) string {
			return FormatMicros(int64(rate)*(MicrosPerUnit/100), 0) + "%"
		},
		Flight:  func(f Flight) string { return plainDay(f.Start) + " – " + plainDay(f.End) },
		Instant: func(at time.Time) string { return at.UTC().Format("2 Jan 2006, 15:04 UTC") },
	}
}

func plainDay(d Date) string { return d.Midnight().Format("2 Jan 2006") }

// inGroups puts commas between the thousands of a number.
func inGroups(plain string) string {
	digits, negative := strings.CutPrefix(plain, "-")
	whole, fraction, decimals := strings.Cut(digits, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if negative {
		whole = "-" + whole
	}
	if decimals {
		whole += "." + fraction
	}
	return whole
}

// In writes the figures in a text of the program as n writes figures: amounts and counts, days and instants, which the API's texts have as its
// documents do (1850.00, 2026-06-01). What stands between quotation marks is somebody's own words, and what follows "such as" is what is to be
// typed: both stay. A whole number without marks between its thousands may be anybody's name, as of a seat, and is a figure only where the words
// beside it say so.
func (n Numbers) In(text string) string {
	var written strings.Builder
	var before [2]string // the words before
	end := 0
	for _, at := range wordsOfTexts.FindAllStringIndex(text, -1) {
		written.WriteString(text[end:at[0]])
		word := text[at[0]:at[1]]
		end = at[1]
		if word[0] == '"' || before == [2]string{"such", "as"} {
			written.WriteString(word)
		} else {
			figure := strings.Trim(word, ".,;:()!?")
			lead, trail, _ := strings.Cut(word, figure)
			written.WriteString(lead + n.figure(figure, before[1], trail+text[at[1]:]) + trail)
		}
		before = [2]string{before[1], word}
	}
	return written.String() + text[end:]
}

var (
	wordsOfTexts = regexp.MustCompile(`"[^"]*"|[^\s"]+`)
	plainNumber  = regexp.MustCompile(`^-?(?:\d+\.\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)$`)
	wholeNumber  = regexp.MustCompile(`^-?\d{4,}$`)
	beforeCounts = regexp.MustCompile(`^(?:most|least|than|of|to|and|is|exactly|price,?)$`)
	afterCounts  = regexp.MustCompile(`^ (?:available )?(?:impressions|days|letters|characters|bytes|rows|names|months|hours|times|lines|products|deals)\b`)
)

// figure is a word as n writes it, if it is a figure; before is the word before it, and after the text that follows.
func (n Numbers) figure(word, before, after string) string {
	if day, err := ParseDate(word); err == nil {
		return n.Day(day)
	}
	if at, err := time.Parse(time.RFC3339, word); err == nil {
		return n.Instant(at)
	}
	number, percent := strings.CutSuffix(word, "%")
	counts := beforeCounts.MatchString(before) && (after == "" || strings.ContainsAny(after[:1], ".,;:)")) || afterCounts.MatchString(after)
	if plainNumber.MatchString(number) || wholeNumber.MatchString(number) && counts {
		word = n.Number(strings.ReplaceAll(number, ",", ""))
		if percent {
			word += "%"
		}
	}
	return word
}
