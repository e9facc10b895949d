package console

import (
	"net/http"
	"runtime"
	"time"

	"parley/seller"
)

func (c *console) systemRoutes() []route { return []route{get("/system", c.system)} }

// systemPage is how the server does.
type systemPage struct {
	Ready    string // empty: it is
	Version  string
	Go       string
	Store    string
	Started  time.Time
	Up       time.Duration
	Now      time.Time
	Memory   uint64 // bytes in use
	Settings seller.Settings
	Counts   []systemCount
}

type systemCount struct {
	What  string
	Count int64
	Link  string
}

func (c *console) system(x *exchange) error {
	now := c.clock()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	content := systemPage{
		Version: c.options.Version, Go: runtime.Version(), Store: c.options.Store, Started: c.started,
		Up: now.Sub(c.started).Round(time.Second), Now: now, Memory: memory.HeapInuse, Settings: c.service.Settings(),
	}
	if c.options.Ready != nil {
		if err := c.options.Ready(x.Context()); err != nil {
			c.log.Warn("the server is not ready", "error", err)
			content.Ready = "The store takes no writes, or the server is stopping."
		}
	}
	var err error
	if content.Counts, err = x.systemCounts(); err != nil {
		return err
	}
	return x.show("system", http.StatusOK, page{Title: "System", Section: "system", Data: content})
}

// systemCounts tells how much is stored.
func (x *exchange) systemCounts() ([]systemCount, error) {
	one := seller.Page{Limit: 1, CountTo: countTo + 1}
	products, err := x.service.Products(x.Context(), x.call, seller.ProductFilter{Page: one})
	if err != nil {
		return nil, err
	}
	quotes, err := x.service.Quotes(x.Context(), x.call, seller.QuoteFilter{Page: one})
	if err != nil {
		return nil, err
	}
	deals, err := x.service.Deals(x.Context(), x.call, seller.DealFilter{Page: one})
	if err != nil {
		return nil, err
	}
	orders, err := x.service.Orders(x.Context(), x.call, seller.OrderFilter{Page: one})
	if err != nil {
		return nil, err
	}
	events, err := x.service.Events(x.Context(), x.call, seller.EventFilter{Page: one})
	if err != nil {
		return nil, err
	}
	keys, err := x.service.Keys(x.Context(), x.call, seller.KeyFilter{Page: one})
	if err != nil {
		return nil, err
	}
	return []systemCount{
		{"Products", products.Total, "/inventory"}, {"Quotes", quotes.Total, "/quotes"}, {"Deals", deals.Total, "/deals"},
		{"Orders", orders.Total, "/orders"}, {"Events", events.Total, "/events"}, {"Keys", keys.Total, "/keys"},
	}, nil
}
