package dealsapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"parley"
	"parley/activation"
	"parley/activation/dealsapi"
	fake "parley/internal/fake/dealsapi"
)

const dealID, secret = "NORTH-7K4MC-X9TRP", "tok-4711"

func want(change ...func(*activation.Want)) activation.Want {
	w := activation.Want{
		Deal: parley.Deal{
			ID: dealID, ProductID: "ctv-1", ProductName: "Evening, on television", DealType: parley.ProgrammaticGuaranteed, InventoryType: "ctv",
			Impressions: 5_000_001, Price: parley.PriceDecision{FinalCPM: 22_345_000, Currency: "USD"},
			Identity: parley.Identity{SeatID: "seat-1"}, Notes: "ours alone", CreatedAt: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		},
		Product: parley.Product{AdFormats: []string{"video", "Video"}, GeoTargets: []string{"US", "us-ny", "DE"}},
		OrderID: "ORD-1", Intent: parley.IntentRun, Revision: 1, TimeZone: "America/New_York",
		Starts: time.Date(2026, 7, 1, 4, 0, 0, 0, time.UTC), Ends: time.Date(2026, 8, 1, 3, 59, 59, 0, time.UTC),
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

// clock is before every flight of these tests.
func clock() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

type desk struct {
	*testing.T
	*dealsapi.Adapter
	receiver *fake.Receiver
	account  activation.Account
}

func open(t *testing.T, settings string) desk {
	receiver := fake.New(secret)
	t.Cleanup(receiver.Close)
	all := fmt.Sprintf(`{"push_url": "%[1]s/push", "status_url": "%[1]s/status", "auth": "bearer", "origin": "exchange.example"%[2]s}`, receiver.URL, settings)
	return desk{t, dealsapi.New(true, clock), receiver, activation.Account{Settings: json.RawMessage(all), Credential: []byte(secret)}}
}

func (d desk) step(w activation.Want) activation.Step {
	d.Helper()
	w.Settings = d.account.Settings
	plan, problems := d.Plan(w)
	if len(problems) > 0 || len(plan.Steps) != 1 {
		d.Fatalf("%d steps, %v", len(plan.Steps), problems)
	}
	return plan.Steps[0]
}

func (d desk) class(err error, class parley.ActivationClass, code string) {
	d.Helper()
	failure := activation.Failure(err)
	if err == nil || failure.Class != class || failure.Code != code {
		d.Errorf("failed with %v, want %s %s", err, class, code)
	}
	if strings.Contains(fmt.Sprint(err), secret) {
		d.Errorf("the failure tells the credential: %v", err)
	}
}

func TestADealIsPushedAsTheStandardHasIt(t *testing.T) {
	t.Parallel()
	d := open(t, `, "seller": "north.example", "seller_name": "North"`)
	step := d.step(want())
	if again := d.step(want()); again.Hash != step.Hash || d.receiver.Calls() != 0 {
		t.Error("the plan is not stable, or asks somebody")
	}
	if ref, err := d.Create(t.Context(), d.account, step); err != nil || ref != dealID {
		t.Fatal(ref, err)
	}
	there, _ := d.receiver.Deal(dealID)
	for _, part := range []string{
		`"name":"North, Evening, on television, 2026-07-01 to 2026-08-01"`, `"created":"2026-06-01T12:00:00Z"`, `"sellerstatus":0`,
		`"wseat":["seat-1"]`, `"adtypes":[2]`, `"auxdata":0,"pubcount":1,"dinventory":0`, `"startdate":"2026-07-01T04:00:00Z"`,
		`"countries":["DEU","USA"]`, `"dealfloor":22.345`, `"guar":1,"pricetype":3,"units":5000001,"totalcost":111725.022345`, `"geo":["us-ny"]`,
	} {
		if !strings.Contains(there.Body, part) {
			t.Errorf("%s is not in %s", part, there.Body)
		}
	}
	if strings.Contains(there.Body, "ours alone") || strings.Contains(there.Body, "inventory\":{") {
		t.Errorf("notes or inventory are told: %s", there.Body)
	}
	for _, test := range []struct {
		change func(*activation.Want)
		part   string
	}{
		{func(w *activation.Want) { w.Deal.Identity.SeatID, w.Deal.Claimed.SeatID = "", "seat-named" }, `"wseat":["seat-named"]`},
		{func(w *activation.Want) { w.Deal.DealType = parley.PrivateAuction }, `"guar":0,"pricetype":1}`},
		{func(w *activation.Want) { w.Deal.DealType = parley.PreferredDeal }, `"guar":0,"pricetype":3}`},
		{func(w *activation.Want) { w.Product.AdFormats = []string{"video", "hologram"} }, `"desc":"PG, Evening, on television, 2026-07-01 to 2026-08-01","wseat":["seat-1"],"auxdata"`},
		{func(w *activation.Want) { w.Product.GeoTargets = []string{"US", "Atlantis"} }, `"geo":["US","Atlantis"]`},
		{func(w *activation.Want) { w.Intent = parley.IntentEnd }, `"sellerstatus":4`},
		{func(w *activation.Want) { w.Deal.ProductName = strings.Repeat("é", 400) }, `"cur":"USD"`},
		{func(w *activation.Want) {
			w.Mappings = map[parley.MappingAbout]json.RawMessage{parley.MapsProduct: json.RawMessage(`{"auxdata": 3, "pubcount": 2, "dinventory": 2}`)}
		}, `"auxdata":3,"pubcount":2,"dinventory":2`},
	} {
		other := d.step(want(test.change))
		var said struct{ Name, Desc string }
		if err := json.Unmarshal(other.Body, &said); err != nil || len(said.Name) > 250 || len(said.Desc) > 250 || !utf8.ValidString(said.Name+said.Desc) {
			t.Errorf("%q and %q, %v", said.Name, said.Desc, err)
		}
		if !strings.Contains(string(other.Body), test.part) || other.Hash == step.Hash {
			t.Errorf("%s is not in %s", test.part, other.Body)
		}
		if _, err := d.Update(t.Context(), d.account, dealID, other); err != nil {
			t.Error(err)
		}
	}
}

func TestStaticInventoryIsNamed(t *testing.T) {
	t.Parallel()
	d := open(t, `, "static_inventory": true`)
	step := d.step(want(func(w *activation.Want) {
		w.Mappings = map[parley.MappingAbout]json.RawMessage{parley.MapsProduct: json.RawMessage(`{"dinventory": 2, "appbundles": ["tv.north"], "cat": ["IAB17"], "cattax": 1}`)}
	}))
	if !strings.Contains(string(step.Body), `"dinventory":1,`) || !strings.Contains(string(step.Body), `"inventory":{"inclinventory":[2],"appbundles":["tv.north"],"cat":["IAB17"],"cattax":1}`) {
		t.Errorf("%s", step.Body)
	}
	if _, err := d.Create(t.Context(), d.account, step); err != nil {
		t.Error(err)
	}
}

func TestWhateverIsLostThereIsOneDeal(t *testing.T) {
	t.Parallel()
	for _, fault := range []fake.Fault{fake.DropsAfter, fake.DropsBefore, fake.Answers + "500", fake.Answers + "502", fake.Answers + "504"} {
		d := open(t, "")
		step := d.step(want())
		d.receiver.Breaks(func(string) fake.Fault { return fault })
		_, err := d.Create(t.Context(), d.account, step)
		if activation.Failure(err).Class != parley.ClassUnsure {
			t.Errorf("%s: %v", fault, err)
		}
		d.receiver.Breaks(nil)
		found, err := d.Look(t.Context(), d.account, step)
		_, there := d.receiver.Deal(dealID)
		if err != nil || (len(found) == 1) != there || there != (fault == fake.DropsAfter) {
			t.Errorf("%s: found %v, there %t, %v", fault, found, there, err)
		}
		if _, err := d.Create(t.Context(), d.account, step); err != nil {
			t.Error(err)
		}
	}
}

func TestFailuresHaveTheirClass(t *testing.T) {
	t.Parallel()
	d := open(t, "")
	step := d.step(want())
	for _, test := range []struct {
		status string
		class  parley.ActivationClass
		code   string
	}{
		{"400", parley.ClassRefused, "refused"}, {"422", parley.ClassRefused, "refused"}, {"404", parley.ClassRefused, "not_found"},
		{"302", parley.ClassRefused, "refused"}, {"401", parley.ClassCredentials, "credential"}, {"403", parley.ClassCredentials, "credential"},
		{"408", parley.ClassTransient, "away"}, {"425", parley.ClassTransient, "away"}, {"429", parley.ClassTransient, "away"}, {"503", parley.ClassTransient, "away"},
	} {
		d.receiver.Breaks(func(string) fake.Fault { return fake.Answers + fake.Fault(test.status) })
		_, err := d.Create(t.Context(), d.account, step)
		d.class(err, test.class, test.code)
		if wait, _ := activation.Wait(err, 1); test.status == "503" && wait != 90*time.Second {
			t.Errorf("waits %s", wait)
		}
	}
	d.receiver.Breaks(nil)
	if _, err := d.Create(t.Context(), d.account, step); err != nil {
		t.Fatal(err)
	}
	for _, fault := range []fake.Fault{fake.DropsAfter, fake.Cuts, fake.Huge, fake.Answers + "500"} {
		d.receiver.Breaks(func(string) fake.Fault { return fault })
		if _, err := d.Look(t.Context(), d.account, step); err == nil || activation.Failure(err).Class != parley.ClassTransient {
			t.Errorf("%s: %v", fault, err)
		}
	}
	d.receiver.Breaks(nil)
	_, err := d.Create(t.Context(), activation.Account{Settings: d.account.Settings}, step)
	d.class(err, parley.ClassCredentials, "credential")
	_, err = d.Create(t.Context(), activation.Account{Settings: d.account.Settings, Credential: []byte("x\r\nHost: y")}, step)
	d.class(err, parley.ClassCredentials, "credential")
	d.receiver.Close()
	_, err = dealsapi.New(true, clock).Create(t.Context(), d.account, step) // with no connection of before
	d.class(err, parley.ClassTransient, "no_answer")
}

// TestAStartThatIsPastIsSoon pushes a deal whose flight has begun: it begins soon, and keeps that when it is pushed again; one whose flight
// is over is not pushed.
func TestAStartThatIsPastIsSoon(t *testing.T) {
	t.Parallel()
	d := open(t, "")
	at := time.Date(2026, 7, 3, 9, 57, 30, 0, time.UTC)
	d.Adapter = dealsapi.New(true, func() time.Time { return at })
	step := d.step(want())
	if _, err := d.Create(t.Context(), d.account, step); err != nil {
		t.Fatal(err)
	}
	if pushed, there := d.receiver.Deal(step.Anchor); !there || !strings.Contains(pushed.Body, `"startdate":"2026-07-03T10:10:00Z"`) {
		t.Errorf("pushed %+v", pushed)
	}
	at = time.Date(2027, 7, 3, 9, 57, 30, 0, time.UTC)
	_, err := d.Create(t.Context(), d.account, step)
	d.class(err, parley.ClassRefused, "invalid")
}

// TestAStartThatWasMovedStays changes, pauses, resumes and ends a deal that was pushed late: it keeps the start that it was pushed with, also
// at receivers that refuse one before that, and takes a flight that is yet to begin as it is.
func TestAStartThatWasMovedStays(t *testing.T) {
	t.Parallel()
	d := open(t, "")
	at := time.Date(2026, 7, 3, 9, 57, 30, 0, time.UTC)
	d.Adapter = dealsapi.New(true, func() time.Time { return at })
	ref, err := d.Create(t.Context(), d.account, d.step(want()))
	if err != nil || !activation.SafeRef(ref) {
		t.Fatalf("%q, %v", ref, err)
	}
	at = at.Add(24 * time.Hour)
	for i, do := range []func(context.Context, activation.Account, string, activation.Step) (string, error){d.Update, d.Pause, d.Update, d.End} {
		if ref, err = do(t.Context(), d.account, ref, d.step(want(func(w *activation.Want) { w.Revision = int64(i + 2) }))); err != nil {
			t.Fatal(err)
		}
		if got := started(d, dealID); got != "2026-07-03T10:10:00Z" {
			t.Errorf("change %d: the start is %s", i, got)
		}
		if stands, err := d.Standing(t.Context(), d.account, want(func(w *activation.Want) { w.Settings = d.account.Settings }), []string{ref}); err != nil {
			t.Errorf("change %d: it stands as %+v, %v", i, stands, err)
		}
	}
	later := d.step(want(func(w *activation.Want) { w.Starts, w.Revision = time.Date(2026, 7, 10, 4, 0, 0, 0, time.UTC), 9 }))
	if ref, err = d.Update(t.Context(), d.account, ref, later); err != nil || ref != dealID || started(d, dealID) != "2026-07-10T04:00:00Z" {
		t.Errorf("the flight begins anew at %s, as %s, %v", started(d, dealID), ref, err)
	}
}

// TestAStartThatIsPastIsMovedWhereItIsRefused changes, pauses, resumes and ends what has begun, at receivers that take a start that is past
// and at ones that do not.
func TestAStartThatIsPastIsMovedWhereItIsRefused(t *testing.T) {
	t.Parallel()
	for name, strict := range map[string]bool{"taken": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, "")
			at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			now := func() time.Time { return at }
			d.Adapter = dealsapi.New(true, now)
			begun := d.step(want())
			if _, err := d.Create(t.Context(), d.account, begun); err != nil {
				t.Fatal(err)
			}
			began := started(d, begun.Anchor)
			at = time.Date(2026, 7, 3, 9, 57, 30, 0, time.UTC)
			expected := began
			if strict {
				d.receiver.Begins(now)
				expected = "2026-07-03T10:10:00Z"
			}
			for i, intent := range []parley.ActivationIntent{parley.IntentRun, parley.IntentPause, parley.IntentRun, parley.IntentEnd} {
				step := d.step(want(func(w *activation.Want) { w.Intent, w.Revision = intent, int64(i+2) }))
				do := map[parley.ActivationIntent]func(context.Context, activation.Account, string, activation.Step) (string, error){
					parley.IntentRun: d.Update, parley.IntentPause: d.Pause, parley.IntentEnd: d.End,
				}[intent]
				pushes := func() int {
					pushed, _ := d.receiver.Deal(step.Anchor)
					return pushed.Pushes
				}
				before := pushes()
				if _, err := do(t.Context(), d.account, begun.Anchor, step); err != nil {
					t.Fatalf("%s: %v", intent, err)
				}
				if got := started(d, step.Anchor); got != expected || pushes() != before+1 {
					t.Errorf("%s: the start is %s, want %s, and it was taken %d times", intent, got, expected, pushes()-before)
				}
			}
			d.receiver.Breaks(func(string) fake.Fault { return fake.Answers + "422" }) // for another reason
			calls := d.receiver.Calls()
			_, err := d.Update(t.Context(), d.account, begun.Anchor, begun)
			d.class(err, parley.ClassRefused, "refused")
			if n := d.receiver.Calls() - calls; n != 2 {
				t.Errorf("it was pushed %d times", n)
			}
			at = time.Date(2027, 7, 3, 9, 57, 30, 0, time.UTC) // the flight is over
			calls = d.receiver.Calls()
			_, err = d.Update(t.Context(), d.account, begun.Anchor, begun)
			d.class(err, parley.ClassRefused, "refused")
			if n := d.receiver.Calls() - calls; n != 1 {
				t.Errorf("it was pushed %d times", n)
			}
		})
	}
}

