package console

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"parley"
)

// Why a text is no number to go by. What comes after the name of its field reads as a sentence.
var (
	errNoNumber = errors.New("must be a number such as 12" + pointMark + "50")
	errNotWhole = errors.New("must be a whole number such as 250" + groupMark + "000")
	errNotCount = errors.New("must be a whole number such as 12") // of hours, days, rounds
)

// twoWays is the refusal of a number that people of different countries read differently: it says both, and how to write each.
type twoWays struct {
	grouped, decimal int64  // micros: with its mark between thousands, and before decimals
	unit             string // what it is a number of, such as " EUR"; empty where that is not known
}

func (e twoWays) Error() string {
	read := func(micros int64) string { return number(parley.FormatMicros(micros, 2)) + e.unit }
	return fmt.Sprintf("can be read two ways: write %s for %s, or %s for %s",
		typed(e.grouped, 0), read(e.grouped), typed(e.decimal, 2), read(e.decimal))
}

// inUnit has a refusal say what the number is of.
func inUnit(err error, unit string) error {
	if ways, ok := errors.AsType[twoWays](err); ok {
		ways.unit = unit
		return ways
	}
	return err
}

// readDecimal reads a number that a person typed, in micros. Point and comma may each stand before the decimals or between the
// thousands, and spaces and apostrophes between the thousands; the number is read only if that leaves one way to read it:
//
//	12.50 12,50 1250,00 1,250.00 1.250,00 1 250,00 1'250 1,250,000 0,125
//
// and not 1,250, which is a thousand and a quarter of one. All errors are about the text: errNoNumber, a twoWays, or those of
// parley.ParseMicros.
func readDecimal(text string) (micros int64, err error) {
	sign, whole, fraction, err := splitNumber(text)
	if err != nil {
		return 0, err
	}
	if mark := strings.IndexAny(whole, ".,"); fraction == "" && strings.Count(whole, ".")+strings.Count(whole, ",") == 1 &&
		!strings.Contains(whole, " ") {
		// One mark with three digits after it: thousands or decimals.
		grouped, err := parley.ParseMicros(sign + whole[:mark] + whole[mark+1:])
		if err != nil {
			return 0, err
		}
		decimal, err := parley.ParseMicros(sign + whole[:mark] + "." + whole[mark+1:])
		if err != nil {
			return 0, err
		}
		return 0, twoWays{grouped: grouped, decimal: decimal}
	}
	digits := strings.NewReplacer(".", "", ",", "", " ", "").Replace(whole)
	if fraction != "" {
		digits += "." + fraction
	}
	return parley.ParseMicros(sign + digits)
}

// readWhole reads a whole number that a person typed. It has no decimals, so that what stands between three digits and the
// next three parts thousands: 250000, 250,000, 250.000 and 250 000 are the same. The error is errNotWhole.
func readWhole(text string) (int64, error) {
	sign, whole, fraction, err := splitNumber(text)
	if err != nil || fraction != "" {
		return 0, errNotWhole
	}
	n, err := strconv.ParseInt(sign+strings.NewReplacer(".", "", ",", "", " ", "").Replace(whole), 10, 64)
	if err != nil {
		return 0, errNotWhole
	}
	return n, nil
}

// splitNumber takes a number apart: its sign, its digits with what parts its thousands, and its decimals. A mark that can be
// either, as in 1,250, is left among the digits.
func splitNumber(text string) (sign, whole, fraction string, err error) {
	text = strings.TrimSpace(strings.NewReplacer(
		"\u00a0", " ", "\u202f", " ", "\u2009", " ", "'", " ", "\u2019", " ", "\u2212", "-",
		groupMark, " ", pointMark, ".", // as a field is filled in, before its page is in a language
	).Replace(text))
	rest, negative := strings.CutPrefix(text, "-")
	if negative {
		sign = "-"
	}
	const longest = 64
	if rest == "" || len(rest) > longest {
		return "", "", "", errNoNumber
	}
	whole = rest
	last := strings.LastIndexAny(rest, ".,")
	if last >= 0 {
		mark := rest[last : last+1]
		other := map[string]string{".": ",", ",": "."}[mark]
		switch {
		case strings.Contains(rest, other), strings.Contains(rest, " "): // the last of two kinds of marks begins the decimals
			whole, fraction = rest[:last], rest[last+1:]
			if strings.Contains(whole, mark) || fraction == "" {
				return "", "", "", errNoNumber
			}
		case strings.Count(rest, mark) == 1 && !inThousands(rest, mark):
			whole, fraction = rest[:last], rest[last+1:]
			if fraction == "" {
				return "", "", "", errNoNumber
			}
		}
	}
	for _, mark := range []string{".", ",", " "} {
		if strings.Contains(whole, mark) && (!inThousands(whole, mark) || strings.ContainsAny(strings.ReplaceAll(whole, mark, ""), "., ")) {
			return "", "", "", errNoNumber
		}
	}
	if strings.Trim(whole, "0123456789., ") != "" || whole == "" || strings.Trim(fraction, "0123456789") != "" {
		return "", "", "", errNoNumber
	}
	return sign, whole, fraction, nil
}

// inThousands tells whether a mark parts a number into groups of three digits. No thousands are written with a 0 before them.
func inThousands(number, mark string) bool {
	groups := strings.Split(number, mark)
	for i, group := range groups {
		if i > 0 && len(group) != 3 || i == 0 && (len(group) == 0 || len(group) > 3 || group[0] == '0') {
			return false
		}
	}
	return true
}

// typed writes an amount as a field holds it, so that readDecimal reads it as that amount: without marks between the thousands,
// with at least as many decimals as given, and never three.
func typed(micros int64, decimals int) string {
	text := parley.FormatMicros(micros, decimals)
	if _, fraction, _ := strings.Cut(text, "."); len(fraction) == 3 {
		text += "0"
	}
	return pointed(text)
}
