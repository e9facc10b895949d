package mcp

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/edge"
	agent "parley/tool"
	"parley/wire"
)

// buyerTools are what buyers are offered, and callers without a key: what every agent can ask for, and a way to wait.
func buyerTools() []tool { return append(offeredOf(buying()), waitForChange) }

// operatorTools are what the publisher's people are offered. As the API does, those that buy refuse an operator's key.
func operatorTools() []tool { return slices.Concat(buyerTools(), offeredOf(selling()), processTools) }

// The tools that agents of every protocol have, and those for the publisher's people. Most commands of the program need neither, and their
// schemas take longer to make than all else that the program does before it begins.
var (
	buying  = sync.OnceValue(func() *agent.Set { return agent.NewSet(agent.Buyer()) })
	selling = sync.OnceValue(func() *agent.Set { return agent.NewSet(agent.Publisher()) })
)

func offeredOf(set *agent.Set) []tool {
	made := make([]tool, len(set.Tools), len(set.Tools)+1)
	for i, t := range set.Tools {
		made[i] = offered(set, t)
	}
	return made
}

// waits tells of the tools whose answer may wait for the publisher what to wait for then.
var waits = map[string]func(answer) (wait, bool){
	"book_deal": dealWaits, "create_deal_from_template": dealWaits, "submit_proposal": proposalWaits, "negotiate": negotiationWaits,
	"transition_order": orderWaits, "request_change": changeWaits, "apply_change": changeWaits,
}

// offered is a tool of a set as this protocol offers it.
func offered(set *agent.Set, t agent.Tool) tool {
	next := waits[t.Name]
	made := tool{Tool: t}
	if next != nil {
		made.Description += " When the answer waits for the publisher, its next says how to wait."
	}
	made.call = func(ctx context.Context, x *exchange, _ *huma.Schema, given map[string]any) (agent.Outcome, error) {
		asked := x.Exchange
		if key, _ := given["idempotency_key"].(string); t.Changes && x.Caller.Role == parley.RoleAnonymous && edge.IsSession(key) {
			// A caller without a key is known again by the key of its request, when that is one that nobody guesses, such as a UUID.
			asked.Call.Session = key
		}
		position := x.position(ctx, next != nil)
		done, err := set.Run(ctx, asked, t, given)
		if err == nil && next != nil {
			done.Document, err = withNext(done, position, next)
		}
		return done, err
	}
	return made
}

// membersOf reads arguments, with their numbers as they were written.
func membersOf(arguments json.RawMessage) (map[string]any, error) {
	if len(arguments) == 0 || string(arguments) == "null" {
		return nil, nil
	}
	tree, err := wire.ParseTree(arguments)
	if err != nil {
		return nil, err
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return nil, parley.Errorf(parley.CodeMalformed, "The arguments are not an object.")
	}
	return members, nil
}
