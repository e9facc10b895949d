package console

import (
	"net/http"
	"net/url"
	"strconv"

	"parley"
	"parley/seller"
)

func (c *console) rateCardRoutes() []route {
	return []route{
		get("/pricing", c.pricing),
		getFor(admins, "/pricing/card", c.editCard),
		post(admins, "/pricing/card", c.changeCard).over(cardNow),
	}
}

// pricingPage is all that prices follow from.
type pricingPage struct {
	Card  parley.RateCard
	Cards []parley.RateCard // newest first
	Rules []parley.PricingRule
}

func (c *console) pricing(x *exchange) error {
	card, err := c.service.RateCard(x.Context(), x.call)
	if err != nil {
		return err
	}
	cards, err := c.service.RateCards(x.Context(), x.call, seller.Page{Limit: pageRows, Newest: true})
	if err != nil {
		return err
	}
	rules, err := x.pricingRules().all(x)
	if err != nil {
		return err
	}
	return x.show("pricing", http.StatusOK, page{
		Title: "Pricing", Section: "pricing", Live: []string{"pricing."}, Data: pricingPage{card, cards.Items, rules},
	})
}

// Rows that a form has beyond those that are filled in, since it works without a script that would add some.
const spareRows = 3

// cardPage is the form of a rate card with what it would change.
type cardPage struct {
	Form     *form
	Entries  []cardRow
	Floors   []cardRow
	Brackets []cardRow
	Effect   *effect
}

// cardRow is one line of the form.
type cardRow struct{ A, B, C, D, E Field }

// The names of a row's fields: entries[0].base_cpm, as the service names them when it refuses one.
func at(list string, i int, field string) string {
	name := list + "[" + strconv.Itoa(i) + "]"
	if field != "" {
		name += "." + field
	}
	return name
}

func (c *console) editCard(x *exchange) error {
	if x.looking() {
		return x.draftCard()
	}
	card, err := c.service.RateCard(x.Context(), x.call)
	if err != nil {
		return err
	}
	return x.showCard(x.refusedOr(newForm(cardValues(card))))
}

func cardNow(x *exchange) (url.Values, error) {
	card, err := x.service.RateCard(x.Context(), x.call)
	return cardValues(card), err
}

// cardValues are the form's fields for a card.
func cardValues(card parley.RateCard) url.Values {
	v := url.Values{"version": {plain(card.Version)}}
	for i, entry := range card.Entries {
		v.Set(at("entries", i, "inventory_type"), entry.InventoryType)
		v.Set(at("entries", i, "base_cpm"), typed(entry.BaseCPM.Micros, entry.BaseCPM.Currency.MinorDigits()))
		v.Set(at("entries", i, "currency"), string(entry.BaseCPM.Currency))
		v.Set(at("entries", i, "notes"), entry.Notes)
		if entry.EffectiveDate != nil {
			v.Set(at("entries", i, "effective_date"), entry.EffectiveDate.String())
		}
	}
	for i, floor := range card.GlobalFloors {
		v.Set(at("global_floors", i, ""), typed(floor.Micros, floor.Currency.MinorDigits()))
		v.Set(at("global_floors", i, "currency"), string(floor.Currency))
	}
	brackets := card.VolumeBrackets
	if len(brackets) == 0 {
		brackets = parley.DefaultVolumeBrackets
	}
	setBrackets(v, brackets)
	return v
}

func setBrackets(v url.Values, brackets []parley.VolumeBracket) {
	for i, b := range brackets {
		v.Set(at("volume_brackets", i, "impressions"), count(b.Impressions))
		v.Set(at("volume_brackets", i, "discount"), rate(b.Discount))
	}
}

// rate writes a percentage without its sign, as a field holds it.
func rate(r parley.BasisPoints) string {
	text := percent(r)
	return text[:len(text)-1]
}

func (x *exchange) showCard(status int, f *form) error { return x.askForCard(status, f, nil) }

func (x *exchange) askForCard(status int, f *form, effect *effect) error {
	content := cardPage{Form: f, Effect: effect, Brackets: bracketRows(f)}
	for i := range rowsOf(f.Values, "entries", "inventory_type") + spareRows {
		content.Entries = append(content.Entries, cardRow{
			A: f.Text(at("entries", i, "inventory_type"), "Inventory type", ""),
			B: f.Text(at("entries", i, "base_cpm"), "Base CPM", ""),
			C: f.Text(at("entries", i, "currency"), "Currency", ""),
			D: f.Text(at("entries", i, "effective_date"), "Since", ""),
			E: f.Text(at("entries", i, "notes"), "Notes", ""),
		})
	}
	for i := range rowsOf(f.Values, "global_floors", "") + spareRows {
		content.Floors = append(content.Floors, cardRow{
			A: f.Text(at("global_floors", i, ""), "Floor CPM", ""),
			B: f.Text(at("global_floors", i, "currency"), "Currency", ""),
		})
	}
	return x.show("card", status, page{Title: "Edit the rate card", Section: "pricing", Data: content})
}

