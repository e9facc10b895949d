package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/config"
)

// file writes a configuration file and answers the assignment that names it.
func file(t *testing.T, content string) (name, variable string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "parley.yaml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name, "PARLEY_CONFIG=" + name
}

func TestEverySourceSetsEverySetting(t *testing.T) {
	t.Parallel()
	values := map[string]struct {
		text string
		want any
	}{
		"listen":                  {"0.0.0.0:9000", config.Address("0.0.0.0:9000")},
		"admin-listen":            {"127.0.0.1:9001", config.AdminAddress("127.0.0.1:9001")},
		"database-wait":           {"90s", 90 * time.Second},
		"public-url":              {"https://seller.example.com:8443/", config.PublicURL("https://seller.example.com:8443")},
		"trusted-proxies":         {"127.0.0.1,10.1.2.3/8", "[127.0.0.1/32 10.0.0.0/8]"},
		"network-keys":            {"127.0.0.1=key-01abc,10.0.0.0/8=key-02def", "[{127.0.0.1/32 key-01abc} {10.0.0.0/8 key-02def}]"},
		"database-url":            {"postgres://u:p@h/d", config.DatabaseURL("postgres://u:p@h/d")},
		"database-connections":    {"12", 12},
		"database-for-tests":      {"beside", config.TestDatabase("beside")},
		"quote-ttl":               {"48h", 48 * time.Hour},
		"proposal-ttl":            {"3d", 3 * 24 * time.Hour},
		"negotiation-ttl":         {"24h", 24 * time.Hour},
		"negotiations-per-day":    {"5", 5},
		"answer-ttl":              {"60d", 60 * 24 * time.Hour},
		"waiting-count":           {"7", 7},
		"hold-count":              {"3", 3},
		"hold-time":               {"24h", 24 * time.Hour},
		"hold-share":              {"15", 15},
		"desk-hold-count":         {"30", 30},
		"desk-hold-time":          {"10d", 10 * 24 * time.Hour},
		"desk-hold-share":         {"60", 60},
		"quote-retention":         {"120d", 120 * 24 * time.Hour},
		"max-requests":            {"12", 12},
		"max-streams":             {"12", 12},
		"rate-limit":              {"120/m", config.RateLimit{PerSecond: 2, Burst: 120}},
		"seller-id":               {"northlight-media", config.SellerID("northlight-media")},
		"seller-name":             {"Northlight Média", config.SellerName("Northlight Média")},
		"deal-prefix":             {"NORTH", config.DealPrefix("NORTH")},
		"time-zone":               {"America/New_York", "America/New_York"},
		"anonymous":               {"catalog,quotes", config.Anonymous{Catalog: true, Quotes: true}},
		"several-orders-per-deal": {"true", true},
		"open-seats":              {"true", true},
		"anonymous-limit":         {"12", 12},
		"anonymous-retention":     {"12h", 12 * time.Hour},
		"self-approval":           {"true", true},
		"a2a":                     {"false", false},
		"mcp":                     {"false", false},
		"console":                 {"false", false},
		"console-idle":            {"30m", 30 * time.Minute},
		"second-look":             {"25000", 25_000},
		"keep-events":             {"90d", 90 * 24 * time.Hour},
		"keep-audits":             {"400d", 400 * 24 * time.Hour},
		"keep-negotiations":       {"400d", 400 * 24 * time.Hour},
		"oidc-client-id":          {"parley", config.Word("parley")},
		"oidc-client-secret":      {"hunter2", config.Password("hunter2")},
		"oidc-scopes":             {"openid, groups", "openid groups"},
		"oidc-groups-claim":       {"realm_access.roles", config.Word("realm_access.roles")},
		"oidc-roles":              {"admin=desk-admins; approver=cn=desk,ou=acme", config.OIDCRoles{{parley.ScopeAdmin, "desk-admins"}, {parley.ScopeApprover, "cn=desk,ou=acme"}}},
		"oidc-session":            {"1h", time.Hour},
		"trust-forwarded-proto":   {"true", true},
		"approval-rules":          {`[{"name": "r", "gate": "deal_booking"}]`, "config:r"},
		"discover-private-agents": {"true", true},
		"private-webhooks":        {"true", true},
		"smtp-tls":                {"tls", parley.MailWithTLS},
		"smtp-user":               {"desk", config.Word("desk")},
		"smtp-password":           {"hunter2", config.Password("hunter2")},
		"smtp-from":               {"Desk <desk@example.com>", "Desk desk@example.com"},
		"traffic-folder":          {"data/traffic", config.Folder("data/traffic")},
		"sealing-key":             {"keys/secrets", config.Folder("keys/secrets")},
		"secrets-folder":          {"secrets", config.Folder("secrets")},
		"private-destinations":    {"true", true},
		"activation":              {"preview", config.ActivationPreview},
		"activation-patience":     {"12h", 12 * time.Hour},
		"destination-rate":        {"30/m", config.RateLimit{PerSecond: 0.5, Burst: 30}},
		"destination-sends":       {"5", 5},
		"billing-source":          {"ad server", config.Source("ad server")},
		"log-level":               {"warn", slog.LevelWarn},
		"log-format":              {"json", config.LogJSON},
		"shutdown-delay":          {"5s", 5 * time.Second},
		"shutdown-timeout":        {"5s", 5 * time.Second},
	}
	get := func(s config.Settings) map[string]any {
		return map[string]any{
			"listen": s.Listen, "database-url": s.DatabaseURL, "database-connections": s.DatabaseConnections, "database-for-tests": s.TestDatabase,
			"anonymous-limit": s.AnonymousLimit, "anonymous-retention": s.AnonymousRetention,
			"admin-listen": s.AdminListen, "database-wait": s.DatabaseWait, "public-url": s.PublicURL, "trusted-proxies": fmt.Sprint(s.TrustedProxies), "network-keys": fmt.Sprint(s.NetworkKeys),
			"quote-ttl": s.QuoteTTL, "answer-ttl": s.AnswerTTL, "quote-retention": s.QuoteRetention, "max-requests": s.MaxRequests, "max-streams": s.MaxStreams,
			"waiting-count": s.WaitingCount, "hold-count": s.HoldCount, "hold-time": s.HoldTime, "hold-share": s.HoldShare,
			"desk-hold-count": s.DeskHoldCount, "desk-hold-time": s.DeskHoldTime, "desk-hold-share": s.DeskHoldShare,
			"proposal-ttl": s.ProposalTTL, "negotiation-ttl": s.NegotiationTTL, "negotiations-per-day": s.NegotiationsPerDay, "rate-limit": s.RateLimit, "seller-id": s.SellerID,
			"seller-name": s.SellerName, "deal-prefix": s.DealPrefix, "time-zone": s.TimeZone.String(), "anonymous": s.Anonymous,
			"several-orders-per-deal": s.SeveralOrdersPerDeal, "open-seats": s.OpenSeats, "self-approval": s.SelfApproval, "discover-private-agents": s.DiscoverPrivateAgents, "private-webhooks": s.PrivateWebhooks, "console": s.Console, "a2a": s.A2A, "mcp": s.MCP, "console-idle": s.ConsoleIdle, "second-look": s.SecondLook,
			"trust-forwarded-proto": s.TrustForwardedProto, "approval-rules": ruleIDs(s), "log-level": s.LogLevel, "log-format": s.LogFormat,
			"keep-events": s.KeepEvents, "keep-audits": s.KeepAudits, "keep-negotiations": s.KeepNegotiations, "oidc-client-id": s.OIDCClientID, "oidc-client-secret": s.OIDCClientSecret, "oidc-scopes": strings.Join(s.OIDCScopes, " "),
			"oidc-groups-claim": s.OIDCGroupsClaim, "oidc-roles": s.OIDCRoles, "oidc-session": s.OIDCSession,
			"sealing-key": s.SealingKey, "secrets-folder": s.SecretsFolder, "private-destinations": s.PrivateDestinations,
			"smtp-tls": s.SMTPTLS, "smtp-user": s.SMTPUser, "smtp-password": s.SMTPPassword,
			"smtp-from":      strings.TrimSpace(s.SMTPFrom.Name + " " + s.SMTPFrom.Address.Address),
			"traffic-folder": s.TrafficFolder, "activation": s.Activation, "activation-patience": s.ActivationPatience, "billing-source": s.BillingSource,
			"destination-rate": s.DestinationRate, "destination-sends": s.DestinationSends,
			"shutdown-delay": s.ShutdownDelay, "shutdown-timeout": s.ShutdownTimeout,
		}
	}
	initial := get(config.Initial())
	for _, setting := range config.All() {
		switch setting.Name {
		case "config", "database-direct-url", "smtp-server", "oidc-issuer", "oidc-client-id", "oidc-roles", "console-keys": // which do not go alone
			continue
		}
		t.Run(setting.Name, func(t *testing.T) {
			value, listed := values[setting.Name]
			if !listed {
				t.Fatal("this setting is not in the table")
			}
			if cmp.Equal(initial[setting.Name], value.want) {
				t.Fatal("the table sets the initial value, which shows nothing")
			}
			_, fromFile := file(t, setting.Key+": "+value.text+"\n")
			for source, load := range map[string]func() (config.Settings, error){
				"flag": func() (config.Settings, error) { return config.Load(map[string]string{setting.Name: value.text}, nil) },
				"variable": func() (config.Settings, error) {
					return config.Load(nil, []string{setting.Variable + "=" + value.text})
				},
				"file": func() (config.Settings, error) { return config.Load(nil, []string{fromFile}) },
			} {
				got, err := load()
				if err != nil {
					t.Errorf("%s: %v", source, err)
					continue
				}
				want := map[string]any{}
				for name, v := range initial {
					want[name] = v
				}
				want[setting.Name] = value.want
				if diff := cmp.Diff(want, get(got)); diff != "" {
					t.Errorf("%s: (-want +got)\n%s", source, diff)
				}
			}
		})
	}
}

