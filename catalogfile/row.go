package catalogfile

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"parley"
)

// cell is what a row says in one column: a text or, in a column of lists, entries. Both empty: it clears what was there.
type cell struct {
	given   bool // the row has the column
	text    string
	entries []string
	line    int
	bad     string // what is wrong with the cell's form; the rest then means nothing
}

type row [columnCount]cell

// empty tells whether no cell says anything, as in the lines of commas that spreadsheets leave at the end of a table.
func (r *row) empty() bool {
	for _, c := range r {
		if c.text != "" || len(c.entries) > 0 || c.bad != "" {
			return false
		}
	}
	return true
}

// cells checks the cells of one row.
type cells struct {
	in   *intake
	line int
	row  *row
}

func (c cells) problem(at column, message string) {
	c.in.errors.add(Problem{max(c.line, c.row[at].line), c.in.schema.names[at], message})
}

// change is what the row says of its product. Every problem with it is kept; the result means something only without one.
func (in *intake) change(line int, r *row) parley.ProductChange {
	c := cells{in, line, r}
	var change parley.ProductChange
	for at := range r {
		if r[at].bad != "" {
			c.problem(column(at), r[at].bad)
		}
		if r[at].given {
			change.Given |= fields[at]
		}
	}
	if r[status].text == "" {
		change.Given &^= parley.FieldStatus // a product always has one: there is nothing that an empty cell could clear
	}
	p := &change.Product
	*p = parley.Product{
		ID:                c.productID(),
		Name:              c.text(name, c.row[name].text, parley.ProductNameProblem),
		Description:       c.text(description, strings.ReplaceAll(c.row[description].text, "\r\n", "\n"), parley.ProductDescriptionProblem),
		InventoryType:     c.inventoryType(),
		Currency:          c.currency(),
		FloorCPM:          c.floor(),
		AdFormats:         c.list(adFormats),
		DeviceTypes:       c.list(deviceTypes),
		GeoTargets:        c.list(geoTargets),
		ContentCategories: c.list(contentCategories),
		AudienceSegments:  c.list(audienceSegments),
		CreativeSpecs:     c.specs(),
	}
	// Without the column the prices are in the currency that the product has, which is known where it is stored, and checked there.
	var pricedIn parley.Currency
	if change.Given.Has(parley.FieldCurrency) {
		pricedIn = p.Currency
	}
	if in.schema == &iabCSV {
		p.FloorCPM = c.raised(p.FloorCPM, pricedIn)
		p.DealTypes = slices.Clone(parley.DealTypes[:])
		p.BaseCPM = c.markedUp(p.FloorCPM, pricedIn)
		p.Status = c.iabStatus()
		change.RaiseBase = true
		if in.options.BaseMarkup > 0 && change.Given.Has(parley.FieldFloorCPM) {
			change.Given |= parley.FieldBaseCPM
		}
		return change
	}
	p.Status = c.status()
	p.DealTypes = c.dealTypes()
	c.stated(floorCPM, p.FloorCPM, pricedIn)
	if p.BaseCPM = c.base(p.FloorCPM); p.BaseCPM != nil {
		c.stated(baseCPM, *p.BaseCPM, pricedIn)
	}
	if minimum := c.count(minimumImpressions); minimum != nil {
		p.MinimumImpressions = *minimum
	}
	p.DailyImpressions = c.count(dailyImpressions)
	return change
}

func (c cells) productID() string {
	return c.text(productID, c.row[productID].text, parley.ProductIDProblem)
}

// text is a cell's text, unless it is wrong. A column that the row does not have is not judged; the id is never left out.
func (c cells) text(at column, value string, problemOf func(string) string) string {
	if c.row[at].bad != "" || !c.row[at].given && at != productID {
		return ""
	}
	if problem := problemOf(value); problem != "" {
		if value != "" || at == productID || at == inventoryType {
			problem += was(c.row[at].text)
		}
		c.problem(at, problem)
	}
	return value
}

// specs are what creatives have to be, an object of JSON also in a CSV file.
func (c cells) specs() *parley.CreativeSpecs {
	if c.row[creativeSpecs].bad != "" {
		return nil
	}
	specs, err := parley.ParseCreativeSpecs(c.row[creativeSpecs].text)
	problem := specs.Problem()
	if err != nil {
		problem = err.Error()
	}
	if problem != "" {
		c.problem(creativeSpecs, problem)
	}
	return specs
}

func (c cells) inventoryType() string {
	value := c.text(inventoryType, strings.ToLower(c.row[inventoryType].text), parley.InventoryTypeProblem)
	if parley.MediaOf(value) == parley.MediaLinearTV {
		c.in.warn(c.line, inventoryType, "linear television is not traded: the product is kept, and offered to nobody")
	}
	return value
}

func (c cells) status() parley.ProductStatus {
	value := c.row[status].text
	if value == "" {
		return parley.ProductActive
	}
	state, known := parley.ParseProductStatus(strings.ToLower(value))
	if !known {
		c.problem(status, "must be active, paused or retired"+was(value))
	}
	return state
}

