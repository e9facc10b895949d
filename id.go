package parley

import (
	"encoding/base32"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"time"
)

// Prefixes of identifiers, by what they name. Those of rules stand with their kinds.
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
	PrefixWebhook       = "hook-"
	PrefixPackage       = "pkg-"
	PrefixSession       = "sess-"
	PrefixDestination   = "dst-"
	PrefixActivation    = "act-"
	PrefixDelivery      = "imp-"
	PrefixMapping       = "map-"
	PrefixComment       = "note-"
	PrefixHold          = "hold-"
	PrefixAccount       = "acct-"
	PrefixShare         = "share-"
	PrefixSignIn        = "sign-"

	PrefixDeliveryProfile = "dpf-"
)

// Prefixes of API keys, by what is traded with them.
const (
	KeySecretPrefix     = "ask_live_"
	TestKeySecretPrefix = "ask_test_" // in the test world, which has a database of its own
)

// ModeHeader is the header that marks every answer and every delivery of the test world, with TestMode.
const (
	ModeHeader = "Parley-Mode"
	TestMode   = "test"
)

// crockford is Douglas Crockford's base 32: no I, L, O or U, and sorted by value.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

var letters = base32.NewEncoding(crockford).WithPadding(base32.NoPadding)

// dealAlphabet leaves out every letter and digit that is misread when typed: 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V.
const dealAlphabet = "34679ACDEFGHJKMNPQRTVWXY"

// IDs mints identifiers. Random is an unpredictable source (crypto/rand.Reader in production); a failing source panics,
// because nothing safe can be done without one. It is safe for concurrent use.
type IDs struct {
	clock  Clock
	random io.Reader
	secret string // what API keys begin with

	mu       sync.Mutex
	millis   uint64 // of the last identifier
	sequence uint64 // of the last identifier within its millisecond
}

// sequenceBits count the identifiers of one millisecond, so that those of one process sort in the order of their making.
const sequenceBits = 12

// NewIDs makes a mint.
func NewIDs(clock Clock, random io.Reader) *IDs {
	return &IDs{clock: clock, random: random, secret: KeySecretPrefix}
}

// WithKeys has the API keys of a mint begin with a prefix, and answers it.
func (g *IDs) WithKeys(prefix string) *IDs {
	g.secret = prefix
	return g
}

// New mints an identifier: the prefix, the time in milliseconds and a sequence number, so that identifiers sort by age,
// and 80 random bits, so that they cannot be guessed. A prefix that starts with a capital gets capital letters.
func (g *IDs) New(prefix string) string {
	var random [10]byte
	g.fill(random[:])
	return textID(prefix, g.stamp(), random[:])
}

// textID writes the 60 bits of a stamp, and what random bits come behind them.
func textID(prefix string, stamp uint64, random []byte) string {
	raw := make([]byte, 10, 20) // 20 zero bits, so that the stamp ends with a letter
	binary.BigEndian.PutUint64(raw[2:], stamp)
	text := letters.EncodeToString(append(raw, random...))[4:]
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

// stampLetters and randomLetters are how many letters New writes of a stamp and of what random bits come behind it.
const stampLetters, randomLetters = 12, 16

// WholeID tells whether a text is as long as an identifier that New mints, as far as it has a prefix that ends with a hyphen: whoever writes one off
// may have part of it.
func WholeID(text string) bool {
	_, rest, prefixed := strings.Cut(text, "-")
	return prefixed && len(rest) == stampLetters+randomLetters
}

// FirstID is the least text that an identifier minted by New at an instant, cut to the millisecond, or later can be.
func FirstID(prefix string, at time.Time) string {
	millis := uint64(min(max(at.UnixMilli(), 0), 1<<48-1))
	return textID(prefix, millis<<sequenceBits, nil)
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
	return g.secret + letters.EncodeToString(raw[:])
}

func (g *IDs) fill(buf []byte) {
	if _, err := io.ReadFull(g.random, buf); err != nil {
		panic("parley: the source of randomness failed: " + err.Error())
	}
}
