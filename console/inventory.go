package console

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"parley"
	"parley/catalogfile"
	"parley/inventory"
	"parley/seller"
)

func (c *console) inventoryRoutes() []route {
	return []route{
		get("/inventory", c.inventory),
		get("/inventory.csv", c.catalogExport),
		getFor(admins, "/inventory/new", c.newProduct),
		post(admins, "/inventory/new", c.writeProduct),
		get("/inventory/{id}", c.productPage),
		getFor(admins, "/inventory/{id}/edit", c.editProduct),
		post(admins, "/inventory/{id}/edit", c.writeProduct).over(productNow),
		post(admins, "/inventory/{id}/capacity", c.setCapacity).on("/inventory/{id}").over(capacityNow),
		post(admins, "/inventory/{id}/status", c.setProductStatus).on("/inventory/{id}"),
	}
}

// How many days the overview and the calendar of a product show.
const (
	overviewDays   = 28
	calendarMonths = 3
)

// inventoryPage is the catalog with what is booked of it over the next weeks.
type inventoryPage struct {
	listPage[parley.Product]
	Days []heatDay // the columns
	Heat map[string][]heatCell
	Full map[string]fullness
	From parley.Date
	Prev string
	Next string
}

// heatDay is the head of a column of days.
type heatDay struct {
	Date  parley.Date
	Label string
	Month string // set on the first day shown of a month
	Span  int    // how many columns the month has
}

func (x *exchange) products() list[parley.Product] {
	q := x.query()
	return list[parley.Product]{
		what: "products", file: "inventory", filters: []string{"q", "type", "deal_type", "status"},
		id: func(product parley.Product) string { return product.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Product], error) {
			// The catalog is in the order of its ids, which people give: it reads forwards.
			page.Newest = !page.Newest
			return x.service.CatalogProducts(x.Context(), x.call, seller.ProductFilter{
				Search: q.text("q"), InventoryType: q.text("type"), DealType: parley.DealType(q.text("deal_type")),
				Status: parley.ProductStatus(q.text("status")), Page: page,
			})
		},
	}
}

func (x *exchange) today() parley.Date {
	return parley.DateOf(x.clock(), x.service.Settings().TimeZone)
}

func (c *console) inventory(x *exchange) error {
	q := x.query()
	rows, pager, err := x.products().page(q)
	if err != nil {
		return err
	}
	content := inventoryPage{
		listPage: listPage[parley.Product]{rows, pager, q, q.filterForm()},
		Heat:     make(map[string][]heatCell, len(rows)), Full: make(map[string]fullness, len(rows)), From: x.today(),
	}
	span := parley.Flight{Start: content.From, End: content.From + overviewDays - 1}
	if from, err := parley.ParseDate(q.text("from")); err == nil {
		span = parley.Flight{Start: from, End: from + overviewDays - 1}
	} else if first, err := parley.ParseDate(q.text("month") + "-01"); err == nil {
		span = parley.Flight{Start: first, End: first.MonthStart(1) - 1}
	}
	content.From = span.Start
	content.Days = heatDays(span)
	content.Prev = q.with("from", (span.Start - overviewDays).String())
	content.Next = q.with("from", (span.End + 1).String())
	for _, product := range rows {
		avails, err := c.service.Capacity(x.Context(), x.call, product.ID, span)
		if err != nil {
			return err
		}
		content.Heat[product.ID] = heatCells(avails.Days)
		content.Full[product.ID] = fullnessOf(product, avails)
	}
	sortByFullness(content.Rows, content.Full, q.text("by"))
	return x.show("inventory", http.StatusOK, page{
		Title: "Inventory", Section: "inventory", Live: []string{"deal.", "catalog.", "capacity."}, Data: content,
	})
}

// fullness is how full the days shown of a product are, and what the rest of them would come to at its base price.
type fullness struct {
	Percent  int64
	Declared bool
	Unsold   *parley.Money // nil: it has no base price, or no capacity
	From, To parley.Date
}

