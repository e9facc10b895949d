package seller

import (
	"context"
	"fmt"
	"sync/atomic"

	"parley"
	"parley/storage"
)

// compiled keeps the engine that was compiled from the stored rules of one kind, until somebody changes one.
type compiled[Stored, Engine any] struct {
	last atomic.Pointer[compiledFrom[Engine]]
}

// compiledFrom is an engine with the version of the rules that it was compiled from.
type compiledFrom[Engine any] struct {
	version int64
	engine  Engine
}

// of answers the engine of the version that a transaction sees. Asking for the version costs nothing beside a flow's other reads; the
// rules themselves are read only when somebody changed them. compile answers the version that it was given, too.
func (c *compiled[Stored, Engine]) of(
	ctx context.Context, what string, version *storage.Pending[int64], read func() *storage.Pending[Stored], compile func(Stored) (Engine, int64, error),
) (engine Engine, err error) {
	current, err := version.Get(ctx)
	if err != nil {
		return engine, err
	}
	if last := c.last.Load(); last != nil && last.version == current {
		return last.engine, nil
	}
	stored, err := read().Get(ctx)
	if err != nil {
		return engine, err
	}
	engine, current, err = compile(stored)
	if err != nil {
		return engine, parley.Internal(fmt.Errorf("stored %s do not compile: %w", what, err))
	}
	c.last.Store(&compiledFrom[Engine]{current, engine})
	return engine, nil
}
