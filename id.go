package parley

import (
	"io"
	"strings"
	"sync"
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
	PrefixAgent         = "agt-"
	PrefixPricingRule   = "rule-"
	PrefixApprovalRule  = "gate-"
	PrefixWebhook       = "hook-"
	PrefixPackage       = "pkg-"
	PrefixSession       = "sess-"

	PrefixNegotiationProfile = "prof-"
)

// KeySecretPrefix starts every API key.
const KeySecretPrefix = "ask_live_"

// crockford is Douglas Crockford's base 32: no I, L, O or U, and sorted by value.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// dealAlphabet leaves out every letter and digit that is misread when typed: 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
const dealAlphabet = "34679ACDEFGHJKMNPQRTVWXY"

// IDs mints identifiers. Random is an unpredictable source (crypto/rand.Reader in production); a failing source panics,
// because nothing safe can be done without one. It is safe for concurrent use.
type IDs struct {
	clock  Clock
	random io.Reader

	mu       sync.Mutex
	millis   uint64 // of the last identifier
	sequence uint64 // of the last identifier within its millisecond
}

// sequenceBits count the identifiers of one millisecond, so that those of one process sort in the order of their making.
const sequenceBits = 12

// idLetters is how many base 32 letters follow the prefix: 48 bits of time, the sequence, and 80 random bits.
const idLetters = (48 + sequenceBits + 80) / 5

// NewIDs makes a mint.
func NewIDs(clock Clock, random io.Reader) *IDs { return &IDs{clock: clock, random: random} }

// New mints an identifier: the prefix, the time in milliseconds and a sequence number, so that identifiers sort by age,
// and 80 random bits, so that they cannot be guessed. A prefix that starts with a capital gets capital letters.
func (g *IDs) New(prefix string) string {
	var raw [18]byte // 4 zero bits, 48 of time, 12 of sequence, 80 random
	stamp := g.stamp()
	for i := range 8 {
		raw[i] = byte(stamp >> (56 - 8*i))
	}
	g.fill(raw[8:])
	text := encodeBase32(raw[:])
	text = text[len(text)-idLetters:]
	if prefix != "" && prefix[0] >= 'A' && prefix[0] <= 'Z' {
		text = strings.ToUpper(text)
	}
	return prefix + text
}

// stamp is the time and the sequence number in 60 bits, always above the one before: when the clock stands still or
// steps back, the sequence goes on, and when it is used up, the next millisecond is begun early.
func (g *IDs) stamp() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	millis := uint64(g.clock().UnixMilli())
	switch {
	case millis > g.millis:
		g.millis, g.sequence = millis, 0
	case g.sequence+1 < 1<<sequenceBits:
		g.sequence++
	default:
		g.millis, g.sequence = g.millis+1, 0
	}
	return g.millis<<sequenceBits | g.sequence
}

// FirstID is the least text that an identifier minted by New at an instant, cut to the millisecond, or later can be.
func FirstID(prefix string, at time.Time) string {
	millis := uint64(min(max(at.UnixMilli(), 0), 1<<48-1))
	var raw [10]byte // 20 zero bits and 60 of time and sequence
	for i := range 8 {
		raw[2+i] = byte(millis << sequenceBits >> (56 - 8*i))
	}
	text := encodeBase32(raw[:])[4:]
	if prefix != "" && prefix[0] >= 'A' && prefix[0] <= 'Z' {
		text = strings.ToUpper(text)
	}
	return prefix + text
}

// NewDealID mints a deal id that a person can type into a DSP: the publisher's prefix and two groups of five
// unambiguous letters and digits, such as "NORTH-7K4MC-X9TRP" (about 45 random bits; the store refuses a repetition and
// the flow mints another).
func (g *IDs) NewDealID(publisherPrefix string) string {
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
func (g *IDs) NewSecret() string {
	var raw [20]byte
	g.fill(raw[:])
	return KeySecretPrefix + encodeBase32(raw[:])
}

// Time tells when an identifier minted by New was minted, cut to the millisecond, and whether text is one.
func Time(prefix, id string) (time.Time, bool) {
	rest, found := strings.CutPrefix(id, prefix)
	if !found || len(rest) != idLetters {
		return time.Time{}, false
	}
	var stamp uint64
	for i, c := range []byte(rest) {
		if c >= 'A' && c <= 'Z' { // not strings.ToLower, which makes a k of the Kelvin sign
			c += 'a' - 'A'
		}
		value := strings.IndexByte(crockford, c)
		if value < 0 {
			return time.Time{}, false
		}
		if i < 12 { // 60 bits: the time and the sequence
			stamp = stamp<<5 | uint64(value)
		}
	}
	return time.UnixMilli(int64(stamp >> sequenceBits)).UTC(), true
}

func (g *IDs) fill(buf []byte) {
	if _, err := io.ReadFull(g.random, buf); err != nil {
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
