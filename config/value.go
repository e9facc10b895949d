package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Address is a host and a port to listen on.
type Address string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Address) UnmarshalText(text []byte) error {
	_, port, err := net.SplitHostPort(string(text))
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("must be HOST:PORT, such as 127.0.0.1:8080, and not %q", text)
	}
	*a = Address(text)
	return nil
}

// AdminAddress is a second host and port to listen on; empty: there is none.
type AdminAddress string

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *AdminAddress) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*a = ""
		return nil
	}
	return (*Address)(a).UnmarshalText(text)
}

// DatabaseURL names a database. It may hold a password, so that no problem repeats it.
type DatabaseURL string

var (
	errDatabaseURL  = errors.New("must be sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
	errDatabasePath = errors.New("must be sqlite:PATH without a question mark: how the file is opened is not for a URL to say")
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *DatabaseURL) UnmarshalText(text []byte) error {
	path, embedded := strings.CutPrefix(string(text), "sqlite:")
	parsed, err := url.Parse(string(text))
	switch {
	case embedded && strings.Contains(path, "?"):
		return errDatabasePath
	case embedded && path != "":
	case !embedded && err == nil && (parsed.Scheme == "postgres" || parsed.Scheme == "postgresql"):
	default:
		return errDatabaseURL
	}
	*d = DatabaseURL(text)
	return nil
}

// SQLite answers the path of the embedded store's file, and whether this is one.
func (d DatabaseURL) SQLite() (path string, embedded bool) {
	return strings.CutPrefix(string(d), "sqlite:")
}

// Redacted is the URL without a password, wherever it may stand in one.
func (d DatabaseURL) Redacted() string {
	if _, embedded := d.SQLite(); embedded {
		return string(d)
	}
	parsed, err := url.Parse(string(d))
	if err != nil {
		return "postgres:..."
	}
	query := parsed.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, "xxxxx")
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.Redacted()
}

// DirectURL names the database past a pooler; empty: there is none.
type DirectURL string

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *DirectURL) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*d = ""
		return nil
	}
	var url DatabaseURL
	if err := url.UnmarshalText(text); err != nil {
		return errDirectURL
	}
	if _, embedded := url.SQLite(); embedded {
		return errDirectURL
	}
	*d = DirectURL(url)
	return nil
}

var errDirectURL = errors.New("must be none or postgres://USER:PASSWORD@HOST/DATABASE")

// TestDatabase says where the database of the test world is: nowhere (empty), beside the real trade's, or at a DatabaseURL.
type TestDatabase string

// besideReal is the test database that follows from the real one.
const besideReal = "beside"

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *TestDatabase) UnmarshalText(text []byte) error {
	switch string(text) {
	case "none":
		*d = ""
	case besideReal:
		*d = besideReal
	default:
		var url DatabaseURL
		if err := url.UnmarshalText(text); errors.Is(err, errDatabasePath) {
			return err
		} else if err != nil {
			return errors.New("must be none, beside, sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE")
		}
		*d = TestDatabase(url)
	}
	return nil
}

// testSchema is the schema of the test world in a database of PostgreSQL that is the real trade's.
const testSchema = "parley_test"

// PastPooler is where the database is reached without a pooler in between.
func (d Database) PastPooler() DatabaseURL { return cmp.Or(DatabaseURL(d.DirectURL), d.DatabaseURL) }

// TestURL is where the database of the test world is, past a pooler; empty: there is none.
func (d Database) TestURL() DatabaseURL {
	if d.TestDatabase != besideReal {
		return DatabaseURL(d.TestDatabase)
	}
	if path, embedded := d.DatabaseURL.SQLite(); embedded {
		ending := filepath.Ext(path)
		return DatabaseURL("sqlite:" + strings.TrimSuffix(path, ending) + ".test" + ending)
	}
	beside, err := url.Parse(string(d.PastPooler()))
	if err != nil {
		return ""
	}
	query := beside.Query()
	query.Set("search_path", testSchema)
	beside.RawQuery = query.Encode()
	return DatabaseURL(beside.String())
}

// RateLimit bounds how often one caller may ask. The zero value is no limit.
type RateLimit struct {
	PerSecond float64
	Burst     int // requests at once
}

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

// maxRate is the most requests a unit of time that can be told from no limit in practice.
const maxRate = 1_000_000

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *RateLimit) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*r = RateLimit{}
		return nil
	}
	count, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(count)
	per, known := rateUnits[unit]
	if err != nil || !known || n < 1 || n > maxRate {
		return fmt.Errorf("must be 'off' or a number of requests from 1 to %d for each s, m or h, such as 50/s, and not %q", maxRate, text)
	}
	*r = RateLimit{PerSecond: float64(n) / per.Seconds(), Burst: n}
	return nil
}

