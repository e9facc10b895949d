package notice_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"parley"
	"parley/internal/racedetector"
	"parley/notice"
	"parley/seller"
	"parley/storage"
	"parley/vault"
)

// TestManyQuestionsAreOneMail has 500 questions wait for a person beside others that do not, and tells of those in one mail, once.
func TestManyQuestionsAreOneMail(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		noa, call := d.person("Noa", parley.ScopeFinance)
		box := openMailbox(t, false, true)
		couriers := d.couriers(parley.NoticeByMail, box.server(parley.MailStartTLS, "desk", "pässword").Send)
		d.ask(1)
		d.deliver(couriers)
		if letters := box.take(); len(letters) > 0 {
			t.Fatalf("who chose nothing is told: %v", letters)
		}
		d.choose(call, parley.NoticeByMail, "noa@example.com")
		d.deliver(couriers)
		first := box.take()
		if len(first) != 1 || first[0].subject != "Nörthlight: 1 question waits for you" || !strings.Contains(first[0].body, "From now on you are told here") ||
			!strings.Contains(first[0].body, "https://seller.example.com/console/notices\r\n") {
			t.Fatalf("the first: %+v", first)
		}

		d.clock.Move(time.Hour)
		d.ask(500)
		d.ask(1, func(a *parley.Approval) { a.Role, a.Assignee = parley.ScopeLegal, noa.Actor() })
		d.ask(1, func(a *parley.Approval) { a.Role = parley.ScopeLegal })
		d.ask(1, func(a *parley.Approval) { a.Assignee = "operator:key-another" })
		d.ask(1, func(a *parley.Approval) { a.RequestedBy = noa.Actor() })
		back := d.clock.Read().Add(3 * time.Hour)
		snoozed := d.ask(1, func(a *parley.Approval) { a.SnoozedUntil = &back })
		d.deliver(couriers)
		if letters := box.take(); len(letters) > 0 {
			t.Fatalf("told before what comes together has come: %v", letters)
		}
		d.clock.Move(time.Minute)
		d.deliver(couriers)
		letters := box.take()
		if len(letters) != 1 {
			t.Fatalf("there are %d letters", len(letters))
		}
		got := letters[0]
		if got.to != "noa@example.com" || got.subject != "Nörthlight: 501 questions wait for you" || got.id == first[0].id {
			t.Errorf("got %+v", got)
		}
		for _, part := range []string{
			"ctv Bcc: eve@example.com for 1, 37,500.00 EUR, CPM 12.50 EUR → accept 12.50 EUR, 10.4% under ask, until 2 Jun 2026 13:00 UTC\r\n  https://seller.example.com/console/inbox/" + parley.PrefixApproval,
			"and 481 more\r\n  https://seller.example.com/console/inbox\r\n",
		} {
			if !strings.Contains(got.body, part) {
				t.Errorf("it does not say %q:\n%s", part, got.body)
			}
		}
		if strings.Contains(got.raw, "7.77") || strings.Contains(got.raw, snoozed.ID) {
			t.Errorf("it tells a floor, or what is put off:\n%s", got.body)
		}
		for range 3 {
			d.clock.Move(time.Hour)
			d.deliver(couriers)
		}
		letters = box.take()
		if len(letters) != 1 || !strings.Contains(letters[0].body, snoozed.ID) {
			t.Errorf("afterwards: %+v", letters)
		}
	})
}

// TestTwoNodesSendOnce has a second node look while the first one sends, and a third one after the first has gone without a word.
func TestTwoNodesSendOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		_, call := d.person("Noa", parley.ScopeFinance)
		room := openChat(t)
		one, other := d.couriers(parley.NoticeByChat, notice.NewChat(true).Send), d.couriers(parley.NoticeByChat, notice.NewChat(true).Send)
		d.choose(call, parley.NoticeByChat, room.URL)
		d.ask(1)
		room.before = func() {
			if err := other.Deliver(t.Context()); err != nil {
				t.Error(err)
			}
		}
		d.deliver(one)
		d.deliver(other)
		wantOne(t, room.take(), "*Nörthlight: 1 question waits for you*", "<https://seller.example.com/console/notices|Open>")

		d.clock.Move(time.Hour)
		asked := d.ask(1)
		d.clock.Move(time.Minute)
		claimed, ok, err := d.service.ClaimNotice(t.Context(), "", d.choice(call))
		if err != nil || !ok || claimed.Address != room.URL {
			t.Fatalf("%v, %v, %q", ok, err, claimed.Address)
		}
		d.deliver(one)
		wantNone(t, room.take())
		d.clock.Move(2 * time.Minute)
		d.deliver(other)
		wantOne(t, room.take(), asked.ID)
		if err := d.service.RecordNotice(t.Context(), claimed, errors.New("too late")); err != nil || d.choice(call).Failures != 0 {
			t.Errorf("who was overtaken has a say: %v, %+v", err, d.choice(call))
		}
	})
}

