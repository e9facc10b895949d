package parley

import (
	"io"
	"strings"
	"time"
)

// Prefixes of identifiers, by what they name.
const (
	PrefixQuote         = "qt-"
	PrefixProposal      = "prop-"
	PrefixNegotiation   = "neg-"
	PrefixApproval      = "apr-"
	PrefixEvent         = "evt-"
	PrefixOrder         = "ORD-"
	PrefixChangeRequest = "CR-"
	PrefixKey           = "key-"
	PrefixPricingRule   = "rule-"
	PrefixApprovalRule  = "gate-"
)

// KeySecretPrefix starts every API key.
const KeySecretPrefix = "ask_live_"

// crockford is Douglas Crockford's base 32: no I, L, O or U, and sorted by value.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// dealAlphabet leaves out every letter and digit that is misread when typed: 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
const dealAlphabet = "34679ACDEFGHJKMNPQRTVWXY"

// IDs mints identifiers. Random is an unpredictable source (crypto/rand.Reader in production); a failing source panics,
// because nothing safe can be done without one.
type IDs struct {
	Clock  Clock
	Random io.Reader
}

// New mints an identifier: the prefix, 48 bits of the time in milliseconds, so that identifiers sort by age, and 80
// random bits, so that they cannot be guessed.
func (g IDs) New(prefix string) string {
	var raw [16]byte
	millis := uint64(g.Clock().UnixMilli())
	for i := range 6 {
		raw[i] = byte(millis >> (40 - 8*i))
	}
	g.fill(raw[6:])
	upper := prefix != "" && prefix[0] >= 'A' && prefix[0] <= 'Z'
	text := encodeBase32(raw[:])
	if upper {
		text = strings.ToUpper(text)
	}
	return prefix + text
}

// NewDealID mints a deal id that a person can type into a DSP: the publisher's prefix and two groups of five
// unambiguous letters and digits, such as "NORTH-7K4MC-X9TRP" (about 45 random bits; the store refuses a repetition and
// the flow mints another).
func (g IDs) NewDealID(publisherPrefix string) string {
	var raw [10]byte
	g.fill(raw[:])
	text := make([]byte, 0, len(publisherPrefix)+12)
	text = append(text, publisherPrefix...)
	for i, b := range raw {
		if i%5 == 0 {
			text = append(text, '-')
		}
		// 24 does not divide 256: draw again until the byte is below the largest multiple, so that no letter is favoured.
		for b >= 240 {
			var again [1]byte
			g.fill(again[:])
			b = again[0]
		}
		text = append(text, dealAlphabet[b%24])
	}
	return string(text)
}

// NewSecret mints an API key with 160 random bits.
func (g IDs) NewSecret() string {
	var raw [20]byte
	g.fill(raw[:])
	return KeySecretPrefix + encodeBase32(raw[:])
}

// Time tells when an identifier minted by New was minted, cut to the millisecond, and whether text is one.
func Time(prefix, id string) (time.Time, bool) {
	rest, found := strings.CutPrefix(id, prefix)
	if !found || len(rest) != 26 {
		return time.Time{}, false
	}
	var millis uint64
	for i, c := range []byte(strings.ToLower(rest)) {
		value := strings.IndexByte(crockford, c)
		if value < 0 {
			return time.Time{}, false
		}
		if i < 10 {
			millis = millis<<5 | uint64(value)
		}
	}
	// 26 letters hold 130 bits for 128: the first 50 are two zero bits and the 48 of the time.
	if millis>>48 != 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(millis)).UTC(), true
}

func (g IDs) fill(buf []byte) {
	if _, err := io.ReadFull(g.Random, buf); err != nil {
		panic("parley: the source of randomness failed: " + err.Error())
	}
}

// encodeBase32 writes big-endian bits in groups of five, zero bits in front where the length does not divide.
func encodeBase32(raw []byte) string {
	out := make([]byte, (len(raw)*8+4)/5)
	var acc uint
	var bits, next = 0, len(out) - 1
	for i := len(raw) - 1; i >= 0; i-- {
		acc |= uint(raw[i]) << bits
		for bits += 8; bits >= 5; bits -= 5 {
			out[next] = crockford[acc&31]
			next--
			acc >>= 5
		}
	}
	if bits > 0 {
		out[next] = crockford[acc&31]
	}
	return string(out)
}
