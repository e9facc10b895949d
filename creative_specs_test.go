package parley_test

import (
	"strings"
	"testing"

	"parley"
)

func TestCreativeSpecsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "{}": "", `{"sizes": ["300x250", "300x250"]}`: `{"sizes":["300x250"]}`,
		`{"max_duration": 30, "https": true, "lead_days": 3}`: `{"max_duration":30,"https":true,"lead_days":3}`,
		`{"vast_versions": ["4.2"], "media_types": ["video/mp4"], "durations": [15], "blocked_attributes": [1], "blocked_categories": ["IAB7"]}`: `{"durations":[15],` +
			`"media_types":["video/mp4"],"vast_versions":["4.2"],"blocked_categories":["IAB7"],"blocked_attributes":[1]}`,
	} {
		specs, err := parley.ParseCreativeSpecs(text)
		got := parley.Product{CreativeSpecs: specs}.Text(parley.FieldCreativeSpecs)
		if err != nil || got != want || specs.Problem() != "" {
			t.Errorf("%s is %s, %v, %s", text, got, err, specs.Problem())
		}
	}
	for text, problem := range map[string]string{
		`{"size": []}`: "unknown", `[]`: "object", `{} {}`: "one object", `{"sizes": ["big"]}`: "sizes", `{"durations": [0]}`: "durations",
		`{"durations": [60], "max_duration": 30}`: "max_duration", `{"max_duration": -1}`: "durations", `{"media_types": ["mp4"]}`: "media_types",
		`{"vast_versions": ["4"]}`: "vast_versions", `{"lead_days": 400}`: "lead_days", `{"max_bitrate_kbps": -1}`: "max_bitrate_kbps",
		`{"blocked_categories": [""]}`: "blocked_categories", `{"blocked_attributes": [0]}`: "blocked_attributes", `{"sizes": ["` + strings.Repeat("x", 9000) + `"]}`: "shorter",
		`{"durations": [` + strings.TrimSuffix(strings.Repeat("1,2,", 51), ",") + `]}`: "",
	} {
		specs, err := parley.ParseCreativeSpecs(text)
		said := specs.Problem()
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, problem) {
			t.Errorf("%s: %s, want %s", text, said, problem)
		}
	}
}

func TestCreativesAreDueBeforeTheFlight(t *testing.T) {
	t.Parallel()
	flight := parley.Flight{Start: 100, End: 110}
	if due, said := (&parley.CreativeSpecs{LeadDays: 3}).DueBy(flight); !said || due != 97 {
		t.Errorf("due by %v, %t", due, said)
	}
	var none *parley.CreativeSpecs
	if _, said := none.DueBy(flight); said || !none.Takes("1x1") || none.Longest() != 0 {
		t.Error("nothing required requires something")
	}
	if longest := (&parley.CreativeSpecs{Durations: []int{15, 30}}).Longest(); longest != 30 {
		t.Errorf("the longest is %d", longest)
	}
}
