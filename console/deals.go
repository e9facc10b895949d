package console

import (
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/delivery"
	"parley/openrtb"
	"parley/seller"
)

func (c *console) dealRoutes() []route {
	return []route{
		get("/deals", c.dealList),
		get("/deals.csv", c.dealExport),
		get("/deals/{id}", c.dealPage),
		get("/deals/{id}/sheet.csv", c.dealSheet),
		post(desk, "/deals/{id}/order", c.orderDeal).on("/deals/{id}"),
		post(approvers, "/deals/{id}/cancel", c.cancelDeal).on("/deals/{id}"),
		post(desk, "/deals/{id}/paperwork", c.filePaperwork).on("/deals/{id}").over(paperworkNow),
		post(desk, "/deals/{id}/changes", c.askForChange).on("/deals/{id}").over(changeNow),
		post(desk, "/deals/{id}/changes/{change}/apply", c.applyChange).on("/deals/{id}"),
	}
}

// dealSorts are what the columns of the list order it by.
var dealSorts = map[string]seller.DealSort{
	"impressions": seller.DealsByImpressions, "start": seller.DealsByStart, "cpm": seller.DealsByCPM,
}

func (x *exchange) deals() list[parley.Deal] {
	q := x.query()
	by, _ := q.sort()
	day := func(name string) *parley.Date {
		if day, err := parley.ParseDate(q.text(name)); err == nil {
			return &day
		}
		return nil
	}
	sort := dealSorts[by]
	if q.text("sort") == "" && day("runs_from") != nil && day("runs_to") != nil {
		sort = seller.DealsByStart // whoever asks what runs in a period looks for its days, and the store finds them in that order
	}
	return list[parley.Deal]{
		what: "deals", filters: []string{"q", "filed", "label", "status", "type", "product_id", "account_id", "starts_from", "starts_to", "runs_from", "runs_to"},
		id: func(deal parley.Deal) string { return deal.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Deal], error) {
			return x.service.Deals(x.Context(), x.call, seller.DealFilter{
				Status: parley.DealStatus(q.text("status")), DealType: parley.DealType(q.text("type")),
				ProductID: q.text("product_id"), Account: q.text("account_id"), StartsFrom: day("starts_from"), StartsTo: day("starts_to"),
				RunsFrom: day("runs_from"), RunsTo: day("runs_to"), Search: q.text("q"),
				Filed: q.text("filed"), Label: q.text("label"),
				Sort: sort, Page: page,
			})
		},
	}
}

// dealListPage is the list with what is filed with its deals.
type dealListPage struct {
	listPage[parley.Deal]
	Filed map[string]parley.Paperwork
}

func idsOf(deals []parley.Deal) []string {
	ids := make([]string, len(deals))
	for i, deal := range deals {
		ids[i] = deal.ID
	}
	return ids
}

func (c *console) dealList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.deals().page(q)
	if err != nil {
		return err
	}
	filed, err := x.service.PaperworkOfDeals(x.Context(), x.call, idsOf(rows))
	if err != nil {
		return err
	}
	return x.show("deals", http.StatusOK, page{
		Title: "Deals", Section: "deals", Live: []string{"deal."},
		Data: dealListPage{listPage[parley.Deal]{rows, pager, q, q.filterForm()}, filed},
	})
}

