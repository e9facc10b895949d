package parley_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley"
)

// TestLookAlikeNamesAreOne writes an account's name in ways that nobody can tell from it.
func TestLookAlikeNamesAreOne(t *testing.T) {
	t.Parallel()
	for _, written := range []string{
		"Acme Media", "acme media", " Acme  Media\t", "Acme\u00a0Media", "Acme\u2003 \u3000Media", "Ａｃｍｅ　Ｍｅｄｉａ", "Ac\u200bme Me\u00addia", "Acme\u2060 \ufeffMedia",
		"Acme M\u200d\ufe0fedia", "Acme® Media™", "\u202eAcme Media\u202c", "𝐀cme 𝓜edia", "Acme\u3164 Media\u115f", "Acme Media\u034f", "Acme\nMedia", "\u2800Acme Media",
	} {
		if got := parley.AccountName(written); got != "acme media" {
			t.Errorf("%q is %q", written, got)
		}
	}
	for one, other := range map[string]string{
		"été": "e\u0301te\u0301", "ﬁlm": "FILM", "Å": "\u212b", "ｱ": "ア", "\u212a2": "k2", "план\u200b": "план",
	} {
		if parley.AccountName(one) != parley.AccountName(other) {
			t.Errorf("%q is %q, and %q %q", one, parley.AccountName(one), other, parley.AccountName(other))
		}
	}
	for _, apart := range [][2]string{{"acme media", "acmemedia"}, {"acme1", "acme2"}, {"été", "ete"}, {"a-b", "a b"}} {
		if parley.AccountName(apart[0]) == parley.AccountName(apart[1]) {
			t.Errorf("%q and %q are one", apart[0], apart[1])
		}
	}
	for written, want := range map[string]string{"Ｔｈｅ Trade\u200bDesk™": "ttd", "DV\u00a0360 ®": "dv360", "Ａｍａｚｏｎ": "amazon", "My\u200b Ｄsp": "mydsp"} {
		if got := parley.DSP(written); got != want {
			t.Errorf("the platform %q is %q, not %q", written, got, want)
		}
	}
}

// TestPlainFormsAreStable holds that a plain form is its own, and that a name as it is kept is found by the case of A to Z alone, which is
// all that databases fold.
func TestPlainFormsAreStable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("aZ éÉ\u200b\u00a0　Ａｂςΐİıſﬀ\u0301\u0345\u034f™")), 0, 12, -1)).Draw(t, "written")
		name := parley.PlainName(written)
		if again := parley.PlainName(name); again != name {
			t.Fatalf("%q is %q, and that %q", written, name, again)
		}
		ascii := strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, name)
		if got := parley.AccountName(written); got != ascii || parley.AccountName(name) != got {
			t.Fatalf("%q is found as %q, and kept as %q", written, got, name)
		}
	})
}
