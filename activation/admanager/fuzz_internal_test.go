package admanager

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzQuoted has any text in a filter end where it ends, and stand for no other text.
func FuzzQuoted(f *testing.F) {
	for _, seed := range []string{"", "Acme", `a"b`, `\`, `\"`, "*", "a AND b = \"c\"", "\x00", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := quoted(text)
		inner := q[1 : len(q)-1]
		for i := 0; i < len(inner); i++ {
			switch inner[i] {
			case '\\':
				if i++; i == len(inner) || inner[i] != '"' && inner[i] != '\\' {
					t.Fatalf("%q escapes something else", q)
				}
			case '"':
				t.Fatalf("%q ends before its end", q)
			case '*':
				t.Fatalf("%q stands for any text", q)
			}
		}
		back := strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(inner)
		if quotable(text) != (back == text) || !utf8.ValidString(q) {
			t.Fatalf("%q is %q, quotable %t", text, q, quotable(text))
		}
	})
}

// FuzzServiceAccount reads whatever somebody stores as a credential.
func FuzzServiceAccount(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"client_email": "a"}`, `{"client_email": "a", "private_key": "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		account, err := readServiceAccount([]byte(text))
		if err == nil && (account.key == nil || account.Email == "") {
			t.Fatalf("%q is an account", text)
		}
		if err != nil && len(text) > 8 && strings.Contains(err.Error(), text) {
			t.Fatalf("the failure tells %q", text)
		}
	})
}

func TestNamesKeepTheirEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "D-1", "a  b\n": "a b D-1", strings.Repeat("ä", 300): strings.Repeat("ä", 124) + "..." + strings.Repeat("ä", 124) + " D-1",
	} {
		if got := named(text, "D-1"); got != want || utf8.RuneCountInString(got) > mostName {
			t.Errorf("%q is called %q", text, got)
		}
	}
}
