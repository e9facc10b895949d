package admanager

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// The steps, in the order of their modes.
const (
	stepAdvertiser = "advertiser"
	stepOrder      = "order"
	stepDealValue  = "deal_value"
	stepLineItem   = "line_item"
	stepApprove    = "approve"

	stepAuction     = "private_auction"
	stepAuctionDeal = "private_auction_deal"
)

const (
	mostCompanyName = 127 // letters
	mostValue       = 40  // letters of a key's value
	mostPONumber    = 63
	mostNotes       = 65_535
	mostAuctionName = 255 // bytes
)

// planner makes one plan.
type planner struct {
	activation.Want
	settings Settings
	product  ProductMapping
	problems []activation.Problem
	plan     activation.Plan
}

func (p *planner) wrong(code, field, text string) {
	p.problems = append(p.problems, activation.Problem{Code: code, Field: field, Text: text})
}

// Plan implements activation.Adapter. What has ended keeps its advertiser and its key's value, which others may share.
func (a *Adapter) Plan(want activation.Want) (activation.Plan, []activation.Problem) {
	p := planner{Want: want, plan: activation.Plan{Intent: want.Intent}}
	p.settings, p.problems = read(want.Settings)
	p.readProduct()
	if want.Deal.Price.Currency != p.settings.Currency {
		p.wrong("invalid", "currency", "is "+string(want.Deal.Price.Currency)+" of the deal, and "+string(p.settings.Currency)+" of the network")
	}
	if len(p.problems) > 0 {
		return activation.Plan{}, p.problems
	}
	if p.settings.Mode == PrivateAuction {
		p.auction()
	} else {
		p.headerBidding()
	}
	if len(p.problems) > 0 {
		return activation.Plan{}, p.problems
	}
	return p.plan, nil
}

func (p *planner) readProduct() {
	refs, mapped := p.Mappings[parley.MapsProduct]
	if !mapped {
		p.wrong("mapping_missing", "product", "has no mapping of "+p.Deal.ProductID+", which says where it runs and with which creatives")
		return
	}
	var problems []activation.Problem
	p.product, problems = readProduct(refs)
	p.problems = append(p.problems, problems...)
}

func (p *planner) step(name, anchor string, body any) {
	intent := p.Intent
	if intent == parley.IntentPause && name != stepLineItem && name != stepAuctionDeal {
		intent = parley.IntentRun // it is as of a deal that runs
	}
	step, err := activation.NewStep(name, anchor, intent, true, body)
	if err != nil {
		p.wrong("invalid", name, err.Error())
		return
	}
	p.plan.Steps = append(p.plan.Steps, step)
}

func (p *planner) headerBidding() {
	name := p.orderName()
	ends := p.Intent == parley.IntentEnd
	if utf8.RuneCountInString(p.Deal.ID) > mostValue || utf8.RuneCountInString(p.Deal.ID) > mostPONumber {
		p.wrong("invalid", "deal_id", "must be at most "+strconv.Itoa(mostValue)+" letters, to be a key's value")
	}
	placed := order{
		DisplayName: name, Advertiser: p.advertiser(), Agency: p.company(parley.MapsAgency),
		Trafficker: p.settings.resource("users", p.settings.Trafficker), PONumber: p.Deal.ID, Notes: p.notes(),
	}
	if p.settings.Salesperson != "" {
		placed.Salesperson = p.settings.resource("users", p.settings.Salesperson)
	}
	p.step(stepOrder, p.Deal.ID, placed)
	if !ends {
		p.step(stepDealValue, p.Deal.ID, keyValue{
			Key: p.settings.resource("customTargetingKeys", p.settings.DealKeyID), AdTagName: p.Deal.ID, MatchType: "EXACT",
		})
	}
	p.step(stepLineItem, p.Deal.ID, p.lineItem(name))
	if p.Intent == parley.IntentRun && p.settings.Approve {
		p.step(stepApprove, p.Deal.ID, struct {
			Order activation.RefOf `json:"order"`
		}{stepOrder})
	}
}

// party takes the mapping of a party apart.
func (p *planner) party(about parley.MappingAbout) PartyMapping {
	refs, mapped := p.Mappings[about]
	if !mapped {
		return PartyMapping{}
	}
	m, problems := readParty(about, refs)
	for _, problem := range problems {
		problem.Field = string(about) + " " + problem.Field
		p.problems = append(p.problems, problem)
	}
	return m
}

