package rest

import (
	"net/http"

	"parley/seller"
	"parley/wire"
	"parley/wire/contract"
)

var agentRoutes = []Route{
	answer(Route{
		Method: http.MethodGet, Path: "/.well-known/agent.json", Access: AccessPublic,
		ID: "getAgentCard", Tag: "Agents", Summary: "Read this seller's own card",
	}, func(x *exchange, _ struct{}) (contract.Agent, error) {
		offered, err := x.Service.Offering(x.r.Context())
		return x.card(offered), err
	}, func(x *exchange) contract.Agent {
		return x.card(seller.Offering{InventoryTypes: []string{"ctv", "display"}, Segments: true})
	}),
	list(Route{
		Method: http.MethodGet, Path: "/registry/agents", Access: AccessOperator, Scopes: viewer,
		ID: "listAgents", Tag: "Agents", Summary: "List the registered buyer agents",
	}, wire.ListAgents, sampleAgent),
	one(Route{
		Method: http.MethodGet, Path: "/registry/agents/{agent_id}", Access: AccessOperator, Scopes: viewer,
		ID: "getAgent", Tag: "Agents", Summary: "Read a registered agent",
	}, wire.GetAgent, sampleAgent),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "discoverAgent", Tag: "Agents", Summary: "Register the agent whose card is at a URL",
		Description: "Fetches the card from the URL's host, and registers its agent, trusted as registered: its keys reach the seat " +
			"tier. Discovering an agent again renews its card. Private addresses are refused unless a setting allows them.",
		Example:  `{"url": "https://buyer.example.com/a2a"}`,
		Failures: []int{http.StatusConflict},
	}, wire.DiscoverAgent, sampleAgent),
	actWith[idChange](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "trustAgent", Tag: "Agents", Summary: "Set how far an agent is trusted",
		Description: "unknown reaches the public tier, registered the seat tier, approved and preferred every tier that a key's " +
			"identity has; blocked is refused everywhere with 403. It holds at once, on every node. Name the version that you read, in " +
			"If-Match or as version, to have it refused when somebody else has changed it since.",
		Example:  `{"trust_status": "approved"}`,
		Failures: []int{http.StatusPreconditionFailed},
	}, wire.TrustAgent, sampleAgent),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "removeAgent", Tag: "Agents", Summary: "Take an agent out of the registry",
		Description: "Its keys then reach what their identity reaches: nothing caps them. To keep an agent out, block it: a blocked one stays blocked when it is removed.",
	}, wire.RemoveAgent, sampleAgent),
}

// card is this seller's own card, at its public address, or else at the one by which it was asked for.
func (x *exchange) card(offered seller.Offering) contract.Agent {
	address := x.kit.PublicURL
	switch {
	case address != "":
	case x.r == nil:
		address = "http://127.0.0.1:8080"
	case x.r.TLS != nil:
		address = "https://" + x.r.Host
	default:
		address = "http://" + x.r.Host
	}
	return contract.SellerCard(x.Settings.SellerID, x.Settings.SellerName, address, x.kit.Version, offered.InventoryTypes, offered.Segments)
}