func ruleIDs(s config.Settings) string {
	var ids []string
	for _, rule := range s.ApprovalRules.Rules {
		ids = append(ids, rule.ID)
	}
	return strings.Join(ids, " ")
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	name, fromFile := file(t, "seller_id: file\ndeal_prefix: FILE\nlog_level: error\n")
	got, err := config.Load(
		map[string]string{"seller-id": "flag"},
		[]string{"PARLEY_SELLER_ID=variable", "PARLEY_DEAL_PREFIX=VAR", fromFile, "PARLEY_SELLER_NAME="},
	)
	if err != nil {
		t.Fatal(err)
	}
	if got.SellerID != "flag" || got.DealPrefix != "VAR" || got.LogLevel != slog.LevelError || got.SellerName != "Parley" {
		t.Errorf("got %q, %q, %v, %q; want the flag's, the variable's, the file's and the initial value",
			got.SellerID, got.DealPrefix, got.LogLevel, got.SellerName)
	}
	if got.Config != name {
		t.Errorf("config = %q, want %q", got.Config, name)
	}
	other, _ := file(t, "seller_name: By the flag\n")
	got, err = config.Load(map[string]string{"config": other}, []string{fromFile})
	if err != nil || got.SellerName != "By the flag" || got.SellerID != "parley" {
		t.Errorf("a flag's file: %q, %q, %v; want only the file that the flag names", got.SellerName, got.SellerID, err)
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	name, fromFile := file(t, "# a file\nquote_ttl: soon\nqoute_ttl: 24h\nlisten: [a, {b: c}]\ndeal_prefix:\nlog_format: xml\nconfig: other.yaml\nanswer_ttl: 2d\n")
	_, err := config.Load(
		map[string]string{"listen": "8080", "rate-limit": ""},
		[]string{fromFile, "PARLEY_TIME_ZONE=Mars/Olympus", "PARLEY_QOUTE_TTL=1h", "PARLEY_NONSENSE=1", "PARLEY_LOG_FORMAT=yaml", "PARLEY_KEEP_EVENTS=1d", "HOME=/"},
	)
	var problems config.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v, want problems", err)
	}
	var got []string
	for _, p := range problems {
		got = append(got, p.Where+" "+p.What)
	}
	want := []string{
		`--listen must be HOST:PORT, such as 127.0.0.1:8080, and not "8080"`,
		`--rate-limit must be 'off' or a number of requests from 1 to 1000000 for each s, m or h, such as 50/s, and not ""`,
		`PARLEY_LOG_FORMAT must be text or json, and not "yaml"`,
		`PARLEY_TIME_ZONE must be the name of an IANA time zone, such as UTC or America/New_York, and not "Mars/Olympus"`,
		`PARLEY_NONSENSE is not a setting; 'parley serve --help' lists them`,
		`PARLEY_QOUTE_TTL is not a setting; did you mean PARLEY_QUOTE_TTL?`,
		name + ` line 2: quote_ttl must be a duration, such as 90s, 24h or 30d, and not "soon"`,
		name + ` line 4: listen must have a plain value, such as listen: 127.0.0.1:8080`,
		name + ` line 5: deal_prefix must have a plain value, such as deal_prefix: PRLY`,
		name + ` line 6: log_format must be text or json, and not "xml"`,
		name + ` line 3: qoute_ttl is not a setting; did you mean quote_ttl?`,
		name + ` line 7: config is not a setting; 'parley serve --help' lists them`,
		// Nothing is said of the time of quotes, which was not read.
		name + ` line 8: answer_ttl makes answer-ttl (2d) shorter than proposal-ttl (7d); an answer must be kept for as long as what it created`,
		`PARLEY_KEEP_EVENTS must be 0s or at least 7d`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, line := range want {
		if !strings.Contains(err.Error(), "\n  "+line) {
			t.Errorf("the error does not tell: %s", line)
		}
	}
}

func TestMalformedValues(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"listen":                  {"", "localhost", "localhost:http", "localhost:65536", "localhost:-1"},
		"database-url":            {"", "sqlite:", "sqlite:data/parley.db?mode=ro", "mysql://h/d", "data/parley.db", "postgres", "postgres://%zz"},
		"database-for-tests":      {"", "sqlite:data/test.db?mode=ro", "mysql://h/d"},
		"database-connections":    {"-1", "many", "10001", "1.5"},
		"database-direct-url":     {"", "sqlite:data/parley.db", "mysql://h/d", "postgres://%zz"},
		"negotiations-per-day":    {"0", "-1", ""},
		"quote-ttl":               {"", "24", "0s", "-1h", "366d", "999999999d", "d", "1e3d"},
		"rate-limit":              {"0/s", "50", "50/d", "-1/s", "1.5/s", "1000001/s", "OFF", "/s"},
		"seller-id":               {"", "-x", "a b", "a/b", strings.Repeat("a", 65)},
		"seller-name":             {"", " x", "a\nb", "\xff", strings.Repeat("é", 101)},
		"deal-prefix":             {"", "A", "ABCDEFGHI", "north", "N0RTH", "ÄÖ", "TEST"},
		"time-zone":               {"", "Local", "local time", "../etc/passwd"},
		"anonymous":               {"", "all", "catalog,none", "catalog;quotes", "catalog,"},
		"several-orders-per-deal": {"", "yes", "1", "True"},
		"public-url":              {"", "seller.example.com", "ftp://seller.example.com", "https://seller.example.com/shop", "https://u:p@h", "https://h?", "https://h#x", "https://"},
		"trusted-proxies":         {"", "all", "proxy.example.com", "10.0.0.0/33", "10.0.0.1,", "fe80::1%eth0", "none,10.0.0.1", "::ffff:0.0.0.0/8"},
		"network-keys":            {"", "127.0.0.1", "127.0.0.1=", "=key-1", "127.0.0.1=key-1,", "localhost=key-1", "0.0.0.0/0=key-1", "8.8.8.8=key-1", "10.0.0.0/7=key-1", "::/0=key-1", "2001:db8::/32=key-1", "172.32.0.0/12=key-1", "127.0.0.1=key-1,127.0.0.1/32=key-2", "127.0.0.1=a=b"},
		"open-seats":              {"", "yes", "1", "True"},
		"self-approval":           {"", "yes", "1", "True"},
		"smtp-server":             {"", "mail.example.com"},
		"smtp-tls":                {"", "TLS", "ssl"},
		"smtp-user":               {"", "a\nb"},
		"smtp-password":           {"", "a\nb"},
		"smtp-from":               {"", "desk", "dësk@example.com", "a@example.com, b@example.com"},
		"keep-events":             {"", "6d", "-1s", "3651d"},
		"keep-audits":             {"", "1h"},
		"keep-negotiations":       {"", "1h"},
		"console-keys":            {"", "no"},
		"oidc-issuer":             {"", "login.example.com", "http://login.example.com", "https://u:p@login.example.com", "https://login.example.com?a", "https://login.example.com#a"},
		"oidc-client-id":          {"", "a\nb"},
		"oidc-client-secret":      {"", "a\nb"},
		"oidc-scopes":             {"", "openid,", "openid profile"},
		"oidc-groups-claim":       {"", "a\nb"},
		"oidc-roles":              {"", "admin", "admin=", "boss=desk", "delivery=desk", "buyer=desk", "admin=desk;", "=desk", "admin=a\nb", "admin=a,viewer=b", "admin=a, viewer = b;approver=c"},
		"oidc-session":            {"0s", "8d"},
		"traffic-folder":          {""},
		"activation":              {"", "yes", "1", "ON"},
		"activation-patience":     {"0s", "366d"},
		"destination-rate":        {"0/s", "2"},
		"destination-sends":       {"0", "33"},
		"billing-source":          {"", " x", "\xff", strings.Repeat("a", 101)},
		"log-level":               {"", "INFO", "info+2", "trace"},
		"log-format":              {"", "Text"},
		"shutdown-delay":          {"-1s", "2h"},
		"shutdown-timeout":        {"-1s", "2h"},
	} {
		for _, value := range values {
			_, err := config.Load(map[string]string{name: value}, nil)
			var problems config.Problems
			if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Where != "--"+name {
				t.Errorf("--%s %q: got %v, want one problem with it", name, value, err)
			}
		}
	}
}

