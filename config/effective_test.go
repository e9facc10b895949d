package config_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/config"
)

// secretFile writes a file as a container finds its secrets, and answers the assignment of a variable that names it.
func secretFile(t *testing.T, variable, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return variable + "_FILE=" + name
}

func TestVariablesThatNameFiles(t *testing.T) {
	t.Parallel()
	settings, err := config.Load(nil, []string{
		secretFile(t, "PARLEY_DATABASE_URL", "postgres://u:p@h/d\n"), secretFile(t, "PARLEY_QUOTE_TTL", "48h\r\n"),
	})
	if err != nil || settings.DatabaseURL != "postgres://u:p@h/d" || settings.QuoteTTL != 48*time.Hour {
		t.Errorf("%s, %s, %v", settings.DatabaseURL, settings.QuoteTTL, err)
	}
	settings, err = config.Load(map[string]string{"quote-ttl": "2h"}, []string{secretFile(t, "PARLEY_QUOTE_TTL", "48h")})
	if err != nil || settings.QuoteTTL != 2*time.Hour {
		t.Errorf("a flag beside it: %s, %v", settings.QuoteTTL, err)
	}
	for name, test := range map[string]struct {
		environ []string
		want    string
	}{
		"no file":            {[]string{"PARLEY_DATABASE_URL_FILE=/nowhere/secret"}, "cannot be read"},
		"a folder":           {[]string{"PARLEY_DATABASE_URL_FILE=/"}, "cannot be read"},
		"nothing in it":      {[]string{secretFile(t, "PARLEY_DATABASE_URL", "\n")}, "nothing in it"},
		"too much in it":     {[]string{secretFile(t, "PARLEY_SELLER_NAME", strings.Repeat("x", 2<<20))}, "more than"},
		"both":               {[]string{"PARLEY_QUOTE_TTL=1h", secretFile(t, "PARLEY_QUOTE_TTL", "48h")}, "beside PARLEY_QUOTE_TTL"},
		"not a setting":      {[]string{secretFile(t, "PARLEY_QUOTE_TLL", "48h")}, "is not a setting"},
		"of another setting": {[]string{secretFile(t, "PARLEY_QUOTE_TTL", "hunter2")}, "must be a duration"},
	} {
		_, err := config.Load(nil, test.environ)
		var problems config.Problems
		if !errors.As(err, &problems) || len(problems) != 1 || !strings.Contains(problems[0].What, test.want) {
			t.Errorf("%s: got %v, want one problem with %q", name, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: what is in the file is repeated: %v", name, err)
		}
	}
}

func TestNoSecretIsExplained(t *testing.T) {
	t.Parallel()
	for _, database := range []string{
		"postgres://u:hunter2@h/d", "postgres://u@h/d?password=hunter2", "postgres://u@h/d?sslpassword=hunter2&sslmode=require",
		"postgresql://u:hunter2@h1,h2:6432/d?target_session_attrs=read-write",
	} {
		effective, err := config.Explain(map[string]string{"database-url": database}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := config.WriteYAML(&page, effective); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(page.String(), "hunter2") || !strings.Contains(page.String(), "\ndatabase_url: postgres") {
			t.Errorf("%s:\n%s", database, page.String())
		}
	}
}

func TestExplainTellsWhatSetASetting(t *testing.T) {
	t.Parallel()
	name, variable := file(t, "quote_ttl: 48h\nseller_id: s\nmcp: false\n")
	effective, err := config.Explain(map[string]string{"mcp": "true"}, []string{variable, "PARLEY_SELLER_ID=t"})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]string{}
	for _, s := range effective {
		if s.Where != "" {
			got[s.Name] = [2]string{s.Text, s.Where}
		}
	}
	want := map[string][2]string{
		"config": {name, "PARLEY_CONFIG"}, "quote-ttl": {"48h", name + " line 1: quote_ttl"},
		"seller-id": {"t", "PARLEY_SELLER_ID"}, "mcp": {"true", "--mcp"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(effective) != len(config.All()) {
		t.Errorf("%d of %d settings", len(effective), len(config.All()))
	}
}

// TestWhatIsExplainedReadsTheSame has the page of any settings be a file of the same ones.
func TestWhatIsExplainedReadsTheSame(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		flags := map[string]string{
			"seller-name":    strings.TrimSpace("x" + rapid.StringMatching(`[ -~é]{0,20}`).Draw(t, "name") + "x"),
			"traffic-folder": "x" + rapid.StringMatching(`[ -~\n]{0,20}`).Draw(t, "folder"),
			"quote-ttl":      rapid.SampledFrom([]string{"1h", "90m", "30d"}).Draw(t, "ttl"),
			"approval-rules": rapid.SampledFrom([]string{"[]", `[{"name": "r", "gate": "deal_booking", "condition": "deal_type == \"PG\""}]`}).Draw(t, "rules"),
		}
		want, err := config.Load(flags, nil)
		if err != nil {
			t.Fatal(err)
		}
		effective, err := config.Explain(flags, nil)
		if err != nil {
			t.Fatal(err)
		}
		var page bytes.Buffer
		if err := config.WriteYAML(&page, effective); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(folder, "parley.yaml")
		if err := os.WriteFile(name, page.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := config.Load(map[string]string{"config": name}, nil)
		if err != nil {
			t.Fatalf("%v\n%s", err, page.String())
		}
		want.Config, got.Config = "", ""
		want.TimeZone.Location, got.TimeZone.Location = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s\n%s", diff, page.String())
		}
	})
}
