package edge

import (
	"context"
	"errors"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"parley"
)

// NewCalls makes the counter of what agents call, which the edges of agents share.
func NewCalls() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "parley_agent_calls_total", Help: "Tools and skills called by agents, by protocol and outcome.",
	}, []string{"protocol", "name", "outcome"})
}

// Counted counts a call of a tool or a skill, and logs that it was made: what it was called with, nobody logs.
func (k Kit) Counted(ctx context.Context, protocol, name, requestID string, err error) {
	outcome := "ok"
	var known *parley.Error
	switch {
	case errors.As(err, &known):
		outcome = string(known.Code)
	case err != nil:
		outcome = string(parley.CodeInternal)
	}
	k.Calls.WithLabelValues(protocol, name, outcome).Inc()
	k.Log.LogAttrs(ctx, slog.LevelInfo, "call", slog.String("protocol", protocol), slog.String("name", name),
		slog.String("outcome", outcome), slog.String("request_id", requestID))
}