// TestWithoutItsLeaseANodeSendsNothing has another node hold the lease of the one that wants to send.
func TestWithoutItsLeaseANodeSendsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		_, call := d.person("Noa", parley.ScopeFinance)
		d.choose(call, parley.NoticeByMail, "noa@example.com")
		for _, holder := range []string{"another", "node"} {
			err := d.store.Tx(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.Lease("notices", holder, d.clock.Read(), d.clock.Read().Add(time.Second)).Get(t.Context())
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, ok, err := d.service.ClaimNotice(t.Context(), "node", d.choice(call)); err != nil || ok != (holder == "node") {
				t.Errorf("the lease is %s's: %v, %v", holder, ok, err)
			}
			d.clock.Move(time.Minute)
		}
	})
}

// TestWhatIsNotTakenIsTriedAgain has a server refuse a person's mail for days.
func TestWhatIsNotTakenIsTriedAgain(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		_, call := d.person("Noa", parley.ScopeFinance)
		box := openMailbox(t, false, false)
		box.refuses = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
		var ids []string
		server := box.server(parley.MailPlain, "", "")
		couriers := d.couriers(parley.NoticeByMail, func(ctx context.Context, to string, m notice.Message) error {
			ids = append(ids, m.ID)
			return server.Send(ctx, to, m)
		})
		d.choose(call, parley.NoticeByMail, "noa@example.com")
		d.ask(1, func(a *parley.Approval) { a.TimeoutAt = noon.Add(30 * 24 * time.Hour) })
		d.deliver(couriers)
		d.deliver(couriers)
		failed := d.choice(call)
		if len(ids) != 1 || failed.Failures != 1 || !strings.Contains(failed.LastError, "no such mailbox") || !failed.DueAt.Equal(noon.Add(time.Minute)) {
			t.Fatalf("%d tries, %+v", len(ids), failed)
		}
		d.clock.Move(time.Minute)
		d.deliver(couriers)
		if len(ids) != 2 || ids[0] != ids[1] {
			t.Errorf("a repetition is not known by its id: %q", ids)
		}
		for range 24 {
			d.clock.Move(4 * time.Hour)
			d.deliver(couriers)
		}
		if given := d.choice(call); given.DueAt != nil || len(ids) > 22 {
			t.Errorf("after four days and %d tries it goes on: %+v", len(ids), given)
		}
		box.mu.Lock()
		box.refuses = nil
		box.mu.Unlock()
		d.choose(call, parley.NoticeByMail, "")
		d.deliver(couriers)
		if letters := box.take(); len(letters) != 1 || letters[0].to != "noa@example.com" || letters[0].subject != "Nörthlight: 1 question waits for you" {
			t.Errorf("saved anew: %+v", letters)
		}
		if after := d.choice(call); after.Failures != 0 || after.LastError != "" || after.SentAt == nil {
			t.Errorf("after it was taken: %+v", after)
		}
	})
}

