package console

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/seller"
)

func (c *console) orderRoutes() []route {
	return []route{
		get("/orders", c.orderList),
		get("/orders.csv", c.orderExport),
		get("/orders/{id}", c.orderPage),
		post(desk, "/orders/{id}/transition", c.moveOrder).on("/orders/{id}"),
	}
}

func (x *exchange) orders() list[parley.Order] {
	q := x.query()
	return list[parley.Order]{
		what: "orders", filters: []string{"q", "status", "deal_id", "from", "to"},
		id: func(order parley.Order) string { return order.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Order], error) {
			status := parley.OrderStatus(q.text("status"))
			toMove := status == ordersToMove
			if toMove {
				status = ""
			}
			return x.service.Orders(x.Context(), x.call, seller.OrderFilter{
				Status: status, ToMove: toMove, DealID: q.text("deal_id"), Search: q.text("q"),
				Created: x.createdIn(q), Page: page,
			})
		},
	}
}

// ordersToMove is the status, of the list alone, of all orders that wait for the publisher's next step.
const ordersToMove = "to_move"

// orderListPage is a list of orders under a count of all of them by status.
type orderListPage struct {
	listPage[parley.Order]
	Counts []statusCount
}

type statusCount struct {
	Status parley.OrderStatus
	Count  int64
	Link   string
}

func (c *console) orderList(x *exchange) error {
	q := x.query()
	rows, pager, err := x.orders().page(q)
	if err != nil {
		return err
	}
	report, err := c.service.OrderReport(x.Context(), x.call, seller.Period{})
	if err != nil {
		return err
	}
	content := orderListPage{listPage: listPage[parley.Order]{rows, pager, q, q.filterForm()}}
	for _, status := range parley.OrderStatuses {
		if n := report.ByStatus[status]; n > 0 {
			content.Counts = append(content.Counts, statusCount{status, n, q.with("status", string(status))})
		}
	}
	return x.show("orders", http.StatusOK, page{Title: "Orders", Section: "orders", Live: []string{"order."}, Data: content})
}

func (c *console) orderExport(x *exchange) error {
	return x.orders().export(x, []column[parley.Order]{
		{"order_id", func(o parley.Order) string { return o.ID }},
		{"status", func(o parley.Order) string { return string(o.Status) }},
		{"deal_id", func(o parley.Order) string { return o.DealID }},
		{"quote_id", func(o parley.Order) string { return o.QuoteID }},
		{"created_at", func(o parley.Order) string { return o.CreatedAt.Format(time.RFC3339) }},
		{"updated_at", func(o parley.Order) string { return o.UpdatedAt.Format(time.RFC3339) }},
		{"transitions", func(o parley.Order) string { return plain(int64(len(o.History))) }},
	})
}

// orderPage is what an order's page shows.
type orderPage struct {
	Order   parley.Order
	Deal    parley.Deal
	History []parley.OrderTransition // newest first
	// Forwards are the steps that lead on, and Ends those that take the order out of its course, of those that the person may take.
	Forwards, Ends []parley.OrderStatus
	Holds          []place // the activations that the order waits for
	Question       string  // the id of the approval that the order waits for, which moves it; empty: none
	Unasked        bool    // it stands as waiting for an approval, and nobody was asked
	Promised       []promisedChange
	Story          story
	Form           *form
}

// promisedChange is a change of an order's deal that is approved and not made yet.
type promisedChange struct {
	dealChange
	Does string // "Price: 35.91 becomes 35.50"
}

// promised are the changes that are approved and not made yet, of an order's deal, and so of what is ordered. Work for a person changes neither.
func (x *exchange) promised(order parley.Order, deal parley.Deal) (all []promisedChange, err error) {
	approved, err := x.service.Changes(x.Context(), x.call, seller.ChangeFilter{
		DealID: deal.ID, Status: parley.ChangeApproved, Page: seller.Page{Limit: pageRows, Newest: true, CountTo: 1},
	})
	for _, change := range approved.Items {
		if change.ForAPerson() || change.OrderID != "" && change.OrderID != order.ID {
			continue
		}
		does := []string{"the deal ends"}
		if !change.Ends() {
			does = does[:0]
			for _, diff := range change.Diffs {
				does = append(does, becomes(deal, change, diff))
			}
		}
		all = append(all, promisedChange{dealChange{change, x.service.WaitsForBuyer(deal, change)}, strings.Join(does, "; ")})
	}
	return all, err
}

