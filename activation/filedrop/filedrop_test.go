package filedrop_test

import (
	"encoding/csv"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
)

func TestCreativesAreThoseOfTheProductUnlessItIsMapped(t *testing.T) {
	t.Parallel()
	d := open(t, `{"format": "json"}`)
	specs := func(w *activation.Want) {
		w.Product.CreativeSpecs = &parley.CreativeSpecs{Sizes: []string{"300x250", "640x480"}, Durations: []int{15, 30}}
	}
	if body := string(d.step(want(1, specs)).Body); !strings.Contains(body, `"sizes":"300x250; 640x480"`) || !strings.Contains(body, `"durations":"15; 30"`) {
		t.Errorf("%s", body)
	}
	mapped := func(w *activation.Want) {
		w.Mappings = map[parley.MappingAbout]json.RawMessage{parley.MapsProduct: json.RawMessage(`{"sizes": ["MPU"]}`)}
	}
	if body := string(d.step(want(1, specs, mapped)).Body); !strings.Contains(body, `"sizes":"MPU"`) || !strings.Contains(body, `"durations":"15; 30"`) {
		t.Errorf("%s", body)
	}
}

func want(revision int64, change ...func(*activation.Want)) activation.Want {
	w := activation.Want{
		Deal: parley.Deal{
			ID: "NORTH-7K4MC-X9TRP", ProductID: "ctv-1", ProductName: "Evening, on television", DealType: parley.ProgrammaticGuaranteed,
			Impressions: 5_000_000, Price: parley.PriceDecision{FinalCPM: 22_500_000, Currency: "USD"},
			Identity: parley.Identity{SeatID: "seat-1", DSPPlatform: "The Trade Desk", AdvertiserName: "=HYPERLINK(\"x\")", AdvertiserDomain: "orion.example"},
			Notes:    "two\nlines, \"quoted\"",
		},
		OrderID: "ORD-1", Intent: parley.IntentRun, Revision: revision, TimeZone: "America/New_York",
		Starts: time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC), Ends: time.Date(2026, 8, 1, 3, 59, 59, 0, time.UTC),
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

// drop is an adapter over a folder of its own, with one destination's settings.
type drop struct {
	*testing.T
	*filedrop.Adapter
	root    string
	account activation.Account
}

func open(t *testing.T, settings string) drop {
	root := filepath.Join(t.TempDir(), "traffic")
	return drop{t, filedrop.New(root), root, activation.Account{Settings: json.RawMessage(settings)}}
}

func (d drop) step(w activation.Want) activation.Step {
	d.Helper()
	w.Settings = d.account.Settings
	plan, problems := d.Plan(w)
	if len(problems) > 0 || len(plan.Steps) != 1 {
		d.Fatalf("%d steps, %v", len(plan.Steps), problems)
	}
	return plan.Steps[0]
}

func (d drop) files() []string {
	d.Helper()
	var found []string
	err := filepath.WalkDir(d.root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(d.root, path)
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		d.Fatal(err)
	}
	return found
}

func (d drop) rows(name string) [][]string {
	d.Helper()
	content, err := os.ReadFile(filepath.Join(d.root, name))
	if err != nil {
		d.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		d.Fatal(err)
	}
	return rows
}

func (d drop) cells(name string) map[string]string {
	d.Helper()
	rows, cells := d.rows(name), map[string]string{}
	for i, heading := range rows[0] {
		cells[heading] = rows[1][i]
	}
	return cells
}

func TestADealBecomesASheet(t *testing.T) {
	t.Parallel()
	d := open(t, `{"folder": "news/ctv"}`)
	step := d.step(want(1))
	if found, err := d.Look(t.Context(), d.account, step); err != nil || len(found) > 0 {
		t.Fatalf("before anything is written: %v %v", found, err)
	}
	ref, err := d.Create(t.Context(), d.account, step)
	if err != nil || ref != "NORTH-7K4MC-X9TRP_r1" {
		t.Fatal(ref, err)
	}
	if got := d.files(); !slices.Equal(got, []string{"news/ctv/NORTH-7K4MC-X9TRP_r1.csv", "news/ctv/manifest.csv"}) {
		t.Fatalf("files %v", got)
	}
	got := d.cells("news/ctv/NORTH-7K4MC-X9TRP_r1.csv")
	for name, value := range map[string]string{
		"deal_id": "NORTH-7K4MC-X9TRP", "revision": "1", "action": "create", "deal_type": "PG", "cpm": "22.50", "currency": "USD",
		"impressions": "5000000", "starts_at": "2026-07-01T04:00:00Z", "time_zone": "America/New_York", "order_id": "ORD-1",
		"advertiser": "'=HYPERLINK(\"x\")", "notes": "two\nlines, \"quoted\"", "wadomain": "orion.example", "pacing": "even",
	} {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
	if len(got) != len(filedrop.Columns) {
		t.Errorf("%d columns", len(got))
	}
	found, err := d.Look(t.Context(), d.account, step)
	if err != nil || len(found) != 1 || found[0].Ref != ref || found[0].Hash != step.Hash {
		t.Errorf("found %v %v", found, err)
	}
}

// TestTheSeatIsTheOneThatMayBid is of a buyer whose credential has no seat, and who named one when it booked.
func TestTheSeatIsTheOneThatMayBid(t *testing.T) {
	t.Parallel()
	d := open(t, `{"folder": "seats"}`)
	claimed := want(1)
	claimed.Deal.Identity.SeatID, claimed.Deal.Claimed.SeatID = "", "seat-named"
	if _, err := d.Create(t.Context(), d.account, d.step(claimed)); err != nil {
		t.Fatal(err)
	}
	if got := d.cells("seats/NORTH-7K4MC-X9TRP_r1.csv")["seat"]; got != "seat-named" {
		t.Errorf("the sheet has the seat %q", got)
	}
}

func TestWritingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	d := open(t, `{"format": "both"}`)
	step := d.step(want(1))
	for range 3 {
		if _, err := d.Create(t.Context(), d.account, step); err != nil {
			t.Fatal(err)
		}
	}
	if got := d.files(); len(got) != 3 {
		t.Errorf("files %v", got)
	}
	if rows := d.rows("manifest.csv"); len(rows) != 3 || rows[1][1] != "NORTH-7K4MC-X9TRP" || len(rows[1][3]) != 64 || rows[1][3] == rows[2][3] {
		t.Errorf("manifest %v", rows)
	}
}

func TestAChangeAndAnEndAreSheetsOfTheirOwn(t *testing.T) {
	t.Parallel()
	d := open(t, ``)
	if _, err := d.Create(t.Context(), d.account, d.step(want(1))); err != nil {
		t.Fatal(err)
	}
	changed := d.step(want(2, func(w *activation.Want) { w.Deal.Impressions, w.There = 6_000_000, true }))
	// What another node made before it was stopped is found, although it is of the revision before.
	found, err := d.Look(t.Context(), d.account, changed)
	if err != nil || len(found) != 1 || found[0].Ref != "NORTH-7K4MC-X9TRP_r1" || found[0].Hash != "" {
		t.Fatalf("found %v %v", found, err)
	}
	if ref, err := d.Update(t.Context(), d.account, found[0].Ref, changed); err != nil || ref != "NORTH-7K4MC-X9TRP_r2" {
		t.Fatal(ref, err)
	}
	end := d.step(want(3, func(w *activation.Want) { w.Intent = parley.IntentEnd }))
	if ref, err := d.End(t.Context(), d.account, "NORTH-7K4MC-X9TRP_r2", end); err != nil || ref != "NORTH-7K4MC-X9TRP_r3" {
		t.Fatal(ref, err)
	}
	for n, action := range map[string]string{"1": "create", "2": "change", "3": "end"} {
		if got := d.cells("NORTH-7K4MC-X9TRP_r" + n + ".csv")["action"]; got != action {
			t.Errorf("revision %s says %s", n, got)
		}
	}
	if rows := d.rows("manifest.csv"); len(rows) != 4 {
		t.Errorf("manifest %v", rows)
	}
}

func TestThePlanIsStable(t *testing.T) {
	t.Parallel()
	d := open(t, `{"folder": "a"}`)
	first, again := d.step(want(1)), d.step(want(1))
	if first.Hash != again.Hash || string(first.Body) != string(again.Body) {
		t.Error("the same want has two plans")
	}
	for name, w := range map[string]activation.Want{
		"revision": want(2), "intent": want(1, func(w *activation.Want) { w.Intent = parley.IntentEnd }),
		"price": want(1, func(w *activation.Want) { w.Deal.Price.FinalCPM++ }),
	} {
		if d.step(w).Hash == first.Hash {
			t.Errorf("another %s has the same hash", name)
		}
	}
	if len(d.filesOrNone()) != 0 {
		t.Error("planning wrote something")
	}
}

func (d drop) filesOrNone() []string {
	if _, err := os.Stat(d.root); err != nil {
		return nil
	}
	return d.files()
}

func TestColumnsHaveTheirOrderAndHeadings(t *testing.T) {
	t.Parallel()
	d := open(t, `{"columns": [{"column": "cpm", "heading": "=Price"}, {"column": "deal_id"}, {"column": "action"}]}`)
	if _, err := d.Create(t.Context(), d.account, d.step(want(1))); err != nil {
		t.Fatal(err)
	}
	if got := d.rows("NORTH-7K4MC-X9TRP_r1.csv"); !slices.Equal(got[0], []string{"'=Price", "deal_id", "action"}) ||
		!slices.Equal(got[1], []string{"22.50", "NORTH-7K4MC-X9TRP", "create"}) {
		t.Errorf("%v", got)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	adapter := filedrop.New(t.TempDir())
	for settings, field := range map[string]string{
		``: "", `{}`: "", `{"folder": "a/b", "format": "json"}`: "", `{"columns": [{"column": "action"}, {"column": "deal_id"}]}`: "",
		`{"columns": [{"column": "deal_id"}, {"column": "cpm"}]}`: "settings.columns", `{"columns": [{"column": "action"}]}`: "settings.columns",
		`{"folder": ".."}`: "settings.folder", `{"folder": "/etc"}`: "settings.folder", `{"folder": "a/../../b"}`: "settings.folder",
		`{"folder": "a\\b"}`: "settings.folder", `{"folder": "a//b"}`: "settings.folder", "{\"folder\": \"a\\u0000\"}": "settings.folder",
		`{"folder": " "}`: "settings.folder", `{"folder": " a"}`: "settings.folder", `{"folder": "a b"}`: "settings.folder",
		`{"folder": "a\n"}`: "settings.folder", `{"folder": "a\n/b"}`: "settings.folder", `{"folder": "."}`: "settings.folder",
		`{"folder": "a/."}`: "settings.folder", `{"folder": "a/"}`: "settings.folder", `{"folder": ".draft-x"}`: "settings.folder",
		`{"folder": "manifest.csv"}`: "settings.folder", `{"folder": "A_r1.csv"}`: "settings.folder", `{"folder": "a\u200b"}`: "settings.folder",
		`{"folder": "\u00e9"}`: "settings.folder", `{"folder": "c:"}`: "settings.folder", `{"folder": "CTV-2_north/a"}`: "",
		`{"format": "xml"}`: "settings.format", `{"columns": [{"column": "secret"}, {"column": "deal_id"}, {"column": "action"}]}`: "settings.columns[0].column",
		`{"columns": [{"column": "action"}, {"column": "deal_id"}, {"column": "action", "heading": "again"}]}`: "settings.columns[2].column",
		`{"path": "x"}`: "settings", `[]`: "settings", `{} {}`: "settings", `{"folder": "` + strings.Repeat("a", 201) + `"}`: "settings.folder",
	} {
		problems := adapter.Validate(json.RawMessage(settings))
		if field == "" && len(problems) > 0 || field != "" && (len(problems) != 1 || problems[0].Field != field) {
			t.Errorf("%s: %v, want %q", settings, problems, field)
		}
		_, planned := adapter.Plan(want(1, func(w *activation.Want) { w.Settings = json.RawMessage(settings) }))
		if (len(planned) > 0) != (field != "") {
			t.Errorf("%s is planned: %v", settings, planned)
		}
	}
	if problems := filedrop.New("").Validate(nil); len(problems) != 1 {
		t.Errorf("without a folder: %v", problems)
	}
}

func TestNothingIsWrittenOutsideTheFolder(t *testing.T) {
	t.Parallel()
	d := open(t, `{"folder": "way/out"}`)
	outside := t.TempDir()
	if err := os.MkdirAll(d.root, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(d.root, "way")); err != nil {
		t.Fatal(err)
	}
	step := d.step(want(1))
	if _, err := d.Create(t.Context(), d.account, step); err == nil {
		t.Error("a link led out of the folder")
	} else if strings.Contains(err.Error(), outside) || strings.Contains(err.Error(), d.root) {
		t.Errorf("the error tells where the folder is: %v", err)
	}
	if found := d.Check(t.Context(), d.account); len(found) != 1 || !found[0].Problem {
		t.Errorf("a check of it finds %v", found)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside the folder: %v %v", entries, err)
	}
	for _, id := range []string{"../x", "a/b", "", "x\x00", "ABC_r1", "."} {
		if _, problems := d.Plan(want(1, func(w *activation.Want) { w.Deal.ID = id })); len(problems) == 0 {
			t.Errorf("a deal called %q is planned", id)
		}
	}
}

func TestSomebodySaysWhatBecameOfASheet(t *testing.T) {
	t.Parallel()
	d := open(t, ``)
	for intent, says := range map[parley.ActivationIntent]string{
		parley.IntentRun: "trafficked", parley.IntentPause: "paused", parley.IntentEnd: "ended",
	} {
		standing, err := d.Standing(t.Context(), d.account, want(1, func(w *activation.Want) { w.Intent = intent }), nil)
		if err != nil || standing.State != activation.StateAnswer || !strings.HasSuffix(standing.Text, says) {
			t.Errorf("to %s: %+v %v", intent, standing, err)
		}
	}
}

func TestAFolderThatCannotBeWrittenIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := open(t, ``)
	if err := os.WriteFile(d.root, nil, 0o600); err != nil { // a file in the folder's place
		t.Fatal(err)
	}
	_, err := d.Create(t.Context(), d.account, d.step(want(1)))
	if failure := activation.Failure(err); failure.Class != parley.ClassTransient || strings.Contains(failure.Text, d.root) {
		t.Errorf("%+v", failure)
	}
	if findings := d.Check(t.Context(), d.account); len(findings) != 1 || !findings[0].Problem {
		t.Errorf("checked: %v", findings)
	}
}

func TestADamagedManifestIsMadeAnew(t *testing.T) {
	t.Parallel()
	d := open(t, ``)
	if _, err := d.Create(t.Context(), d.account, d.step(want(1))); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.root, "manifest.csv"), []byte("\"broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Update(t.Context(), d.account, "", d.step(want(2))); err != nil {
		t.Fatal(err)
	}
	if rows := d.rows("manifest.csv"); len(rows) != 3 {
		t.Errorf("manifest %v", rows)
	}
}