func bracketRows(f *form) []cardRow {
	var rows []cardRow
	for i := range rowsOf(f.Values, "volume_brackets", "impressions") + spareRows {
		rows = append(rows, cardRow{
			A: f.Text(at("volume_brackets", i, "impressions"), "From impressions", ""),
			B: f.Text(at("volume_brackets", i, "discount"), "Discount, %", ""),
		})
	}
	return rows
}

// maxFormRows keeps a made-up form from asking for any number of rows.
const maxFormRows = 500

// rowsOf counts the rows up to the last one that is filled in.
func rowsOf(values url.Values, list, field string) int {
	rows := 0
	for i := range maxFormRows {
		if values.Get(at(list, i, field)) != "" {
			rows = i + 1
		}
	}
	return rows
}

// readCard reads the form. Rows that are left empty do not count, so that emptying a row removes it; the rows are
// numbered anew, as the service will name them.
func (r *reader) readCard() (parley.RateCard, url.Values) {
	var card parley.RateCard
	shown := url.Values{}
	for _, name := range []string{"version", "volume"} {
		shown.Set(name, r.text(name))
	}
	for i := range rowsOf(r.values, "entries", "inventory_type") {
		kind := r.text(at("entries", i, "inventory_type"))
		if kind == "" {
			continue
		}
		n := len(card.Entries)
		price := at("entries", n, "base_cpm")
		money := r.money(at("entries", i, "base_cpm"), at("entries", i, "currency"), price)
		since, notes := at("entries", i, "effective_date"), at("entries", i, "notes")
		card.Entries = append(card.Entries, parley.RateCardEntry{
			InventoryType: kind, BaseCPM: money, EffectiveDate: r.dateTold(since, at("entries", n, "effective_date")), Notes: r.text(notes),
		})
		shown.Set(at("entries", n, "effective_date"), r.text(since))
		shown.Set(at("entries", n, "notes"), r.text(notes))
		shown.Set(at("entries", n, "inventory_type"), kind)
		shown.Set(price, r.text(at("entries", i, "base_cpm")))
		shown.Set(at("entries", n, "currency"), string(money.Currency))
	}
	for i := range rowsOf(r.values, "global_floors", "") {
		text := r.text(at("global_floors", i, ""))
		if text == "" {
			continue
		}
		name := at("global_floors", len(card.GlobalFloors), "")
		floor := r.money(at("global_floors", i, ""), at("global_floors", i, "currency"), name)
		shown.Set(name, text)
		shown.Set(at("global_floors", len(card.GlobalFloors), "currency"), string(floor.Currency))
		card.GlobalFloors = append(card.GlobalFloors, floor)
	}
	card.VolumeBrackets = r.brackets(shown)
	return card, shown
}

// brackets reads the volume brackets, and shows them under the numbers that they get.
func (r *reader) brackets(shown url.Values) []parley.VolumeBracket {
	var brackets []parley.VolumeBracket
	for i := range rowsOf(r.values, "volume_brackets", "impressions") {
		volume, discount := at("volume_brackets", i, "impressions"), at("volume_brackets", i, "discount")
		if r.text(volume) == "" {
			continue
		}
		n := len(brackets)
		brackets = append(brackets, parley.VolumeBracket{Impressions: r.number(volume), Discount: r.percent(discount)})
		shown.Set(at("volume_brackets", n, "impressions"), r.text(volume))
		shown.Set(at("volume_brackets", n, "discount"), r.text(discount))
	}
	return brackets
}

// money reads an amount and its currency; what is wrong is told under another name. An empty currency is USD.
func (r *reader) money(amountField, currencyField, told string) parley.Money {
	currency := parley.Currency(r.text(currencyField))
	if currency == "" {
		currency = parley.USD
	}
	micros, err := readDecimal(r.text(amountField))
	if err != nil {
		r.problems.Add(told, "%s", inUnit(err, "\u00a0"+string(currency)).Error())
	}
	return parley.Money{Micros: micros, Currency: currency}
}

// changeCard shows what a card would change, and puts it in force when that has been shown.
func (c *console) changeCard(x *exchange) error {
	r := reader{values: x.PostForm}
	card, shown := r.readCard()
	if !x.confirmed(shown) {
		return x.look(x.draftCard)
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.ReplaceRateCard(x.Context(), x.call, card, r.version(),
			thenGo(func(parley.RateCard) string { return "/pricing" }))
	}
	if err != nil {
		return x.again(newForm(shown), err, "", x.showCard)
	}
	x.follow(answer, "The rate card is in force.")
	return nil
}

// draftCard shows the form of a card with what it would change.
func (x *exchange) draftCard() error {
	r := reader{values: x.PostForm}
	card, shown := r.readCard()
	volume := r.number("volume")
	f := newForm(shown)
	var effect *effect
	err := r.problems.Err()
	if err == nil {
		effect, err = x.effectOf(seller.PricingDraft{RateCard: &card, Impressions: volume}, shown)
	}
	var present parley.RateCard
	if err == nil {
		present, err = x.service.RateCard(x.Context(), x.call)
	}
	if err != nil {
		return x.again(f, err, "", x.showCard)
	}
	effect.floors(present.GlobalFloors, card.GlobalFloors, shown)
	return x.askForCard(http.StatusOK, f, effect)
}
