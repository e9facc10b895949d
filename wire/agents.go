package wire

import (
	"cmp"
	"context"
	"time"

	"parley/seller"
	"parley/wire/document"

	"parley"
)

// AgentFilter narrows a list of agents.
type AgentFilter struct {
	TrustStatus string `json:"trust_status,omitempty" query:"trust_status" enum:"unknown,registered,approved,preferred,blocked"`
	Paging
}

// DiscoverRequest is the body that registers an agent.
type DiscoverRequest struct {
	Idempotency
	URL      string `json:"url,omitempty" maxLength:"2000" doc:"Of the agent; its card is looked for under /.well-known/agent.json of the host. Required, by this name or the next."`
	AgentURL string `json:"agent_url,omitempty" maxLength:"2000" doc:"The same as url."`
}

// Address is the agent's, under whichever name it came.
func (d *DiscoverRequest) Address() (string, error) {
	switch {
	case d.URL == "" && d.AgentURL == "":
		return "", parley.Invalid("url", "is required")
	case d.URL != "" && d.AgentURL != "" && d.URL != d.AgentURL:
		return "", parley.Invalid("agent_url", "is another address than url; send one")
	}
	return cmp.Or(d.URL, d.AgentURL), nil
}

// Names are what the request calls by another name than the flow does.
func (d *DiscoverRequest) Names() map[string]string {
	if d.URL == "" {
		return map[string]string{"url": "agent_url"}
	}
	return nil
}

// TrustRequest is the body that sets an agent's trust.
type TrustRequest struct {
	Idempotency
	TrustStatus string `json:"trust_status" enum:"unknown,registered,approved,preferred,blocked"`
	Version     *int64 `json:"version,omitempty" minimum:"1" doc:"Of the agent that you read: refused with 412 when it is no longer the current one."`
}

// Agent is a buyer agent in the registry.
type Agent struct {
	AgentID     string          `json:"agent_id"`
	URL         string          `json:"url" doc:"Keys made with this agent_url are this agent's."`
	TrustStatus parley.Trust    `json:"trust_status"`
	TierCeiling *parley.Tier    `json:"tier_ceiling" doc:"The best tier that its keys reach; null when it is blocked."`
	Card        document.Object `json:"card" doc:"As the agent publishes it: its own words."`
	Version     int64           `json:"version"`
	CreatedAt   time.Time       `json:"created_at"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

// Revision is the agent's version.
func (a Agent) Revision() int64 { return a.Version }

// AgentOf writes an agent.
func AgentOf(_ View, a parley.Agent) Agent {
	rendered := Agent{AgentID: a.ID, URL: a.URL, TrustStatus: a.Trust, Card: document.Object(a.Card), Version: a.Version, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt}
	if ceiling, admitted := a.Trust.Ceiling(); admitted {
		rendered.TierCeiling = &ceiling
	}
	return rendered
}

// What is asked of agents.
var (
	GetAgent   = Lookup[parley.Agent, Agent]{(*seller.Service).Agent, AgentOf}
	ListAgents = List[AgentFilter, parley.Agent, Agent]{
		Plural: "agents", Render: AgentOf, ID: func(a parley.Agent) string { return a.ID },
		Find: func(ctx context.Context, x *Exchange, f AgentFilter, page seller.Page) (seller.Listing[parley.Agent], error) {
			return x.Service.Agents(ctx, x.Call, seller.AgentFilter{Trust: parley.Trust(f.TrustStatus), Page: page})
		},
	}
	DiscoverAgent = act("POST /registry/agents/discover", Made, AgentOf,
		func(ctx context.Context, x *Exchange, _ string, body *DiscoverRequest, encode seller.Encode[parley.Agent]) (seller.Answer, error) {
			address, err := body.Address()
			if err != nil {
				return seller.Answer{}, err
			}
			answer, err := x.Service.DiscoverAgent(ctx, x.Call, address, encode)
			return answer, CalledSo(err, body.Names())
		})
	TrustAgent = act("PUT /registry/agents/{agent_id}/trust", Done, AgentOf,
		func(ctx context.Context, x *Exchange, id string, body *TrustRequest, encode seller.Encode[parley.Agent]) (seller.Answer, error) {
			expected, err := x.MadeFrom(body.Version)
			if err != nil {
				return seller.Answer{}, err
			}
			return x.Service.TrustAgent(ctx, x.Call, id, body.TrustStatus, expected, encode)
		})
	RemoveAgent = act("DELETE /registry/agents/{agent_id}", Done, AgentOf, byID[none]((*seller.Service).RemoveAgent))
)
