package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"parley"
	fake "parley/internal/fake/dealsapi"
)

// TestActivationsAtTheTerminal takes deals through all that people do about them, by the commands alone, beside a server that sends them: to
// trafficking sheets, and to a receiver that refuses them.
func TestActivationsAtTheTerminal(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		at.environ = append(at.environ, "PARLEY_TRAFFIC_FOLDER=traffic", "PARLEY_PRIVATE_DESTINATIONS=true")
		receiver := fake.New("")
		t.Cleanup(receiver.Close)
		receiver.Breaks(func(string) fake.Fault { return fake.Answers + "422" })
		at.write(t, "catalog.csv", crashCatalog)
		at.must(t, "catalog", "import", "catalog.csv")
		buyer := at.createKey(t, "--role", "buyer", "--label", "B", "--agency", "b", "--seat", "seat-b")
		at.must(t, "destinations", "create", "file_drop", "Sheets", "--trigger", "deal_booked", "--release", "person", "--match", `{"product_ids": ["open"]}`)
		at.must(t, "destinations", "create", "deals_api", "North DSP", "--trigger", "deal_booked", "--match", `{"product_ids": ["wide"]}`,
			"--set", fmt.Sprintf(`{"push_url": "%s/push", "origin": "exchange.example"}`, receiver.URL))
		server := at.serve(t)

		// becomes waits until the one activation of a deal has a status, and answers its line.
		becomes := func(dealID, status string) (id, line string) {
			t.Helper()
			beat := time.NewTicker(100 * time.Millisecond)
			defer beat.Stop()
			for giveUp := time.Now().Add(time.Minute); ; <-beat.C {
				line := strings.TrimSpace(at.must(t, "activations", "list", "--deal", dealID))
				lines := strings.Split(line, "\n")
				if fields := strings.Fields(lines[len(lines)-1]); len(lines) == 2 && strings.Contains(lines[1], " "+status+" ") {
					return fields[0], lines[1]
				}
				if time.Now().After(giveUp) {
					t.Fatalf("want %s:\n%s\n%s", status, line, server.log)
				}
			}
		}
		says := func(want string, command ...string) {
			t.Helper()
			if got := at.must(t, append([]string{"activations"}, command...)...); !strings.Contains(got, want) {
				t.Errorf("%v: %s, want %s", command, got, want)
			}
		}

		sheet := server.books(t, buyer, "open", 0)
		id, _ := becomes(sheet, "held")
		says(id+" is queued", "release", id)
		becomes(sheet, "waiting")
		says(`"verb": "create"`, "show", id)
		says(id+" is live", "ack", id, "--ref", "LI 7")
		says(id+" is queued", "pause", id, "--reason", "another creative")
		if _, line := becomes(sheet, "waiting"); strings.Contains(line, " true ") {
			t.Errorf("a pause that nobody answered for: %s", line)
		}
		says(id+" is waiting", "ack", id)
		says(id+" is queued", "resume", id)
		becomes(sheet, "waiting")
		says(id+" is live", "ack", id)
		says(id+" is withdrawing", "withdraw", id, "--reason", "elsewhere")
		if got := at.run(t, nil, "activations", "retry", id); got.code != 1 || !strings.Contains(got.err, "withdrawing") {
			t.Errorf("retried: exit code %d\n%s", got.code, got.err)
		}
		server.waitsToBeAsked(t, at, id)
		says(id+" is withdrawn", "ack", id)

		refused := server.books(t, buyer, "wide", 0)
		id, line := becomes(refused, "failed")
		if !strings.Contains(line, "422") {
			t.Errorf("nobody is told why: %s", line)
		}
		says(id+" is queued", "retry", id)
		becomes(refused, "failed")
		says(id+" is given_up", "give-up", id, "--reason", "they do not want it")

		// What deals were for is kept with them.
		for _, name := range []string{"Sheets", "North DSP"} {
			if got := at.run(t, nil, "destinations", "remove", name); got.code != 1 || got.out != "" || !strings.Contains(got.err, "Pause it instead") {
				t.Errorf("%s removed: exit code %d\n%s%s", name, got.code, got.out, got.err)
			}
			at.must(t, "destinations", "pause", name, "--reason", "not used any more")
		}
		if got := at.must(t, "destinations", "list"); strings.Count(got, "not used any more") != 2 {
			t.Errorf("listed: %s", got)
		}
		server.stop(t)
	})
}

// waitsToBeAsked waits until what is to end at a destination waits for a person.
func (s *server) waitsToBeAsked(t *testing.T, at place, id string) {
	t.Helper()
	beat := time.NewTicker(100 * time.Millisecond)
	defer beat.Stop()
	for giveUp := time.Now().Add(time.Minute); !strings.Contains(at.must(t, "activations", "show", id), "somebody to say that it is ended"); <-beat.C {
		if time.Now().After(giveUp) {
			t.Fatalf("nobody is asked:\n%s", s.log)
		}
	}
}

// books books a deal of a product that begins ten days from now, by a clock that is ahead.
func (s *server) books(t *testing.T, buyer, productID string, ahead time.Duration) (dealID string) {
	t.Helper()
	start := parley.DateOf(parley.SystemClock().Add(ahead), time.UTC) + 10
	var quote struct {
		QuoteID string `json:"quote_id"`
	}
	s.ask(t, 201, buyer, "POST", "/api/v1/quotes", map[string]any{
		"product_id": productID, "deal_type": "PG", "impressions": 10_000, "flight_start": start, "flight_end": start + 6,
	}, &quote)
	var deal struct {
		DealID string `json:"deal_id"`
	}
	s.ask(t, 201, buyer, "POST", "/api/v1/deals", map[string]any{"quote_id": quote.QuoteID}, &deal)
	return deal.DealID
}
