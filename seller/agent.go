package seller

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"path"
	"strings"

	"parley"
	"parley/openrtb"
	"parley/storage"
)

// FetchCard fetches the card that an agent publishes at its URL, a JSON object.
type FetchCard func(ctx context.Context, agentURL string) (json.RawMessage, error)

// normalAgentURL is the one way to write an agent's URL, so that the same agent is not known under two: whatever the case, the
// default port, zeros before another, slashes and letters that need no escape.
func normalAgentURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		return "", parley.Invalid("url", "must be an https or http URL such as https://buyer.example.com/a2a")
	}
	host, port := strings.ToLower(strings.TrimSuffix(u.Hostname(), ".")), u.Port()
	if domain, err := openrtb.Domain(host); err == nil {
		host = domain
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port = strings.TrimLeft(port, "0"); port != "" && (u.Scheme != "https" || port != "443") && (u.Scheme != "http" || port != "80") {
		host += ":" + port
	}
	within := (&url.URL{Path: path.Clean("/" + u.Path)}).EscapedPath()
	return u.Scheme + "://" + host + strings.TrimRight(within, "/"), nil
}

// errUndiscovered ends a transaction that found no stored answer: the card has yet to be fetched.
var errUndiscovered = errors.New("seller: the agent is not discovered yet")

// DiscoverAgent registers the agent whose card is found at a URL, or renews the card of one that is registered. A new agent
// is trusted as registered; discovering one again leaves its trust as it is, also of one that was removed while it was blocked.
func (s *Service) DiscoverAgent(ctx context.Context, call Call, agentURL string, encode Encode[parley.Agent]) (Answer, error) {
	asked, err := normalAgentURL(agentURL)
	if err != nil {
		return Answer{}, err
	}
	// A repeated request is answered from what is stored: its agent may be gone by now. And nobody but an admin makes this
	// server fetch anything, which is not done inside a transaction.
	stored, err := write(ctx, s, call, encode, func(w *work) (parley.Agent, error) {
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Agent{}, err
		}
		return parley.Agent{}, errUndiscovered
	})
	if !errors.Is(err, errUndiscovered) {
		return stored, err
	}
	if s.parts.Cards == nil {
		return Answer{}, parley.Errorf(parley.CodeUnsupportedCapability, "This seller does not discover agents.")
	}
	card, err := s.parts.Cards(ctx, asked)
	if err != nil {
		return Answer{}, err
	}
	address, err := ownURL(asked, card)
	if err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Agent, error) {
		pending := w.AgentAt(address)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Agent{}, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return parley.Agent{}, err
		}
		agent, err := w.RegisterAgent(parley.Agent{
			ID: s.ids.New(parley.PrefixAgent), URL: address, Trust: parley.TrustRegistered, Card: card, Version: 1, CreatedAt: w.now, UpdatedAt: w.now,
		}).Get(ctx)
		if err != nil {
			return parley.Agent{}, err
		}
		return agent, w.recordAgent(parley.EventAgentDiscovered, "agent.discover", before, agent)
	})
}

// ownURL is the URL that a card names as its agent's. It has to be on the host that served the card, since anybody can
// write anybody's.
func ownURL(asked string, card json.RawMessage) (string, error) {
	var named struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(card, &named); err != nil || named.URL == "" {
		return asked, nil //nolint:nilerr // a card that names no URL is of the agent that was asked for
	}
	address, err := normalAgentURL(named.URL)
	if err != nil {
		return "", parley.Invalid("url", "has a card whose own url is none")
	}
	if host(address) != host(asked) {
		return "", parley.Invalid("url", "has a card of an agent on another host, %s", host(address))
	}
	return address, nil
}

func host(agentURL string) string {
	u, err := url.Parse(agentURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Agents lists the registry, for the publisher.
func (s *Service) Agents(ctx context.Context, call Call, filter storage.AgentFilter) (storage.Listing[parley.Agent], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Agent]] { return v.Agents(filter) })
}