// Proxies are the networks of the proxies whose word about their clients is believed.
type Proxies []netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Proxies) UnmarshalText(text []byte) error {
	var networks Proxies
	if string(text) != "none" {
		for member := range strings.SplitSeq(string(text), ",") {
			network, err := parseNetwork(strings.TrimSpace(member))
			if err != nil {
				return fmt.Errorf("must be 'none', or a list of networks such as 127.0.0.1 or 10.0.0.0/8 with commas between, and not %q", text)
			}
			networks = append(networks, network)
		}
	}
	*p = networks
	return nil
}

// parseNetwork reads a network, or an address as the network of it alone.
func parseNetwork(text string) (netip.Prefix, error) {
	if network, err := netip.ParsePrefix(text); err == nil {
		if !network.Addr().Is4In6() {
			return network.Masked(), nil
		}
		const mapped = 96 // bits in front of an IPv4 address inside IPv6
		if network.Bits() >= mapped {
			return netip.PrefixFrom(network.Addr().Unmap(), network.Bits()-mapped).Masked(), nil
		}
	}
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	address = address.Unmap()
	if address.Zone() != "" {
		return netip.Prefix{}, errors.New("a zone is this machine's own name for a network")
	}
	return netip.PrefixFrom(address, address.BitLen()), nil
}

// NetworkKey has callers of a network that present no key act as the buyer's key with this id.
type NetworkKey struct {
	Network netip.Prefix
	KeyID   string
}

// NetworkKeys are keys by the networks of those who act as them.
type NetworkKeys []NetworkKey

// privateNetworks are those that no packet of the Internet comes from.
var privateNetworks = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *NetworkKeys) UnmarshalText(text []byte) error {
	var keys NetworkKeys
	if string(text) != "none" {
		for member := range strings.SplitSeq(string(text), ",") {
			key, err := parseNetworkKey(strings.TrimSpace(member))
			if err != nil {
				return err
			}
			if slices.ContainsFunc(keys, func(other NetworkKey) bool { return other.Network == key.Network }) {
				return fmt.Errorf("must have one key for a network, and not two for %s", key.Network)
			}
			keys = append(keys, key)
		}
	}
	*k = keys
	return nil
}

func parseNetworkKey(text string) (NetworkKey, error) {
	named, id, _ := strings.Cut(text, "=")
	network, err := parseNetwork(strings.TrimSpace(named))
	id = strings.TrimSpace(id)
	if err != nil || id == "" || strings.ContainsAny(id, " =") {
		return NetworkKey{}, fmt.Errorf("must be 'none', or a list of networks and ids of keys such as 127.0.0.1=key-01abc with commas between, and not %q", text)
	}
	if !slices.ContainsFunc(privateNetworks, func(private netip.Prefix) bool {
		return private.Contains(network.Addr()) && private.Bits() <= network.Bits()
	}) {
		return NetworkKey{}, fmt.Errorf("must name loopback and private networks alone: anybody could act as the key from %s", network)
	}
	return NetworkKey{Network: network, KeyID: id}, nil
}

// PublicURL is where clients reach the server, without a slash at its end; empty: where each says that it does.
type PublicURL string

// UnmarshalText implements encoding.TextUnmarshaler.
func (u *PublicURL) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*u = ""
		return nil
	}
	parsed, err := url.Parse(string(text))
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Hostname() == "" || parsed.User != nil ||
		strings.Trim(parsed.Path, "/") != "" || parsed.RawQuery != "" || parsed.ForceQuery || parsed.Fragment != "" {
		return fmt.Errorf("must be 'none', or an https or http URL of a host alone, such as https://seller.example.com, and not %q", text)
	}
	*u = PublicURL(parsed.Scheme + "://" + parsed.Host)
	return nil
}

// TLS tells whether clients reach the server over TLS, whoever ends it.
func (u PublicURL) TLS() bool { return strings.HasPrefix(string(u), "https://") }

// Folder is a folder, or a file, of this machine; empty: none.
type Folder string

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *Folder) UnmarshalText(text []byte) error {
	switch {
	case string(text) == "none":
		*f = ""
	case len(text) == 0 || bytes.IndexByte(text, 0) >= 0:
		return fmt.Errorf("must be 'none' or a path, and not %q", text)
	default:
		*f = Folder(text)
	}
	return nil
}

// Source names who counts what is delivered; empty: nobody.
type Source string

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Source) UnmarshalText(text []byte) error {
	const longest = 100
	switch {
	case string(text) == "none":
		*s = ""
	case len(text) == 0 || !utf8.Valid(text) || utf8.RuneCount(text) > longest || strings.TrimSpace(string(text)) != string(text):
		return fmt.Errorf("must be 'none' or 1 to %d letters, and not %q", longest, text)
	default:
		*s = Source(text)
	}
	return nil
}

