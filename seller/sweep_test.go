package seller_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
)

// stuck has the database refuse to change or remove the rows of a table whose key names the poison.
func stuck(t *testing.T, store *storage.Store, table, key string) {
	if strings.HasSuffix(t.Name(), "postgres") {
		stores.Run(t, store,
			`CREATE OR REPLACE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$ LANGUAGE plpgsql`,
			`CREATE TRIGGER poison BEFORE UPDATE OR DELETE ON `+table+` FOR EACH ROW WHEN (OLD.`+key+` LIKE '%poison%') EXECUTE FUNCTION poison()`)
		return
	}
	for _, event := range []string{"UPDATE", "DELETE"} {
		stores.Run(t, store, `CREATE TRIGGER poison_`+table+`_`+event+` BEFORE `+event+` ON `+table+` WHEN OLD.`+key+
			` LIKE '%poison%' BEGIN SELECT RAISE(ABORT, 'poisoned'); END`)
	}
}

// duty is a kind of row that a sweep does something to: how one comes to be there whose time is over from an instant on, and
// whether it is done.
type duty struct {
	insert func(tx *storage.Tx, id string, at time.Time)
	done   func(r *storage.Reader, id string) (bool, error)
}

// gone tells whether there is no such row any more.
func gone(err error) (bool, error) {
	if parley.Is(err, parley.CodeNotFound) {
		return true, nil
	}
	return false, err
}

// delivered takes in one day's figures of each deal.
func (d *desk) delivered(deals []string) {
	d.t.Helper()
	_, err := d.service.ImportDelivery(context.Background(), d.operator(), seller.DeliveryFile{
		Source: "ad server", Digest: func() string { return "all of " + deals[0] },
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			for i, id := range deals {
				day := parley.DeliveryDay{DealID: id, Day: *ask(0).FlightStart}
				day.Impressions = 100
				if err := stage(i+1, day); err != nil {
					return err
				}
			}
			return nil
		},
	}, false)
	if err != nil {
		d.t.Fatal(err)
	}
}