func TestAPlaceIsAFolder(t *testing.T) {
	t.Parallel()
	adapter := filedrop.New(t.TempDir())
	place := func(settings string) string { return adapter.Place(json.RawMessage(settings)) }
	for one, other := range map[string]string{``: `{"folder": ""}`, `{"folder": "a"}`: `{"folder": "A", "format": "json"}`} {
		if place(one) != place(other) {
			t.Errorf("%s and %s are written apart", one, other)
		}
	}
	for one, other := range map[string]string{``: `{"folder": "a"}`, `{"folder": "a"}`: `{"folder": "a/b"}`} {
		if place(one) == place(other) {
			t.Errorf("%s and %s are one place", one, other)
		}
	}
}

func TestMappingsAreChecked(t *testing.T) {
	t.Parallel()
	adapter := filedrop.New(t.TempDir())
	for _, test := range []struct {
		about       parley.MappingAbout
		refs, field string
	}{
		{parley.MapsProduct, `{}`, ""},
		{parley.MapsProduct, `{"ad_units": ["a"], "placements": ["b"], "key_values": {"k": "v"}, "sizes": ["300x250"], "durations": [15], "priority": "4"}`, ""},
		{parley.MapsProduct, `{"ad_units": [""]}`, "refs.ad_units"},
		{parley.MapsProduct, `{"placements": ["` + strings.Repeat("a", 201) + `"]}`, "refs.placements"},
		{parley.MapsProduct, `{"key_values": {"k": ""}}`, "refs.key_values"},
		{parley.MapsProduct, `{"durations": [0]}`, "refs.durations"},
		{parley.MapsProduct, `{"durations": [1.5]}`, "refs.durations"},
		{parley.MapsProduct, `{"priority": "` + strings.Repeat("a", 201) + `"}`, "refs.priority"},
		{parley.MapsProduct, `{"secret": 1}`, "refs"},
		{parley.MapsProduct, `[]`, "refs"},
		{parley.MapsProduct, `{} {}`, "refs"},
		{parley.MapsSeat, `{"name": "x"}`, ""},
		{parley.MapsDSP, `{}`, "refs.name"},
		{parley.MapsAgency, `{"name": 1}`, "refs.name"},
	} {
		problems := adapter.ValidateMapping(test.about, json.RawMessage(test.refs))
		if test.field == "" && len(problems) > 0 || test.field != "" && (len(problems) != 1 || problems[0].Field != test.field) {
			t.Errorf("%s %s: %v, want %q", test.about, test.refs, problems, test.field)
		}
	}
}