func fullnessOf(product parley.Product, avails parley.Avails) fullness {
	filled := inventory.Fill(avails.Days, make([]int64, len(avails.Days)))
	full := fullness{
		Percent: filled.Percent(), Declared: filled.Capacity > 0, From: avails.Flight.Start, To: avails.Flight.End,
	}
	if product.BaseCPM == nil || !full.Declared {
		return full
	}
	if value, err := parley.DealValue(*product.BaseCPM, filled.Free); err == nil {
		unit := product.Currency.MinorUnit()
		full.Unsold = &parley.Money{Micros: value / unit * unit, Currency: product.Currency}
	}
	return full
}

// sortByFullness puts the products of a page in another order than that of their ids: the emptiest first, or those with the most
// money unsold, of one currency after the other.
func sortByFullness(rows []parley.Product, full map[string]fullness, by string) {
	slices.SortStableFunc(rows, func(a, b parley.Product) int {
		one, other := full[a.ID], full[b.ID]
		switch {
		case by == "fill":
			return cmp.Compare(one.Percent, other.Percent)
		case by != "unsold":
			return 0
		case one.Unsold == nil || other.Unsold == nil:
			return cmp.Compare(boolRank(one.Unsold == nil), boolRank(other.Unsold == nil))
		}
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(other.Unsold.Micros, one.Unsold.Micros))
	})
}

func boolRank(last bool) int {
	if last {
		return 1
	}
	return 0
}

// catalogExport writes the whole catalog in the form that the import reads.
func (c *console) catalogExport(x *exchange) error {
	x.ResponseWriter.Header().Set("Content-Type", "text/csv; charset=utf-8")
	x.ResponseWriter.Header().Set("Content-Disposition", `attachment; filename="inventory.csv"`)
	file := catalogfile.NewCSVWriter(x.ResponseWriter)
	if err := c.service.ExportCatalog(x.Context(), x.call, file.Write); err != nil {
		x.log.Error("an export broke off", "error", err)
		panic(http.ErrAbortHandler)
	}
	if err := file.Close(); err != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// productPage is what a product's page shows.
type productPage struct {
	Product  parley.Product
	Moves    []statusMove
	Prices   []seller.PricedProduct // by tier
	Months   []heatMonth
	From     parley.Date
	Earlier  string
	Later    string
	Today    parley.Date
	Form     *form
	Story    story
	Free     *int64 // over the next 30 days
	Capacity string
}

// Until is the last day shown.
func (p productPage) Until() parley.Date { return p.From.MonthStart(calendarMonths) - 1 }

func (c *console) productPage(x *exchange) error {
	return x.showProduct(x.refusedOr(x.capacityForm()))
}

// capacityNow has what the days that a form was about carry by now: a capacity that they all were given, or the numbers of the days.
func capacityNow(x *exchange) (url.Values, error) {
	r := reader{values: x.PostForm}
	days := parley.Flight{Start: r.needDate("start_date"), End: r.needDate("end_date")}
	avails, err := x.service.Capacity(x.Context(), x.call, x.PathValue("id"), days)
	if err != nil {
		return nil, missing(err, "product", x.PathValue("id"))
	}
	return url.Values{
		"start_date": {days.Start.String()}, "end_date": {days.End.String()}, "version": {plain(avails.Version)},
		"daily_impressions": {strings.Join(dailyOf(avails.Days), ", then ")},
	}, nil
}

// dailyOf are the capacities of days, one after the other, each but once; empty for those that have none of their own.
func dailyOf(days []parley.DayCapacity) []string {
	var found []string
	for _, day := range days {
		own := ""
		if day.Declared && day.Capacity != nil {
			own = plain(*day.Capacity)
		}
		if len(found) == 0 || found[len(found)-1] != own {
			found = append(found, own)
		}
	}
	return found
}

// capacityForm is the form of a product's capacity before it is filled in.
func (x *exchange) capacityForm() *form {
	today := x.today()
	return newForm(url.Values{"start_date": {today.String()}, "end_date": {(today + 29).String()}})
}

func (x *exchange) showProduct(status int, f *form) error {
	id := x.PathValue("id")
	product, err := x.service.CatalogProduct(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "product", id)
	}
	content := productPage{Product: product, Moves: movesOf(product), Form: f, Today: x.today(), From: x.today().MonthStart(0)}
	if from, err := parley.ParseDate(x.query().text("from")); err == nil {
		content.From = from.MonthStart(0)
	}
	content.Earlier = x.query().with("from", content.From.MonthStart(-calendarMonths).String())
	content.Later = x.query().with("from", content.From.MonthStart(calendarMonths).String())
	for _, buyer := range []parley.Identity{{}, {SeatID: "seat"}, {SeatID: "seat", AgencyID: "agency"}, {AdvertiserID: "advertiser"}} {
		price, err := x.service.WhatIf(x.Context(), x.call, seller.WhatIfRequest{ProductID: id, Identity: buyer})
		if parley.Is(err, parley.CodeValidation) {
			price = seller.PricedProduct{Product: product, Tier: buyer.Tier()}
		} else if err != nil {
			return err
		}
		content.Prices = append(content.Prices, price)
	}
	shown := parley.Flight{Start: content.From, End: content.From.MonthStart(calendarMonths) - 1}
	avails, err := x.service.Capacity(x.Context(), x.call, id, shown)
	if err != nil {
		return err
	}
	content.Months = heatMonths(avails.Days, content.Today)
	soon, err := x.service.Capacity(x.Context(), x.call, id, parley.Flight{Start: content.Today, End: content.Today + 29})
	if err != nil {
		return err
	}
	content.Free = soon.Available
	if !f.Values.Has("version") {
		f.Values.Set("version", plain(soon.Version))
	}
	if content.Story, err = x.story(seller.EventFilter{Type: "none"}, auditsOf("product", id)); err != nil {
		return err
	}
	return x.show("product", status, page{
		Title: product.Name, Section: "inventory", Live: []string{"deal.", "catalog.", "capacity."}, Data: content,
	})
}

