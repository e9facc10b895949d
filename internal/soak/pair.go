package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"

	"parley/storage/pgtest"
)

// pair is a PostgreSQL with a standby that each commit waits for, as it is run where nothing may be lost with a machine. Who takes over is
// told from outside, as a cluster manager does it.
type pair struct {
	primary, standby *pgtest.Cluster
	at               int       // which of the addresses is the primary's
	addresses        [2]*proxy // of the two machines
	moving           *proxy    // the address of whichever is the primary, which a cluster manager moves
	past             *proxy    // the same for who judges, whatever the weather
	pooler           *pgtest.Pooler
}

// openPair starts both, and a pooler where one is installed.
func openPair(ctx context.Context, seed uint64) (p *pair, err error) {
	p = &pair{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close())
		}
	}()
	for _, address := range []**proxy{&p.addresses[0], &p.addresses[1], &p.moving, &p.past} {
		if *address, err = newProxy(seed); err != nil {
			return nil, err
		}
	}
	if p.primary, err = pgtest.Start(ctx, pgtest.Options{Durable: true}); err != nil {
		return nil, err
	}
	if err := p.join(ctx); err != nil {
		return nil, err
	}
	p.pooler, err = pgtest.StartPooler(ctx, p.urlOf("", p.moving))
	if errors.Is(err, pgtest.ErrNoPooler) && os.Getenv("CI") != "true" {
		err = nil
	}
	return p, err
}

// join makes a standby of the primary, and has the addresses lead to the two of them.
func (p *pair) join(ctx context.Context) (err error) {
	if p.standby, err = p.primary.Standby(ctx); err != nil {
		return err
	}
	p.lead()
	return nil
}

func (p *pair) lead() {
	p.addresses[p.at].forward("unix", p.primary.Socket())
	if p.standby != nil {
		p.addresses[1-p.at].forward("unix", p.standby.Socket())
	}
	p.moving.forward("unix", p.primary.Socket())
	p.past.forward("unix", p.primary.Socket())
}

// urlOf is the URL of the database at addresses, of which the one that takes writes is meant.
func (*pair) urlOf(options string, addresses ...*proxy) string {
	hosts := ""
	for _, address := range addresses {
		if hosts != "" {
			hosts += ","
		}
		hosts += net.JoinHostPort("127.0.0.1", fmt.Sprint(address.address().Port))
	}
	return (&url.URL{Scheme: "postgres", User: url.User("parley"), Host: hosts, Path: "/postgres", RawQuery: "sslmode=disable" + options}).String()
}

// both is the URL by which a node finds the one of the two that takes writes.
func (p *pair) both() string {
	return p.urlOf("&target_session_attrs=read-write", p.addresses[0], p.addresses[1])
}

// settings are those of a node: every second one reaches the database through the pooler.
func (p *pair) settings(node int) []string {
	if p.pooler == nil || node%2 == 0 {
		return []string{"PARLEY_DATABASE_URL=" + p.both()}
	}
	return []string{"PARLEY_DATABASE_URL=" + p.pooler.DSN("postgres"), "PARLEY_DATABASE_DIRECT_URL=" + p.both()}
}

// set changes the weather between nodes and database.
func (p *pair) set(w weather) {
	for _, address := range []*proxy{p.addresses[0], p.addresses[1], p.moving} {
		address.set(w)
	}
}

// cutAll resets every connection to the database.
func (p *pair) cutAll() {
	for _, address := range []*proxy{p.addresses[0], p.addresses[1], p.moving, p.past} {
		address.cutAll()
	}
}

// failOver kills the primary and has the standby take over.
func (p *pair) failOver(ctx context.Context) error {
	if err := p.primary.Halt(ctx); err != nil {
		return err
	}
	killed := p.primary
	if err := p.standby.Promote(ctx); err != nil {
		return err
	}
	p.primary, p.standby, p.at = p.standby, nil, 1-p.at
	p.addresses[1-p.at].forward("", "")
	p.lead()
	p.cutAll()
	return killed.Stop()
}

func (p *pair) close() error {
	var problems []error
	for _, address := range []*proxy{p.addresses[0], p.addresses[1], p.moving, p.past} {
		if address != nil {
			problems = append(problems, address.close())
		}
	}
	if p.pooler != nil {
		problems = append(problems, p.pooler.Stop())
	}
	for _, cluster := range []*pgtest.Cluster{p.standby, p.primary} {
		if cluster != nil {
			problems = append(problems, cluster.Stop())
		}
	}
	return errors.Join(problems...)
}