// duties are those of each sweep, by what is logged of it.
func duties(d *desk) map[string][]duty {
	ctx := context.Background()
	buyer := d.buyer(acme)
	quote := d.quote(buyer, ask(1000))
	accepted := d.submit(buyer, propose(10_800_000, 1000))
	deal := d.dealOf(buyer, 1000)
	minor := d.mustAsk(buyer, seller.ChangeInput{Type: parley.ChangeFlightDates, DealID: deal.ID, Terms: parley.ChangeTerms{FlightEnd: of(deal.Flight.End + 1)}})
	turn, err := d.say(buyer, seller.Message{QuoteID: d.quote(buyer, ask(1000)).ID, Action: "counter", Price: &parley.Money{Micros: 10_000_000}})
	if err != nil {
		d.t.Fatal(err)
	}
	rule := d.gate(parley.ApprovalRule{Gate: parley.GateProposalDecision, Timeout: time.Hour})
	waiting := d.approval(d.submit(buyer, propose(10_800_000, 1000)).ApprovalID)
	if _, err := d.service.ApprovalRules().Delete(ctx, seller.Terminal("test"), rule.ID, &rule.Version, keep(new(parley.ApprovalRule))); err != nil {
		d.t.Fatal(err)
	}
	withdrawn := d.submit(buyer, propose(10_800_000, 1000))
	if _, err := d.service.WithdrawProposal(ctx, buyer, withdrawn.ID, "", keep(new(parley.Proposal))); err != nil {
		d.t.Fatal(err)
	}
	insertQuote := func(tx *storage.Tx, id, owner string, status parley.QuoteStatus, at time.Time) {
		q := quote
		q.ID, q.Owner, q.Status, q.ExpiresAt = id, owner, status, at
		tx.InsertQuote(q)
	}
	quoteGone := func(r *storage.Reader, id string) (bool, error) {
		_, err := r.Quote(id).Get(ctx)
		return gone(err)
	}
	insertProposal := func(tx *storage.Tx, id, owner string, status parley.ProposalStatus, at time.Time) {
		p := accepted
		p.ID, p.Owner, p.Status, p.ExpiresAt = id, owner, status, at
		tx.InsertProposal(p)
	}
	insertNegotiation := func(tx *storage.Tx, id, owner string, status parley.NegotiationStatus, at time.Time) {
		insertQuote(tx, "of-"+id, "buyer/another//", parley.QuoteDeclined, at)
		n := turn.Negotiation
		n.ID, n.Owner, n.Status, n.QuoteID, n.ExpiresAt, n.Rounds = id, owner, status, "of-"+id, at, nil
		tx.InsertNegotiation(n)
	}
	insertDeal := func(tx *storage.Tx, id string) {
		insertQuote(tx, "of-"+id, "buyer/another//", parley.QuoteDeclined, noon)
		another := deal
		another.ID, another.QuoteID = id, "of-"+id
		tx.InsertDeal(another)
	}
	to := parley.Destination{
		ID: "dst-1", Kind: "file_drop", Name: "drop", Status: parley.DestinationActive, Settings: json.RawMessage(`{}`),
		Match: parley.DestinationMatch{}.Normal(), Trigger: parley.TriggerOrderApproved, Release: parley.ReleaseAutomatic, Required: true,
		Version: 1, CreatedAt: noon, UpdatedAt: noon,
	}
	if err := d.store.Tx(ctx, func(tx *storage.Tx) error { tx.InsertDestination(to); return nil }); err != nil {
		d.t.Fatal(err)
	}
	insertAnswer := func(scope string) func(tx *storage.Tx, id string, at time.Time) {
		return func(tx *storage.Tx, id string, at time.Time) {
			tx.InsertAnswer(scope, id, storage.Answer{Fingerprint: "f", Status: 200, CreatedAt: at})
		}
	}
	answerGone := func(scope string) func(r *storage.Reader, id string) (bool, error) {
		return func(_ *storage.Reader, id string) (there bool, err error) {
			err = d.store.Tx(ctx, func(tx *storage.Tx) error {
				answer, err := tx.ClaimAnswer(scope, id).Get(ctx)
				there = answer == nil
				return err
			})
			return there, err
		}
	}
	return map[string][]duty{
		"quotes were not expired": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertQuote(tx, id, quote.Owner, parley.QuoteAvailable, at)
			},
			func(r *storage.Reader, id string) (bool, error) {
				q, err := r.Quote(id).Get(ctx)
				return q.Status == parley.QuoteExpired, err
			},
		}},
		"the end of keys was not told": {{
			func(tx *storage.Tx, id string, at time.Time) {
				tx.InsertKey(parley.Key{ID: id, Hash: id, Hint: "hint", Role: parley.RoleBuyer, Label: id, CreatedAt: at, CreatedBy: "a test", ExpiresAt: &at})
			},
			func(r *storage.Reader, id string) (bool, error) {
				k, err := r.Key(id).Get(ctx)
				return k.ExpiryToldAt != nil, err
			},
		}},
		"holds were not ended": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertQuote(tx, "held-"+id, quote.Owner, parley.QuoteDeclined, at)
				tx.InsertHold(parley.Hold{
					ID: id, QuoteID: "held-" + id, Owner: id, ProductID: quote.ProductID, Impressions: 1, Flight: quote.Flight,
					Status: parley.HoldActive, Slot: 1, Until: at.Add(time.Hour), CreatedAt: at,
				})
				tx.Reserve(quote.ProductID, quote.Flight, 1)
			},
			func(r *storage.Reader, id string) (bool, error) {
				h, err := r.HoldOfQuote("held-" + id).Get(ctx)
				return h.Status == parley.HoldExpired, err
			},
		}},
		"quotes of used agreements were not ended": {{
			func(tx *storage.Tx, id string, _ time.Time) {
				q := quote
				q.ID, q.ProposalID, q.ExpiresAt = id, withdrawn.ID, noon.Add(1000*24*time.Hour)
				tx.InsertQuote(q)
			},
			func(r *storage.Reader, id string) (bool, error) {
				q, err := r.Quote(id).Get(ctx)
				return q.Status == parley.QuoteDeclined, err
			},
		}},
		"old quotes were not removed": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertQuote(tx, id, quote.Owner, parley.QuoteExpired, at)
			}, quoteGone,
		}},
		"proposals were not expired": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertProposal(tx, id, accepted.Owner, parley.ProposalAccepted, at)
			},
			func(r *storage.Reader, id string) (bool, error) {
				p, err := r.Proposal(id).Get(ctx)
				return p.Status == parley.ProposalExpired, err
			},
		}},
		"negotiations were not expired": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertNegotiation(tx, id, turn.Negotiation.Owner, parley.NegotiationActive, at)
			},
			func(r *storage.Reader, id string) (bool, error) {
				n, err := r.Negotiation(id).Get(ctx)
				return n.Status == parley.NegotiationExpired, err
			},
		}},
		"approvals were not timed out": {{
			func(tx *storage.Tx, id string, at time.Time) {
				a := waiting
				a.ID, a.TimeoutAt = id, at
				tx.InsertApproval(a)
			},
			func(r *storage.Reader, id string) (bool, error) {
				a, err := r.Approval(id).Get(ctx)
				return a.Status == parley.ApprovalTimedOut, err
			},
		}},
		"approved changes did not lapse": {{
			func(tx *storage.Tx, id string, at time.Time) {
				c := minor
				c.ID, c.LapsesAt = id, &at
				tx.InsertChange(c)
			},
			func(r *storage.Reader, id string) (bool, error) {
				c, err := r.Change(id).Get(ctx)
				return c.Status == parley.ChangeFailed, err
			},
		}},
		"deals that are over were not completed": {{
			func(tx *storage.Tx, id string, _ time.Time) { insertDeal(tx, id) },
			func(r *storage.Reader, id string) (bool, error) {
				d, err := r.Deal(id).Get(ctx)
				return d.Status == parley.DealCompleted, err
			},
		}},
		"how deals keep up was not looked at": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertDeal(tx, "paced-"+id)
				tx.InsertActivation(parley.Activation{
					ID: "act-paced-" + id, DealID: "paced-" + id, DestinationID: to.ID, Owner: deal.Owner,
					Trigger: to.Trigger, Status: parley.ActivationLive, Intent: parley.IntentRun, WantedVersion: 1, Since: at, CreatedAt: at, UpdatedAt: at,
				})
				tx.SetDealPace(storage.DealPace{DealID: "paced-" + id, Day: 1, Seen: "behind"})
			},
			func(r *storage.Reader, id string) (bool, error) {
				paces, err := r.DealPace("paced-" + id).Get(ctx)
				return len(paces) == 1 && paces[0].Day > 1, err
			},
		}},
		"what deals earned was not reckoned": {{
			func(tx *storage.Tx, id string, _ time.Time) {
				over := deal
				over.ID, over.QuoteID, over.Status = "0-earned-"+id, "", parley.DealCompleted // which nobody paces
				tx.InsertDeal(over)
			},
			func(r *storage.Reader, id string) (bool, error) {
				open, err := r.MonthsToReckon("0-earned-"+id, [3]string{}).Get(ctx)
				return len(open) == 0, err
			},
		}},
		"orders that wait for failures go on": {{
			func(tx *storage.Tx, id string, at time.Time) {
				insertDeal(tx, "served-"+id)
				tx.InsertOrder(parley.Order{
					ID: id, Owner: deal.Owner, Status: parley.OrderInProgress, DealID: "served-" + id, QuoteID: "of-served-" + id, Version: 1, CreatedAt: at, UpdatedAt: at,
				}, true)
				tx.InsertActivation(parley.Activation{
					ID: "act-" + id, DealID: "served-" + id, DestinationID: to.ID, Owner: deal.Owner, Required: true,
					Trigger: to.Trigger, Status: parley.ActivationFailed, Intent: parley.IntentRun, WantedVersion: 1, Since: at, CreatedAt: at, UpdatedAt: at,
				})
			},
			func(r *storage.Reader, id string) (bool, error) {
				o, err := r.Order(id).Get(ctx)
				return o.Status == parley.OrderFailed, err
			},
		}},
		"old idempotent answers were not removed": {{insertAnswer("key:x"), answerGone("key:x")}},
		"old negotiation days were not removed": {{
			func(tx *storage.Tx, id string, at time.Time) {
				tx.NegotiationDay(id, quote.ProductID, parley.USD, parley.DateOf(at, time.UTC))
			},
			func(_ *storage.Reader, id string) (bool, error) {
				return !strings.Contains(stores.Dump(d.t, d.store), id), nil
			},
		}},
		"old events were not removed": {{
			func(tx *storage.Tx, id string, at time.Time) {
				whose, _, _ := strings.Cut(id, "-old-")
				tx.InsertEvent(parley.Event{ID: id, Type: parley.EventKeyCreated, OccurredAt: at, Owner: whose, Actor: "operator:test"})
			},
			func(r *storage.Reader, id string) (bool, error) {
				_, err := r.Event(id).Get(ctx)
				return gone(err)
			},
		}},
		"old audit entries were not removed": {{
			func(tx *storage.Tx, id string, at time.Time) {
				tx.InsertAudit(parley.AuditEntry{At: at, Actor: "operator:test", Action: "key.create", Resource: "key", ResourceID: id})
			},
			func(_ *storage.Reader, id string) (bool, error) {
				return !strings.Contains(stores.Dump(d.t, d.store), id), nil
			},
		}},
		"old sessions were not removed": {{
			func(tx *storage.Tx, id string, at time.Time) {
				tx.InsertSession(parley.Session{ID: id, Owner: quote.Owner, Status: parley.SessionActive, CreatedAt: at, UpdatedAt: at, ExpiresAt: at})
			},
			func(r *storage.Reader, id string) (bool, error) {
				_, err := r.Session(id).Get(ctx)
				return gone(err)
			},
		}},
		"old negotiations were not removed": {
			{
				func(tx *storage.Tx, id string, at time.Time) {
					insertNegotiation(tx, id, quote.Owner, parley.NegotiationRejected, at)
				},
				func(r *storage.Reader, id string) (bool, error) {
					_, err := r.Negotiation(id).Get(ctx)
					return gone(err)
				},
			},
			{
				func(tx *storage.Tx, id string, at time.Time) {
					insertProposal(tx, id, quote.Owner, parley.ProposalRejected, at)
				},
				func(r *storage.Reader, id string) (bool, error) {
					_, err := r.Proposal(id).Get(ctx)
					return gone(err)
				},
			},
		},
		"what is nobody's was not removed": {
			{func(tx *storage.Tx, id string, at time.Time) { insertQuote(tx, id, "", parley.QuoteExpired, at) }, quoteGone},
			{
				func(tx *storage.Tx, id string, at time.Time) { insertProposal(tx, id, "", parley.ProposalRejected, at) },
				func(r *storage.Reader, id string) (bool, error) {
					_, err := r.Proposal(id).Get(ctx)
					return gone(err)
				},
			},
			{
				func(tx *storage.Tx, id string, at time.Time) {
					insertNegotiation(tx, id, "", parley.NegotiationRejected, at)
				},
				func(r *storage.Reader, id string) (bool, error) {
					_, err := r.Negotiation(id).Get(ctx)
					return gone(err)
				},
			},
			{insertAnswer(storage.SessionScope + "x"), answerGone(storage.SessionScope + "x")},
		},
	}
}

