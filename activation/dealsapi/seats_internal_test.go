package dealsapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/activation"
)

// TestOnlyTheSeatsThatADealIsOfferedToCount goes through all answers of up to three rows: what a deal stands as is what the rows of its own
// seats say, each of which says one thing, and no row of another makes it live, accepted or rejected.
func TestOnlyTheSeatsThatADealIsOfferedToCount(t *testing.T) {
	t.Parallel()
	type row struct {
		seat, status string
	}
	var rows []row
	for _, seat := range []string{"", "demo-seat", "other-seat"} {
		for _, status := range []string{"", "0", "1", "2", "4"} {
			rows = append(rows, row{seat, status})
		}
	}
	check := func(offered string, told []row) {
		var texts []string
		own := map[string][]string{} // what a seat that counts says
		nameless := !slices.ContainsFunc(told, func(r row) bool { return r.seat != "" })
		for _, r := range told {
			text := fmt.Sprintf(`{"buyerseatid": %q, "status": %s}`, r.seat, r.status)
			if r.status == "" {
				text = fmt.Sprintf(`{"buyerseatid": %q}`, r.seat)
			}
			texts = append(texts, text)
			if counts := r.seat == "" && nameless || r.seat != "" && (offered == "" || r.seat == offered); counts && r.status != "" {
				own[r.seat] = append(own[r.seat], r.status)
			}
		}
		says := func(statuses []string, one string) bool {
			return !slices.ContainsFunc(statuses, func(s string) bool { return s != one })
		}
		live, rejected := false, len(own) > 0
		for _, statuses := range own {
			live = live || says(statuses, "4")
			rejected = rejected && says(statuses, "2")
		}
		answer, err := statusOf([]byte(`{"id": "D-1", "buyerstatus": [`+strings.Join(texts, ",")+`]}`), "D-1")
		if err != nil {
			t.Fatal(err)
		}
		at, err := standing(answer.statuses(offered), Settings{}, parley.ProgrammaticGuaranteed)
		if refused := err != nil && activation.Failure(err).Code == "buyer_rejected"; refused != rejected || (err != nil) != rejected {
			t.Errorf("offered to %q, %v: %v, rejected is %t", offered, texts, err, rejected)
		}
		if (at.State == activation.StateLive) != live || live && !at.Accepted || len(own) == 0 && at.Accepted {
			t.Errorf("offered to %q, %v: %+v, live is %t", offered, texts, at, live)
		}
	}
	for _, offered := range []string{"", "demo-seat"} {
		check(offered, nil)
		for _, a := range rows {
			check(offered, []row{a})
			for _, b := range rows {
				check(offered, []row{a, b})
				for _, c := range rows {
					check(offered, []row{a, b, c})
				}
			}
		}
	}
}

// TestASeatIsItsOwnHoweverItIsSpelled has seats told with other capitals and blanks, and ones that are told without a status.
func TestASeatIsItsOwnHoweverItIsSpelled(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		`[{"buyerseatid": " Demo-Seat ", "status": 4}]`:                                        {4},
		`[{"buyerseatid": "demo-seat-2", "status": 4}]`:                                        nil,
		`[{"buyerseatid": " ", "status": 4}]`:                                                  {4},
		`[{"buyerseatid": "demo-seat"}, {"status": 4}]`:                                        nil,
		`[{"buyerseatid": "demo-seat", "status": null}, {"buyerseatid": "other", "status":4}]`: nil,
	} {
		var answer said
		if err := json.Unmarshal([]byte(`{"buyerstatus": `+text+`}`), &answer); err != nil {
			t.Fatal(err)
		}
		if got := answer.statuses("demo-seat"); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