// ends tells whether a step takes an order out of its course, so that no single click does it.
func ends(to parley.OrderStatus) bool { return tone(to) == "bad" }

// byActivations tells whether an order comes to a state by what happens at the systems that serve its deal, where it waits for them.
func byActivations(to parley.OrderStatus) bool {
	return to == parley.OrderInProgress || to == parley.OrderSyncing || to == parley.OrderBooked
}

func (c *console) orderPage(x *exchange) error { return x.showOrder(x.refusedOr(newForm(nil))) }

func (x *exchange) showOrder(status int, f *form) error {
	id := x.PathValue("id")
	order, err := x.service.Order(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "order", id)
	}
	deal, err := x.service.Deal(x.Context(), x.call, order.DealID)
	if err != nil {
		return err
	}
	told, err := x.story(seller.EventFilter{OrderID: order.ID}, auditsOf("order", order.ID))
	if err != nil {
		return err
	}
	history := slices.Clone(order.History)
	slices.Reverse(history)
	content := orderPage{Order: order, Deal: deal, History: history, Story: told, Form: f}
	places, err := x.places(deal.ID)
	if err != nil {
		return err
	}
	left := false // to the systems that serve the deal
	for _, at := range places {
		if !at.Required || at.Intent == parley.IntentEnd || !at.Status.UnderWay() && at.Status != parley.ActivationEnded {
			continue
		}
		left = true
		if order.Status.Forward() && len(order.Status.Next()) > 0 && at.Status != parley.ActivationLive && at.Status != parley.ActivationEnded {
			content.Holds = append(content.Holds, at)
		}
	}
	question, asked, err := x.service.OrderQuestion(x.Context(), x.call, order.ID)
	if err != nil {
		return err
	}
	content.Question, content.Unasked = question.ID, order.Status == parley.OrderPendingApproval && !asked
	if content.Promised, err = x.promised(order, deal); err != nil {
		return err
	}
	for _, to := range order.Status.Next() {
		// The rules were met when it was submitted: coming to its approval by hand would ask nobody, and leave it where nothing moves it.
		if to == parley.OrderPendingApproval {
			continue
		}
		if !x.who.MayMoveOrder(order.Status, to) || left && byActivations(to) || asked && to != parley.OrderCancelled || to.Forward() && !deal.Status.Runs() {
			continue
		}
		if ends(to) {
			content.Ends = append(content.Ends, to)
		} else {
			content.Forwards = append(content.Forwards, to)
		}
	}
	return x.show("order", status, page{
		Title: "Order " + short(order.ID), Section: "orders", Live: []string{"order.", "approval.", "activation.", "change_request."}, Data: content,
	})
}

func (c *console) moveOrder(x *exchange) error {
	to := parley.OrderStatus(x.PostForm.Get("to_status"))
	r := reader{values: x.PostForm}
	version := r.version()
	if ends(to) && r.text("reason") == "" {
		r.problems.Add("reason", "is asked for when an order ends")
	}
	err := r.problems.Err()
	if err == nil {
		looked := false
		if looked, err = x.orderEndLooked(x.PathValue("id"), to, r.text("reason"), version); err == nil && !looked {
			return nil
		}
	}
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.TransitionOrder(x.Context(), x.call, seller.TransitionRequest{
			OrderID: x.PathValue("id"), To: to, Reason: r.text("reason"), Version: version,
		}, thenGo(func(o parley.Order) string { return "/orders/" + o.ID }))
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "order", x.showOrder)
	}
	x.follow(answer, "The order is "+words(to)+".")
	return nil
}
