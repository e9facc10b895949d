package activation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/activation"
)

// TestWhatIsMisreadIsSaidInWords reads objects that are wrong in every way, and holds what is said to words of people.
func TestWhatIsMisreadIsSaidInWords(t *testing.T) {
	t.Parallel()
	type settings struct {
		Name   string            `json:"name"`
		Count  int               `json:"count"`
		Share  float64           `json:"share"`
		On     bool              `json:"on"`
		List   []string          `json:"list"`
		Values map[string]string `json:"values"`
		Inner  struct {
			Deep int `json:"deep"`
		} `json:"inner"`
	}
	for text, want := range map[string]string{
		`{"name": "` + strings.Repeat("x", 70_000) + `"}`: "settings is too long",
		`{"name": 1}`:                 "settings.name must be text",
		`{"count": "x"}`:              "settings.count must be a whole number, and not too large",
		`{"count": 1e99}`:             "settings.count must be a whole number, and not too large",
		`{"share": "x"}`:              "settings.share must be a number",
		`{"on": 1}`:                   "settings.on must be true or false",
		`{"list": "x"}`:               "settings.list must be a list",
		`{"list": [1]}`:               "settings.list must be text",
		`{"values": []}`:              "settings.values must be an object",
		`{"inner": {"deep": "x"}}`:    "settings.inner.deep must be a whole number, and not too large",
		`{"other": 1}`:                "settings has no other; it can have name and others",
		`{"<b>\n": 1}`:                "settings has no",
		`[]`:                          "settings must be an object with name and others",
		`{"name": "x"} {}`:            "settings must be an object with name and others",
		`{"name": "x", "name": "y"`:   "settings must be an object with name and others",
		`{"name": "x", "count": nil}`: "settings must be an object with name and others",
	} {
		problems := activation.Read(json.RawMessage(text), &settings{}, "settings", "name and others")
		if len(problems) != 1 {
			t.Errorf("%s: %+v", text, problems)
			continue
		}
		said := problems[0].Field + " " + problems[0].Text
		if !strings.HasPrefix(said, want) || strings.Contains(said, "json:") || strings.Contains(said, "Go ") || strings.Contains(said, "\n") {
			t.Errorf("%s: %q, want %q", text, said, want)
		}
	}
	if problems := activation.Read(json.RawMessage(`{"name": "x"}`), &settings{}, "settings", ""); problems != nil {
		t.Errorf("what is right: %+v", problems)
	}
}