func (c *console) setCapacity(x *exchange) error {
	f := newForm(x.PostForm)
	r := reader{values: x.PostForm}
	request := seller.CapacityRequest{
		ProductID: x.PathValue("id"),
		Range:     parley.Flight{Start: r.needDate("start_date"), End: r.needDate("end_date")},
		Daily:     r.count("daily_impressions"), Version: r.version(),
	}
	err := r.problems.Err()
	if err == nil {
		var looked bool
		if looked, err = x.capacityLooked(request); err == nil && !looked {
			return nil
		}
	}
	if err == nil {
		var answer seller.Answer
		answer, err = c.service.SetCapacity(x.Context(), x.call, request, thenGo(func(a parley.Avails) string {
			return "/inventory/" + url.PathEscape(a.ProductID) + "?from=" + a.Flight.Start.String()
		}))
		if err == nil {
			done := "The capacity is the product's own again from " + flight(request.Range) + "."
			if request.Daily != nil {
				done = "The capacity is " + count(*request.Daily) + " a day over " + flight(request.Range) + "."
			}
			x.follow(answer, done)
			return nil
		}
	}
	return x.again(f, err, "product", x.showProduct)
}

// capacityLooked shows what a declaration of capacity makes of its days before it is made.
func (x *exchange) capacityLooked(request seller.CapacityRequest) (bool, error) {
	if x.commits() {
		request.Version = nil // it may have been made by this form
	}
	now, err := x.service.PreviewCapacity(x.Context(), x.call, request)
	if x.commits() && parley.Is(err, parley.CodeContention) {
		err = nil // as it is made
	}
	if err != nil {
		return false, err
	}
	product, err := x.service.CatalogProduct(x.Context(), x.call, request.ProductID)
	if err != nil {
		return false, missing(err, "product", request.ProductID)
	}
	return x.reviewed("inventory", capacityReview(product, now, request.Daily))
}

