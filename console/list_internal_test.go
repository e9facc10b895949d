package console

import (
	"encoding/json"
	"testing"
)

func TestTotal(t *testing.T) {
	t.Parallel()
	for rows, want := range map[int64]string{0: "0", 999: "999", 10_000: "10,000", 10_001: "over 10,000"} {
		if got := english.text(total(rows)); got != want {
			t.Errorf("%d rows are told as %q, want %q", rows, got, want)
		}
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows int64
		what string
		want string
	}{
		{0, "deals", "deals"}, {1, "deals", "deal"}, {2, "deals", "deals"}, {1, "audit entries", "audit entry"}, {1, "agents", "agent"},
	} {
		if got := (pager{Total: c.rows, What: c.what}).Counted(); got != c.want {
			t.Errorf("%d %s are told as %q, want %q", c.rows, c.what, got, c.want)
		}
	}
}

func TestTerm(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		`9100000`: "9,100,000", `"2026-09-02"`: "2 Sep 2026", `36.00`: "36.00", `"36.5"`: "36.5", `"a.b"`: "a.b", `null`: "\u2013", ``: "\u2013", `["a"]`: `["a"]`, `true`: "true",
	} {
		if got := english.text(term(json.RawMessage(value))); got != want {
			t.Errorf("%s is told as %q, want %q", value, got, want)
		}
	}
}

func TestKeyOf(t *testing.T) {
	t.Parallel()
	for actor, want := range map[string]string{
		"buyer:key-1": "key-1", "operator:terminal": "", "anonymous": "", "": "", "operator:": "", "buyer:http://x": "",
	} {
		if got := keyOf(actor); got != want {
			t.Errorf("the key of %q is %q, want %q", actor, got, want)
		}
	}
}
