package a2a

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"

	sdk "github.com/a2aproject/a2a-go/v2/a2a"

	"parley"
	"parley/wire"
)

// The published buyer of the IAB Tech Lab asks in sentences, at addresses of its own.
const (
	sellerPath   = Path + "/seller"
	buyerPath    = Path + "/buyer"
	sentencePath = "/jsonrpc"
)

// sentence is one form of words that is understood: the skill that it asks for, with what stands in its places.
type sentence struct {
	words *regexp.Regexp
	skill string
	input func(found []string) map[string]any
	of    int // which place names the one thing that is asked about; 0: none does
}

// sentences are all that is understood, each from its first word to its last. Nothing else of a text is.
var sentences = []sentence{
	{form(`list all available advertising products`), "list_products", func([]string) map[string]any { return map[string]any{} }, 0},
	{form(`search for advertising products: *(.+?)`), "list_products", func(f []string) map[string]any { return map[string]any{"search": f[1]} }, 0},
	{form(`execute search_products with (.+?)`), "list_products", func(f []string) map[string]any { return map[string]any{"search": searched(f[1])} }, 0},
	{form(`get product with id (\S+?)`), "get_product", func(f []string) map[string]any { return map[string]any{"product_id": f[1]} }, 1},
	{form(`check availability for product (\S+) with ([\d,]+) impressions(?: from (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d))?`), "check_avails", availability, 1},
	{form(`what is the pricing for (?:product )?(\S+) for ([\d,]+) impressions`), "get_pricing", func(f []string) map[string]any {
		return map[string]any{"product_id": f[1], "volume": number(f[2])}
	}, 1},
	{form(`list all orders`), "list_orders", func([]string) map[string]any { return map[string]any{} }, 0},
}

func form(words string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\s*` + words + `\s*[.?!]?\s*$`)
}

func number(digits string) json.Number {
	plain := strings.TrimLeft(strings.ReplaceAll(digits, ",", ""), "0")
	return json.Number(cmp.Or(plain, "0"))
}

func availability(found []string) map[string]any {
	input := map[string]any{"product_ids": []any{found[1]}, "impressions": number(found[2])}
	if found[3] != "" {
		input["flight_start"], input["flight_end"] = found[3], found[4]
	}
	return input
}

// searched is what a search is for: the query of an object, or the words as they are.
func searched(words string) string {
	if tree, err := wire.ParseTree([]byte(words)); err == nil {
		if object, ok := tree.(map[string]any); ok {
			query, _ := object["query"].(string)
			return query
		}
	}
	for _, name := range [...]string{"query=", "query:"} {
		if rest, ok := strings.CutPrefix(words, name); ok {
			words = rest
		}
	}
	return strings.Trim(words, ` "'`)
}

// sayHow tells what to send in the place of a sentence that is not understood.
const sayHow = `This is not understood here. Products, availability, prices and orders can be asked for in sentences. Everything else, also quotes, ` +
	`proposals and bookings, is done by the API, whose description is at /openapi.json, or at /a2a by a message with one part of data, ` +
	`{"skill": ID, "input": {...}}; the card at /.well-known/agent-card.json lists the skills.`

// callSentence answers a message in a sentence.
func (s *server) callSentence(x *exchange, r *http.Request) error {
	if err := allow(x, r, http.MethodPost); err != nil {
		return err
	}
	r, release, err := s.begin(x, r)
	defer release()
	if err != nil {
		return err
	}
	return x.work(r, false, func(r *http.Request) {
		if method, _ := x.body["method"].(string); method != olderSend {
			x.older(nil, sdk.NewError(sdk.ErrMethodNotFound, "Here is message/send alone."))
			return
		}
		answer, err := x.answerSentence(r.Context())
		if err != nil {
			x.older(nil, x.failed(r.Context(), err))
			return
		}
		x.write(http.StatusOK, map[string]any{"jsonrpc": "2.0", "id": x.id, "result": answer})
	})
}

// answerSentence does what the text of a message asks for.
func (x *exchange) answerSentence(ctx context.Context) (map[string]any, error) {
	params, _ := x.body["params"].(map[string]any)
	message, _ := params["message"].(map[string]any)
	contextID, _ := message["contextId"].(string)
	if contextID == "" {
		contextID, _ = params["contextId"].(string)
	}
	answer := map[string]any{
		"kind": "message", "messageId": rand.Text(), "role": "agent", "taskId": rand.Text(), "contextId": cmp.Or(contextID, contextPrefix+rand.Text()),
	}
	for _, known := range sentences {
		found := known.words.FindStringSubmatch(textOf(message))
		if found == nil {
			continue
		}
		skill, _ := x.server.skills.Find(known.skill)
		outcome, err := x.server.skills.Run(ctx, wire.Exchange{View: x.View, Service: x.server.service, Call: x.call}, skill, known.input(found))
		if err != nil {
			return nil, err
		}
		if known.of > 0 {
			answer["taskId"] = found[known.of]
		}
		answer["status"] = "completed"
		answer["parts"] = olderParts(sdk.ContentParts{sdk.NewTextPart(skill.Title + ": " + strings.TrimSpace(string(outcome.Document))), dataPart(outcome.Document)})
		return answer, nil
	}
	answer["status"] = "failed"
	answer["parts"] = olderParts(sdk.ContentParts{sdk.NewTextPart(sayHow), dataPart(wire.EncodeError(
		parley.Errorf(parley.CodeUnsupportedCapability, "%s", sayHow), x.requestID))})
	return answer, nil
}

// textOf is what a message says.
func textOf(message map[string]any) string {
	parts, _ := message["parts"].([]any)
	var said []string
	for _, part := range parts {
		if part, ok := part.(map[string]any); ok {
			if text, ok := part["text"].(string); ok {
				said = append(said, text)
			}
		}
	}
	return strings.Join(said, "\n")
}

// sentenceCard is the card of those who ask in sentences.
func (s *server) sentenceCard(address, path string) ([]byte, error) {
	settings := s.service.Settings()
	var skills []any
	for _, skill := range [...]struct{ id, name, example string }{
		{"list_products", "List products", "List all available advertising products"},
		{"search_products", "Search products", "Search for advertising products: sports"},
		{"get_product", "Read a product", "Get product with ID ctv-sports-live"},
		{"check_avails", "Check availability", "Check availability for product ctv-sports-live with 1000000 impressions from 2026-08-01 to 2026-08-31"},
		{"get_pricing", "Ask for a price", "What is the pricing for ctv-sports-live for 1000000 impressions"},
		{"list_orders", "List orders", "List all orders"},
	} {
		skills = append(skills, map[string]any{
			"id": skill.id, "name": skill.name, "description": "In a sentence of this form.", "tags": []string{"reading"}, "examples": []string{skill.example},
		})
	}
	return wire.Encode(map[string]any{
		"name": settings.SellerName, "description": "The publisher's seller agent, in sentences. " + address + CardPath + " is the card of the whole.",
		"url": address + path + sentencePath, "version": s.options.Version, "protocolVersion": olderVersion + ".0",
		"preferredTransport": sdk.TransportProtocolJSONRPC, "capabilities": map[string]any{"streaming": false, "pushNotifications": false},
		"defaultInputModes": []string{"text/plain"}, "defaultOutputModes": []string{"text/plain", "application/json"}, "skills": skills,
		"provider": map[string]any{"organization": settings.SellerName, "url": address},
	})
}
