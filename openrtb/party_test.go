package openrtb_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"parley"
	"parley/openrtb"
)

func TestSeat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"123": "123", " 123 ": "123", "\tseat-42\n": "seat-42", "Seat_42:a/b.c": "Seat_42:a/b.c", "Sitz-ü": "Sitz-ü",
		"": "", "  ": "", "a,b": "", "a;b": "", "a|b": "", "*": "", "seat-*": "", "a b": "", "a\x00b": "", "a\u200bb": "", "a\nb": "", "\xff": "",
		strings.Repeat("x", 128): strings.Repeat("x", 128), strings.Repeat("x", 129): "",
	} {
		got, err := openrtb.Seat(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestDomain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"brand.example": "brand.example", "HTTPS://Brand.example/path": "brand.example", " www.Brand.example. ": "www.brand.example",
		"http://brand.example:8443/a?b#c": "brand.example", "//brand.example": "brand.example", "brand.example:443": "brand.example",
		"brand.example?x": "brand.example", "Bücher.example": "xn--bcher-kva.example", "xn--bcher-kva.example": "xn--bcher-kva.example",
		"例え.テスト": "xn--r8jz45g.xn--zckzah",
		"":       "", "brand": "", "localhost": "", "a,b": "", "a.example,b.example": "", "a.example b.example": "", "192.0.2.1": "",
		"[2001:db8::1]": "", "user@brand.example": "", "-brand.example": "", "brand-.example": "", "brand..example": "", ".example": "",
		"brand.123": "", "brand.example:http": "", "https://": "", "under_score.example": "", "a.exa\x00mple": "",
		strings.Repeat("a", 64) + ".example": "", strings.Repeat("a.", 130) + "example": "",
	} {
		got, err := openrtb.Domain(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
}

// TestStoredPartiesGoOutClean holds every Deal object to valid lists, whatever was stored before seats and domains were
// checked, and a seat that was stored to a list that is not open.
func TestStoredPartiesGoOutClean(t *testing.T) {
	t.Parallel()
	typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ ,;|]{0,2}([a-zA-Z0-9.:/-]{1,140}[ ,;|]{0,2}){0,3}`),
		rapid.SampledFrom([]string{"", " 123 ", "a,b", "*", "a*b", "HTTPS://Brand.example/path", "brand.example, other.example", "\x00", "123,123"}))
	rapid.Check(t, func(t *rapid.T) {
		d := deal(rapid.SampledFrom(parley.DealTypes[:]).Draw(t, "deal type"), func(d *parley.Deal) {
			d.Identity.SeatID, d.Claimed.SeatID = typed.Draw(t, "seat"), typed.Draw(t, "claimed seat")
			d.Identity.AdvertiserDomain, d.Claimed.AdvertiserDomain = typed.Draw(t, "domain"), typed.Draw(t, "claimed domain")
		})
		params := openrtb.DealOf(d)
		seen := map[string]bool{}
		for _, seat := range params.Seats {
			if clean, err := openrtb.Seat(seat); err != nil || clean != seat || seen[seat] {
				t.Errorf("the seat %q goes out of %q (%v)", seat, d.Identity.SeatID, err)
			}
			seen[seat] = true
		}
		for _, domain := range params.Domains {
			if clean, err := openrtb.Domain(domain); err != nil || clean != domain || seen[" "+domain] {
				t.Errorf("the domain %q goes out of %q (%v)", domain, d.Identity.AdvertiserDomain, err)
			}
			seen[" "+domain] = true
		}
		letters := func(text string) bool { return strings.ContainsFunc(text, unicode.IsLetter) }
		if len(params.Seats) == 0 && letters(d.Identity.SeatID) {
			t.Errorf("the seat %q left the deal open", d.Identity.SeatID)
		}
		if _, err := json.Marshal(params); err != nil {
			t.Error(err)
		}
	})
}