// written is what a service has logged.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

// TestEverySweepStepsPastWhatItCannotDo puts a whole batch of rows before each sweep that the database refuses to change, and one
// behind them that it does not.
func TestEverySweepStepsPastWhatItCannotDo(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		const poisoned = 100 // a batch
		ctx := t.Context()
		d := openDesk(t, store, seller.DefaultSettings())
		var log written
		settings := seller.DefaultSettings()
		settings.KeepEvents, settings.KeepAudits, settings.KeepNegotiations = 30*24*time.Hour, 30*24*time.Hour, 30*24*time.Hour
		d.service = seller.New(store, anyParts, settings, d.clock.Read, rand.Reader, slog.New(slog.NewTextHandler(&log, nil)))
		d.sell(video())
		all := duties(d)
		ids := map[string][]string{}
		for what, kinds := range all {
			for k, kind := range kinds {
				if err := store.Tx(ctx, func(tx *storage.Tx) error {
					for i := range poisoned {
						id := fmt.Sprintf("00-poison-%s-%d-%03d", strings.ReplaceAll(what, " ", "-"), k, i)
						ids[what] = append(ids[what], id)
						kind.insert(tx, id, noon.Add(time.Duration(i)*time.Second))
					}
					id := fmt.Sprintf("01-good-%s-%d", strings.ReplaceAll(what, " ", "-"), k)
					kind.insert(tx, id, noon.Add(25*time.Hour))
					return nil
				}); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
		}
		d.clock.Move(400 * 24 * time.Hour)
		earned := []string{"0-earned-01-good-what-deals-earned-was-not-reckoned-0"}
		for _, id := range ids["what deals earned was not reckoned"] {
			earned = append(earned, "0-earned-"+id)
		}
		d.delivered(append(ids["deals that are over were not completed"], "01-good-deals-that-are-over-were-not-completed-0"))
		d.delivered(earned)
		for table, key := range map[string]string{
			"quotes": "id", "proposals": "id", "negotiations": "id", "approvals": "id", "change_requests": "id", "sessions": "id", "deals": "id", "orders": "id", "holds": "id", "keys": "id",
			"answers": "idempotency_key", "negotiation_days": "party", "deal_paces": "deal_id", "earned_months": "deal_id", "events": "id", "audits": "resource_id",
		} {
			stuck(t, store, table, key)
		}
		for what, sweep := range d.service.Sweeps() {
			kinds := all[what]
			if len(kinds) == 0 {
				t.Errorf("%s: no row shows it", what)
			}
			for range 3 {
				if _, err := sweep(ctx); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			for k, kind := range kinds {
				done := func(id string) (done bool) {
					if err := store.Read(ctx, func(r *storage.Reader) (err error) { done, err = kind.done(r, id); return err }); err != nil {
						t.Fatalf("%s: %s: %v", what, id, errors.Unwrap(err))
					}
					return done
				}
				if id := fmt.Sprintf("01-good-%s-%d", strings.ReplaceAll(what, " ", "-"), k); !done(id) {
					t.Errorf("%s: what comes behind those that are stuck is not done", what)
				}
				if id := ids[what][k*poisoned]; done(id) {
					t.Errorf("%s: %s is not stuck", what, id)
				}
			}
			if !strings.Contains(log.text.String(), "poisoned") {
				t.Errorf("%s: nothing was logged", what)
			}
			log.text.Reset()
		}
	})
}
