package contract

import (
	"encoding/json"
	"fmt"

	"parley"
)

// Agent is an agent's card, with which it describes itself to others.
type Agent struct {
	AgentID              string              `json:"agent_id"`
	AgentType            string              `json:"agent_type" doc:"seller or buyer."`
	Name                 string              `json:"name"`
	Description          string              `json:"description"`
	URL                  string              `json:"url"`
	Version              string              `json:"version"`
	OrganizationID       *string             `json:"organization_id"`
	Provider             AgentProvider       `json:"provider"`
	Capabilities         AgentCapabilities   `json:"capabilities"`
	AudienceCapabilities json.RawMessage     `json:"audience_capabilities" doc:"Which parts of an audience plan are honoured."`
	Authentication       AgentAuthentication `json:"authentication"`
	Skills               []AgentSkill        `json:"skills"`
	InventoryTypes       []string            `json:"inventory_types"`
	SupportedDealTypes   []parley.DealType   `json:"supported_deal_types"`
	TrustStatus          parley.Trust        `json:"trust_status" doc:"What others think of the agent is for them to say: unknown."`
	Contact              *string             `json:"contact"`
	TermsOfServiceURL    *string             `json:"tos_url"`
}

// AgentProvider is who runs an agent.
type AgentProvider struct {
	Name        string  `json:"name"`
	Description *string `json:"description"`
	URL         *string `json:"url"`
}

// AgentCapabilities are how an agent can be talked to.
type AgentCapabilities struct {
	Protocols         []string `json:"protocols"`
	Streaming         bool     `json:"streaming"`
	PushNotifications bool     `json:"push_notifications"`
}

// AgentAuthentication is how callers prove who they are.
type AgentAuthentication struct {
	Schemes        []string `json:"schemes"`
	CredentialsURL *string  `json:"credentials_url"`
}

// AgentSkill is one thing that an agent does.
type AgentSkill struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Tags        []string `json:"tags"`
}

// sellerSkills are what this seller does.
var sellerSkills = []AgentSkill{
	{ID: "catalog", Name: "Catalog", Description: "Products, price ranges and availability.", Tags: []string{"inventory"}},
	{ID: "quote", Name: "Quotes", Description: "Exact prices for PG, PD and PA deals, for a time.", Tags: []string{"deals", "pricing"}},
	{ID: "deal", Name: "Deals", Description: "Books quotes and proposals, with deal ids for DSPs (OpenRTB).", Tags: []string{"deals"}},
	{ID: "negotiation", Name: "Negotiation", Description: "Proposals at the buyer's price, and rounds over it.", Tags: []string{"deals", "negotiation"}},
	{ID: "order", Name: "Orders", Description: "Tracks a deal's fulfilment, and changes to it.", Tags: []string{"orders"}},
}

// audienceCapabilities says which parts of an audience plan are honoured, in the members that buyers' agents read before they
// plan: one standard segment, where there are products that carry any, and nothing else.
func audienceCapabilities(segments bool) json.RawMessage {
	versions, primary := "[]", 0
	if segments {
		versions, primary = `["`+parley.AudienceTaxonomyVersion+`"]`, 1
	}
	return fmt.Appendf(nil, `{"schema_version":"1","standard_taxonomy_versions":%s,"contextual_taxonomy_versions":[],`+
		`"agentic":{"supported":false},"supports_constraints":false,"supports_extensions":false,"supports_exclusions":false,`+
		`"max_refs_per_role":{"primary":%d,"constraints":0,"extensions":0,"exclusions":0}}`, versions, primary)
}

// SellerCard is this seller's own card, at an address. segments tells whether any product is sold by audience.
func SellerCard(sellerID, name, address, version string, inventoryTypes []string, segments bool) Agent {
	return Agent{
		AgentID: sellerID, AgentType: "seller", Name: name, Description: "Seller agent of " + name + ": quotes, negotiates and books deals.",
		URL: address, Version: version, OrganizationID: &sellerID, Provider: AgentProvider{Name: name},
		Capabilities:   AgentCapabilities{Protocols: []string{"rest"}, Streaming: true},
		Authentication: AgentAuthentication{Schemes: []string{"api_key"}}, Skills: sellerSkills,
		AudienceCapabilities: audienceCapabilities(segments), InventoryTypes: Listed(inventoryTypes), SupportedDealTypes: parley.DealTypes[:], TrustStatus: parley.TrustUnknown,
	}
}
