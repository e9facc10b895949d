package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/internal/racedetector"
)

var metricName = regexp.MustCompile(`\bparley_[a-z_]+`)

// TestTheMetricsThatTheDashboardNamesAreServed holds the dashboard and the alerts to what a server that has traded shows.
func TestTheMetricsThatTheDashboardNamesAreServed(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, at place) {
		server := at.serve(t, "--demo")
		if walked := at.run(t, nil, "demo", "--url", server.base); walked.code != 0 {
			t.Fatalf("the demo ended with %d\n%s", walked.code, walked.err)
		}
		key := demoKeys(t, at)["OPERATOR_KEY"]
		server.ask(t, 200, key, "GET", "/events?wait=0", nil, nil)
		server.ask(t, 200, key, "POST", "/mcp", json.RawMessage(`{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
			"params": {"name": "list_products", "arguments": {}}}`), nil)
		var deals struct {
			Deals []struct {
				ID string `json:"deal_id"`
			}
		}
		server.ask(t, 200, key, "GET", "/api/v1/deals", nil, &deals)
		server.ask(t, 200, key, "POST", "/api/v1/delivery/imports?source=ad+server", []map[string]any{
			{"day": time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly), "deal_id": deals.Deals[0].ID, "impressions": 5},
		}, nil)
		_, answer, err := server.call("", "GET", "/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		shown := string(answer)
		for _, line := range []string{
			`parley_events_total{type="deal.booked"} `, `parley_negotiations_concluded_total{outcome="accepted"} `,
			`parley_store_transaction_seconds_count{kind="write",outcome="committed"} `, `parley_store_connections{state="idle"} `,
			`parley_lease_held{lease="background"} 1`, `parley_lease_held{lease="webhooks"} 1`, `parley_figures_read 1`,
			`parley_sweep_lag_seconds{kind="quotes"} 0`, `parley_approvals_waiting `, `parley_webhook_lag_seconds 0`,
			`parley_activations{status="failed"} 0`, `parley_activation_oldest_unsent_seconds `, `parley_destination_paused{by="failures",destination="`,
			`parley_delivery_lag_seconds{source="`, `parley_activation_attempts_total{class="none",destination="`, `parley_event_feed_lag_seconds `, `parley_http_request_seconds_bucket{edge="rest",route="POST /api/v1/quotes",le="0.00025"} `,
		} {
			if !strings.Contains(shown, "\n"+line) {
				t.Errorf("the metrics have no line %s", line)
			}
		}
		for _, file := range []string{"../../deploy/grafana/parley.json", "../../deploy/prometheus/parley.rules.yml"} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range metricName.FindAllString(string(text), -1) {
				if !strings.Contains(shown, "\n"+name+"{") && !strings.Contains(shown, "\n"+name+" ") {
					t.Errorf("%s names %s, which is not served", file, name)
				}
			}
		}
	})
}

// TestPrometheusTakesOurFiles has promtool read the alerts, try them, and read every question of the dashboard.
func TestPrometheusTakesOurFiles(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	if _, err := exec.LookPath("promtool"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("promtool is needed: %v", err)
		}
		t.Skipf("promtool is needed: %v", err)
	}
	text, err := os.ReadFile("../../deploy/grafana/parley.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	rules := []string{"groups: [{name: dashboard, rules: ["}
	filled := strings.NewReplacer("$__rate_interval", "5m", "$job", "parley", "$instance", ".*")
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			quoted, err := json.Marshal(filled.Replace(target.Expr))
			if err != nil {
				t.Fatal(err)
			}
			rules = append(rules, "{record: 'asked', expr: "+string(quoted)+"},")
		}
	}
	if len(rules) < 30 {
		t.Errorf("the dashboard asks %d questions", len(rules)-1)
	}
	asked := t.TempDir() + "/asked.yml"
	if err := os.WriteFile(asked, []byte(strings.Join(rules, "\n")+"]}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", "rules", "--lint=none", asked}, {"check", "config", "prometheus.yml"}, {"test", "rules", "parley.rules.test.yml"},
	} {
		command := exec.CommandContext(t.Context(), "promtool", args...)
		command.Dir = "../../deploy/prometheus"
		if out, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}
