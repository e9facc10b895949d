package seller

import (
	"context"
	"maps"
	"time"

	"parley"
	"parley/storage"
)

// RotateKey makes a key for one that is live, with all that it may do, as long a life, and another secret, which is in this answer alone.
// The former one ends once the overlap is over, or when it would have anyway. A key is rotated once.
func (s *Service) RotateKey(ctx context.Context, call Call, id string, overlap time.Duration, encode Encode[CreatedKey]) (Answer, error) {
	if overlap < 0 || overlap > MaxKeyOverlap {
		return Answer{}, parley.Invalid("overlap_hours", "must be from 0 to %d", int(MaxKeyOverlap/time.Hour))
	}
	return write(ctx, s, call, encode, func(w *work) (CreatedKey, error) {
		pending := w.Key(id)
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return CreatedKey{}, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return CreatedKey{}, err
		}
		if before.OfPerson() {
			return CreatedKey{}, parley.Errorf(parley.CodeConflict,
				"The key %q stands for a person who signs in at an identity provider: nobody holds its secret.", id)
		}
		former, err := w.EndKey(id, w.now, w.now.Add(overlap)).Get(ctx)
		if err != nil {
			return CreatedKey{}, err
		}
		secret := s.ids.NewSecret()
		key := before
		key.ID, key.Hash, key.Hint = s.ids.New(parley.PrefixKey), parley.HashSecret(secret), secret[len(secret)-4:]
		key.CreatedAt, key.CreatedBy, key.Replaces = w.now, who.Actor(), before.ID
		key.LastUsedAt, key.ExpiryToldAt = nil, nil
		if before.ExpiresAt != nil {
			expires := w.now.Add(before.ExpiresAt.Sub(before.CreatedAt))
			key.ExpiresAt = &expires
		}
		w.InsertKey(key)
		if err := w.keepWithoutSecret(key, encode); err != nil {
			return CreatedKey{}, err
		}
		about := aboutKey(key)
		maps.Copy(about, map[string]any{"replaces": former.ID, "replaced_until": *former.ExpiresAt})
		return CreatedKey{Key: key, Secret: secret},
			w.record(keyEvent(parley.EventKeyRotated, key, about), "key.rotate", "key", former.ID, aboutKey(before), about)
	})
}

// keyEvent is an event of a key, which a buyer's holder hears of.
func keyEvent(became parley.EventType, key parley.Key, about map[string]any) parley.Event {
	event := parley.Event{Type: became, Data: data(about)}
	if key.Role == parley.RoleBuyer {
		event.Owner = key.Principal(parley.TrustUnregistered).Owner()
	}
	return event
}

// TellKeys tells the holders of keys that end within parley.KeyNotice, once, and says how many keys it looked at.
func (s *Service) TellKeys(ctx context.Context) (int, error) {
	now := s.clock()
	return s.sweepDue(ctx, &s.swept.keys, storage.DueKeys, now.Add(parley.KeyNotice), func(ids []string) error {
		return s.together(ctx, "the end of a key could not be told", ids, func(tx *storage.Tx, ids []string) error {
			w := &work{Tx: tx, service: s, now: now, who: sweeper}
			keys, err := tx.TellKeys(ids, now).Get(ctx)
			if err != nil {
				return err
			}
			for _, key := range keys {
				if !key.Live(now) {
					continue // it ended before anybody could be told
				}
				about := aboutKey(key)
				about["expires_at"] = *key.ExpiresAt
				if err := w.record(keyEvent(parley.EventKeyExpiring, key, about), "key.expiring", "key", key.ID, nil, about); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