func (c *console) dealExport(x *exchange) error {
	rows, filed := x.deals(), map[string]parley.Paperwork{}
	fetch := rows.fetch
	rows.fetch = func(page seller.Page) (seller.Listing[parley.Deal], error) {
		listing, err := fetch(page)
		if err != nil {
			return listing, err
		}
		filed, err = x.service.PaperworkOfDeals(x.Context(), x.call, idsOf(listing.Items))
		return listing, err
	}
	return rows.export(x, []column[parley.Deal]{
		{"deal_id", func(d parley.Deal) string { return d.ID }},
		{"status", func(d parley.Deal) string { return string(d.Status) }},
		{"created_at", func(d parley.Deal) string { return d.CreatedAt.Format(time.RFC3339) }},
		{"product_id", func(d parley.Deal) string { return d.ProductID }},
		{"product", func(d parley.Deal) string { return d.ProductName }},
		{"deal_type", func(d parley.Deal) string { return string(d.DealType) }},
		{"impressions", func(d parley.Deal) string { return statedVolume(d.Impressions) }},
		{"flight_start", func(d parley.Deal) string { return d.Flight.Start.String() }},
		{"flight_end", func(d parley.Deal) string { return d.Flight.End.String() }},
		{"cpm", func(d parley.Deal) string {
			return parley.FormatMicros(d.Price.FinalCPM, d.Price.Currency.MinorDigits())
		}},
		{"currency", func(d parley.Deal) string { return string(d.Price.Currency) }},
		{"buyer_tier", func(d parley.Deal) string { return d.Tier.String() }},
		{"buyer", func(d parley.Deal) string { return d.Identity.Called() }},
		{"quote_id", func(d parley.Deal) string { return d.QuoteID }},
		{"proposal_id", func(d parley.Deal) string { return d.ProposalID }},
		{"notes", func(d parley.Deal) string { return d.Notes }},
		{"purchase_order", func(d parley.Deal) string { return filed[d.ID].PurchaseOrder }},
		{"labels", func(d parley.Deal) string { return strings.Join(filed[d.ID].Labels, ", ") }},
		{"note", func(d parley.Deal) string { return filed[d.ID].Note }},
	})
}

// dealPage is what a deal's page shows.
type dealPage struct {
	Deal      parley.Deal
	Waterfall waterfall
	Buyer     buyer
	Orders    []parley.Order
	Changes   []dealChange // newest first
	Platforms []platform
	OpenRTB   openrtb.Deal
	Places    []place
	Delivery  *deliveryChart   // nil: nothing is known
	Ladder    *delivery.Health // nil: nothing is known of any rung
	Story     story
	Filed     parley.Paperwork
	Shares    []shareRow
	Held      bool   // it is agreed and waits for the desk
	Approval  string // that it waits for; empty: none
	MayCancel bool
	MayOrder  bool
	Today     parley.Date
	Form      *form
}

// Copy and Renew lead to a quote for the deal's buyer on its terms: for its own days, or as many after them.
func (p dealPage) Copy() string  { return dealAgain(p.Deal, false) }
func (p dealPage) Renew() string { return dealAgain(p.Deal, true) }

// dealChange is a change request as its deal's page shows it.
type dealChange struct {
	parley.ChangeRequest
	WaitsForBuyer bool
}

// platform tells a trader how to run the deal in one DSP.
type platform struct{ Name, Steps string }

var platformNames = map[string]string{
	"ttd": "The Trade Desk", "dv360": "Display & Video 360", "xandr": "Instead of Xandr", "amazon": "Amazon DSP",
}

func (c *console) dealPage(x *exchange) error {
	return x.showDeal(x.refusedOr(newForm(nil)))
}

func (x *exchange) showDeal(status int, f *form) error {
	id := x.PathValue("id")
	deal, err := x.service.Deal(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "deal", id)
	}
	orders, err := x.service.Orders(x.Context(), x.call, seller.OrderFilter{DealID: deal.ID, Page: seller.Page{Limit: pageRows}})
	if err != nil {
		return err
	}
	changes, err := x.service.Changes(x.Context(), x.call, seller.ChangeFilter{
		DealID: deal.ID, Page: seller.Page{Limit: pageRows, Newest: true, CountTo: 1},
	})
	if err != nil {
		return err
	}
	told, err := x.story(seller.EventFilter{DealID: deal.ID}, auditsOf("deal", deal.ID))
	if err != nil {
		return err
	}
	content := dealPage{
		Deal: deal, Waterfall: drawWaterfall(deal.Price), Buyer: buyerOf(deal.Identity, deal.Claimed, deal.Tier, deal.Owner),
		Orders: orders.Items, OpenRTB: openrtb.DealOf(deal), Story: told, Form: f,
		Today:     x.today(),
		MayCancel: deal.Status.Allows(parley.DealCancelled),
		MayOrder:  deal.Status.Runs() && !slices.ContainsFunc(orders.Items, func(o parley.Order) bool { return len(o.Status.Next()) > 0 }),
	}
	if content.Filed, err = x.service.Paperwork(x.Context(), x.call, deal.ID); err != nil {
		return err
	}
	shares, err := x.service.DealShares(x.Context(), x.call, deal.ID)
	if err != nil {
		return err
	}
	content.Shares = shareRows(shares, x.clock())
	if content.Places, err = x.places(deal.ID); err != nil {
		return err
	}
	delivered, err := x.service.DealDelivery(x.Context(), x.call, deal.ID)
	if err != nil {
		return err
	}
	content.Delivery = drawDelivery(delivered)
	if deal.Status.Runs() && slices.ContainsFunc(delivered.Health.Steps, func(s delivery.Step) bool { return s.Result != delivery.RungUnknown }) {
		content.Ladder = &delivered.Health
	}
	if deal.Status == parley.DealProposed {
		content.Held = true
		waiting, err := x.service.Approvals(x.Context(), x.call, seller.ApprovalFilter{DealID: deal.ID, Page: seller.Page{Limit: 1, CountTo: 1}})
		if err != nil {
			return err
		}
		for _, approval := range waiting.Items {
			content.Approval = approval.ID
		}
	}
	for _, c := range changes.Items {
		content.Changes = append(content.Changes, dealChange{c, x.service.WaitsForBuyer(deal, c)})
	}
	instructions := openrtb.ActivationInstructions(deal)
	for _, key := range slices.Sorted(maps.Keys(instructions)) {
		name, known := platformNames[key]
		if !known {
			name = key
		}
		content.Platforms = append(content.Platforms, platform{name, instructions[key]})
	}
	return x.show("deal", status, page{
		Title: "Deal " + deal.ID, Section: "deals", Live: []string{"deal.", "order.", "approval.", "change_request.", "activation.", "delivery."}, Data: content,
	})
}

