package console

import (
	"encoding/json"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) agentRoutes() []route {
	return []route{
		get("/agents", c.agentList),
		get("/agents.csv", c.agentExport),
		post(admins, "/agents/discover", c.discoverAgent).on("/agents"),
		get("/agents/{id}", c.agentPage),
		post(admins, "/agents/{id}/trust", c.trustAgent).on("/agents/{id}").over(agentNow),
		post(admins, "/agents/{id}/remove", c.removeAgent).on("/agents/{id}"),
	}
}

// listedAgent is an agent of the registry with what its card says of it.
type listedAgent struct {
	parley.Agent
	Name        string // the card's, or the URL without one
	Description string
	Version     string
	Reaches     string // the best tier that its keys reach
}

func listedAgentOf(agent parley.Agent) listedAgent {
	l := listedAgent{Agent: agent, Name: agent.URL, Reaches: "nothing: it is refused"}
	if tier, admitted := agent.Trust.Ceiling(); admitted {
		l.Reaches = "up to the " + tier.String() + " tier"
	}
	// A card says what its agent likes: a member of another type than is usual is left to the card itself.
	var members map[string]json.RawMessage
	if json.Unmarshal(agent.Card, &members) != nil {
		return l
	}
	for name, target := range map[string]*string{"name": &l.Name, "description": &l.Description, "version": &l.Version} {
		var text string
		if json.Unmarshal(members[name], &text) == nil && text != "" {
			*target = text
		}
	}
	return l
}

// trustChoices are the levels of the registry, with what each lets an agent's keys reach.
var trustChoices = func() []string {
	var choices []string
	for _, trust := range parley.Trusts {
		choices = append(choices, string(trust)+"="+string(trust)+": "+listedAgentOf(parley.Agent{Trust: trust}).Reaches)
	}
	return choices
}()

// agentListPage is the registry with the form that adds to it.
type agentListPage struct {
	listPage[listedAgent]
	Trusts   []string
	Discover *form
}

func (c *console) agentList(x *exchange) error {
	return x.showAgents(x.refusedOr(newForm(nil)))
}

func (x *exchange) agents() list[parley.Agent] {
	trust := parley.Trust(x.query().text("trust"))
	return list[parley.Agent]{
		what: "agents", filters: []string{"trust"},
		id: func(agent parley.Agent) string { return agent.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Agent], error) {
			return x.service.Agents(x.Context(), x.call, seller.AgentFilter{Trust: trust, Page: page})
		},
	}
}

func (c *console) agentExport(x *exchange) error {
	return x.agents().export(x, []column[parley.Agent]{
		{"agent_id", func(a parley.Agent) string { return a.ID }},
		{"name", func(a parley.Agent) string { return listedAgentOf(a).Name }},
		{"url", func(a parley.Agent) string { return a.URL }},
		{"trust_status", func(a parley.Agent) string { return string(a.Trust) }},
		{"created_at", func(a parley.Agent) string { return a.CreatedAt.Format(time.RFC3339) }},
		{"updated_at", func(a parley.Agent) string { return a.UpdatedAt.Format(time.RFC3339) }},
	})
}

func (x *exchange) showAgents(status int, discover *form) error {
	q := x.query()
	rows, pager, err := x.agents().page(q)
	if err != nil {
		return err
	}
	content := agentListPage{
		listPage: listPage[listedAgent]{Pager: pager, Query: q, Filter: q.filterForm()}, Discover: discover,
		Trusts: []string{"=Any"},
	}
	for _, trust := range parley.Trusts {
		content.Trusts = append(content.Trusts, string(trust))
	}
	for _, agent := range rows {
		content.Rows = append(content.Rows, listedAgentOf(agent))
	}
	return x.show("agents", status, page{Title: "Agents", Section: "agents", Live: []string{"agent."}, Data: content})
}

func (c *console) discoverAgent(x *exchange) error {
	answer, err := c.service.DiscoverAgent(x.Context(), x.call, x.PostForm.Get("url"), toAgent)
	if err != nil {
		return x.again(newForm(x.PostForm), err, "", x.showAgents)
	}
	x.follow(answer, "The agent's card is read and kept.")
	return nil
}

var toAgent = thenGo(func(agent parley.Agent) string { return "/agents/" + url.PathEscape(agent.ID) })

// agentPage is what an agent's page shows.
type agentPage struct {
	Agent listedAgent
	Trust *form
	// Trusts are the levels to choose from.
	Trusts []string
	Story  story
}

func (c *console) agentPage(x *exchange) error {
	return x.showAgent(x.refusedOr(nil))
}

// showAgent answers an agent's page; refused is the form of a change that was, or nil.
func (x *exchange) showAgent(status int, refused *form) error {
	id := x.PathValue("id")
	agent, err := x.service.Agent(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "agent", id)
	}
	told, err := x.story(seller.EventFilter{Type: "none"}, auditsOf("agent", id))
	if err != nil {
		return err
	}
	content := agentPage{Agent: listedAgentOf(agent), Trust: refused, Trusts: trustChoices, Story: told}
	if refused == nil {
		content.Trust = newForm(trustValues(agent))
	}
	return x.show("agent", status, page{Title: content.Agent.Name, Section: "agents", Live: []string{"agent."}, Data: content})
}

// trustValues fill in the form of an agent's trust.
func trustValues(agent parley.Agent) url.Values {
	return url.Values{"trust_status": {string(agent.Trust)}, "version": {plain(agent.Version)}}
}

func agentNow(x *exchange) (url.Values, error) {
	agent, err := x.service.Agent(x.Context(), x.call, x.PathValue("id"))
	return trustValues(agent), missing(err, "agent", x.PathValue("id"))
}

func (c *console) trustAgent(x *exchange) error {
	r := reader{values: x.PostForm}
	seen := r.version()
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.TrustAgent(x.Context(), x.call, x.PathValue("id"), x.PostForm.Get("trust_status"), seen, toAgent)
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "agent", x.showAgent)
	}
	x.follow(answer, "The agent's trust is set, on every node.")
	return nil
}

func (c *console) removeAgent(x *exchange) error {
	answer, err := c.service.RemoveAgent(x.Context(), x.call, x.PathValue("id"),
		thenGo(func(parley.Agent) string { return "/agents" }))
	if err != nil {
		return missing(err, "agent", x.PathValue("id"))
	}
	x.follow(answer, "The agent is out of the registry. Its keys reach what their own identity reaches.")
	return nil
}
