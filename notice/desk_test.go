package notice_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/handclock"
	"parley/internal/stores"
	"parley/notice"
	"parley/seller"
	"parley/storage"
	"parley/vault"
)

// desk is a seller agent over a store, with a clock that the test moves.
type desk struct {
	t        *testing.T
	store    *storage.Store
	parts    seller.Parts
	settings seller.Settings
	service  *seller.Service
	clock    *handclock.Clock
	asked    int
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// onEach runs a test against both stores.
func onEach(t *testing.T, test func(t *testing.T, d *desk)) {
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		sealing, err := vault.New(bytes.Repeat([]byte{7}, 32), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{t: t, store: store, clock: handclock.At(noon), parts: seller.Parts{Vault: sealing}, settings: seller.DefaultSettings()}
		d.settings.PrivateWebhooks, d.settings.SellerName = true, "Nörthlight"
		d.settings.Notices = seller.NoticeSettings{Pages: "https://seller.example.com", Mail: true}
		d.service = d.node()
		test(t, d)
	})
}

// node is the flows as another process over the store has them.
func (d *desk) node() *seller.Service {
	return seller.New(d.store, d.parts, d.settings, d.clock.Read, rand.Reader, d.log())
}

func (d *desk) log() *slog.Logger { return slog.New(slog.NewTextHandler(d.t.Output(), nil)) }

// couriers send by one way.
func (d *desk) couriers(way parley.NoticeWay, send notice.Sender) *notice.Couriers {
	return notice.NewCouriers(d.node(), map[parley.NoticeWay]notice.Sender{way: send}, d.clock.Read, d.log())
}

func (d *desk) deliver(couriers *notice.Couriers) {
	d.t.Helper()
	if err := couriers.Deliver(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// person is one of the publisher's people, by a key.
func (d *desk) person(name string, scopes ...parley.Scope) (parley.Key, seller.Call) {
	d.t.Helper()
	var made seller.CreatedKey
	_, err := d.service.CreateKey(d.t.Context(), seller.Terminal("test"), seller.KeyRequest{Role: parley.RoleOperator, Label: name, Scopes: scopes}, keepKey(&made))
	if err != nil {
		d.t.Fatal(err)
	}
	return made.Key, seller.Call{Secret: made.Secret}
}

func keepKey(into *seller.CreatedKey) seller.Encode[seller.CreatedKey] {
	return func(k seller.CreatedKey) (seller.Answer, error) {
		if k.Secret != "" {
			*into = k
		}
		return seller.Answer{Status: http.StatusCreated}, nil
	}
}

func done[T any](T) (seller.Answer, error) { return seller.Answer{Status: http.StatusOK}, nil }

// choose has a person told of everything, every five minutes at most.
func (d *desk) choose(who seller.Call, way parley.NoticeWay, address string, kinds ...parley.NoticeKind) {
	d.t.Helper()
	if len(kinds) == 0 {
		kinds = parley.NoticeKinds[:]
	}
	in := seller.NoticeInput{Way: way, Address: address, Kinds: kinds, Every: 5 * time.Minute, Within: time.Hour}
	if _, err := d.service.SetNotice(d.t.Context(), who, in, done[parley.NoticeChoice]); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) choice(who seller.Call) parley.NoticeChoice {
	d.t.Helper()
	chosen, err := d.service.Notices(d.t.Context(), who)
	if err != nil {
		d.t.Fatal(err)
	}
	if len(chosen) == 0 {
		return parley.NoticeChoice{}
	}
	return chosen[0]
}

// ask has questions wait for somebody with the role finance, unless they are changed.
func (d *desk) ask(n int, changes ...func(*parley.Approval)) (last parley.Approval) {
	d.t.Helper()
	err := d.store.Tx(d.t.Context(), func(tx *storage.Tx) error {
		for range n {
			d.asked++
			a := parley.Approval{
				ID: fmt.Sprintf("%s%026d", parley.PrefixApproval, d.asked), Gate: parley.GateProposalDecision, Status: parley.ApprovalPending,
				RuleID: "gate-1", RuleName: "Big deals", Role: parley.ScopeFinance, Owner: "buyer/1//", ProposalID: "prop-1",
				Case: parley.ApprovalCase{
					DealValue: 37_500_000_000, Price: 12_500_000, Ask: 13_950_000, Floor: 7_770_000, Currency: "EUR", Impressions: 3_000_000,
					FlightDays: 1, DealType: parley.PreferredDeal, BuyerTier: parley.TierSeat, ProductID: "ctv\r\nBcc: eve@example.com", InventoryType: "ctv",
				},
				Snapshot: json.RawMessage(`{}`), RequestedBy: "buyer:key-1", RequestedAt: d.clock.Read(), TimeoutAt: d.clock.Read().Add(24 * time.Hour),
				OnTimeout: parley.TimeoutRejects, Version: 1,
			}
			for _, change := range changes {
				change(&a)
			}
			tx.InsertApproval(a)
			a.Version++
			tx.UpdateApproval(a) // which stores what asking does not
			last = a
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return last
}

// chat takes messages over HTTP, and keeps their texts.
type chat struct {
	URL string

	mu     sync.Mutex
	texts  []string
	status int
	before func() // runs before a message is answered
}

func openChat(t *testing.T) *chat {
	c := &chat{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var said struct{ Text string }
		if err := json.NewDecoder(r.Body).Decode(&said); err != nil || r.Method != http.MethodPost {
			t.Errorf("%s with %v", r.Method, err)
		}
		c.mu.Lock()
		c.texts = append(c.texts, said.Text)
		before := c.before
		c.before = nil
		c.mu.Unlock()
		if before != nil {
			before()
		}
		w.WriteHeader(c.status)
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL + "/services/T0/secret-token"
	return c
}

// take are the messages since the last look.
func (c *chat) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	texts := c.texts
	c.texts = nil
	return texts
}

func wantOne(t *testing.T, texts []string, parts ...string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("there are %d messages, want one with %q: %.900s", len(texts), parts, strings.Join(texts, "\n===\n"))
	}
	for _, part := range parts {
		if !strings.Contains(texts[0], part) {
			t.Errorf("the message does not say %q:\n%s", part, texts[0])
		}
	}
}

func wantNone(t *testing.T, texts []string) {
	t.Helper()
	if len(texts) > 0 {
		t.Fatalf("told without need: %.900s", strings.Join(texts, "\n===\n"))
	}
}
