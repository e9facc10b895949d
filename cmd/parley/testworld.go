package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
	"parley/agentcard"
	"parley/config"
	"parley/edge"
	"parley/seller"
	"parley/storage"
	"parley/storage/backend"
	"parley/storage/transfer"
	"parley/webhook"
	"parley/wire"
)

// world is the database that a command works on, for commands that can do their work in the test world as well.
type world struct {
	config.Database
	Test testFlag `name:"test" help:"Do it in the test world, which is at database-for-tests, and not in what is real."`
}

// testFlag says that a command works in the test world.
type testFlag bool

// AfterApply notes it, before the command runs.
//
//nolint:unparam // kong takes hooks with an error alone
func (t testFlag) AfterApply(p *process) error {
	p.test = bool(t)
	return nil
}

// errNoTestWorld is what whoever asks for the test world is told where there is none.
var errNoTestWorld = misuse{
	errors.New("there is no test world: the setting database-for-tests is none"), "set it for the server and for this command, for instance PARLEY_DATABASE_FOR_TESTS=beside",
}

// testConnections are as many connections as the test world opens, beside those of the real trade: who tries something out waits for
// nobody's hundreds.
const testConnections = 4

// openTestStore opens the database of the test world.
func (p *process) openTestStore(settings config.Settings) (*storage.Store, error) {
	url := settings.TestURL()
	if url == "" {
		return nil, errNoTestWorld
	}
	settings.DatabaseURL, settings.DirectURL = url, ""
	store, err := p.openStore(settings, backend.Options{MustExist: !p.makes, Connections: testConnections})
	if err != nil {
		return nil, fmt.Errorf("open the test world's database: %w", err)
	}
	return store, nil
}

func (p *process) onTestStore(settings config.Settings, work func(*storage.Store) error) (err error) {
	store, err := p.openTestStore(settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return work(store)
}

var errTestWorld = errors.New("the database is the test world's, and nothing real is traded there; commands work in it with --test")

// refuseTestWorld keeps what is real out of the test world's database.
func refuseTestWorld(ctx context.Context, store *storage.Store) error {
	is, err := seller.IsTestWorld(ctx, store)
	if is {
		return errTestWorld
	}
	return err
}

// newTestService makes the flows of the test world over its store. They reach no ad server, and nobody by mail: what leaves is what a
// developer asked to be told, at the webhooks of the world's own keys.
func (p *process) newTestService(store *storage.Store, settings config.Settings, log *slog.Logger) (*seller.Service, *seller.TestClock, error) {
	moved, err := seller.OpenTestClock(p.ctx, store, clock)
	if err != nil {
		return nil, nil, fmt.Errorf("open the test world: %w", err)
	}
	decided := sellerSettings(settings)
	decided.TestClock, decided.KeyPrefix = moved, parley.TestKeySecretPrefix
	decided.SellerName, decided.DealPrefix = decided.SellerName+" (test)", config.TestDealPrefix
	decided.Notices = seller.NoticeSettings{}
	parts := seller.Parts{
		Cards:      agentcard.New(settings.DiscoverPrivateAgents).Fetch,
		TryWebhook: webhook.Try(sendTest(settings), wire.EncodeEvent, moved.Now),
	}
	if settings.TrafficFolder != "" {
		parts.Adapters = []activation.Adapter{filedrop.New(filepath.Join(string(settings.TrafficFolder), parley.TestMode))}
	}
	return seller.New(store, parts, decided, moved.Now, rand.Reader, log), moved, nil
}

// sendTest delivers to webhooks of the test world. Each delivery says so, and is signed by the machine's clock, which receivers go by.
func sendTest(settings config.Settings) webhook.Send {
	send := webhook.NewSender(settings.PrivateWebhooks).Send
	return func(ctx context.Context, message webhook.Message) (webhook.Answer, error) {
		message.At, message.Mode = clock(), parley.TestMode
		return send(ctx, message)
	}
}

type testWorldCommand struct {
	Copy testWorldCopyCommand `cmd:"" help:"Copy the products, packages, prices and rules of the real trade into a test world that has none yet."`
}

type testWorldCopyCommand struct{ config.Database }

// sold are the tables of what the publisher sells, and by which rules. Who buys, and what was traded, is not in them.
var sold = func() []string {
	tables := []string{"products", "packages", "package_products", "rate_cards", "delivery_profiles"}
	for _, kind := range storage.RuleKinds {
		tables = append(tables, kind.Tables()...)
	}
	return tables
}()

// Run copies, and says what was copied.
func (c testWorldCopyCommand) Run(p *process) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	return p.onStore(settings, func(*storage.Store) error { // which is then up to date, and real
		return p.making().onTestStore(settings, func(test *storage.Store) error {
			if _, err := seller.OpenTestClock(p.ctx, test, clock); err != nil {
				return err
			}
			tables, err := transfer.CopyTables(p.ctx, endOf(settings.PastPooler()), endOf(settings.TestURL()), sold)
			if err != nil {
				return fmt.Errorf("nothing was copied: %w", err)
			}
			if err := p.tellCopied(tables, "the test world, "+settings.TestURL().Redacted()); err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.out, "floors, rules and profiles are copied as they are, and every test operator's key reads them: give buyers test buyers' keys alone")
			return err
		})
	})
}

// testWorld is what a server has of the test world.
type testWorld struct {
	store  *storage.Store
	served *paths
	start  func() (stop func()) // the background work
}

// clockFollowed is how often a node looks how far others have moved the clock of the test world. What a request does is done by the
// clock as it is when the request comes.
const clockFollowed = time.Second

// openTestWorld opens the test world beside what is real: the same flows and edges, over a database and by a clock of its own. What it
// trades is in none of the metrics of the trade, and its requests are in those of the edges by names of their own.
func (p *process) openTestWorld(settings config.Settings, real *storage.Store, kit edge.Kit, log *slog.Logger) (*testWorld, error) {
	store, err := p.openTestStore(settings)
	if err != nil {
		return nil, err
	}
	log = log.With("mode", parley.TestMode)
	service, moved, err := p.newTestService(store, settings, log)
	if err == nil {
		err = refuseTestWorld(p.ctx, real) // both were the same
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	follow := func(ctx context.Context) {
		if err := moved.Follow(ctx); err != nil && ctx.Err() == nil {
			log.Warn("the clock was not read", "error", err)
		}
	}
	kit.Mode, kit.Arrived, kit.NetworkKeys, kit.Calls, kit.Log = parley.TestMode, follow, nil, edge.NewCalls(), log
	served, err := edges(service, settings, kit)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	couriers := webhook.NewCouriers(service, sendTest(settings), wire.EncodeEvent, moved.Now, rand.Reader, log)
	_, duties := newDealCouriers(service, settings, moved.Now, log)
	duties = append(duties, couriers.Run, func(ctx context.Context, _ string) {
		beat := time.NewTicker(clockFollowed)
		defer beat.Stop()
		for ctx.Err() == nil {
			follow(ctx)
			select {
			case <-ctx.Done():
			case <-beat.C:
			}
		}
	})
	return &testWorld{store: store, served: served, start: func() func() { return startBackground(p.ctx, service, duties) }}, nil
}
