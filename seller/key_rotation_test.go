package seller_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
)

// rotate makes a key for another.
func (d *desk) rotate(id string, overlap time.Duration) (seller.CreatedKey, error) {
	var made seller.CreatedKey
	_, err := d.service.RotateKey(context.Background(), seller.Terminal("test"), id, overlap, keep(&made))
	return made, err
}

// make makes a key that ends after some days.
func (d *desk) makeKey(request seller.KeyRequest) seller.CreatedKey {
	d.t.Helper()
	var made seller.CreatedKey
	if _, err := d.service.CreateKey(context.Background(), seller.Terminal("test"), request, keep(&made)); err != nil {
		d.t.Fatal(err)
	}
	return made
}

// works tells whether a secret is let in.
func (d *desk) works(secret string) bool {
	d.t.Helper()
	_, err := d.service.Quotes(context.Background(), seller.Call{Secret: secret}, seller.QuoteFilter{Page: seller.Page{Limit: 1}})
	if err != nil && !parley.Is(err, parley.CodeUnauthorized) {
		d.t.Fatal(err)
	}
	return err == nil
}

// TestAKeyIsRotated has both secrets let in for as long as they overlap, and the new one alone from then on; what the buyer has is its
// own under either.
func TestAKeyIsRotated(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		for name, c := range map[string]struct {
			days    int
			overlap time.Duration
			ends    time.Duration // of the former, from the rotation on
		}{
			"without an end":        {0, 24 * time.Hour, 24 * time.Hour},
			"with an end later":     {90, 24 * time.Hour, 24 * time.Hour},
			"with an end sooner":    {1, 72 * time.Hour, 24 * time.Hour},
			"at once":               {90, 0, 0},
			"for as long as can be": {0, seller.MaxKeyOverlap, seller.MaxKeyOverlap},
		} {
			t.Run(name, func(*testing.T) {
				began := d.clock.Read()
				former := d.makeKey(seller.KeyRequest{Role: parley.RoleBuyer, Label: name, Identity: acme, ExpiresInDays: c.days})
				if !d.works(former.Secret) {
					t.Fatal("a new key is not let in")
				}
				made, err := d.rotate(former.ID, c.overlap)
				if err != nil {
					t.Fatal(err)
				}
				if made.Replaces != former.ID || made.Identity != former.Identity || made.Label != former.Label || made.Secret == former.Secret {
					t.Errorf("made %+v", made.Key)
				}
				if days := c.days; days > 0 && (made.ExpiresAt == nil || !made.ExpiresAt.Equal(began.Add(time.Duration(days)*24*time.Hour))) || days == 0 && made.ExpiresAt != nil {
					t.Errorf("the new one ends %v", made.ExpiresAt)
				}
				if of := made.Principal("").Owner(); of != former.Principal("").Owner() {
					t.Errorf("what the former key has is not %s's", of)
				}
				if _, err := d.rotate(former.ID, 0); !parley.Is(err, parley.CodeConflict) {
					t.Errorf("rotated twice: %v", err)
				}
				if c.ends > 0 {
					d.clock.Move(c.ends - time.Second)
					if !d.works(former.Secret) {
						t.Error("the former key ends too soon")
					}
					d.clock.Move(time.Second)
				}
				if d.works(former.Secret) {
					t.Error("the former key does not end")
				}
				if c.days != 1 && !d.works(made.Secret) {
					t.Error("the new one ends with it")
				}
				if _, err := d.rotate(former.ID, 0); !parley.Is(err, parley.CodeConflict) {
					t.Errorf("rotated after its end: %v", err)
				}
			})
		}
		revoked := d.makeKey(seller.KeyRequest{Role: parley.RoleOperator, Label: "gone", Scopes: []parley.Scope{parley.ScopeViewer}})
		if _, err := d.service.RevokeKey(t.Context(), seller.Terminal("test"), revoked.ID, keep(&parley.Key{})); err != nil {
			t.Fatal(err)
		}
		for id, code := range map[string]parley.Code{revoked.ID: parley.CodeConflict, "key-none": parley.CodeNotFound} {
			if _, err := d.rotate(id, 0); !parley.Is(err, code) {
				t.Errorf("%s: %v", id, err)
			}
		}
		for _, overlap := range []time.Duration{-time.Hour, seller.MaxKeyOverlap + time.Hour} {
			if _, err := d.rotate(revoked.ID, overlap); !parley.Is(err, parley.CodeValidation) {
				t.Errorf("%s: %v", overlap, err)
			}
		}
	})
}