func TestMappingsAreWritten(t *testing.T) {
	t.Parallel()
	d := open(t, ``)
	plain := d.step(want(1))
	step := d.step(want(1, func(w *activation.Want) {
		w.Mappings = map[parley.MappingAbout]json.RawMessage{
			parley.MapsProduct:    json.RawMessage(`{"ad_units": ["=1", "b"], "key_values": {"b": "2", "a": "1"}, "durations": [15, 30], "priority": "4"}`),
			parley.MapsAdvertiser: json.RawMessage(`{"name": "Orion (4711)"}`),
		}
	}))
	if step.Hash == plain.Hash {
		t.Error("a mapping changes nothing")
	}
	if _, err := d.Create(t.Context(), d.account, step); err != nil {
		t.Fatal(err)
	}
	got := d.cells("NORTH-7K4MC-X9TRP_r1.csv")
	for name, value := range map[string]string{
		"ad_units": "'=1; b", "key_values": "a=1; b=2", "durations": "15; 30", "priority": "4", "advertiser": "Orion (4711)", "sizes": "", "seat": "seat-1",
	} {
		if got[name] != value {
			t.Errorf("%s is %q, want %q", name, got[name], value)
		}
	}
}

// TestASheetThatIsNotListedIsNotDone leaves what a process leaves that dies after it wrote a sheet and before it listed it.
func TestASheetThatIsNotListedIsNotDone(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "json", "both"} {
		d := open(t, `{"format": "`+format+`"}`)
		step := d.step(want(1))
		ref, err := d.Create(t.Context(), d.account, step)
		if err != nil {
			t.Fatal(err)
		}
		done := func() bool {
			t.Helper()
			found, err := d.Look(t.Context(), d.account, step)
			if err != nil || len(found) != 1 || found[0].Ref != ref {
				t.Fatalf("%s: found %v, %v", format, found, err)
			}
			return found[0].Hash == step.Hash
		}
		if !done() {
			t.Errorf("%s: it is there, and not known to be", format)
		}
		path, rows := filepath.Join(d.root, "manifest.csv"), d.rows("manifest.csv")
		for name, content := range map[string]string{
			"not there": "", "without it": "file,deal_id,revision,sha256\n", "otherwise": "file,deal_id,revision,sha256\n" + rows[1][0] + ",NORTH-7K4MC-X9TRP,1,00\n",
		} {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if content != "" {
				if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if done() {
				t.Errorf("%s, the manifest %s: it is taken for done", format, name)
			}
			if _, err := d.Update(t.Context(), d.account, ref, step); err != nil || !done() || len(d.rows("manifest.csv")) != len(rows) {
				t.Errorf("%s, the manifest %s: written again, it is %v, %v", format, name, d.rows("manifest.csv"), err)
			}
		}
	}
}

// TestNobodyWritesAmongAnothersSheets refuses a folder that is somebody else's, and what is below it, in capitals too.
func TestNobodyWritesAmongAnothersSheets(t *testing.T) {
	t.Parallel()
	adapter := filedrop.Beside(t.TempDir(), "test")
	for folder, refused := range map[string]bool{"test": true, "test/ctv": true, "TEST/ctv": true, "testing": false, "ctv/test": false, "ctv": false} {
		problems := adapter.Validate(json.RawMessage(`{"folder": "` + folder + `"}`))
		if (len(problems) == 1 && problems[0].Field == "settings.folder") != refused || len(problems) > 1 {
			t.Errorf("%s: %v", folder, problems)
		}
	}
}
