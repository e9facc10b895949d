package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"parley/internal/disk"
	"parley/internal/racedetector"
	"parley/rest"
	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
	"parley/storage/sqlite"
)

// outage is a store whose database can be taken away.
type outage struct {
	store *storage.Store
	begin func(context.Context) error
	end   func(context.Context) error
	reads int  // the status of a read meanwhile
	lasts bool // every write is refused from the beginning on; else as soon as there is no room
}

func stoppedDatabase(t *testing.T) outage {
	cluster, store := ownCluster(t)
	return outage{store: store, begin: cluster.Halt, end: cluster.Resume, reads: http.StatusServiceUnavailable, lasts: true}
}

// standbyDatabase makes the database one that is read only, as a server is that another has taken over from.
func standbyDatabase(t *testing.T) outage {
	cluster, store := ownCluster(t)
	return outage{store: store, begin: cluster.StandBy, end: cluster.Promote, reads: http.StatusOK, lasts: true}
}

func ownCluster(t *testing.T) (*pgtest.Cluster, *storage.Store) {
	cluster, err := pgtest.Start(t.Context(), pgtest.Options{Durable: true})
	if errors.Is(err, pgtest.ErrNotInstalled) && os.Getenv("CI") != "true" {
		t.Skipf("NOT TESTED on PostgreSQL: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Errorf("stop PostgreSQL: %v", err)
		}
	})
	store, err := postgres.Open(t.Context(), cluster.DSN(), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return cluster, store
}

func fullDisk(t *testing.T) outage {
	if !disk.CanMount() {
		t.Skip("NOT TESTED with a full disk: that takes the right to mount one")
	}
	small, err := disk.Mount(t.Context(), filepath.Join(t.TempDir(), "disk"), 16<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := small.Unmount(); err != nil {
			t.Error(err)
		}
	})
	store, err := sqlite.Open(t.Context(), filepath.Join(small.Folder, "parley.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return outage{
		store: store, reads: http.StatusOK,
		begin: func(context.Context) error { return small.Fill() },
		end:   func(context.Context) error { return small.Free() },
	}
}

// TestOutage takes the database away under many writers. They are told to come back, and who does so with the same key gets
// one effect, also when the answer to the first try was lost with the database.
func TestOutage(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	for name, open := range map[string]func(*testing.T) outage{
		"postgres stopped": stoppedDatabase, "postgres a standby": standbyDatabase, "disk full": fullDisk,
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			s := openShopOn(t, o.store, rest.Options{})
			s.must(http.StatusOK, "GET", "/readyz", "", nil)
			read := "/api/v1/quotes/" + s.must(http.StatusCreated, "POST", "/api/v1/quotes", s.buyer, quoteRequest).word("quote_id")
			if err := o.begin(t.Context()); err != nil {
				t.Fatal(err)
			}
			const writers, most = 16, 2000
			acknowledged := s.writeUntilRefused(writers, most)
			if o.lasts && len(acknowledged) > 0 {
				t.Errorf("%d writes were acknowledged without a database", len(acknowledged))
			}
			s.untilReady(http.StatusServiceUnavailable)
			got := s.must(o.reads, "GET", read, s.buyer, nil)
			if o.reads != http.StatusOK {
				checkUnavailable(t, got)
			}
			if err := o.end(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.untilReady(http.StatusOK)
			quotes := map[string]bool{}
			for writer := range writers {
				for n := range most {
					key := fmt.Sprint("outage-", writer, "-", n)
					before, stored := acknowledged[key]
					got := s.untilThere(func() reply { return s.call("POST", "/api/v1/quotes", s.buyer, quoteRequest, "Idempotency-Key", key) })
					if got.status != http.StatusCreated {
						t.Fatalf("%s was answered %d: %s", key, got.status, got.text)
					}
					quotes[got.word("quote_id")] = true
					if stored && got.text != before {
						t.Fatalf("%s was answered %s and then %s", key, before, got.text)
					}
					if !stored {
						break // this is the one that was refused
					}
				}
			}
			want := fmt.Sprint(len(quotes) + 1)
			list := s.untilThere(func() reply { return s.call("GET", "/api/v1/quotes?limit=1", s.buyer, nil) })
			if total := list.word("total_count"); total != want {
				t.Errorf("%s quotes are stored for %s keys", total, want)
			}
		})
	}
}

// writeUntilRefused has each of some writers store quotes under keys of its own until one is refused, and answers the
// bodies of those that were not, by key.
func (s *shop) writeUntilRefused(writers, most int) map[string]string {
	var mu sync.Mutex
	acknowledged := map[string]string{}
	var work sync.WaitGroup
	for writer := range writers {
		work.Go(func() {
			for n := range most {
				key := fmt.Sprint("outage-", writer, "-", n)
				got := s.call("POST", "/api/v1/quotes", s.buyer, quoteRequest, "Idempotency-Key", key)
				if got.status != http.StatusCreated {
					checkUnavailable(s.t, got)
					return
				}
				mu.Lock()
				acknowledged[key] = got.text
				mu.Unlock()
			}
			s.t.Error("nothing was refused")
		})
	}
	work.Wait()
	return acknowledged
}

// untilThere asks again as long as the answer is to come back: of connections from before the outage a pool may have some
// left that it has not looked at yet.
func (s *shop) untilThere(ask func() reply) reply {
	for {
		got := ask()
		if got.status != http.StatusServiceUnavailable || s.t.Context().Err() != nil {
			return got
		}
		checkUnavailable(s.t, got)
	}
}

// untilReady asks whether the server is ready until it answers so: an answer holds for a second.
func (s *shop) untilReady(status int) {
	s.t.Helper()
	var got reply
	for giveUp := time.Now().Add(time.Minute); time.Now().Before(giveUp); {
		s.clock.Move(time.Second)
		got = s.call("GET", "/readyz", "", nil)
		if got.status == http.StatusServiceUnavailable {
			checkUnavailable(s.t, got)
		}
		if got.status == status {
			return
		}
	}
	s.t.Fatalf("/readyz answers %d: %s", got.status, got.text)
}

// checkUnavailable holds an answer to be the one that tells a client to come back.
func checkUnavailable(t testing.TB, got reply) {
	t.Helper()
	if got.status != http.StatusServiceUnavailable || got.header.Get("Retry-After") == "" || got.word("detail.error") != "unavailable" {
		t.Errorf("answered %d, Retry-After %q: %s", got.status, got.header.Get("Retry-After"), got.text)
	}
	checkEnvelope(t, got)
}