// dealSheet is the deal's trafficking sheet.
func (c *console) dealSheet(x *exchange) error {
	sheet, err := c.service.TraffickingSheet(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "deal", x.PathValue("id"))
	}
	return x.download(sheet)
}

// download answers a sheet as a file of its name.
func (x *exchange) download(sheet seller.Sheet) error {
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": sheet.Name}))
	_, err := x.ResponseWriter.Write(sheet.CSV)
	return err
}

func (c *console) orderDeal(x *exchange) error {
	answer, err := c.service.CreateOrder(x.Context(), x.call, seller.OrderRequest{DealID: x.PathValue("id")},
		thenGo(func(o parley.Order) string { return "/orders/" + o.ID }))
	if err != nil {
		return x.dealRefused(err)
	}
	x.follow(answer, "The order is a draft. Submit it when the line items are ready.")
	return nil
}

func (c *console) cancelDeal(x *exchange) error {
	looked := false
	answer, err := x.because(func(reason string) (answer seller.Answer, err error) {
		if looked, err = x.dealEndLooked(x.PathValue("id"), reason); err != nil || !looked {
			return answer, err
		}
		return c.service.CancelDeal(x.Context(), x.call, x.PathValue("id"), reason, thenGo(func(d parley.Deal) string { return "/deals/" + d.ID }))
	})
	if err != nil {
		return x.dealRefused(err)
	}
	if !looked {
		return nil
	}
	deal, err := c.service.Deal(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return err
	}
	done := "The deal is cancelled and its inventory is free again."
	if deal.Status != parley.DealCancelled {
		done = "The deal goes on: a rule asks somebody whether it may be cancelled. Cancel it again once that is granted."
	}
	x.follow(answer, done)
	return nil
}

func (c *console) applyChange(x *exchange) error {
	asked, err := c.service.Change(x.Context(), x.call, x.PathValue("change"))
	if err == nil && asked.DealID != x.PathValue("id") {
		err = parley.Errorf(parley.CodeNotFound, "")
	}
	if err != nil {
		return missing(err, "change request of the deal "+x.PathValue("id")+":", x.PathValue("change"))
	}
	answer, err := c.service.ApplyChange(x.Context(), x.call, x.PathValue("change"),
		thenGo(func(change parley.ChangeRequest) string { return "/deals/" + change.DealID }))
	if err != nil {
		return x.dealRefused(err)
	}
	change, err := c.service.Change(x.Context(), x.call, x.PathValue("change"))
	if err != nil {
		return err
	}
	done := "The change is made: to the deal, its orders and the inventory together."
	switch change.Status { //nolint:exhaustive // applying leads to no other
	case parley.ChangeFailed:
		done = "The change could not be made. " + change.FailureReason
	case parley.ChangePendingApproval:
		done = "The change waits for another approval: what it comes to by now nobody has granted."
	}
	x.follow(answer, done)
	return nil
}

func (x *exchange) dealRefused(err error) error {
	return x.again(newForm(x.PostForm), err, "deal", x.showDeal)
}
