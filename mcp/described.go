package mcp

import (
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"parley/wire"
)

// described is what clients are told of the tools.
type described struct {
	registry huma.Registry
	buyers   *toolset // for callers without a key, too
	desk     *toolset // for operators
	field    *toolset // in the dialect of the field's published buyer
}

// toolset is the tools of one kind of caller.
type toolset struct {
	inOrder []tool
	named   map[string]tool
	prompts []prompt
}

// describedTools is of the program and not of a server, and takes as long as half of what a server does before it listens, so that it is
// made once, for the first message that comes. It panics when the tools do not describe, which is a mistake in their table.
var describedTools = sync.OnceValue(func() *described {
	d := &described{registry: wire.NewRegistry()}
	d.buyers, d.desk, d.field = d.set(buyerTools(), buyerPrompts), d.set(operatorTools(), operatorPrompts), d.set(fieldTools, nil)
	return d
})

func (d *described) sets() []*toolset { return []*toolset{d.buyers, d.desk, d.field} }

// set describes tools.
func (d *described) set(tools []tool, prompts []prompt) *toolset {
	made := &toolset{inOrder: slices.Clone(tools), named: make(map[string]tool, len(tools)), prompts: prompts}
	for i, t := range made.inOrder {
		made.inOrder[i].schema = d.input(t)
		if !t.bare {
			d.registry.Schema(t.Answer, false, "")
		}
	}
	wire.MarkNullable(d.registry)
	for i, t := range made.inOrder {
		closed := false
		t.described = &sdk.Tool{
			Name: t.Name, Title: t.Title, Description: t.Description, InputSchema: encoded(d.plain(t.schema)),
			Annotations: &sdk.ToolAnnotations{
				Title: t.Title, ReadOnlyHint: !t.Changes, DestructiveHint: &t.Destructive, IdempotentHint: t.Changes, OpenWorldHint: &closed,
			},
		}
		if !t.bare {
			t.described.OutputSchema = encoded(d.output(t))
		}
		made.inOrder[i], made.named[t.Name] = t, t
	}
	return made
}
