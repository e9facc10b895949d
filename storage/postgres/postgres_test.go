package postgres_test

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley"
	"parley/internal/racedetector"
	"parley/internal/stores"
	"parley/storage"
	"parley/storage/pgtest"
	"parley/storage/postgres"
	"parley/storage/storagetest"
)

// migrated is the address of an empty database with the present schema.
func migrated(t testing.TB) string {
	return pgtest.Template(t, "storage_"+postgres.SchemaFingerprint(), func(dsn string) error { return postgres.Migrate(t.Context(), dsn) })
}

func open(t testing.TB, dsn string, options postgres.Options) *storage.Store {
	t.Helper()
	options.Patience = cmp.Or(options.Patience, time.Minute) // a machine that is busy with tests is no server that hangs
	store, err := postgres.Open(t.Context(), dsn, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) *storage.Store { return stores.PostgresWith(t, postgres.Options{}) })
}

func TestAFileOfFiguresIsTakenInByShortSteps(t *testing.T) {
	t.Parallel()
	storagetest.DeliverySteps(t, func(watch storage.Watch) *storage.Store {
		return open(t, migrated(t), postgres.Options{SkipMigrate: true, CheckLocks: true, Watch: watch})
	})
}

// TestNoStepOfAFileGoesThroughTheLedger counts the rows that the server reads while a file replaces another one: each a few times, however
// many steps there are, and though each plan was made while the ledger was empty.
func TestNoStepOfAFileGoesThroughTheLedger(t *testing.T) {
	t.Parallel()
	dsn := migrated(t)
	const rows = 2000
	store := open(t, dsn, postgres.Options{SkipMigrate: true, Connections: 1})
	storagetest.DeliverTwice(t, store, rows, 50)
	if err := store.Close(); err != nil { // the server counts what a connection has read once that ends
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for written, read := int64(0), int64(0); written < 2*rows; {
		const counted = `SELECT n_tup_ins + n_tup_upd, COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'delivery_days'`
		if err := conn.QueryRow(t.Context(), counted).Scan(&written, &read); err != nil {
			t.Fatal(err)
		}
		if written >= 2*rows && read > 12*rows {
			t.Errorf("the server read %d rows of the ledger to replace %d", read, rows)
		}
	}
}

func TestMigrationsRunOnceWhenNodesStartTogether(t *testing.T) {
	racedetector.AtOnce(t)
	t.Parallel()
	dsn := pgtest.Database(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			store, err := postgres.Open(t.Context(), dsn, postgres.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(store.Ping(t.Context()), store.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if version, err := open(t, dsn, postgres.Options{}).SchemaVersion(t.Context()); err != nil || version == 0 {
		t.Errorf("schema version %d, %v", version, err)
	}
}

// TestASchemaOfItsOwn has nodes that start together over a schema that a URL names: one makes it, and what is there is not in the database's own.
func TestASchemaOfItsOwn(t *testing.T) {
	racedetector.AtOnce(t)
	t.Parallel()
	dsn := pgtest.Database(t)
	beside, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := beside.Query()
	query.Set("search_path", "parley_test")
	beside.RawQuery = query.Encode()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			store, err := postgres.Open(t.Context(), beside.String(), postgres.Options{})
			if err == nil {
				err = errors.Join(store.Tx(t.Context(), func(tx *storage.Tx) error {
					tx.BeginTestWorld()
					return nil
				}), store.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	own := open(t, dsn, postgres.Options{})
	err = own.Read(t.Context(), func(r *storage.Reader) error {
		_, err := r.TestClock().Get(t.Context())
		return err
	})
	if !parley.Is(err, parley.CodeNotFound) {
		t.Errorf("the database's own schema has what the other has: %v", err)
	}
}

// TestAnImportGivesItsConnectionBack imports over the only connection there is, once from a file that breaks off.
func TestAnImportGivesItsConnectionBack(t *testing.T) {
	t.Parallel()
	var connected atomic.Int64
	store := open(t, migrated(t), postgres.Options{SkipMigrate: true, Connections: 1, Configure: func(config *pgxpool.Config) {
		config.AfterConnect = func(context.Context, *pgx.Conn) error {
			connected.Add(1)
			return nil
		}
	}})
	brokenOff := errors.New("the file breaks off")
	for i, end := range []error{nil, brokenOff, nil} {
		feed := func(stage func(int, parley.ProductChange) error) error {
			return errors.Join(stage(1, storagetest.WholeProduct(storagetest.Product(i))), end)
		}
		products := storage.ProductImport{Feed: feed, Finish: func(*storage.Tx, storage.ImportSummary) error { return nil }}
		if _, err := store.ImportProducts(t.Context(), time.Now(), products); !errors.Is(err, end) {
			t.Errorf("import %d: %v", i, err)
		}
	}
	if n := connected.Load(); n != 1 {
		t.Errorf("the imports took %d connections", n)
	}
}

// flushes counts how often a connection sends something: the round trips of a client that waits for each answer.
type flushes struct {
	net.Conn
	count *atomic.Int64
}

func (f flushes) Write(p []byte) (int, error) {
	f.count.Add(1)
	return f.Conn.Write(p)
}

// The path of a quote: everything it looks at in one round trip, everything it writes and the commit in another.
func TestAQuoteCostsTwoRoundTrips(t *testing.T) {
	racedetector.AtOnce(t)
	t.Parallel()
	var count atomic.Int64
	store := open(t, migrated(t), postgres.Options{Connections: 1, Configure: func(config *pgxpool.Config) {
		dial := config.ConnConfig.DialFunc
		config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dial(ctx, network, address)
			return flushes{c, &count}, err
		}
	}})
	storagetest.Stock(t, store, 1)
	n := 0
	quote := func() {
		n++
		q := storagetest.Quote(n)
		err := store.Tx(t.Context(), func(tx *storage.Tx) error {
			claim := tx.ClaimAnswer("scope", q.ID)
			credential, product := tx.Credential("none"), tx.Product(q.ProductID)
			version, capacity := storage.PricingRules.Version(&tx.Reader), tx.Capacity(q.ProductID, q.Flight)
			if _, err := claim.Get(t.Context()); err != nil {
				return err
			}
			if _, err := credential.Get(t.Context()); !parley.Is(err, parley.CodeNotFound) {
				return err
			}
			_, noProduct := product.Get(t.Context())
			_, noVersion := version.Get(t.Context())
			_, noCapacity := capacity.Get(t.Context())
			tx.InsertQuote(q)
			tx.InsertEvent(parley.Event{ID: "evt-" + q.ID, Type: parley.EventQuoteCreated, OccurredAt: q.CreatedAt, QuoteID: q.ID})
			tx.InsertAudit(parley.AuditEntry{At: q.CreatedAt, Actor: "a", Action: "quote.create", Resource: "quote", ResourceID: q.ID})
			tx.InsertAnswer("scope", q.ID, storage.Answer{Status: 201, CreatedAt: q.CreatedAt})
			return errors.Join(noProduct, noVersion, noCapacity)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	quote() // prepares the statements on the connection
	quote() // and those that ask what has become of a product that is kept
	before := count.Load()
	quote()
	if trips := count.Load() - before; trips != 2 {
		t.Errorf("a quote cost %d round trips, want 2", trips)
	}
}

func TestALostConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	store := open(t, migrated(t), postgres.Options{Connections: 1})
	storagetest.Stock(t, store, 1)
	for i := range 3 {
		cut, cancel := context.WithCancel(t.Context())
		err := store.Tx(cut, func(tx *storage.Tx) error {
			tx.InsertQuote(storagetest.Quote(i))
			if _, err := storage.PricingRules.Version(&tx.Reader).Get(cut); err != nil {
				return err
			}
			cancel()
			_, err := storage.PricingRules.Version(&tx.Reader).Get(cut)
			return err
		})
		if err == nil {
			t.Error("a cut transaction was committed")
		}
		if err := store.Ping(t.Context()); err != nil {
			t.Errorf("the store does not recover: %v", err)
		}
	}
}

func BenchmarkInsertQuote(b *testing.B) {
	storagetest.BenchmarkInsertQuote(b, func(b *testing.B) *storage.Store { return open(b, migrated(b), postgres.Options{Connections: 32}) })
}

// BenchmarkReserve needs a server that writes each commit to its disk: that is what a hot row waits for.
func BenchmarkReserve(b *testing.B) {
	cluster, err := pgtest.Start(b.Context(), pgtest.Options{Durable: true})
	if errors.Is(err, pgtest.ErrNotInstalled) {
		b.Skipf("NOT MEASURED: %v", err)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			b.Errorf("stop the server: %v", err)
		}
	})
	storagetest.BenchmarkReserve(b, func(b *testing.B) *storage.Store { return open(b, cluster.DSN(), postgres.Options{Connections: 32}) })
}

func BenchmarkImport(b *testing.B) {
	storagetest.BenchmarkImport(b, func(b *testing.B) *storage.Store { return open(b, migrated(b), postgres.Options{}) })
}

// TestALostConnectionIsUnavailable has the server go down at each step of a transaction.
func TestALostConnectionIsUnavailable(t *testing.T) {
	t.Parallel()
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
	store := open(t, cluster.DSN(), postgres.Options{Connections: 1})
	for name, transaction := range map[string]func(halt func()) error{
		"before it reads": func(halt func()) error {
			halt()
			return store.Read(t.Context(), func(r *storage.Reader) error {
				_, err := storage.PricingRules.Version(r).Get(t.Context())
				return err
			})
		},
		"between two reads": func(halt func()) error {
			return store.Read(t.Context(), func(r *storage.Reader) error {
				if _, err := storage.PricingRules.Version(r).Get(t.Context()); err != nil {
					t.Fatal(err)
				}
				halt()
				_, err := storage.PricingRules.Version(r).Get(t.Context())
				return err
			})
		},
		"before the commit": func(halt func()) error {
			return store.Tx(t.Context(), func(tx *storage.Tx) error {
				if _, err := storage.PricingRules.Version(&tx.Reader).Get(t.Context()); err != nil {
					t.Fatal(err)
				}
				tx.InsertAudit(parley.AuditEntry{At: time.Unix(0, 0), Actor: "test", Action: "test", Resource: "test", ResourceID: "test"})
				halt()
				return nil
			})
		},
		"in an import": func(halt func()) error {
			_, err := store.ImportProducts(t.Context(), time.Unix(0, 0), storage.ProductImport{
				Feed: func(func(int, parley.ProductChange) error) error {
					halt()
					return nil
				},
				Finish: func(*storage.Tx, storage.ImportSummary) error { return nil },
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := transaction(func() {
				if err := cluster.Halt(t.Context()); err != nil {
					t.Fatal(err)
				}
			})
			if err := cluster.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if !parley.Is(err, parley.CodeUnavailable) {
				t.Errorf("%v", err)
			}
			// The pool replaces what it lost.
			if err := store.Ping(t.Context()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestNewerSchemas is what a node meets that starts while others are upgraded, or after a roll back.
func TestNewerSchemas(t *testing.T) {
	t.Parallel()
	dsn := migrated(t)
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	run := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	run("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)")
	store := open(t, dsn, postgres.Options{})
	if version, err := store.SchemaVersion(t.Context()); err != nil || version != 99999 {
		t.Errorf("schema version %d, %v", version, err)
	}
	run("UPDATE schema_support SET oldest_program = 99999")
	if _, err := postgres.Open(t.Context(), dsn, postgres.Options{}); err == nil || !strings.Contains(err.Error(), "use a newer program") {
		t.Errorf("opened a schema for later programs: %v", err)
	}
}

// TestWhoMayNotIsToldBefore opens databases as a role that may do nothing there, and looks at them: neither a schema that is to be made, nor one
// that is to be brought up to date, nor one that is.
func TestWhoMayNotIsToldBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dsn, prepare, says string
	}{
		"empty":             {pgtest.Database(t), "", "may not make its tables"},
		"without a schema":  {pgtest.Database(t) + "&search_path=beside", "", "may not make its schema"},
		"an earlier schema": {migrated(t), "DELETE FROM goose_db_version WHERE version_id = (SELECT MAX(version_id) FROM goose_db_version)", "may not bring its tables"},
		"up to date":        {migrated(t), "SELECT 1", "may not change its tables"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const look = "GRANT USAGE ON SCHEMA public TO pg_monitor; GRANT SELECT ON ALL TABLES IN SCHEMA public TO pg_monitor; "
			owner, err := pgxpool.New(t.Context(), c.dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer owner.Close()
			if _, err := owner.Exec(t.Context(), look+c.prepare); err != nil {
				t.Fatal(err)
			}
			as := c.dsn + "&role=pg_monitor" // a role that every server has
			if _, err := postgres.Check(t.Context(), as, ""); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("looked at: %v", err)
			}
			if _, err := postgres.Open(t.Context(), as, postgres.Options{}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("opened: %v", err)
			}
			if _, err := postgres.Check(t.Context(), c.dsn, ""); err != nil {
				t.Errorf("looked at by its owner: %v", err)
			}
		})
	}
}

// TestEventsOfAnotherClusterAreAdopted has events as a dump brings them, which names transactions far ahead of this cluster's.
func TestEventsOfAnotherClusterAreAdopted(t *testing.T) {
	t.Parallel()
	dsn := migrated(t)
	store := open(t, dsn, postgres.Options{})
	write := func(store *storage.Store, ids ...string) {
		t.Helper()
		for _, id := range ids {
			err := store.Tx(t.Context(), func(tx *storage.Tx) error {
				tx.InsertEvent(parley.Event{ID: id, Type: parley.EventQuoteCreated, OccurredAt: time.Unix(0, 0)})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	write(store, "evt-c", "evt-a", "evt-b")
	pool, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(t.Context(), "UPDATE events SET xact = (1000000000000 + seq)::text::xid8"); err != nil {
		t.Fatal(err)
	}
	restored := open(t, dsn, postgres.Options{})
	write(restored, "evt-0", "evt-z")
	after := func(id string) (found []string) {
		t.Helper()
		// An event is final once every transaction before it has ended, on the whole server and so also in other tests.
		for giveUp := time.Now().Add(time.Minute); ; {
			err := restored.Read(t.Context(), func(r *storage.Reader) error {
				events, err := r.EventsAfter(id, storage.EventFilter{Page: storage.Page{Limit: 10}}).Get(t.Context())
				found = nil
				for _, e := range events {
					found = append(found, e.ID)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(found, "evt-z") || time.Now().After(giveUp) {
				return found
			}
		}
	}
	for id, want := range map[string][]string{
		"": {"evt-c", "evt-a", "evt-b", "evt-0", "evt-z"}, "evt-a": {"evt-b", "evt-0", "evt-z"},
	} {
		if got := after(id); !slices.Equal(got, want) {
			t.Errorf("after %q: %v, want %v", id, got, want)
		}
	}
}

// TestASchemaOfOthersIsLeftAlone opens databases that others keep tables in, and one in which they do so in another schema.
func TestASchemaOfOthersIsLeftAlone(t *testing.T) {
	t.Parallel()
	for statement, others := range map[string]bool{
		"CREATE TABLE orders (a int)": true, "CREATE VIEW mine AS SELECT 1": true,
		"CREATE TABLE goose_db_version (version_id bigint, is_applied boolean); INSERT INTO goose_db_version VALUES (3, TRUE)": true,
		"CREATE SCHEMA theirs; CREATE TABLE theirs.orders (a int)":                                                             false,
	} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			dsn := pgtest.Database(t)
			conn, err := pgx.Connect(t.Context(), dsn)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(t.Context())
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			if !others {
				open(t, dsn, postgres.Options{})
				return
			}
			_, opening := postgres.Open(t.Context(), dsn, postgres.Options{})
			_, looking := postgres.Check(t.Context(), dsn, "")
			for _, err := range []error{opening, looking} {
				if err == nil || !strings.Contains(err.Error(), "name an empty one") {
					t.Errorf("%v", err)
				}
			}
			var tables int
			if err := conn.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace`).Scan(&tables); err != nil || tables > 1 {
				t.Errorf("there are %d tables, %v", tables, err)
			}
			open(t, dsn+"&search_path=parley", postgres.Options{}) // a schema of its own, beside
		})
	}
}