// capacityReview says what a declaration comes to; now are its days as they are, and daily is nil where they get the product's own capacity
// again.
func capacityReview(product parley.Product, now parley.Avails, daily *int64) review {
	r := review{Title: "Capacity of " + product.Name, Back: root + "/inventory/" + url.PathEscape(product.ID)}
	after, over := product.DailyImpressions, " over "+flight(now.Flight)
	switch {
	case daily != nil:
		after = daily
		r.Do = "Set " + count(*daily) + " a day" + over
	case after != nil:
		r.Do = "Set the product's own " + count(*after) + " a day again" + over
	default:
		r.Do = "Declare no capacity any more" + over
	}
	var declared []int64
	var sold int64
	for _, day := range now.Days {
		sold = max(sold, day.Reserved)
		if day.Capacity == nil {
			continue
		}
		declared = append(declared, *day.Capacity)
		if after != nil && r.Sure == "" && (farFrom(*after, *day.Capacity) || *after == 0 && *day.Capacity > 0) {
			r.Sure = "Yes, " + count(*after) + " a day, where it is " + count(*day.Capacity)
		}
	}
	switch {
	case len(declared) == 0:
		r.Lines = append(r.Lines, "Now none of these days has a capacity")
	case slices.Min(declared) == slices.Max(declared):
		r.Lines = append(r.Lines, "Now it is "+count(declared[0])+" a day")
	default:
		r.Lines = append(r.Lines, "Now it is from "+count(slices.Min(declared))+" to "+count(slices.Max(declared))+" a day")
	}
	if none := len(now.Days) - len(declared); none > 0 && len(declared) > 0 {
		r.Lines = append(r.Lines, "Days without a capacity: "+count(int64(none)))
	}
	r.Lines = append(r.Lines, "Sold or held on the fullest of them: "+count(sold))
	return r
}

// heatCell is one day of one product: how full it is.
type heatCell struct {
	Date     parley.Date
	Day      int
	Capacity *int64
	Reserved int64
	Level    string // h0 to h5; none without a declared capacity
	Full     int64  // percent
	Own      bool   // set for this day
	Today    bool
	Past     bool
}

// heatLevels are the upper ends, in percent, of the shades between an empty day and a full one.
var heatLevels = [...]int64{0, 25, 50, 75, 99}

func heatCells(days []parley.DayCapacity) []heatCell {
	cells := make([]heatCell, len(days))
	for i, day := range days {
		cells[i] = heatCell{
			Date: day.Day, Day: day.Day.Midnight().Day(), Capacity: day.Capacity, Reserved: day.Reserved, Own: day.Declared,
			Level: "none",
		}
		if day.Capacity == nil {
			continue
		}
		full := int64(0)
		switch {
		case *day.Capacity > 0:
			// Rounded up: a day that carries anything is not empty. Neither number is near the bounds of int64 / 100.
			full = (day.Reserved*100 + *day.Capacity - 1) / *day.Capacity
			if day.Reserved < *day.Capacity {
				full = min(full, 99)
			}
		case day.Reserved >= 0:
			full = 100 // nothing can be sold
		}
		cells[i].Full = full
		level, _ := slices.BinarySearch(heatLevels[:], full)
		cells[i].Level = "h" + plain(int64(level))
	}
	return cells
}

func heatDays(span parley.Flight) []heatDay {
	var days []heatDay
	for day := span.Start; day <= span.End; day++ {
		t := day.Midnight()
		head := heatDay{Date: day, Label: t.Format("2")}
		if day == span.Start || t.Day() == 1 {
			head.Month = t.Format("Jan 2006")
			last := min(span.End, day.MonthStart(1)-1)
			head.Span = int(last-day) + 1
		}
		days = append(days, head)
	}
	return days
}

// heatMonth is a month of a calendar, week by week from Monday.
type heatMonth struct {
	Name  string
	Weeks [][]heatCell // cells with Day 0 are of another month
}

func heatMonths(days []parley.DayCapacity, today parley.Date) []heatMonth {
	var months []heatMonth
	for _, cell := range heatCells(days) {
		cell.Today, cell.Past = cell.Date == today, cell.Date < today
		t := cell.Date.Midnight()
		weekday := (int(t.Weekday()) + 6) % 7
		if t.Day() == 1 {
			months = append(months, heatMonth{Name: t.Format("January 2006"), Weeks: [][]heatCell{make([]heatCell, 7)}})
		}
		month := &months[len(months)-1]
		if weekday == 0 && t.Day() > 1 {
			month.Weeks = append(month.Weeks, make([]heatCell, 7))
		}
		month.Weeks[len(month.Weeks)-1][weekday] = cell
	}
	return months
}
