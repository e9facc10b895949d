package mcp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"parley"
	"parley/seller"
	agent "parley/tool"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

// The dialect of the buyer's agent that the IAB Tech Lab publishes: it sends no key, calls three tools and reads nothing but
// their text, which is a list or an object.
var fieldTools = []tool{
	bare(question(agent.Tool{Name: "list_products", Title: "List products", Keyless: true, Description: "List what is for sale."},
		func(ctx context.Context, x *exchange, _ *agent.Nothing) ([]fieldProduct, error) {
			return x.fieldProducts(ctx, fieldSearch{})
		})),
	bare(question(agent.Tool{Name: "search_products", Title: "Search products", Keyless: true, Description: "Find products by words and filters."},
		func(ctx context.Context, x *exchange, a *fieldSearch) ([]fieldProduct, error) {
			return x.fieldProducts(ctx, *a)
		})),
	bare(question(agent.Tool{Name: "get_product", Title: "Read a product", Keyless: true, Needs: agent.OneOf("id", "product_id"), Description: "Read one product."},
		func(ctx context.Context, x *exchange, a *agent.ProductArguments) (fieldProduct, error) {
			product, err := x.Service.Product(ctx, x.Call, cmp.Or(a.ID, a.ProductID))
			if err != nil {
				return fieldProduct{}, err
			}
			return x.fieldProduct(product), nil
		})),
}

// bare makes a tool whose answer is its text alone.
func bare(t tool) tool {
	t.bare = true
	return t
}

type fieldSearch struct {
	Query   string               `json:"query,omitempty" maxLength:"200"`
	Filters *agent.SearchFilters `json:"filters,omitempty"`
}

// fieldProduct is a product in the members that the buyer's agent reads.
type fieldProduct struct {
	ID                 string               `json:"id"`
	Name               string               `json:"name"`
	Description        string               `json:"description"`
	PublisherID        string               `json:"publisherId"`
	Channel            string               `json:"channel"`
	BasePrice          *contract.Decimal    `json:"basePrice,omitempty"` // before its tier's discount, which the buyer's agent takes off by itself; with a key alone
	RateType           string               `json:"rateType"`
	DeliveryType       string               `json:"deliveryType"`
	DealTypes          []parley.DealType    `json:"dealTypes"`
	Targeting          []string             `json:"targeting"`
	NegotiationEnabled bool                 `json:"negotiation_enabled"`
	SellerURL          string               `json:"seller_url"`
	PriceRange         *document.PriceRange `json:"price_range,omitempty"`
	Currency           parley.Currency      `json:"currency"`
}

// mostFieldProducts is how many products a list without pages has.
const mostFieldProducts = 500

func (x *exchange) fieldProducts(ctx context.Context, a fieldSearch) ([]fieldProduct, error) {
	var found []seller.PricedProduct
	_, err := agent.Search(ctx, &x.Exchange, a.Query, a.Filters, func(p seller.PricedProduct, _ document.Product) {
		if len(found) < mostFieldProducts {
			found = append(found, p)
		}
	})
	shown := make([]fieldProduct, len(found))
	for i, p := range found {
		shown[i] = x.fieldProduct(p)
	}
	return shown, err
}

func (x *exchange) fieldProduct(p seller.PricedProduct) fieldProduct {
	document := wire.ProductOf(x.View, p)
	shown := fieldProduct{
		ID: p.Product.ID, Name: p.Product.Name, Description: p.Product.Description, PublisherID: x.Settings.SellerID, Channel: p.Product.InventoryType,
		RateType: "CPM", DeliveryType: document.DeliveryType, DealTypes: document.DealTypes,
		Targeting:          slices.Concat(document.GeoTargets, document.DeviceTypes, document.ContentCategories),
		NegotiationEnabled: x.Caller.Role != parley.RoleAnonymous || x.Settings.Anonymous.Proposals,
		SellerURL:          x.server.options.PublicURL, PriceRange: document.PriceRange, Currency: p.Product.Currency,
	}
	if p.Exact && p.Price != nil {
		public := p.Price.Public()
		shown.BasePrice = contract.DecimalOf(parley.Money{Micros: public.BaseCPM, Currency: public.Currency})
	}
	return shown
}

// The paths of the dialect: the protocol's own, and two that need none.
const (
	fieldPath      = "/mcp/sse"
	fieldToolsPath = "/mcp/tools"
	fieldCallPath  = "/mcp/call"
)

// showFieldTools answers what can be called.
func (s *server) showFieldTools(w http.ResponseWriter) error {
	type entry struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      any    `json:"inputSchema"`
	}
	tools := s.tools().field.inOrder
	shown := make([]entry, len(tools))
	for i, t := range tools {
		shown[i] = entry{t.Name, t.Description, t.described.InputSchema}
	}
	return s.write(w, map[string]any{"tools": shown})
}

// callFieldTool calls one as a plain request: {name, arguments} is answered with {success, result, error}.
func (s *server) callFieldTool(w http.ResponseWriter, r *http.Request, h *held, body []byte) error {
	var asked struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if err := json.Unmarshal(body, &asked); err != nil {
		return parley.Errorf(parley.CodeMalformed, "Send {\"name\": ..., \"arguments\": {...}}.")
	}
	t, found := s.tools().field.named[asked.Name]
	if !found {
		return parley.Errorf(parley.CodeNotFound, "There is no tool %q. GET %s lists what there is.", asked.Name, fieldToolsPath)
	}
	x := h.exchange
	err := x.admit(t)
	var made agent.Outcome
	var arguments map[string]any
	if err == nil {
		arguments, err = membersOf(asked.Arguments)
	}
	if err == nil {
		made, err = t.call(r.Context(), &x, t.schema, arguments)
	}
	s.options.Counted(r.Context(), "mcp", t.Name, h.requestID, err)
	if err != nil {
		failure := wire.PublicError(err)
		if failure.Code == parley.CodeInternal {
			return err
		}
		return s.write(w, map[string]any{"success": false, "result": nil, "error": failure.Message})
	}
	return s.write(w, map[string]any{"success": true, "result": json.RawMessage(bytes.TrimSpace(made.Document)), "error": nil})
}

func (s *server) write(w http.ResponseWriter, document any) error {
	body, err := wire.Encode(document)
	if err != nil {
		return parley.Internal(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
	return nil
}