func TestPasswordIsNotRepeated(t *testing.T) {
	t.Parallel()
	_, err := config.Load(nil, []string{"PARLEY_DATABASE_URL=mysql://user:hunter2@host/db"})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v, want a problem without the password", err)
	}
}

func TestAnswersOutliveQuotes(t *testing.T) {
	t.Parallel()
	_, err := config.Load(map[string]string{"answer-ttl": "1h"}, nil)
	if err == nil || !strings.Contains(err.Error(), "--answer-ttl makes answer-ttl (1h) shorter than quote-ttl (24h)") {
		t.Errorf("got %v", err)
	}
	_, err = config.Load(nil, []string{"PARLEY_QUOTE_TTL=31d", "PARLEY_PROPOSAL_TTL=32d"})
	if err == nil || !strings.Contains(err.Error(), "PARLEY_QUOTE_TTL makes") || !strings.Contains(err.Error(), "PARLEY_PROPOSAL_TTL makes") {
		t.Errorf("got %v", err)
	}
}

// TestAPoolerIsOfPostgreSQL: the way past a pooler goes with a database that has one.
func TestAPoolerIsOfPostgreSQL(t *testing.T) {
	t.Parallel()
	settings, err := config.Load(map[string]string{"database-url": "postgres://pooler/d", "database-direct-url": "postgres://u:p@h/d", "database-for-tests": "beside"}, nil)
	if err != nil || settings.PastPooler() != "postgres://u:p@h/d" || settings.TestURL() != "postgres://u:p@h/d?search_path=parley_test" {
		t.Errorf("%s, %s, %v", settings.PastPooler(), settings.TestURL(), err)
	}
	if settings.DirectURL = ""; settings.PastPooler() != "postgres://pooler/d" {
		t.Errorf("without a pooler: %s", settings.PastPooler())
	}
	if _, err := config.Load(map[string]string{"database-direct-url": "postgres://u:p@h/d"}, nil); err == nil || strings.Contains(err.Error(), "u:p") {
		t.Errorf("beside an embedded database: %v", err)
	}
}