// company is the name of the company that a party is; empty: none is known.
func (p *planner) company(about parley.MappingAbout) string {
	if m := p.party(about); m.Company != "" {
		return p.settings.resource("companies", m.Company)
	}
	return ""
}

// advertiser is whose the order is: the company that the mapping names, or the one of that name, for which there is a step, or else
// the one of deals without an advertiser.
func (p *planner) advertiser() any {
	if mapped := p.company(parley.MapsAdvertiser); mapped != "" {
		return mapped
	}
	name := strings.TrimSpace(cmp.Or(p.Deal.Identity.AdvertiserName, p.Deal.Identity.AdvertiserID))
	switch {
	case name == "" && p.settings.Advertiser != "":
		return p.settings.resource("companies", p.settings.Advertiser)
	case name == "":
		p.wrong("mapping_missing", "advertiser", "is not known of the deal, and the destination has no advertiser for such deals")
	case utf8.RuneCountInString(name) > mostCompanyName || !quotable(name):
		p.wrong("mapping_missing", "advertiser", "needs a mapping: its name cannot be a company's in Ad Manager")
	case p.Intent != parley.IntentEnd:
		p.step(stepAdvertiser, name, company{DisplayName: name, Type: "ADVERTISER"})
	}
	return activation.RefOf(stepAdvertiser)
}

// orderName is what the order and its line item are called.
func (p *planner) orderName() string {
	d, day := p.Deal, func(at time.Time) string { return at.Format(time.DateOnly) }
	return named(strings.NewReplacer(
		"{advertiser}", cmp.Or(d.Identity.AdvertiserName, d.Identity.AdvertiserID, d.Identity.AgencyName, d.Identity.SeatName, d.Seat()),
		"{agency}", cmp.Or(d.Identity.AgencyName, d.Identity.AgencyID), "{seat}", cmp.Or(d.Identity.SeatName, d.Seat()),
		"{product}", d.ProductName, "{type}", string(d.DealType), "{flight}", day(p.Starts)+" to "+day(p.Ends),
	).Replace(p.settings.OrderName), d.ID)
}

func (p *planner) notes() string {
	text := "Parley " + p.Deal.ID
	if p.OrderID != "" {
		text += ", order " + p.OrderID
	}
	if p.Deal.Notes != "" {
		text += ". " + p.Deal.Notes
	}
	if text = activation.Shown(text); utf8.RuneCountInString(text) > mostNotes {
		text = string([]rune(text)[:mostNotes])
	}
	return text
}

// lineItem is how the deal is served.
func (p *planner) lineItem(name string) lineItem {
	guaranteed := p.Deal.DealType.Guaranteed()
	line := lineItem{
		Order: activation.RefOf(stepOrder), DisplayName: name, ExternalID: p.Deal.ID, StartTime: stamp(p.Starts), TargetEndTime: stamp(p.Ends),
		CreativeRotation: "EVENLY", DeliveryRate: "EVENLY", Roadblocking: "ONE_OR_MORE", Type: typePriced, Priority: p.product.Priority,
		Rate: moneyOf(p.Deal.Price.FinalCPM, p.Deal.Price.Currency), CostType: "CPM", Goal: goal{Type: "NONE"}, Environment: "BROWSER",
		Targeting: p.targeting(activation.RefOf(stepDealValue)), Notes: p.notes(),
		AllowOverbook: p.settings.AllowOverbook, SkipCheck: p.settings.SkipInventoryCheck,
	}
	if guaranteed {
		units := strconv.FormatInt(p.Deal.Impressions, 10)
		line.Type, line.Goal = typeStandard, goal{Type: "LIFETIME", Unit: "IMPRESSIONS", Units: units}
		if p.settings.ContractedUnits {
			line.ContractedUnits = units
		}
	}
	if wanted := p.product.LineItemType; wanted != "" {
		if guaranteed == (wanted == typePriced) {
			p.wrong("invalid", "product refs.line_item_type", "cannot be "+wanted+" of a "+string(p.Deal.DealType)+" deal")
		}
		if line.Type = wanted; wanted != typeStandard {
			line.ContractedUnits = ""
		}
	}
	if span := priorities[line.Type]; line.Priority != 0 && (line.Priority < span[0] || line.Priority > span[1]) {
		p.wrong("invalid", "product refs.priority", "must be "+strconv.Itoa(span[0])+" to "+strconv.Itoa(span[1])+" of the type "+line.Type)
	}
	if kind := parley.Folded(p.Deal.InventoryType); kind == "video" || kind == "ctv" {
		line.Environment = "VIDEO_PLAYER"
		longest := cmp.Or(p.product.MaxSeconds, p.Product.CreativeSpecs.Longest())
		if line.MaxDuration = strconv.Itoa(longest) + "s"; longest == 0 {
			p.wrong("mapping_missing", "product refs.max_seconds", "must say how long a video may be, unless the product's creative_specs do")
		}
	}
	for _, s := range p.sizes() {
		line.Placeholders = append(line.Placeholders, placeholder{Size: s})
	}
	return line
}