// TestAStartThatCameMeanwhileIsMoved pushes a deal once more whose start was to come when it was tried first, and is past by now.
func TestAStartThatCameMeanwhileIsMoved(t *testing.T) {
	t.Parallel()
	for _, made := range []bool{false, true} {
		d := open(t, "")
		at := time.Date(2026, 7, 1, 4, 1, 0, 0, time.UTC)
		now := func() time.Time { return at }
		d.Adapter = dealsapi.New(true, now)
		d.receiver.Begins(now)
		step := d.step(want())
		step.Since = at.Add(-2 * time.Minute)
		do := d.Create
		if made {
			do = func(ctx context.Context, account activation.Account, step activation.Step) (string, error) {
				return d.Update(ctx, account, step.Anchor, step)
			}
		}
		if ref, err := do(t.Context(), d.account, step); err != nil || started(d, dealID) != "2026-07-01T04:15:00Z" || !activation.SafeRef(ref) {
			t.Errorf("it begins at %s, as %q, %v", started(d, dealID), ref, err)
		}
	}
}

// started is the start that a receiver was told last.
func started(d desk, id string) string {
	pushed, _ := d.receiver.Deal(id)
	terms, _ := pushed.Document["terms"].(map[string]any)
	return fmt.Sprint(terms["startdate"])
}