// TestWhatIsNamedTwice holds that each address, and each database, has one use.
func TestWhatIsNamedTwice(t *testing.T) {
	t.Parallel()
	for says, flags := range map[string]map[string]string{
		"--admin-listen is what --listen names": {"admin-listen": "127.0.0.1:8080"},
		"--database-for-tests names":            {"database-for-tests": "sqlite:./data/parley.db"},
		"--database-for-tests names the":        {"database-for-tests": "postgres://h/d", "database-url": "postgres://pooler/d", "database-direct-url": "postgres://h/d"},
	} {
		if _, err := config.Load(flags, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", flags, err)
		}
	}
	if _, err := config.Load(map[string]string{"listen": "127.0.0.1:0", "admin-listen": "127.0.0.1:0"}, nil); err != nil {
		t.Errorf("two free ports: %v", err)
	}
}

// TestMailServerDoesNotGoAlone holds that mail has a sender and something to link to, and that its password is not sent in the clear.
func TestMailServerDoesNotGoAlone(t *testing.T) {
	t.Parallel()
	whole := map[string]string{"smtp-server": "mail.example.com:587", "smtp-from": "desk@example.com", "public-url": "https://seller.example.com", "smtp-user": "desk", "smtp-password": "hunter2"}
	got, err := config.Load(whole, nil)
	if err != nil || got.SMTPServer != "mail.example.com:587" {
		t.Fatalf("%q, %v", got.SMTPServer, err)
	}
	explained, err := config.Explain(whole, nil)
	if page := fmt.Sprint(explained); err != nil || strings.Contains(page, "hunter2") || !strings.Contains(page, "xxxxx") {
		t.Errorf("%v, and it shows %s", err, page)
	}
	for change, says := range map[string]string{
		"smtp-from=none": "--smtp-server needs smtp-from", "public-url=none": "--smtp-server needs public-url",
		"smtp-tls=none": "--smtp-tls would send smtp-password over the network without TLS",
	} {
		flags := maps.Clone(whole)
		name, value, _ := strings.Cut(change, "=")
		flags[name] = value
		if _, err := config.Load(flags, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", change, err)
		}
	}
	whole["smtp-tls"], whole["smtp-server"] = "none", "127.0.0.1:25"
	if _, err := config.Load(whole, nil); err != nil {
		t.Errorf("a relay on this machine: %v", err)
	}
}