func (p *planner) sizes() []size {
	var found []size
	for _, text := range p.product.Sizes {
		if !p.Product.CreativeSpecs.Takes(text) {
			p.wrong("invalid", "product refs.sizes", "has "+text+", which the product's creative_specs do not take")
		}
		width, height, _ := parley.CreativeSize(text)
		found = append(found, size{Width: width, Height: height, Type: "PIXEL"})
	}
	return found
}

// targeting is where the deal runs; deal is the value that stands for it, nil where none does.
func (p *planner) targeting(deal any) targeting {
	var wanted targeting
	for _, id := range p.product.AdUnits {
		wanted.Inventory.AdUnits = append(wanted.Inventory.AdUnits, adUnit{Name: p.settings.resource("adUnits", id), Descendants: true})
	}
	for _, id := range p.product.Placements {
		wanted.Inventory.Placements = append(wanted.Inventory.Placements, p.settings.resource("placements", id))
	}
	var all clause
	if deal != nil {
		all.Literals = append(all.Literals, literal{Key: p.settings.resource("customTargetingKeys", p.settings.DealKeyID), Values: []any{deal}})
	}
	for _, kv := range p.product.KeyValues {
		one := literal{Key: p.settings.resource("customTargetingKeys", kv.Key)}
		for _, id := range kv.Values {
			one.Values = append(one.Values, p.settings.resource("customTargetingValues", id))
		}
		all.Literals = append(all.Literals, one)
	}
	if len(all.Literals) > 0 {
		wanted.Custom = &customTargeting{Clauses: []clause{all}}
	}
	var geo geoTargeting
	for _, place := range p.Product.GeoTargets {
		id, known := p.settings.GeoTargets[strings.ToUpper(strings.TrimSpace(place))]
		if !known {
			p.wrong("mapping_missing", "settings.geo_targets", "has no id of "+place+", in which the product is sold alone")
			continue
		}
		geo.Targeted = append(geo.Targeted, p.settings.resource("geoTargets", id))
	}
	if slices.Sort(geo.Targeted); len(geo.Targeted) > 0 {
		geo.Targeted = slices.Compact(geo.Targeted)
		wanted.Geo = &geo
	}
	return wanted
}

// buyer is whose account in Ad Manager buys; empty: no mapping says so.
func (p *planner) buyer() string {
	return cmp.Or(p.party(parley.MapsSeat).Buyer, p.party(parley.MapsDSP).Buyer)
}

// auction plans a private auction and its deal.
func (p *planner) auction() {
	if p.Deal.DealType != parley.PrivateAuction {
		p.wrong("invalid", "deal_type", "is "+string(p.Deal.DealType)+": a destination in the mode private_auction takes PA deals alone")
	}
	buyer := p.buyer()
	if buyer == "" {
		p.wrong("seat_unknown", "seat", "has no mapping of the deal's seat or DSP, which says whose account in Ad Manager buys")
	}
	if len(p.problems) > 0 {
		return
	}
	name := p.orderName()
	for len(name) > mostAuctionName { // it counts bytes
		runes := []rune(name)
		cut := len(runes) - utf8.RuneCountInString(p.Deal.ID) - 2
		name = string(runes[:cut]) + " " + p.Deal.ID
	}
	if p.Intent != parley.IntentEnd {
		p.step(stepAuction, p.Deal.ID, privateAuction{DisplayName: name})
	}
	p.step(stepAuctionDeal, p.Deal.ID, auctionDeal{
		PrivateAuction: activation.RefOf(stepAuction), BuyerAccount: buyer, Targeting: p.targeting(nil),
		StartTime: stamp(p.Starts), EndTime: stamp(p.Ends), FloorPrice: moneyOf(p.Deal.Price.FinalCPM, p.Deal.Price.Currency), CreativeSizes: p.sizes(),
	})
}

// take reads a step's body.
func take[T any](step activation.Step) (body T, err error) {
	if err := json.Unmarshal(step.Body, &body); err != nil {
		return body, remote.Refused("invalid", "the step is no "+step.Name)
	}
	return body, nil
}
