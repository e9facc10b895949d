package console

import (
	"net/url"

	"parley"
	"parley/seller"
)

// statusMove is a status that a product can be given, in the words of the page.
type statusMove struct {
	To     parley.ProductStatus
	Ask    string // opens the question
	Does   string // says what comes of it
	Do     string // does it
	Done   string // says so
	Danger bool
}

var statusMoves = []statusMove{
	{
		To: parley.ProductActive, Ask: "Offer again", Do: "Offer this product", Done: "The product is for sale.",
		Does: "It is in the catalog again at once, at the prices beside.",
	},
	{
		To: parley.ProductPaused, Ask: "Pause", Do: "Pause this product", Done: "The product is off sale until it is offered again.",
		Does: "It leaves every buyer's catalog for now. New quotes and proposals are refused, and so is what an open quote, negotiation " +
			"or approval would agree. Deals that run keep on.",
	},
	{
		To: parley.ProductRetired, Ask: "Retire", Do: "Retire this product", Done: "The product is sold no more.", Danger: true,
		Does: "It is sold no more: buyers find nothing under its id, and what an open quote, negotiation or approval would agree is " +
			"refused. Deals that run keep on.",
	},
}

// movesOf are the statuses that a product can be given, beside the one that it has.
func movesOf(p parley.Product) []statusMove {
	var moves []statusMove
	for _, move := range statusMoves {
		if move.To != p.Status {
			moves = append(moves, move)
		}
	}
	return moves
}

func (c *console) setProductStatus(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm}
	version := r.version()
	to, known := parley.ParseProductStatus(r.text("status"))
	if !known {
		r.problems.Add("status", "must be active, paused or retired")
	}
	err := r.problems.Err()
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.WriteProduct(x.Context(), x.call, seller.ProductWrite{
			Change:   parley.ProductChange{Product: parley.Product{ID: id, Status: to}, Given: parley.FieldStatus},
			Expected: seller.Expected{Present: true, Version: version},
		}, thenGo(func(w seller.WrittenProduct) string { return "/inventory/" + url.PathEscape(w.ID) }))
		if err == nil {
			for _, move := range statusMoves {
				if move.To == to {
					x.follow(answer, move.Done)
				}
			}
			return nil
		}
	}
	return x.again(x.capacityForm(), err, "product", x.showProduct)
}