// TestPeopleCanSignIn holds that a provider has all that it needs, and that there is a way in.
func TestPeopleCanSignIn(t *testing.T) {
	t.Parallel()
	whole := map[string]string{
		"oidc-issuer": "https://login.example.com/realms/acme", "oidc-client-id": "parley", "oidc-client-secret": "hunter2",
		"oidc-roles": "admin=desk-admins", "public-url": "https://seller.example.com", "console-keys": "false",
	}
	got, err := config.Load(whole, nil)
	if err != nil || got.OIDCIssuer != "https://login.example.com/realms/acme" || got.ConsoleKeys {
		t.Fatalf("%q, %v", got.OIDCIssuer, err)
	}
	explained, err := config.Explain(whole, nil)
	if page := fmt.Sprint(explained); err != nil || strings.Contains(page, "hunter2") || !strings.Contains(page, "xxxxx") {
		t.Errorf("%v, and it shows %s", err, page)
	}
	for change, says := range map[string]string{
		"public-url": "--oidc-issuer needs public-url", "oidc-client-id": "--oidc-issuer needs oidc-client-id", "oidc-roles": "--oidc-issuer needs oidc-roles",
		"oidc-groups-claim": "--oidc-issuer needs oidc-groups-claim", "oidc-issuer": "--console-keys leaves nobody a way to sign in",
	} {
		flags := maps.Clone(whole)
		flags[change] = "none"
		if _, err := config.Load(flags, nil); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", change, err)
		}
	}
	for says, change := range map[string][2]string{
		"--oidc-scopes needs openid":                        {"oidc-scopes", "profile,groups"},
		"--oidc-issuer needs oidc-groups-claim":             {"oidc-groups-claim", " "},
		"--oidc-issuer needs a public-url of https":         {"public-url", "http://seller.example.com"},
		"--oidc-roles has semicolons between":               {"oidc-roles", "admin=a,viewer=b"},
		"--oidc-client-id does nothing without oidc-issuer": {"oidc-issuer", "none"},
		"--oidc-roles does nothing without oidc-issuer":     {"oidc-issuer", "none"},
	} {
		flags := maps.Clone(whole)
		flags["console-keys"], flags[change[0]] = "true", change[1]
		if _, err := config.Load(flags, nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	whole["oidc-issuer"], whole["public-url"] = "http://127.0.0.1:5556/dex", "http://localhost:8080"
	if _, err := config.Load(whole, nil); err != nil {
		t.Errorf("a provider on this machine: %v", err)
	}
}

func TestVariablesThatNobodySet(t *testing.T) {
	t.Parallel()
	_, err := config.Load(nil, []string{
		"PARLEY_PORT=tcp://10.0.0.1:80", "PARLEY_SERVICE_HOST=10.0.0.1", "PARLEY_SERVICE_PORT=80", "PARLEY_SERVICE_PORT_HTTP=80",
		"PARLEY_PORT_80_TCP=tcp://10.0.0.1:80", "PARLEY_PORT_80_TCP_PROTO=tcp", "PARLEY_WEB_PORT=tcp://10.0.0.1:80",
		"PARLEY_TEST_POSTGRES=postgres://h/d", "PARLEY_URL=http://h", "PARLEY_API_KEY=ask_live_x",
	})
	if err != nil {
		t.Errorf("what Kubernetes and the tests set stops the start: %v", err)
	}
	if _, err := config.Load(nil, []string{"PARLEY_PORT=9000"}); err == nil {
		t.Error("PARLEY_PORT=9000 is somebody's attempt at a setting, and went unnoticed")
	}
}

func TestFileForms(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		content string
		problem string // empty: none
	}{
		"empty":         {"", ""},
		"comments":      {"# nothing\n", ""},
		"a list":        {"anonymous: [quotes]\n", ""},
		"lines of list": {"anonymous:\n  - quotes\n", ""},
		"quoted":        {"anonymous: \"quotes\"\n", ""},
		"off":           {"rate_limit: off\n", ""},
		"one document":  {"---\nlisten: 127.0.0.1:1\n", ""},
		"two documents": {"listen: 127.0.0.1:1\n---\nlisten: 127.0.0.1:2\n", "must be one mapping"},
		"not a mapping": {"- listen\n", "must be one mapping"},
		"a text":        {"listen\n", "must be one mapping"},
		"key twice":     {"listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "line 2 is not YAML"},
		"broken":        {"listen: [\n", "is not YAML"},
		"an alias":      {"seller_id: &a x\nseller_name: *a\n", "plain value"},
		"a mapping":     {"seller_id:\n  a: b\n", "plain value"},
	} {
		_, variable := file(t, test.content)
		got, err := config.Load(nil, []string{variable})
		switch {
		case test.problem == "" && err != nil, test.problem != "" && (err == nil || !strings.Contains(err.Error(), test.problem)):
			t.Errorf("%s: got %v, want %q", name, err, test.problem)
		case strings.Contains(test.content, "quotes") && got.Anonymous != config.Anonymous{Quotes: true}:
			t.Errorf("%s: anonymous = %+v", name, got.Anonymous)
		}
	}
	if _, err := config.Load(map[string]string{"config": filepath.Join(t.TempDir(), "none.yaml")}, nil); err == nil {
		t.Error("a file that is not there went unnoticed")
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{"", "listen: 127.0.0.1:1", "anonymous: [a, b]", "a: &b c\nd: *b", "? x\n: y", "listen: |\n  x", "<<: {a: b}"} {
		f.Add([]byte(seed))
	}
	name := filepath.Join(f.TempDir(), "parley.yaml")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := config.Load(map[string]string{"config": name}, nil)
		var problems config.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Errorf("got %v, want problems", err)
		}
	})
}

func TestReferencePageIsRegenerated(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := config.WriteReference(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatalf("%v: run make docs", err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("run make docs (-want +got)\n%s", diff)
	}
}

func TestReferenceFileIsTheInitialSettings(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	if err := config.WriteReference(&page); err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(page.String(), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	name, variable := file(t, example)
	got, err := config.Load(nil, []string{variable})
	if err != nil {
		t.Fatal(err)
	}
	want := config.Initial()
	want.Config = name
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b config.TimeZone) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