// TestAKeyIsRotatedOnce has many rotate one key at once.
func TestAKeyIsRotatedOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		former := d.makeKey(seller.KeyRequest{Role: parley.RoleBuyer, Label: "one", Identity: acme})
		var mu sync.Mutex
		var all sync.WaitGroup
		made := 0
		for range 8 {
			all.Go(func() {
				_, err := d.rotate(former.ID, time.Hour)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					made++
				case !parley.Is(err, parley.CodeConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made != 1 {
			t.Errorf("%d keys are made for one", made)
		}
	})
}

// TestTheEndOfAKeyIsTold tells each holder once, a week before or at once, and not of a key that is revoked or rotated.
func TestTheEndOfAKeyIsTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		buyer := func(label string, days int) seller.CreatedKey {
			return d.makeKey(seller.KeyRequest{Role: parley.RoleBuyer, Label: label, Identity: acme, ExpiresInDays: days})
		}
		told := buyer("told", 30)
		short := buyer("short", 3)
		buyer("never", 0)
		operator := d.makeKey(seller.KeyRequest{Role: parley.RoleOperator, Label: "operator", Scopes: []parley.Scope{parley.ScopeViewer}, ExpiresInDays: 30})
		gone, rotated := buyer("gone", 30), buyer("rotated", 90)
		if _, err := d.service.RevokeKey(t.Context(), seller.Terminal("test"), gone.ID, keep(&parley.Key{})); err != nil {
			t.Fatal(err)
		}
		if _, err := d.rotate(rotated.ID, 29*24*time.Hour); err != nil {
			t.Fatal(err)
		}
		want := func(who seller.Call, ids ...string) {
			t.Helper()
			found, err := d.service.Events(t.Context(), who, seller.EventFilter{Type: parley.EventKeyExpiring, Page: seller.Page{Limit: 50}})
			if err != nil {
				t.Fatal(err)
			}
			if len(found.Items) != len(ids) {
				t.Errorf("%d are told, want %d", len(found.Items), len(ids))
			}
		}
		sweep := func() {
			t.Helper()
			if _, err := d.service.TellKeys(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		desk, acmes, others := d.operator(), seller.Call{Secret: told.Secret}, d.buyer(parley.Identity{SeatID: "other"})
		sweep()
		want(desk, short.ID)
		d.clock.Move(23*24*time.Hour - time.Second)
		sweep()
		want(desk, short.ID)
		d.clock.Move(time.Second)
		sweep()
		sweep()
		want(desk, short.ID, told.ID, operator.ID)
		want(acmes, short.ID, told.ID)
		want(others)
	})
}