func TestStandingIsTheBuyers(t *testing.T) {
	t.Parallel()
	d := open(t, `, "any_seat": true`)
	want := func(change ...func(*activation.Want)) activation.Want {
		return want(append(change, func(w *activation.Want) { w.Deal.Identity = parley.Identity{} })...)
	}
	if _, err := d.Create(t.Context(), d.account, d.step(want())); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		dealType parley.DealType
		statuses []int
		state    activation.State
	}{
		{parley.ProgrammaticGuaranteed, []int{0}, activation.StateWaiting}, {parley.ProgrammaticGuaranteed, []int{1}, activation.StateWaiting},
		{parley.ProgrammaticGuaranteed, []int{3}, activation.StateLive}, {parley.PreferredDeal, []int{1}, activation.StateLive},
		{parley.PrivateAuction, []int{2, 4}, activation.StateLive}, {parley.PrivateAuction, []int{2, 0}, activation.StateWaiting},
		{parley.PrivateAuction, []int{5}, activation.StateWaiting}, {parley.PrivateAuction, []int{6}, activation.StateEnded},
		{parley.PrivateAuction, []int{7}, activation.StateWaiting}, {parley.PrivateAuction, nil, activation.StateWaiting},
	} {
		d.receiver.Says(dealID, test.statuses...)
		got, err := d.Standing(t.Context(), d.account, want(func(w *activation.Want) { w.Deal.DealType = test.dealType }), []string{dealID})
		if err != nil || got.State != test.state || slices.Contains(test.statuses, 7) && !strings.Contains(got.Text, "7") {
			t.Errorf("%s %v: %+v %v", test.dealType, test.statuses, got, err)
		}
	}
	d.receiver.Says(dealID, 2, 2)
	_, err := d.Standing(t.Context(), d.account, want(), []string{dealID})
	d.class(err, parley.ClassRefused, "buyer_rejected")
	d.receiver.Forgets(dealID)
	_, err = d.Standing(t.Context(), d.account, want(), []string{dealID})
	d.class(err, parley.ClassGone, "missing")
	ended, err := d.Standing(t.Context(), d.account, want(func(w *activation.Want) { w.Intent = parley.IntentEnd }), []string{dealID})
	if err != nil || ended.State != activation.StateEnded {
		t.Errorf("%+v %v", ended, err)
	}
}

