package seller

import (
	"context"
	"errors"

	"parley"
)

// ImportedKey tells what became of a key: it is the one that is stored now.
type ImportedKey struct {
	Key   parley.Key
	Added bool // false: its secret was known already
}

// ImportKeys takes over buyers' keys from another seller agent by the hashes of their secrets, all of them or none, so that
// buyers go on with the keys that they have. A key whose secret is known stays as it is here, and one whose id is taken gets
// another. A dry run does everything but keep it.
func (s *Service) ImportKeys(ctx context.Context, call Call, keys []parley.Key, dryRun bool) ([]ImportedKey, error) {
	var problems parley.Problems
	for i := range keys {
		if keys[i].Role != parley.RoleBuyer || len(keys[i].Hash) != len(parley.HashSecret("")) {
			problems.Add("keys", "must be of buyers, each with the hash of its secret")
		}
		cleanIdentity(&problems, "", &keys[i].Identity)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	var done []ImportedKey
	_, err := write(ctx, s, call, nothing[[]ImportedKey], func(w *work) ([]ImportedKey, error) {
		done = nil
		who, err := w.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			imported, err := w.importKey(ctx, who, key)
			if err != nil {
				return nil, err
			}
			done = append(done, imported)
		}
		if dryRun {
			return nil, errDryRun
		}
		return done, nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return done, err
}

func (w *work) importKey(ctx context.Context, who parley.Principal, key parley.Key) (ImportedKey, error) {
	known, err := w.Credential(key.Hash).Get(ctx)
	if err == nil {
		return ImportedKey{Key: known.Key}, nil
	}
	if !parley.Is(err, parley.CodeNotFound) {
		return ImportedKey{}, err
	}
	if key.ID != "" {
		_, err := w.Key(key.ID).Get(ctx)
		switch {
		case err == nil:
			key.ID = ""
		case !parley.Is(err, parley.CodeNotFound):
			return ImportedKey{}, err
		}
	}
	if key.ID == "" {
		key.ID = w.service.ids.New(parley.PrefixKey)
	}
	key.CreatedBy = who.Actor()
	if err := w.adopt(ctx, key.Identity); err != nil {
		return ImportedKey{}, err
	}
	w.InsertKey(key)
	about := map[string]any{"key_id": key.ID, "role": key.Role, "label": key.Label}
	return ImportedKey{Key: key, Added: true},
		w.record(parley.Event{Type: parley.EventKeyCreated, Data: data(about)}, "key.import", "key", key.ID, nil, about)
}
