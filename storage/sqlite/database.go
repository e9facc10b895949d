// Package sqlite keeps the product's state in one SQLite file: the embedded store.
//
// The file is in WAL mode with synchronous=FULL: what is acknowledged survives a power cut. One goroutine owns the one
// connection that writes and puts the transactions that wait for it into a common commit, so that many writers share one
// fsync; readers have connections of their own, each transaction on a snapshot, and never wait for the writer. Other
// processes, such as commands, may use the same file meanwhile.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley"
	"parley/storage"
)

// Options change how a file is opened.
type Options struct {
	// SkipMigrate leaves the schema as it is; by default Open brings it up to date.
	SkipMigrate bool
	// MustExist refuses a database that nobody has made yet (storage.ErrNotMade), which Open otherwise makes.
	MustExist bool
	// Readers is how many transactions read at the same time; 0 means twice the processors, and at least four.
	Readers int
	// CheckLocks is storage.Options.CheckLocks: a wrong order costs nothing here, and would be a deadlock on the other store.
	CheckLocks bool
	// Watch is storage.Options.Watch.
	Watch storage.Watch
	// Locked hears of a transaction that has waited for another process's for LockedAfter, once for each such wait; nil: nobody does.
	Locked func(path string)
	// LockedAfter is how long; 0 means three seconds.
	LockedAfter time.Duration
	// CheckPlans makes a writing transaction fail that goes through what a table has gathered over time. It is for tests.
	CheckPlans bool
	// NoSync leaves it to the system when what is acknowledged reaches the disk: a power cut may lose it, or harm the file. It
	// is for tests.
	NoSync bool
}

// database implements storage.Driver over one file.
type database struct {
	path    string
	file    os.FileInfo // what stood there when it was opened
	synced  []string    // the settings of the connections that write, beside those of all
	jobs    chan *job
	closing chan struct{}
	closed  sync.Once
	done    sync.WaitGroup
	// Of the connections that read, those that are idle, and one place for each that is not open. An idle one goes first: its
	// statements are prepared, and its cache is warm.
	readers chan *conn
	places  chan struct{}

	locked      func(path string) // hears of a wait for another process of lockedAfter
	lockedAfter time.Duration

	importer atomic.Pointer[conn] // that no import uses

	plans   bool            // are checked
	memory  *storage.Memory // the writer's
	noticed int64           // the file's version that memory is of; the writer's
	wary    int             // how many batches are to have savepoints from the start; the writer's

	writing atomic.Bool  // a batch is under way
	waits   atomic.Int64 // for a reader
	waited  atomic.Int64 // nanoseconds
}

// Page caches, in KiB: one writer, several readers. The operating system's cache does most of the work.
const (
	writerCache = 16 << 10
	readerCache = 2 << 10
)

// Open opens the file, which is created when it does not exist, and brings its schema up to date.
func Open(ctx context.Context, path string, options Options) (*storage.Store, error) {
	db, err := open(ctx, path, options)
	if err != nil {
		return nil, err
	}
	return storage.New(db, dialect, storage.Options{CheckLocks: options.CheckLocks, Watch: options.Watch}), nil
}

func open(ctx context.Context, path string, options Options) (*database, error) {
	if err := isPath(path); err != nil {
		return nil, err
	}
	if options.MustExist {
		if err := made(ctx, path); err != nil {
			return nil, err
		}
	}
	if err := prepare(ctx, path, options.SkipMigrate); err != nil {
		return nil, err
	}
	if options.Readers <= 0 {
		options.Readers = max(4, 2*runtime.GOMAXPROCS(0))
	}
	db := &database{
		path: path, jobs: make(chan *job), closing: make(chan struct{}), readers: make(chan *conn, options.Readers),
		places: make(chan struct{}, options.Readers),
		memory: storage.NewMemory(), plans: options.CheckPlans,
		locked: options.Locked, lockedAfter: cmp.Or(options.LockedAfter, 3*time.Second),
	}
	if options.NoSync {
		db.synced = []string{"synchronous(OFF)"}
	}
	for range options.Readers {
		db.places <- struct{}{}
	}
	var err error
	if db.file, err = os.Stat(path); err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	writer, err := db.newWriter()
	if err != nil {
		return nil, err
	}
	db.done.Go(func() { db.serveWrites(writer) })
	return db, nil
}

// prepare makes the file where it is missing, keeps it from others and brings it up to date. asItIs leaves a file that is there alone.
func prepare(ctx context.Context, path string, asItIs bool) error {
	if asItIs {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return keepPrivate(path)
	}
	if err := notOthers(ctx, path); err != nil {
		return err
	}
	if err := keepPrivate(path); err != nil {
		return err
	}
	return Migrate(ctx, path)
}

// isPath refuses what SQLite would not take for a file.
func isPath(path string) error {
	if path == "" || strings.HasPrefix(path, ":") {
		return fmt.Errorf("sqlite: %q is not the path of a file", path)
	}
	return nil
}