func (c cells) dealTypes() []parley.DealType {
	entries := c.row[dealTypes].entries
	if len(entries) == 0 && c.row[dealTypes].given && c.row[dealTypes].bad == "" {
		c.problem(dealTypes, "must name at least one of PG, PD and PA")
	}
	var types []parley.DealType
	for _, entry := range entries {
		dealType, known := parley.ParseDealType(entry)
		if !known {
			c.problem(dealTypes, "must be of PG, PD and PA, or their long forms"+was(entry))
		} else if !slices.Contains(types, dealType) {
			types = append(types, dealType)
		}
	}
	return types
}

func (c cells) currency() parley.Currency {
	value := c.row[currency].text
	if value == "" {
		return parley.USD
	}
	code := parley.Currency(strings.ToUpper(value))
	if !code.Valid() {
		c.problem(currency, "must be an ISO 4217 currency such as USD"+was(value))
	}
	return code
}

// money reads an amount in micros; nil when the cell is empty or its problem is told.
func (c cells) money(at column) *int64 {
	value := c.row[at].text
	if value == "" {
		return nil
	}
	micros, err := parley.ParseMicros(value)
	switch {
	case err != nil:
		c.problem(at, err.Error()+was(value))
	case micros < 0:
		c.problem(at, "must not be negative"+was(value))
	case micros > parley.MaxCPM:
		c.problem(at, "must not be more than "+parley.FormatMicros(parley.MaxCPM, 0)+was(value))
	default:
		return &micros
	}
	return nil
}

// stated refuses an amount that no price in the currency can be; empty: not known here.
func (c cells) stated(at column, micros int64, in parley.Currency) {
	if micros == 0 || !in.Valid() {
		return
	}
	if problem := parley.CPMProblem(micros, in); problem != "" {
		c.problem(at, problem+was(c.row[at].text))
	}
}

// raised takes another system's floor up to the next price that its currency has, so that nothing is sold under it. In a
// currency that is not known here that is done where it is.
func (c cells) raised(floor int64, in parley.Currency) int64 {
	if in == "" {
		return floor
	}
	up, err := parley.RoundToMinor(floor, in, parley.Up)
	if err != nil || up == floor {
		return floor
	}
	c.in.warn(c.line, floorCPM, "was raised to "+parley.FormatMicros(up, in.MinorDigits())+", the next price that "+string(in)+" has"+was(c.row[floorCPM].text))
	return up
}

func (c cells) floor() int64 {
	if floor := c.money(floorCPM); floor != nil {
		return *floor
	}
	return 0
}

func (c cells) base(floor int64) *int64 {
	base := c.money(baseCPM)
	switch {
	case base == nil:
	case *base == 0:
		c.problem(baseCPM, "must be more than 0, or empty for a product without a price of its own")
	case c.row[floorCPM].given && *base < floor:
		c.problem(baseCPM, parley.BaseUnderFloor(floor)+was(c.row[baseCPM].text))
	}
	return base
}

// markedUp is the base price of a product that states only its floor; nil when it has none to start from.
func (c cells) markedUp(floor int64, in parley.Currency) *int64 {
	if floor == 0 {
		if c.row[floorCPM].given && c.row[floorCPM].bad == "" && c.row[floorCPM].text == "" {
			c.in.warn(c.line, floorCPM, "without a floor the product has no price until the rate card sets one")
		}
		return nil
	}
	base := floor
	if markup := c.in.options.BaseMarkup; markup > 0 {
		whole, unit := int64(parley.OneHundredPercent), int64(1)
		if in != "" {
			unit = in.MinorUnit()
		}
		units, err := parley.MulDiv(floor, whole+int64(markup), whole*unit, parley.HalfUp)
		if err != nil || units > parley.MaxCPM/unit {
			c.problem(floorCPM, "with its markup must not be more than "+parley.FormatMicros(parley.MaxCPM, 0))
			return nil
		}
		base = max(floor, units*unit)
	}
	return &base
}

// count reads a number of impressions; nil when the cell is empty or its problem is told.
func (c cells) count(at column) *int64 {
	value := c.row[at].text
	if value == "" {
		return nil
	}
	n, err := strconv.ParseInt(value, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange) || n > parley.MaxImpressions:
		c.problem(at, "must not be more than "+strconv.FormatInt(parley.MaxImpressions, 10)+was(value))
	case err != nil:
		c.problem(at, "must be a whole number such as 100000"+was(value))
	case n < 0:
		c.problem(at, "must not be negative"+was(value))
	default:
		return &n
	}
	return nil
}

// list is the entries of a cell, each once.
func (c cells) list(at column) []string {
	var entries []string
	for _, entry := range c.row[at].entries {
		if problem := parley.ProductEntryProblem(entry); problem != "" {
			c.problem(at, problem+was(entry))
		} else if !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
		if len(entries) > parley.MaxProductEntries {
			c.problem(at, "must not have more than "+strconv.Itoa(parley.MaxProductEntries)+" entries")
			break
		}
	}
	return entries
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