// Word is a text that 'none' stands for the lack of; empty: there is none.
type Word string

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Word) UnmarshalText(text []byte) error {
	const longest = 500
	switch {
	case string(text) == "none":
		*w = ""
	case len(text) == 0 || len(text) > longest || !utf8.Valid(text) || bytes.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("must be 'none' or 1 to %d printable characters, and not %q", longest, text)
	default:
		*w = Word(text)
	}
	return nil
}

// Password is a secret, which no problem repeats; empty: there is none.
type Password string

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Password) UnmarshalText(text []byte) error {
	if (*Word)(p).UnmarshalText(text) != nil {
		return errors.New("must be 'none' or 1 to 500 printable characters")
	}
	return nil
}

// Mailbox is whom e-mail comes from; with an empty address: nobody.
type Mailbox struct{ mail.Address }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mailbox) UnmarshalText(text []byte) error {
	if string(text) == "none" {
		*m = Mailbox{}
		return nil
	}
	read, err := mail.ParseAddress(string(text))
	if err != nil || strings.ContainsFunc(read.Address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("must be 'none' or a mailbox such as 'Deal desk <desk@example.com>', and not %q", text)
	}
	*m = Mailbox{*read}
	return nil
}

// SellerID is how the publisher names itself to programs.
type SellerID string

var sellerID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *SellerID) UnmarshalText(text []byte) error {
	if !sellerID.Match(text) {
		return fmt.Errorf("must be 1 to 64 letters, digits, dots, dashes and underscores, and not %q", text)
	}
	*s = SellerID(text)
	return nil
}

// SellerName is how the publisher names itself to people.
type SellerName string

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *SellerName) UnmarshalText(text []byte) error {
	name := string(text)
	unprintable := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	if strings.TrimSpace(name) != name || name == "" || utf8.RuneCountInString(name) > 100 || !utf8.ValidString(name) || unprintable {
		return fmt.Errorf("must be 1 to 100 printable characters, without spaces around, and not %q", name)
	}
	*s = SellerName(name)
	return nil
}

// TestDealPrefix begins the ids of a test world's deals, so that nobody takes one for a deal that can be bid on.
const TestDealPrefix = "TEST"

// DealPrefix is what every deal id begins with.
type DealPrefix string

var dealPrefix = regexp.MustCompile(`^[A-Z]{2,8}$`)

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *DealPrefix) UnmarshalText(text []byte) error {
	if !dealPrefix.Match(text) {
		return fmt.Errorf("must be 2 to 8 capital letters from A to Z, such as NORTH, and not %q", text)
	}
	if string(text) == TestDealPrefix {
		return errors.New("must not be " + TestDealPrefix + ", by which deals of a test world are told apart")
	}
	*d = DealPrefix(text)
	return nil
}

// TimeZone is a place's time, with its rules for summer.
type TimeZone struct{ *time.Location }

// UnmarshalText implements encoding.TextUnmarshaler. "Local" is refused: it means another zone on another machine.
func (z *TimeZone) UnmarshalText(text []byte) error {
	location, err := time.LoadLocation(string(text))
	if err != nil || len(text) == 0 || string(text) == "Local" {
		return fmt.Errorf("must be the name of an IANA time zone, such as UTC or America/New_York, and not %q", text)
	}
	z.Location = location
	return nil
}

// Anonymous is what a caller without a key may do.
type Anonymous struct{ Catalog, Quotes, Proposals bool }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Anonymous) UnmarshalText(text []byte) error {
	var allowed Anonymous
	if string(text) != "none" {
		for _, name := range strings.Split(string(text), ",") {
			switch strings.TrimSpace(name) {
			case "catalog":
				allowed.Catalog = true
			case "quotes":
				allowed.Quotes = true
			case "proposals":
				allowed.Proposals = true
			default:
				return fmt.Errorf("must be 'none', or a list of catalog, quotes and proposals with commas between, and not %q", text)
			}
		}
	}
	*a = allowed
	return nil
}

// Activation is what a process does about booked deals that are to be sent to their destinations.
type Activation string

// The ways of sending deals.
const (
	ActivationOff     Activation = "off"
	ActivationPreview Activation = "preview" // they are planned, and nothing is sent
	ActivationOn      Activation = "on"
)

// UnmarshalText implements encoding.TextUnmarshaler. The setting was once true or false, which is on or off.
func (a *Activation) UnmarshalText(text []byte) error {
	switch mode := Activation(text); mode {
	case ActivationOff, ActivationPreview, ActivationOn:
		*a = mode
	case "true":
		*a = ActivationOn
	case "false":
		*a = ActivationOff
	default:
		return fmt.Errorf("must be off, preview or on, and not %q", text)
	}
	return nil
}

// LogFormat is how log records are written.
type LogFormat string

// The log formats.
const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (f *LogFormat) UnmarshalText(text []byte) error {
	switch format := LogFormat(text); format {
	case LogText, LogJSON:
		*f = format
		return nil
	}
	return fmt.Errorf("must be text or json, and not %q", text)
}