// TestEachThingIsToldOnceForEachTimeThatItComesUp follows a question to its timeout and beyond, a webhook and a destination that fail,
// mend and fail again, and a person whose key is rotated and then revoked.
func TestEachThingIsToldOnceForEachTimeThatItComesUp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		noa, call := d.person("Noa", parley.ScopeFinance)
		room := openChat(t)
		couriers := d.couriers(parley.NoticeByChat, notice.NewChat(true).Send)
		told := func() []string {
			t.Helper()
			d.clock.Move(6 * time.Minute)
			d.deliver(couriers)
			return room.take()
		}
		d.choose(call, parley.NoticeByChat, room.URL)
		wantOne(t, told(), "you are told here what waits for you")
		asked := d.ask(1, func(a *parley.Approval) {
			a.TimeoutAt, a.OnTimeout, a.EscalateTo = d.clock.Read().Add(2*time.Hour), parley.TimeoutEscalates, parley.ScopeAdmin
		})
		wantOne(t, told(), "1 question waits for you", "inbox/"+asked.ID, "ctv Bcc: eve@example.com for 1")
		d.clock.Move(time.Hour)
		wantOne(t, told(), "1 question is soon out of time", "inbox/"+asked.ID)
		wantNone(t, told())
		soon := d.ask(1, func(a *parley.Approval) { a.TimeoutAt = d.clock.Read().Add(30 * time.Minute) })
		wantOne(t, told(), "*Nörthlight: 1 question is soon out of time*", soon.ID)
		wantNone(t, told())

		hook := parley.Webhook{
			ID: "whk-1", URL: "https://hooks.example.com/<secret>?token=t0", Status: parley.WebhookActive, Revision: 1, KeyNumber: 1,
			CreatedAt: noon, UpdatedAt: noon, NextAttemptAt: noon, KeyID: noa.ID,
		}
		place := parley.Destination{
			ID: "dst-1", Kind: "file_drop", Name: "Sheets <!channel>", Status: parley.DestinationActive, Settings: []byte(`{}`), Version: 1,
			Trigger: parley.TriggerDealBooked, Release: parley.ReleaseAutomatic, CreatedAt: noon, UpdatedAt: noon,
		}
		d.write(func(tx *storage.Tx) {
			tx.InsertWebhook(hook)
			tx.InsertDestination(place)
		})
		wantNone(t, told())
		for range 2 {
			since := d.clock.Read()
			hook.Failures, hook.FailingSince, hook.LastError = 3, &since, "the answer is 500"
			place.Status, place.PausedBecause, place.Failures, place.Version = parley.DestinationPaused, "it does not answer", 3, place.Version+1
			d.write(func(tx *storage.Tx) {
				tx.UpdateWebhook(hook)
				tx.UpdateDestination(place)
			})
			texts := told()
			wantOne(t, texts, "2 webhooks and destinations fail", "/console/webhooks/whk-1|Deliveries to the webhook at hooks.example.com fail",
				"/console/destinations/dst-1|The destination Sheets &lt;!channel&gt; is paused")
			if strings.Contains(texts[0], "t0") || strings.Contains(texts[0], "500") {
				t.Errorf("it tells more than that:\n%s", texts[0])
			}
			wantNone(t, told())
			hook.Failures, hook.FailingSince, place.Status, place.PausedBecause, place.Failures = 0, nil, parley.DestinationActive, "", 0
			d.write(func(tx *storage.Tx) {
				tx.UpdateWebhook(hook)
				tx.UpdateDestination(place)
			})
			wantNone(t, told())
		}

		var rotated seller.CreatedKey
		if _, err := d.service.RotateKey(t.Context(), seller.Terminal("test"), noa.ID, 0, keepKey(&rotated)); err != nil {
			t.Fatal(err)
		}
		again := d.ask(1)
		wantOne(t, told(), "1 question waits for you", again.ID)
		fresh := seller.Call{Secret: rotated.Secret}
		if chosen := d.choice(fresh); chosen.KeyID != noa.ID || chosen.Shown == "" || strings.Contains(chosen.Address+chosen.Shown, "secret-token") {
			t.Errorf("by the new key: %+v", chosen)
		}
		if _, err := d.service.RevokeKey(t.Context(), seller.Terminal("test"), rotated.ID, done[parley.Key]); err != nil {
			t.Fatal(err)
		}
		d.ask(1)
		wantNone(t, told())
		if left, err := d.service.DueNotices(t.Context()); err != nil || len(left) > 0 {
			t.Errorf("what the person chose is kept: %v, %v", left, err)
		}
	})
}

