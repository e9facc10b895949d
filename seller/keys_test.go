package seller_test

import (
	"context"
	"testing"
	"time"

	"parley"
	"parley/internal/racedetector"
	"parley/seller"
	"parley/storage"
)

func TestFiftyKeysCreatedUsedAndRevokedAtOnce(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		admin := d.operator()
		secrets, ids := make([]string, 50), make([]string, 50)
		for _, err := range race(50, func(i int) error {
			var created seller.CreatedKey
			encode := func(k seller.CreatedKey) (seller.Answer, error) {
				if k.Secret != "" {
					created = k
				}
				return seller.Answer{}, nil
			}
			request := seller.KeyRequest{Role: parley.RoleBuyer, Label: "one of fifty", Identity: acme}
			if _, err := d.service.CreateKey(ctx, admin, request, encode); err != nil {
				return err
			}
			secrets[i], ids[i] = created.Secret, created.ID
			return nil
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		// Each key is used, its last use stored, and the key revoked, all at once; whichever comes first, it stays revoked.
		for _, err := range race(150, func(i int) error {
			key := i % 50
			switch i / 50 {
			case 0:
				_, err := d.service.Product(ctx, seller.Call{Secret: secrets[key]}, "video-home")
				if parley.Is(err, parley.CodeUnauthorized) {
					return nil
				}
				return err
			case 1:
				return d.service.StoreLastUses(ctx)
			}
			_, err := d.service.RevokeKey(ctx, admin, ids[key], keep(new(parley.Key)))
			return err
		}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := d.service.StoreLastUses(ctx); err != nil {
			t.Fatal(err)
		}
		listing, err := d.service.Keys(ctx, admin, storage.KeyFilter{Role: parley.RoleBuyer, Page: storage.Page{Limit: 100}})
		if err != nil || listing.Total != 50 || len(listing.Items) != 50 {
			t.Fatalf("listed %d of %d keys (%v), want 50", len(listing.Items), listing.Total, err)
		}
		for _, key := range listing.Items {
			if key.RevokedAt == nil {
				t.Errorf("key %s is not revoked", key.ID)
			}
		}
		for _, secret := range secrets {
			_, err := d.service.Product(ctx, seller.Call{Secret: secret}, "video-home")
			wantCode(t, err, parley.CodeUnauthorized)
		}
	})
}

func TestRevocationHoldsAtOnceOnEveryNode(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		other := openDesk(t, d.store, seller.DefaultSettings())
		buyer := d.buyer(acme)
		if _, err := other.service.Screen(ctx, buyer); err != nil {
			t.Fatal(err)
		}
		listing, err := d.service.Keys(ctx, d.operator(), storage.KeyFilter{Role: parley.RoleBuyer, Page: storage.Page{Limit: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.service.RevokeKey(ctx, d.operator(), listing.Items[0].ID, keep(new(parley.Key))); err != nil {
			t.Fatal(err)
		}
		_, err = other.service.RequestQuote(ctx, buyer, ask(10_000), keep(new(parley.Quote)))
		wantCode(t, err, parley.CodeUnauthorized)
	})
}

func TestKeysExpireAndAreScoped(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d *desk) {
		ctx := context.Background()
		d.sell(video())
		short := d.key(seller.KeyRequest{Role: parley.RoleBuyer, Label: "short", Identity: acme, ExpiresInDays: 1})
		viewer, admin := d.operator(parley.ScopeViewer), d.operator()
		request := seller.KeyRequest{Role: parley.RoleBuyer, Label: "new"}
		encode := func(seller.CreatedKey) (seller.Answer, error) { return seller.Answer{}, nil }
		_, err := d.service.CreateKey(ctx, viewer, request, encode)
		wantCode(t, err, parley.CodeForbidden)
		_, err = d.service.CreateKey(ctx, short, request, encode)
		wantCode(t, err, parley.CodeForbidden)
		_, err = d.service.CreateKey(ctx, seller.Call{}, request, encode)
		wantCode(t, err, parley.CodeUnauthorized)
		if _, err := d.service.CreateKey(ctx, admin, request, encode); err != nil {
			t.Error(err)
		}
		if _, err := d.service.Product(ctx, short, "video-home"); err != nil {
			t.Error(err)
		}
		d.clock.Move(24 * time.Hour)
		_, err = d.service.Product(ctx, short, "video-home")
		wantCode(t, err, parley.CodeUnauthorized)
		_, err = d.service.Product(ctx, seller.Call{Secret: "ask_live_nonsense"}, "video-home")
		wantCode(t, err, parley.CodeUnauthorized)
	})
}
