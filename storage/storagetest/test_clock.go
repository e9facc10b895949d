package storagetest

import (
	"testing"
	"time"

	"parley"
	"parley/storage"
)

var testClocks = map[string]func(*testing.T, *fixture){
	"are of databases that were begun as a test world's": func(t *testing.T, f *fixture) {
		_, err := try(f, (*storage.Reader).TestClock)
		f.code(err, parley.CodeNotFound)
		f.code(move(f, time.Second, 0), parley.CodeNotFound)
		for range 2 {
			f.write((*storage.Tx).BeginTestWorld)
			f.write(func(tx *storage.Tx) { tx.InsertKey(f.key(parley.RoleBuyer)) })
			same(f, read(f, (*storage.Reader).TestClock), 0)
		}
	},
	"are not of databases that are traded in": func(_ *testing.T, f *fixture) {
		f.write(func(tx *storage.Tx) { tx.InsertKey(f.key(parley.RoleBuyer)) })
		f.write((*storage.Tx).BeginTestWorld)
		_, err := try(f, (*storage.Reader).TestClock)
		f.code(err, parley.CodeNotFound)
	},
	"go on, and no further than they may": func(t *testing.T, f *fixture) {
		f.write((*storage.Tx).BeginTestWorld)
		for _, step := range []struct{ by, atLeast, want time.Duration }{
			{time.Hour, 0, time.Hour}, {time.Hour, 0, 2 * time.Hour}, {0, time.Hour, 2 * time.Hour}, {0, 5 * time.Hour, 5 * time.Hour},
			{0, storage.MostAhead, storage.MostAhead},
		} {
			if err := move(f, step.by, step.atLeast); err != nil {
				t.Fatal(err)
			}
			same(f, read(f, (*storage.Reader).TestClock), step.want)
		}
		f.code(move(f, time.Microsecond, 0), parley.CodeNotFound)
		f.code(move(f, 0, storage.MostAhead+time.Microsecond), parley.CodeNotFound)
		if err := move(f, -time.Second, 0); err == nil {
			t.Error("the clock was put back")
		}
		same(f, read(f, (*storage.Reader).TestClock), storage.MostAhead)
	},
	"are moved by all who move them at once": func(t *testing.T, f *fixture) {
		f.write((*storage.Tx).BeginTestWorld)
		for _, err := range race(20, func(int) error { return move(f, time.Minute, 0) }) {
			if err != nil {
				t.Error(err)
			}
		}
		same(f, read(f, (*storage.Reader).TestClock), 20*time.Minute)
	},
}

func move(f *fixture, by, atLeast time.Duration) error {
	return f.store.Tx(f.Context(), func(tx *storage.Tx) error {
		_, err := tx.MoveTestClock(by, atLeast).Get(f.Context())
		return err
	})
}