// TestARepetitionIsOneUnderARotatedKey books under one key and repeats the request under those that it is rotated into, one after the other
// and at once: there is one deal. Another buyer's request under the same idempotency key is another one.
func TestARepetitionIsOneUnderARotatedKey(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		keys := []seller.CreatedKey{d.makeKey(seller.KeyRequest{Role: parley.RoleBuyer, Label: "k", Identity: acme})}
		for range 2 {
			next, err := d.rotate(keys[len(keys)-1].ID, 24*time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, next)
		}
		book := func(call seller.Call, quoteID, fingerprint string) (parley.Deal, seller.Answer, error) {
			call.IdempotencyKey, call.Path, call.Fingerprint = "once", "/api/v1/deals", fingerprint
			var deal parley.Deal
			answer, err := d.service.BookDeal(ctx, call, seller.BookingRequest{QuoteID: quoteID}, func(made parley.Deal) (seller.Answer, error) {
				deal = made
				return seller.Answer{Status: 201, Body: []byte(made.ID)}, nil
			})
			return deal, answer, err
		}
		calls := func(network bool) (all []seller.Call) {
			for _, k := range keys {
				if network {
					all = append(all, seller.Call{NetworkKey: k.ID})
				} else {
					all = append(all, seller.Call{Secret: k.Secret})
				}
			}
			return all
		}
		for _, network := range []bool{false, true} {
			quote := d.quote(calls(false)[0], ask(1000)).ID
			var first string
			for i, call := range calls(network) {
				_, answer, err := book(call, quote, "same")
				if err != nil || answer.Replayed != (i > 0) || first != "" && string(answer.Body) != first {
					t.Errorf("key %d of the line: %s, a repetition %t (%v)", i, answer.Body, answer.Replayed, err)
				}
				first = string(answer.Body)
			}
			_, _, err := book(calls(network)[2], quote, "another")
			wantCode(t, err, parley.CodeIdempotencyConflict)
		}
		other := d.buyer(parley.Identity{SeatID: "seat-beta", AgencyID: "agency-beta"})
		if deal, answer, err := book(other, d.quote(other, ask(1000)).ID, "same"); err != nil || answer.Replayed || deal.ID == "" {
			t.Errorf("another buyer's: %v, a repetition %t", err, answer.Replayed)
		}
		// At once, from both keys of an overlap, with a node that has not seen either.
		quote := func(call seller.Call, node *desk) (seller.Answer, error) {
			call.IdempotencyKey, call.Path, call.Fingerprint = "at once", "/api/v1/quotes", "same"
			return node.service.RequestQuote(ctx, call, ask(1000), func(made parley.Quote) (seller.Answer, error) {
				return seller.Answer{Status: 201, Body: []byte(made.ID)}, nil
			})
		}
		var answers [6]string
		var all sync.WaitGroup
		for i := range answers {
			node := d
			if i%2 == 1 {
				node = d.node()
			}
			all.Go(func() {
				for { // until it has the one answer
					answer, err := quote(calls(false)[i%3], node)
					if err == nil {
						answers[i] = string(answer.Body)
						return
					}
					if !parley.Is(err, parley.CodeContention) {
						t.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		for i := range answers {
			if answers[i] != answers[0] {
				t.Errorf("quotes %v", answers)
			}
		}
	})
}

// TestTheAuditOfAPersonIsOfAllTheirKeys has somebody do something under each of three keys, and asks for it by each.
func TestTheAuditOfAPersonIsOfAllTheirKeys(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	onEach(t, func(t *testing.T, d *desk) {
		admin := []parley.Scope{parley.ScopeAdmin}
		keys := []seller.CreatedKey{d.makeKey(seller.KeyRequest{Role: parley.RoleOperator, Label: "Kim", Scopes: admin})}
		for range 2 {
			keys = append(keys, must(d.rotate(keys[len(keys)-1].ID, time.Hour)))
		}
		other := d.makeKey(seller.KeyRequest{Role: parley.RoleOperator, Label: "Noa", Scopes: admin})
		for _, key := range append(keys, other) {
			request := seller.KeyRequest{Role: parley.RoleBuyer, Label: "made", Identity: acme}
			if _, err := d.service.CreateKey(ctx, seller.Call{Secret: key.Secret}, request, keep(new(seller.CreatedKey))); err != nil {
				t.Fatal(err)
			}
		}
		for who, c := range map[string]struct {
			want  int
			actor string
		}{
			"the first": {3, keys[0].ID}, "the second": {3, keys[1].ID}, "the third": {3, keys[2].ID}, "another": {1, other.ID}, "nobody": {0, "key-none"},
		} {
			for _, written := range []string{"operator:" + c.actor, c.actor} { // as in events, and the id alone
				found := must(d.service.Audits(ctx, d.operator(), seller.AuditFilter{Actor: written, Resource: "key"}))
				if len(found.Items) != c.want || found.Total != int64(c.want) {
					t.Errorf("by %s, written %s: %d of %d, want %d", who, written, len(found.Items), found.Total, c.want)
				}
			}
		}
	})
}