func TestADealThatIsPushedOnce(t *testing.T) {
	t.Parallel()
	d := open(t, `, "updates": "none"`)
	d.receiver.Once()
	step := d.step(want())
	for range 2 { // the second time the receiver has it, and says so
		if ref, err := d.Create(t.Context(), d.account, step); err != nil || ref != dealID {
			t.Fatal(ref, err)
		}
	}
	found, err := d.Look(t.Context(), d.account, step)
	if err != nil || len(found) != 1 || found[0].Hash != step.Hash {
		t.Errorf("found %v %v", found, err)
	}
	later := d.step(want(func(w *activation.Want) { w.Revision = 2 }))
	if found, err := d.Look(t.Context(), d.account, later); err != nil || len(found) != 1 || found[0].Hash != "" || later.Updatable {
		t.Errorf("found %v %v", found, err)
	}
	_, err = d.End(t.Context(), d.account, dealID, d.step(want(func(w *activation.Want) { w.Intent = parley.IntentEnd })))
	d.class(err, parley.ClassRefused, "cannot_change")
	if there, _ := d.receiver.Deal(dealID); there.Pushes != 1 {
		t.Errorf("pushed %d times", there.Pushes)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	public := dealsapi.New(false, clock)
	const right = `"push_url": "https://dsp.example/deals", "origin": "exchange.example"`
	for settings, field := range map[string]string{
		`{` + right + `}`: "", `{` + right + `, "auth": "header", "header": "X-Key", "accepted_when": {"PG": [1]}}`: "",
		`{}`: "settings.push_url", `{"push_url": "http://dsp.example", "origin": "exchange.example"}`: "settings.push_url",
		`{"push_url": "https://u:p@dsp.example", "origin": "exchange.example"}`:                "settings.push_url",
		`{"push_url": "https://dsp.example/deals?token=s3cret", "origin": "exchange.example"}`: "settings.push_url",
		`{` + right + `, "status_url": "https://dsp.example/deals?key=s3cret"}`:                "settings.status_url",
		`{"push_url": "file:///etc/passwd", "origin": "exchange.example"}`:                     "settings.push_url",
		`{"push_url": "https://dsp.example", "origin": "https://x"}`:                           "settings.origin",
		`{` + right + `, "status_url": "dsp"}`:                                                 "settings.status_url", `{` + right + `, "auth": "basic"}`: "settings.auth",
		`{` + right + `, "auth": "header", "header": "Host"}`: "settings.header", `{` + right + `, "header": "X"}`: "settings.header",
		`{` + right + `, "auth": "header", "header": "a\nb"}`: "settings.header", `{` + right + `, "seller": "x y"}`: "settings.seller",
		`{` + right + `, "updates": "patch"}`: "settings.updates", `{` + right + `, "country_form": "x"}`: "settings.country_form",
		`{` + right + `, "accepted_when": {"XX": [1]}}`: "settings.accepted_when", `{` + right + `, "token": "x"}`: "settings", `[]`: "settings",
	} {
		problems := public.Validate(json.RawMessage(settings))
		if field == "" && len(problems) > 0 || field != "" && (len(problems) == 0 || problems[0].Field != field) {
			t.Errorf("%s: %v, want %q", settings, problems, field)
		}
	}
	_, problems := public.Plan(want(func(w *activation.Want) {
		w.Settings, w.Deal.Identity = json.RawMessage(`{`+right+`}`), parley.Identity{}
	}))
	if len(problems) != 1 || problems[0].Code != "seat_unknown" {
		t.Errorf("without a seat: %v", problems)
	}
	if public.Place(json.RawMessage(`{`+right+`}`)) != public.Place(json.RawMessage(`{`+right+`, "auth": "bearer"}`)) {
		t.Error("one receiver has two places")
	}
}

func TestPrivateAddressesAreNotReached(t *testing.T) {
	t.Parallel()
	public := dealsapi.New(false, clock)
	for _, address := range []string{
		"https://127.0.0.1:9/x", "https://[::1]/x", "https://10.0.0.1/x", "https://169.254.169.254/x", "https://[::ffff:10.0.0.1]:8443/x", "https://localhost/x",
	} {
		for _, more := range []string{"", fmt.Sprintf(`, "status_url": %q`, address)} { // what is not asked is checked, too
			account := activation.Account{Settings: json.RawMessage(fmt.Sprintf(`{"push_url": %q, "origin": "exchange.example"%s}`, address, more))}
			fields := map[string]bool{}
			for _, f := range public.Check(t.Context(), account) {
				if f.Problem {
					fields[f.Field] = strings.Contains(f.Text, "public address")
				}
			}
			if !fields["settings.push_url"] || fields["settings.status_url"] != (more != "") {
				t.Errorf("%s%s: %v", address, more, fields)
			}
			refused := len(public.Validate(account.Settings)) > 0
			if named := strings.Contains(address, "localhost"); refused == named {
				t.Errorf("%s is refused as a setting: %t", address, refused)
			}
		}
	}
}

// TestWhereDealsArePushedToIsChecked has a receiver whose status can be asked, and that takes deals where nobody listens.
func TestWhereDealsArePushedToIsChecked(t *testing.T) {
	t.Parallel()
	d, closed := open(t, ""), fake.New(secret)
	closed.Close()
	d.account.Settings = json.RawMessage(fmt.Sprintf(`{"push_url": "%s/push", "status_url": "%s/status", "auth": "bearer", "origin": "exchange.example"}`,
		closed.URL, d.receiver.URL))
	if findings := d.Check(t.Context(), d.account); len(findings) != 1 || !findings[0].Problem || findings[0].Field != "settings.push_url" {
		t.Errorf("%+v", findings)
	}
}

func TestAReceiverIsChecked(t *testing.T) {
	t.Parallel()
	d := open(t, "")
	if findings := d.Check(t.Context(), d.account); len(findings) != 0 {
		t.Errorf("%v", findings)
	}
	wrong := d.account
	wrong.Credential = []byte("other")
	for _, account := range []activation.Account{wrong, {Settings: d.account.Settings}} {
		if findings := d.Check(t.Context(), account); len(findings) != 1 || !findings[0].Problem {
			t.Errorf("%v", findings)
		}
	}
	if d.receiver.Calls() != 2 {
		t.Errorf("%d calls", d.receiver.Calls())
	}
}

// TestADealThatIsThereAlreadyIsOurs is of a receiver that takes a deal, refuses it as one that it has, and says that it stands: where
// nothing else was ever posted it is this one, and where something was it may be that.
func TestADealThatIsThereAlreadyIsOurs(t *testing.T) {
	t.Parallel()
	for _, updates := range []string{"repost", "none"} {
		d := open(t, `, "updates": "`+updates+`"`)
		d.receiver.Once()
		step := d.step(want())
		for range 2 {
			if ref, err := d.Create(t.Context(), d.account, step); err != nil || ref != dealID {
				t.Errorf("%s: %q, %v", updates, ref, err)
			}
		}
		step.Tried = "of another body"
		if _, err := d.Create(t.Context(), d.account, step); err == nil {
			t.Errorf("%s: another body may be there", updates)
		}
	}
}
