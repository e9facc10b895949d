package openrtb

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// MaxSeat is how many characters a seat id may have.
const MaxSeat = 128

// maxDomain is how long a domain name is at most, in bytes.
const maxDomain = 253

var (
	errSeat   = errors.New("must be one seat id of at most 128 characters, without spaces, *, separators such as , ; | or control characters")
	errDomain = errors.New("must be one domain name such as brand.example")
)

// Seat is a buyer's seat id as wseat carries it: without the white space around it. The error says what a seat id is.
func Seat(text string) (string, error) {
	seat := strings.TrimSpace(text)
	if seat == "" || !utf8.ValidString(seat) || utf8.RuneCountInString(seat) > MaxSeat || strings.ContainsFunc(seat, separates) {
		return "", errSeat
	}
	return seat, nil
}

// separates tells what cannot be part of a seat id. A * reads as every seat to some.
func separates(r rune) bool {
	return r == ',' || r == ';' || r == '|' || r == '*' || unicode.IsSpace(r) || !unicode.IsPrint(r) || r == utf8.RuneError
}

// Domain is an advertiser's domain as wadomain carries it: the host of what may be an address, in the ASCII form of
// internationalized names, in lower case. The error says what a domain is.
func Domain(text string) (string, error) {
	host := strings.TrimSpace(text)
	if _, rest, isURL := strings.Cut(host, "://"); isURL {
		host = rest
	}
	host = strings.TrimPrefix(host, "//")
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host = host[:end]
	}
	if name, port, has := strings.Cut(host, ":"); has {
		if strings.ContainsFunc(port, func(r rune) bool { return r < '0' || r > '9' }) {
			return "", errDomain
		}
		host = name
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || len(host) > maxDomain || !isDomain(host) {
		return "", errDomain
	}
	return host, nil
}

// isDomain tells a name with a top-level domain from a host of another kind, such as an address, which ends in a number.
func isDomain(host string) bool {
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
				return false
			}
		}
	}
	top := labels[len(labels)-1]
	return len(labels) > 1 && strings.Trim(top, "0123456789") != ""
}

// seats are the seat ids in a text that was stored before they were checked. Nothing of it is left out that could be one,
// since a deal without a seat is open to all.
func seats(text string) []string {
	var found []string
	for _, part := range strings.FieldsFunc(text, separates) {
		if runes := []rune(part); len(runes) > MaxSeat {
			part = string(runes[:MaxSeat])
		}
		if !slices.Contains(found, part) {
			found = append(found, part)
		}
	}
	return found
}

// domains are the domain names in a text that was stored before they were checked.
func domains(text string) []string {
	var found []string
	for _, part := range strings.FieldsFunc(text, separates) {
		if domain, err := Domain(part); err == nil && !slices.Contains(found, domain) {
			found = append(found, domain)
		}
	}
	return found
}