func (d *desk) write(do func(tx *storage.Tx)) {
	d.t.Helper()
	err := d.store.Tx(d.t.Context(), func(tx *storage.Tx) error {
		do(tx)
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestWhatCannotBeChosen tries what may not be told, where to, and to whom.
func TestWhatCannotBeChosen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		_, viewer := d.person("Vera", parley.ScopeViewer)
		_, meter := d.person("Meter", parley.ScopeDelivery)
		public, unset, sealed := d.settings, d.settings, d.parts
		public.PrivateWebhooks, unset.Notices = false, seller.NoticeSettings{}
		in := seller.NoticeInput{Way: parley.NoticeByMail, Address: "noa@example.com", Kinds: []parley.NoticeKind{parley.NoticeFailing}, Every: time.Hour, Within: time.Hour}
		at := func(way parley.NoticeWay, address string) func(*seller.NoticeInput) {
			return func(in *seller.NoticeInput) { in.Way, in.Address = way, address }
		}
		version := int64(1)
		for name, c := range map[string]struct {
			who      seller.Call
			settings seller.Settings
			parts    seller.Parts
			change   func(*seller.NoticeInput)
			code     parley.Code
			field    string
		}{
			"nobody":                {seller.Call{}, public, sealed, nil, parley.CodeUnauthorized, ""},
			"who only delivers":     {meter, public, sealed, nil, parley.CodeForbidden, ""},
			"a terminal":            {seller.Terminal("test"), public, sealed, nil, parley.CodeForbidden, ""},
			"no public address":     {viewer, unset, sealed, nil, parley.CodeUnsupportedCapability, ""},
			"another version":       {viewer, public, sealed, func(in *seller.NoticeInput) { in.Version = &version }, parley.CodePreconditionFailed, ""},
			"no key to seal with":   {viewer, d.settings, seller.Parts{}, at(parley.NoticeByChat, "https://hooks.example.com/x"), parley.CodeValidation, "address"},
			"no way":                {viewer, public, sealed, at("pigeon", ""), parley.CodeValidation, "way"},
			"no address":            {viewer, public, sealed, at(parley.NoticeByMail, " "), parley.CodeValidation, "address"},
			"a name with it":        {viewer, public, sealed, at(parley.NoticeByMail, "Noa <noa@example.com>"), parley.CodeValidation, "address"},
			"two":                   {viewer, public, sealed, at(parley.NoticeByMail, "a@example.com, b@example.com"), parley.CodeValidation, "address"},
			"a further line":        {viewer, public, sealed, at(parley.NoticeByMail, "a@example.com\r\nBcc: b@example.com"), parley.CodeValidation, "address"},
			"a command":             {viewer, public, sealed, at(parley.NoticeByMail, "\"a> SIZE=1\"@example.com"), parley.CodeValidation, "address"},
			"without TLS":           {viewer, public, sealed, at(parley.NoticeByChat, "http://hooks.example.com/x"), parley.CodeValidation, "address"},
			"inside":                {viewer, public, sealed, at(parley.NoticeByChat, "https://10.0.0.1/x"), parley.CodeValidation, "address"},
			"a reference":           {viewer, public, sealed, at(parley.NoticeByChat, "env:PARLEY_SECRET_X"), parley.CodeValidation, "address"},
			"credentials":           {viewer, public, sealed, at(parley.NoticeByChat, "https://u:p@hooks.example.com/x"), parley.CodeValidation, "address"},
			"of nothing":            {viewer, public, sealed, func(in *seller.NoticeInput) { in.Kinds = nil }, parley.CodeValidation, "kinds"},
			"of something unknown":  {viewer, public, sealed, func(in *seller.NoticeInput) { in.Kinds = []parley.NoticeKind{"all"} }, parley.CodeValidation, "kinds"},
			"all the time":          {viewer, public, sealed, func(in *seller.NoticeInput) { in.Every = time.Second }, parley.CodeValidation, "every"},
			"long before a timeout": {viewer, public, sealed, func(in *seller.NoticeInput) { in.Within = 1 << 62 }, parley.CodeValidation, "within"},
		} {
			d.settings, d.parts = c.settings, c.parts
			asked := in
			if c.change != nil {
				c.change(&asked)
			}
			_, err := d.node().SetNotice(t.Context(), c.who, asked, done[parley.NoticeChoice])
			var refused *parley.Error
			if !errors.As(err, &refused) || refused.Code != c.code || c.field != "" && (len(refused.Fields) != 1 || refused.Fields[0].Path != c.field) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if chosen, err := d.service.Notices(t.Context(), viewer); err != nil || len(chosen) > 0 {
			t.Errorf("something is chosen: %v, %v", chosen, err)
		}
	})
}

// TestAChatsAddressIsSealedAnew gives the seller another key to seal with.
func TestAChatsAddressIsSealedAnew(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		_, call := d.person("Noa", parley.ScopeFinance)
		room := openChat(t)
		d.choose(call, parley.NoticeByChat, room.URL)
		former := d.parts.Vault
		fresh, err := vault.New(bytes.Repeat([]byte{8}, 32), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		d.parts.Vault = fresh
		couriers := d.couriers(parley.NoticeByChat, notice.NewChat(true).Send)
		d.deliver(couriers)
		if failed := d.choice(call); failed.Failures != 1 || !strings.Contains(failed.LastError, "another key") {
			t.Errorf("with another key: %+v", failed)
		}
		if n, err := d.node().ResealCredentials(t.Context(), seller.Terminal("test"), former); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
		d.clock.Move(time.Minute)
		d.deliver(couriers)
		wantOne(t, room.take(), "you are told here what waits for you")
	})
}