// newWriter opens the connection that writes. What it keeps to undo one transaction of a batch stays in memory: that is a
// few pages, dropped with the savepoint, where a temporary file would cost each transaction several writes.
func (db *database) newWriter() (*conn, error) {
	c, err := connect(db.path, writerCache, append(db.synced, "temp_store(MEMORY)")...)
	if err != nil {
		return nil, err
	}
	c.notes = true
	return c, nil
}

// busyTimeout is how long a transaction waits for another process's.
const busyTimeout = 30 * time.Second

// settings are those that every connection starts with.
func settings(cacheKiB int) []string {
	return []string{
		"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(FILE)", "journal_size_limit(67108864)",
		fmt.Sprintf("cache_size(-%d)", cacheKiB),
	}
}

// dsn names the file with these settings to database/sql.
func dsn(path string, cacheKiB int) string {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())}}
	for _, setting := range settings(cacheKiB) {
		query.Add("_pragma", setting)
	}
	return "file:" + escapePath(path) + "?" + query.Encode()
}

// escapePath writes a path as SQLite reads it in a file: URI.
func escapePath(path string) string { return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() }

// Lanes implements storage.Driver. There are none: all writers share a commit, and nothing that is asked goes over a network.
func (db *database) Lanes() storage.Lanes { return storage.Lanes{} }

// Read implements storage.Driver.
func (db *database) Read(ctx context.Context, fn func(storage.Conn) error) error {
	return db.reading(ctx, func(c *conn) error { return fn(c) })
}

// reading runs fn in a transaction of one of the readers.
func (db *database) reading(ctx context.Context, fn func(*conn) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	reader, err := db.reader(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if reader == nil {
			db.places <- struct{}{}
			return
		}
		db.readers <- reader
	}()
	// Neither the beginning nor the end of a transaction that writes nothing waits for anybody, nor depends on anybody's patience.
	whole := context.WithoutCancel(ctx)
	if err := reader.run(whole, "BEGIN"); err != nil {
		err = errors.Join(err, reader.Close())
		reader = nil
		return err
	}
	defer func() {
		if end := reader.run(whole, "ROLLBACK"); end != nil {
			err = errors.Join(err, end, reader.Close())
			reader = nil
		}
	}()
	return fn(reader)
}

// reader answers a connection that nobody else reads with.
func (db *database) reader(ctx context.Context) (*conn, error) {
	select {
	case <-db.closing:
		return nil, storage.ErrClosed
	default:
	}
	select {
	case idle := <-db.readers:
		return idle, nil
	default:
	}
	if len(db.places) == 0 {
		began := time.Now()
		db.waits.Add(1)
		defer func() { db.waited.Add(int64(time.Since(began))) }()
	}
	select {
	case idle := <-db.readers:
		return idle, nil
	case <-db.places:
		opened, err := connect(db.path, readerCache, "query_only(1)")
		if err != nil {
			db.places <- struct{}{}
		}
		return opened, err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-db.closing:
		return nil, storage.ErrClosed
	}
}

// inPlace tells whether the file that is open is still the one at its path. What is written into one that was moved or removed would be
// gone with the process.
func (db *database) inPlace() error {
	now, err := os.Stat(db.path)
	if err == nil && !os.SameFile(now, db.file) {
		err = fmt.Errorf("sqlite: another file is at %s", db.path)
	}
	if err != nil {
		return &parley.Error{Code: parley.CodeUnavailable, Message: "The database is not where it was. Retry in a moment.", Cause: err}
	}
	return nil
}

// Ping implements storage.Driver. A small change may fit into what the log has already taken of the disk when a larger one
// does not, so room is looked for beside it.
func (db *database) Ping(ctx context.Context) error {
	if err := db.inPlace(); err != nil {
		return err
	}
	if err := room(filepath.Dir(db.path)); err != nil {
		return &parley.Error{
			Code: parley.CodeUnavailable, Message: "The database has no room to grow. Retry in a moment.", Cause: err,
		}
	}
	return db.reading(ctx, func(c *conn) error { return c.run(ctx, "SELECT version FROM pricing_state") })
}

// Connections implements storage.Driver: of those that read, and of the one that writes.
func (db *database) Connections() storage.Connections {
	open := cap(db.places) - len(db.places)
	c := storage.Connections{
		Most: cap(db.places) + 1, Open: open + 1, Busy: max(0, open-len(db.readers)),
		Waits: db.waits.Load(), Waited: time.Duration(db.waited.Load()),
	}
	if db.writing.Load() {
		c.Busy++
	}
	return c
}

// Close implements storage.Driver.
func (db *database) Close() error {
	var err error
	db.closed.Do(func() {
		close(db.closing)
		db.done.Wait()
		if idle := db.importer.Swap(nil); idle != nil {
			err = idle.Close()
		}
		// The last connection to close checkpoints the log into the file.
		for range cap(db.readers) {
			select {
			case reader := <-db.readers:
				err = errors.Join(err, reader.Close())
			case <-db.places:
			}
		}
	})
	return err
}

// Connect opens the file as it is, with one connection, for what copies all of it.
func Connect(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, writerCache))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}
