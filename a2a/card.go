package a2a

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/wire"
)

// card answers an agent card, to anybody and from pages of any site: it is public.
func (s *server) card(x *exchange, r *http.Request, of func(address string) ([]byte, error)) error {
	header := x.w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	if err := allow(x, r, http.MethodGet, http.MethodHead, http.MethodOptions); err != nil {
		return err
	}
	if err := s.origins.CheckHost(r); err != nil {
		return err
	}
	if err := s.options.Take(r); err != nil {
		return err
	}
	if r.Method == http.MethodOptions {
		header.Set("Access-Control-Allow-Methods", "GET, HEAD")
		header.Set("Access-Control-Allow-Headers", "Content-Type, A2A-Version")
		x.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	body, err := of(s.address(r))
	if err != nil {
		return parley.Internal(err)
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	header.Set("ETag", tag)
	header.Set("Cache-Control", "public, max-age=300")
	header.Set("Content-Type", "application/json")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		x.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	x.w.WriteHeader(http.StatusOK)
	_, _ = x.w.Write(body) // the client is gone; there is nobody to tell
	return nil
}

// address is where clients reach the server: its public address, or the one by which it was asked.
func (s *server) address(r *http.Request) string {
	switch {
	case s.options.PublicURL != "":
		return s.options.PublicURL
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

const (
	bearerScheme = "bearer"
	headerScheme = "apiKey"
)

// cardOf writes the card: that of version 1.0, and beside its members those by which clients of the older one find the same.
func (s *server) cardOf(address string) ([]byte, error) {
	settings := s.service.Settings()
	card := sdk.AgentCard{
		Name: settings.SellerName,
		Description: "A publisher's seller agent for programmatic advertising: find products, ask for quotes, propose, negotiate and book deals. " +
			`A message asks for one skill, in one part of data: {"skill": ID, "input": {...}}.`,
		Provider: &sdk.AgentProvider{Org: settings.SellerName, URL: address}, Version: s.options.Version, DocumentationURL: address + "/docs",
		SupportedInterfaces: []*sdk.AgentInterface{
			{URL: address + Path, ProtocolBinding: sdk.TransportProtocolJSONRPC, ProtocolVersion: currentVersion},
			{URL: address + restPath, ProtocolBinding: sdk.TransportProtocolHTTPJSON, ProtocolVersion: currentVersion},
			{URL: address + Path, ProtocolBinding: sdk.TransportProtocolJSONRPC, ProtocolVersion: olderVersion},
		},
		Capabilities:      sdk.AgentCapabilities{Streaming: true},
		DefaultInputModes: []string{"application/json"}, DefaultOutputModes: []string{"application/json"},
		SecuritySchemes: sdk.NamedSecuritySchemes{
			bearerScheme: sdk.HTTPAuthSecurityScheme{Scheme: "Bearer", Description: "The publisher's API key."},
			headerScheme: sdk.APIKeySecurityScheme{Location: "header", Name: "X-Api-Key", Description: "The same key."},
		},
	}
	either := sdk.SecurityRequirementsOptions{{bearerScheme: {}}, {headerScheme: {}}}
	open := settings.Anonymous.Catalog || settings.Anonymous.Quotes || settings.Anonymous.Proposals
	if !open {
		card.SecurityRequirements = either
	}
	for _, t := range s.skills.Tools {
		skill := sdk.AgentSkill{ID: t.Name, Name: t.Title, Description: t.Description, Tags: []string{"reading"}}
		if t.Changes {
			skill.Tags = []string{"trading"}
		}
		example, err := json.Marshal(map[string]any{"skill": t.Name, "input": json.RawMessage(t.Example)})
		if err != nil {
			return nil, err
		}
		skill.Examples = []string{string(example)}
		if open && !t.Keyless {
			skill.SecurityRequirements = either
		}
		card.Skills = append(card.Skills, skill)
	}
	return withOlder(card, address, !open)
}

// withOlder writes a card with the members by which clients of version 0.3 find what the others say.
func withOlder(card sdk.AgentCard, address string, closed bool) ([]byte, error) {
	encoded, err := json.Marshal(card)
	if err != nil {
		return nil, err
	}
	var members map[string]any
	if err := json.Unmarshal(encoded, &members); err != nil {
		return nil, err
	}
	members["url"], members["preferredTransport"], members["protocolVersion"] = address+Path, sdk.TransportProtocolJSONRPC, olderVersion+".0"
	either := []any{map[string]any{bearerScheme: []any{}}, map[string]any{headerScheme: []any{}}}
	if closed {
		members["security"] = either
	}
	schemes, _ := members["securitySchemes"].(map[string]any)
	for name, older := range map[string]map[string]any{
		bearerScheme: {"type": "http", "scheme": "Bearer"}, headerScheme: {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
	} {
		if scheme, ok := schemes[name].(map[string]any); ok {
			maps.Copy(scheme, older)
		}
	}
	skills, _ := members["skills"].([]any)
	for _, skill := range skills {
		if skill, ok := skill.(map[string]any); ok && skill["securityRequirements"] != nil {
			skill["security"] = either
		}
	}
	return wire.Encode(members)
}
