package seller_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"parley/internal/racedetector"
	"parley/seller"
)

// announcing tells of every message that is logged.
type announcing chan string

func (announcing) Enabled(context.Context, slog.Level) bool { return true }
func (a announcing) Handle(_ context.Context, record slog.Record) error {
	a <- record.Message
	return nil
}
func (a announcing) WithAttrs([]slog.Attr) slog.Handler { return a }
func (a announcing) WithGroup(string) slog.Handler      { return a }

// TestBackgroundWorkIsHandedOver has nodes whose clock stands still, so that no lease runs out.
func TestBackgroundWorkIsHandedOver(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		log := make(announcing, 16)
		begin := func(node string) (end func()) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			service := seller.New(d.store, seller.Parts{}, seller.DefaultSettings(), d.clock.Read, rand.Reader, slog.New(log))
			go func() {
				defer close(ended)
				service.RunBackground(ctx, node, time.Hour)
			}()
			return func() {
				cancel()
				<-ended
			}
		}
		for _, node := range []string{"a", "b", "c"} {
			end := begin(node)
			if said := <-log; said != "background work is this node's" {
				t.Errorf("%s said %q", node, said)
			}
			end()
		}
		if len(log) > 0 {
			t.Errorf("somebody said %q", <-log)
		}
	})
}
