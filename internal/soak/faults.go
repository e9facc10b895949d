package main

import (
	"context"
	"errors"
	"time"
)

// fault is something that goes wrong while clients trade. It strikes several times in a phase, each time at random, and
// is mended before the phase is judged.
type fault struct {
	name   string
	exists func(w *world) bool
	strike func(ctx context.Context, w *world, chance *party) error
	mend   func(w *world) error
}

func always(*world) bool { return true }

var faults = []fault{
	{
		name: "nothing", exists: always,
		strike: func(context.Context, *world, *party) error { return nil },
	},
	{
		name: "a node is killed", exists: always,
		strike: func(_ context.Context, w *world, chance *party) error {
			n := w.nodes[chance.pick(len(w.nodes))]
			if err := n.kill(); err != nil {
				return err
			}
			chance.pause(0, 300*time.Millisecond)
			return n.start()
		},
	},
	{
		name: "all nodes are killed, and start together", exists: always,
		strike: func(_ context.Context, w *world, _ *party) error {
			for _, n := range w.nodes {
				if err := n.kill(); err != nil {
					return err
				}
			}
			return w.startTogether()
		},
	},
	{
		name: "a node is stopped and started", exists: always,
		strike: func(_ context.Context, w *world, chance *party) error {
			n := w.nodes[chance.pick(len(w.nodes))]
			return errors.Join(n.stop(), n.start())
		},
	},
	{
		name: "clients' connections are cut and delayed", exists: always,
		strike: func(_ context.Context, w *world, _ *party) error {
			for _, n := range w.nodes {
				n.proxy.set(weather{Cut: 0.02, Delay: 30 * time.Millisecond})
				n.proxy.cutAll()
			}
			return nil
		},
		mend: func(w *world) error {
			for _, n := range w.nodes {
				n.proxy.set(weather{})
			}
			return nil
		},
	},
	{
		name: "the database's connections are cut and delayed", exists: func(w *world) bool { return w.postgres != nil },
		strike: func(_ context.Context, w *world, _ *party) error {
			w.postgres.set(weather{Cut: 0.005, Delay: 4 * time.Millisecond})
			w.postgres.cutAll()
			return nil
		},
		mend: func(w *world) error { w.postgres.set(weather{}); return nil },
	},
	{
		name: "PostgreSQL crashes and recovers", exists: func(w *world) bool { return w.postgres != nil },
		strike: func(ctx context.Context, w *world, _ *party) error { return w.postgres.primary.Crash(ctx) },
	},
	{
		name: "PostgreSQL is killed, and its standby takes over", exists: func(w *world) bool { return w.postgres != nil },
		strike: func(ctx context.Context, w *world, _ *party) error {
			if err := w.postgres.failOver(ctx); err != nil {
				return err
			}
			if err := w.sellsAgain(ctx); err != nil {
				return err
			}
			return w.postgres.join(ctx)
		},
	},
	{
		name: "a clock is moved by up to ten minutes", exists: always,
		strike: func(_ context.Context, w *world, chance *party) error {
			off := time.Duration(chance.pick(int(20*time.Minute))) - 10*time.Minute
			return w.nodes[chance.pick(len(w.nodes))].setClock(off)
		},
		mend: func(w *world) error {
			for _, n := range w.nodes {
				if err := n.setClock(0); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		name: "a later program's schema is put under the nodes, and one restarts", exists: always,
		strike: func(ctx context.Context, w *world, chance *party) error {
			if err := w.widen(ctx); err != nil {
				return err
			}
			n := w.nodes[chance.pick(len(w.nodes))]
			return errors.Join(n.stop(), n.start())
		},
	},
	{
		name: "the disk is full", exists: func(w *world) bool { return w.disk != nil },
		strike: func(_ context.Context, w *world, chance *party) error {
			if err := w.disk.Fill(); err != nil {
				return err
			}
			chance.pause(200*time.Millisecond, time.Second)
			return w.disk.Free()
		},
		mend: func(w *world) error { return w.disk.Free() },
	},
}
