package mcp

import (
	"context"
	_ "embed" // the documents

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

var (
	//go:embed documents/buyers.md
	buyersDocument string
	//go:embed documents/negotiation.md
	negotiationDocument string
)

// addResources offers what a model can read before it trades.
func addResources(server *sdk.Server) {
	for _, document := range []struct{ name, title, description, text string }{
		{"buyers", "How to buy", "How a buyer finds, prices, negotiates, books and changes a deal with these tools.", buyersDocument},
		{"negotiation", "How to negotiate", "How rounds over a price go, and what they can end in.", negotiationDocument},
	} {
		uri := "parley://docs/" + document.name
		server.AddResource(&sdk.Resource{
			URI: uri, Name: document.name, Title: document.title, Description: document.description, MIMEType: "text/markdown",
		}, func(context.Context, *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
			return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: uri, MIMEType: "text/markdown", Text: document.text}}}, nil
		})
	}
}

// prompt is a beginning of a conversation that a person can pick.
type prompt struct {
	name, title, description string
	arguments                []*sdk.PromptArgument
	text                     string // what the person says; the arguments stand below it, as data
}

var buyerPrompts = []prompt{
	{
		"buy", "Buy a deal", "Find products, price them and book one.",
		[]*sdk.PromptArgument{
			{Name: "wish", Description: "What is to be bought: audience, formats, countries."},
			{Name: "impressions", Description: "How many."}, {Name: "flight", Description: "From when to when."},
			{Name: "max_cpm", Description: "The highest CPM that may be paid."},
		},
		"Find products of this publisher that suit, with search_products and check_avails. Show me up to three with their prices. When I " +
			"have chosen one, ask for a quote with request_quote and show it to me. Book it with book_deal, with my max_cpm, only after I have " +
			"said so. If the deal is proposed, wait with wait_for_change and tell me how the publisher decided.",
	},
	{
		"negotiate", "Negotiate a price", "Counter the price of a quote or a proposal.",
		[]*sdk.PromptArgument{{Name: "subject", Description: "The id of the quote, proposal or negotiation."}, {Name: "target_cpm", Description: "What you hope for."}, {Name: "max_cpm", Description: "The highest CPM that may be paid."}},
		"Read the quote or proposal and negotiate its price with negotiate, towards my target, never above my max_cpm. Tell me each round. Accept or " +
			"walk away only after I have said so.",
	},
	{"status", "What is under way", "Read what is open: quotes, proposals, negotiations, deals, orders, changes.", nil,
		"List my open quotes, proposals and negotiations, my deals and orders, and the changes that wait. Tell me what needs me and by when."},
}

var operatorPrompts = []prompt{
	{"queue", "What waits for the desk", "What waits for a decision, the most urgent first, with the case for each.", nil,
		"Read get_inbound_queue. For each that waits, tell me what it is, what it is worth, which rule stopped it, what is recommended and by when " +
			"it has to be decided. Decide nothing before I have said how, and then give my reason with approve_or_reject."},
	{"report", "How trade goes", "Orders, buyers and what they did.", []*sdk.PromptArgument{{Name: "days", Description: "Of how many days."}},
		"Read order_report and get_buyer_activity, and tell me in a few lines what was sold, to whom, and what is stuck."},
}

func addPrompts(server *sdk.Server, prompts []prompt) {
	for _, p := range prompts {
		server.AddPrompt(&sdk.Prompt{Name: p.name, Title: p.title, Description: p.description, Arguments: p.arguments},
			func(_ context.Context, request *sdk.GetPromptRequest) (*sdk.GetPromptResult, error) {
				text := p.text
				for _, argument := range p.arguments {
					if given := request.Params.Arguments[argument.Name]; given != "" {
						text += "\n" + argument.Name + ": " + given
					}
				}
				return &sdk.GetPromptResult{
					Description: p.description, Messages: []*sdk.PromptMessage{{Role: "user", Content: &sdk.TextContent{Text: text}}},
				}, nil
			})
	}
}