// Agent reads one registered agent.
func (s *Service) Agent(ctx context.Context, call Call, id string) (parley.Agent, error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[parley.Agent] { return v.Agent(id) })
}

// TrustAgent sets how far the publisher trusts an agent. It holds at once, on every node: the tier of its keys is capped,
// and a blocked agent is refused. expected is the version that the caller has seen: where it has another meanwhile the code is
// CodePreconditionFailed. Nil: whichever it has.
func (s *Service) TrustAgent(ctx context.Context, call Call, id, level string, expected *int64, encode Encode[parley.Agent]) (Answer, error) {
	trust, ok := parley.ParseTrust(level)
	if !ok {
		return Answer{}, parley.Invalid("trust_status", "must be unknown, registered, approved, preferred or blocked")
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Agent, error) {
		pending := w.AgentForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Agent{}, err
		}
		before, err := pending.Get(ctx)
		if err != nil {
			return parley.Agent{}, err
		}
		if err := sameVersion("agent", before.Version, expected); err != nil {
			return parley.Agent{}, err
		}
		agent := before
		agent.Trust, agent.Version, agent.UpdatedAt = trust, before.Version+1, w.now
		w.TrustAgent(id, trust, w.now)
		return agent, w.recordAgent(parley.EventAgentTrusted, "agent.trust", before, agent)
	})
}

// RemoveAgent takes an agent out of the registry. Its keys are what they were before it was registered: nothing caps them.
// A blocked agent's stay blocked: only trust that is given takes a block back, after the agent is discovered again.
func (s *Service) RemoveAgent(ctx context.Context, call Call, id string, encode Encode[parley.Agent]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Agent, error) {
		pending := w.AgentForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Agent{}, err
		}
		agent, err := pending.Get(ctx)
		if err != nil {
			return parley.Agent{}, err
		}
		w.RemoveAgent(id, w.now)
		return agent, w.recordAgent(parley.EventAgentRemoved, "agent.remove", agent, parley.Agent{ID: agent.ID, URL: agent.URL})
	})
}

func (w *work) recordAgent(event parley.EventType, action string, before, after parley.Agent) error {
	about := map[string]any{"agent_id": after.ID, "url": after.URL, "trust_status": after.Trust}
	return w.record(parley.Event{Type: event, Data: data(about)}, action, "agent", after.ID,
		map[string]any{"trust_status": before.Trust}, about)
}

// claimedAgent asks for the registered agent that a request names itself to come from; nil when it names none.
func (w *work) claimedAgent(agentURL string) *storage.Pending[parley.Agent] {
	if agentURL == "" {
		return nil
	}
	address, err := normalAgentURL(agentURL)
	if err != nil {
		return nil // what is no URL is nobody's in the registry; it is recorded as it is
	}
	return w.AgentFor(address, host(address))
}

// capped lowers a caller to what the agent that its request names may have, and refuses a blocked one. Naming a trusted
// agent raises nobody: only a credential does.
func capped(ctx context.Context, who parley.Principal, claimed *storage.Pending[parley.Agent]) (parley.Principal, error) {
	if claimed == nil || who.IsOperator() {
		return who, nil
	}
	agent, err := claimed.Get(ctx)
	if err != nil || agent.ID == "" {
		return who, err
	}
	ceiling, admitted := agent.Trust.Ceiling()
	if !admitted {
		return who, errBlocked
	}
	if present, _ := who.Trust.Ceiling(); ceiling < present {
		who.Trust = agent.Trust
	}
	return who, nil
}

// Offering is what this seller's own card says of its products for sale.
type Offering struct {
	InventoryTypes []string
	Segments       bool // some of them are sold by standard segments
}

// Offering answers what is for sale.
func (s *Service) Offering(ctx context.Context) (Offering, error) {
	var found Offering
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		types, segments := r.InventoryTypes(), r.SellsSegments()
		if found.InventoryTypes, err = types.Get(ctx); err != nil {
			return err
		}
		found.Segments, err = segments.Get(ctx)
		return err
	})
	return found, err
}
