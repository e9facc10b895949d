package seller

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// defaultFlightDays is how far the flight of a request that names no end reaches past its first day.
const defaultFlightDays = 30

// QuoteRequest asks for a price. Zero values mean that the buyer did not say.
type QuoteRequest struct {
	ProductID   string
	DealType    string
	Impressions int64
	FlightStart *parley.Date
	FlightEnd   *parley.Date
	TargetCPM   *parley.Money // an empty currency means the product's
	Identity    parley.Identity
	MediaType   string
	RateCardID  string // of a private rate card; none is in force for anybody yet, so that naming one is refused
	Carried     parley.Carried
	BuyerKeyID  string // of an operator's request: a key of the buyer that it is for; empty: it is the operator's to look at
	// OfferCPM is the price that the publisher offers that buyer in place of the price list's; an empty currency means the product's,
	// nil: the price list's.
	OfferCPM *parley.Money
}

// RequestQuote is the first step of quote to deal: it prices the product for this buyer, looks at the inventory over the
// flight and stores a quote that can be booked until it expires. The quote holds no inventory.
func (s *Service) RequestQuote(ctx context.Context, call Call, request QuoteRequest, encode Encode[parley.Quote]) (Answer, error) {
	asked, err := request.check(s.today(s.clock()))
	if err != nil {
		return Answer{}, err
	}
	if err := s.admitAnonymous(ctx, call, storage.AnonymousQuotes); err != nil {
		return Answer{}, err
	}
	if call.anonymous() {
		request.Carried = request.Carried.WithoutDocuments()
	}
	return run(ctx, s, s.store.Append, call, encode, s.quoting(ctx, request, asked))
}

// quoting is the work of one quote, for a request whose terms have been checked.
func (s *Service) quoting(ctx context.Context, request QuoteRequest, asked askedTerms) func(*work) (parley.Quote, error) {
	return func(w *work) (parley.Quote, error) {
		pendingProduct, version := w.Product(request.ProductID), storage.PricingRules.Version(&w.Reader)
		days, claimed := w.Capacity(request.ProductID, asked.flight), w.claimedAgent(request.Carried.AgentURL)
		w.course = starts
		who, err := w.authorize(ctx, needQuoteAccess)
		if err != nil {
			return parley.Quote{}, err
		}
		if who, err = capped(ctx, who, claimed); err != nil {
			return parley.Quote{}, err
		}
		if who, err = w.quotedFor(ctx, who, request.BuyerKeyID); err != nil {
			return parley.Quote{}, err
		}
		if err := w.claimsMayBuy(ctx, starts, who.Identity, request.Identity.Beyond(who.Identity), "buyer_identity"); err != nil {
			return parley.Quote{}, err
		}
		product, err := pendingProduct.Get(ctx)
		if err != nil {
			return parley.Quote{}, unknownProduct(err, request.ProductID)
		}
		if err := asked.suits(product); err != nil {
			return parley.Quote{}, err
		}
		media, err := mediaFor(parley.MediaType(request.MediaType), product)
		if err != nil {
			return parley.Quote{}, err
		}
		capacity, err := days.Get(ctx)
		if err != nil {
			return parley.Quote{}, err
		}
		available := inventory.Available(capacity, asked.flight)
		impressions := request.Impressions
		if impressions < product.LeastVolume(asked.dealType) {
			impressions = 0 // which states none
		}
		decision, err := s.waterfall(ctx, &w.Reader, version, parley.PriceInput{
			Product: product, Tier: who.Tier(), Identity: who.Identity, DealType: asked.dealType, Flight: asked.flight,
			Impressions: impressions, Available: available, Today: s.today(w.now),
		})
		if err != nil {
			return parley.Quote{}, err
		}
		if decision, err = request.offered(decision); err != nil {
			return parley.Quote{}, err
		}
		if err := checkValue(decision.FinalCPM, impressions); err != nil {
			return parley.Quote{}, err
		}
		if err := guaranteeable(product.ID, asked.dealType, asked.flight, capacity); err != nil {
			return parley.Quote{}, err
		}
		target := request.TargetCPM
		if target != nil && target.Currency == "" {
			target = &parley.Money{Micros: target.Micros, Currency: product.Currency}
		}
		quote := parley.Quote{
			ID: s.ids.New(parley.PrefixQuote), Owner: quoteOwner(who), CreatedBy: w.writer(), Status: parley.QuoteAvailable,
			ProductID: product.ID, ProductName: product.Name, InventoryType: product.InventoryType,
			DealType: asked.dealType, MediaType: media, Impressions: impressions, Flight: asked.flight,
			TargetCPM: target, Price: decision, Available: available,
			Tier: who.Tier(), Identity: who.Identity, Claimed: request.Identity.Beyond(who.Identity), Carried: request.Carried,
			CreatedAt: w.now, ExpiresAt: w.now.Add(s.settings.QuoteTTL),
		}
		if err := w.agreed(ctx, &quote); err != nil {
			return parley.Quote{}, err
		}
		w.InsertQuote(quote)
		return quote, w.record(quoteEvent(parley.EventQuoteCreated, quote), "quote.create", "quote", quote.ID, nil,
			struct {
				FinalCPM  int64       `json:"final_micros"`
				ProductID string      `json:"product_id"`
				Tier      parley.Tier `json:"tier"`
			}{quote.Price.FinalCPM, quote.ProductID, quote.Tier})
	}
}

// askedTerms are the terms of a request that make sense on their own.
type askedTerms struct {
	dealType    parley.DealType
	flight      parley.Flight
	impressions int64
	target      *parley.Money
	audience    json.RawMessage // the plan
}

// check reads what can be judged without the product, and puts what the buyer says of itself into form.
func (r *QuoteRequest) check(today parley.Date) (askedTerms, error) {
	if err := checkMediaType(parley.MediaType(r.MediaType)); err != nil {
		return askedTerms{}, err
	}
	var problems parley.Problems
	asked := askedTerms{impressions: r.Impressions, target: r.TargetCPM}
	if r.ProductID == "" {
		problems.Add("product_id", "is required")
	}
	asked.dealType = checkDealType(&problems, r.DealType)
	checkImpressions(&problems, "impressions", r.Impressions)
	if asked.dealType.Guaranteed() && r.Impressions == 0 {
		problems.Add("impressions", "is required for PG deals")
	}
	r.checkOffer(&problems)
	asked.flight = r.checkRest(&problems, today)
	asked.audience = r.Carried.AudiencePlan
	return asked, problems.Err()
}

// checkRest judges what does not depend on what is quoted, puts it into form, and answers the flight.
func (r *QuoteRequest) checkRest(problems *parley.Problems, today parley.Date) parley.Flight {
	if r.RateCardID != "" {
		problems.Add("rate_card_id", "names no rate card that is in force for you; leave it out to be quoted the publisher's prices")
	}
	cleanIdentity(problems, "buyer_identity.", &r.Identity)
	checkPlan(problems, &r.Carried.AudiencePlan)
	if r.TargetCPM != nil {
		checkCPM(problems, "target_cpm", *r.TargetCPM)
	}
	return checkFlight(problems, r.FlightStart, r.FlightEnd, today)
}

// suits tells whether the product is sold on the asked terms.
func (a askedTerms) suits(product parley.Product) error {
	if err := cmp.Or(offered(product), checkAudience(a.audience, product)); err != nil {
		return err
	}
	var problems parley.Problems
	if !product.Sells(a.dealType) {
		problems.Add("deal_type", "is %s; the product %s is sold as %s", a.dealType, product.ID, product.SoldAs())
	}
	if a.impressions > 0 && a.impressions < product.MinimumImpressions {
		problems.Add("impressions", "must be at least the product's minimum of %d", product.MinimumImpressions)
	}
	if a.target != nil && a.target.Currency != "" && a.target.Currency != product.Currency {
		problems.Add("target_cpm.currency", "must be the product's currency, %s", product.Currency)
	}
	if a.target != nil {
		problems.AddCPM("target_cpm", a.target.Micros, product.Currency)
	}
	return problems.Err()
}

// Quote is the second step, the review. An expired quote is CodeQuoteExpired to its buyer.
func (s *Service) Quote(ctx context.Context, call Call, id string) (parley.Quote, error) {
	return readOnce(ctx, s, call, func(v *view) (parley.Quote, error) {
		pending := v.Quote(id)
		who, err := v.authorize(ctx, needQuoteAccess)
		if err != nil {
			return parley.Quote{}, err
		}
		quote, err := pending.Get(ctx)
		if err != nil {
			return parley.Quote{}, err
		}
		if !quote.VisibleTo(who) {
			return parley.Quote{}, unknown("quote", id)
		}
		quote = quote.At(v.now)
		if quote.Status == parley.QuoteExpired && !who.IsOperator() {
			return parley.Quote{}, expired(quote)
		}
		return quote, nil
	})
}

// Quotes lists the caller's quotes; an operator sees all.
func (s *Service) Quotes(ctx context.Context, call Call, filter storage.QuoteFilter) (storage.Listing[parley.Quote], error) {
	return ownList(ctx, s, call, func(v *view, owner *string) *storage.Pending[Listing[parley.Quote]] {
		filter.Owner, filter.Now = owner, v.now
		return v.Quotes(filter)
	}, func(v *view, _ parley.Principal, q parley.Quote) parley.Quote { return q.At(v.now) })
}

// PricingTrace answers a quote with every step of its price, for the publisher.
func (s *Service) PricingTrace(ctx context.Context, call Call, quoteID string) (parley.Quote, error) {
	return read(ctx, s, call, func(v *view) (parley.Quote, error) {
		pending := v.Quote(quoteID)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Quote{}, err
		}
		quote, err := pending.Get(ctx)
		return quote.At(v.now), err
	})
}

// BookingRequest turns a quote into a deal.
type BookingRequest struct {
	QuoteID  string
	Identity parley.Identity
	Notes    string
	Carried  parley.Carried
	// MaxCPM is the highest price that the caller would book at; nil: whatever was quoted or agreed.
	MaxCPM *parley.Money
}

// BookDeal is the third step: in one transaction the quote is found available and the buyer's own, a guaranteed volume is
// reserved day by day, the deal gets its id, and the quote becomes booked. A price above the caller's limit is CodeCeilingExceeded, and books nothing.
func (s *Service) BookDeal(ctx context.Context, call Call, request BookingRequest, encode Encode[parley.Deal]) (Answer, error) {
	var problems parley.Problems
	if request.QuoteID == "" {
		problems.Add("quote_id", "is required")
	}
	cleanIdentity(&problems, "buyer_identity.", &request.Identity)
	checkPlan(&problems, &request.Carried.AudiencePlan)
	if err := problems.Err(); err != nil {
		return Answer{}, err
	}
	var over negotiatedQuotes
	book := func(dealIDs []string) (Answer, error) {
		return write(ctx, s, call, encode, func(w *work) (parley.Deal, error) {
			b, gate := w.bookings([]BookingRequest{request}, dealIDs, over)[0], w.askGate()
			who, err := w.authorize(ctx, needBuyer)
			if err != nil {
				return parley.Deal{}, err
			}
			if err := b.find(ctx, who); err != nil {
				return parley.Deal{}, err
			}
			if err := b.price(ctx, &over); err != nil {
				return parley.Deal{}, err
			}
			if err := within(request.MaxCPM, b.deal.Price); err != nil {
				return parley.Deal{}, err
			}
			if err := b.book(ctx, gate); err != nil {
				return parley.Deal{}, err
			}
			return b.deal, w.reserveAll(ctx, []*booking{b})
		})
	}
	answer, err := s.withRoom(ctx, func() (Answer, error) { return s.mintDeals(1, book) })
	if errors.Is(err, storage.ErrCapacity) {
		return Answer{}, s.quoteShortOfInventory(ctx, request.QuoteID, err)
	}
	return answer, err
}

func (s *Service) quoteShortOfInventory(ctx context.Context, quoteID string, cause error) error {
	var quote parley.Quote
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		quote, err = r.Quote(quoteID).Get(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return s.shortOfInventory(ctx, quote.ProductID, quote.Flight, cause)
}

// shortOfInventory says how much is left after a guaranteed booking found too little, or that some day has no capacity.
func (s *Service) shortOfInventory(ctx context.Context, productID string, flight parley.Flight, cause error) error {
	short := &parley.Error{
		Code:    parley.CodeContention,
		Message: "There is not enough inventory left over this flight. Ask for available_impressions or less, or for other days.",
		Cause:   cause,
	}
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		days, err := r.Capacity(productID, flight).Get(ctx)
		if err != nil {
			return err
		}
		if err := guaranteeable(productID, parley.ProgrammaticGuaranteed, flight, days); err != nil {
			return err
		}
		available := int64(0)
		if left := inventory.Available(days, flight); left != nil {
			available = *left
		}
		short = short.With("available_impressions", available)
		return nil
	})
	if err != nil {
		return err
	}
	return short
}

// Deal reads one deal.
func (s *Service) Deal(ctx context.Context, call Call, id string) (parley.Deal, error) {
	return readOnce(ctx, s, call, func(v *view) (parley.Deal, error) {
		pending, about := v.Deal(id), v.aboutDeals([]string{id})
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return parley.Deal{}, err
		}
		deal, err := pending.Get(ctx)
		if err != nil {
			return parley.Deal{}, err
		}
		if !who.MaySee(deal.Owner) {
			return parley.Deal{}, unknown("deal", id)
		}
		deals := []parley.Deal{deal}
		err = v.withAll(ctx, who, deals, about)
		return deals[0], err
	})
}

// Deals lists the caller's deals; an operator sees all.
func (s *Service) Deals(ctx context.Context, call Call, filter storage.DealFilter) (storage.Listing[parley.Deal], error) {
	return read(ctx, s, call, func(v *view) (storage.Listing[parley.Deal], error) {
		who, err := v.authorize(ctx, needCredential)
		if err != nil {
			return storage.Listing[parley.Deal]{}, err
		}
		if filter.Filed+filter.Label != "" && !who.IsOperator() {
			return storage.Listing[parley.Deal]{}, parley.Errorf(parley.CodeForbidden, "What is filed with deals is the publisher's own.")
		}
		if filter.Account != "" && !who.IsOperator() {
			return storage.Listing[parley.Deal]{}, parley.Errorf(parley.CodeForbidden, "Which account a deal is of is the publisher's own.")
		}
		filter.Owner = ownOnly(who)
		if filter, err = v.byOwners(ctx, filter); err != nil {
			return storage.Listing[parley.Deal]{}, err
		}
		listing, err := v.Deals(filter).Get(ctx)
		if err != nil || len(listing.Items) == 0 {
			return listing, err
		}
		ids := make([]string, len(listing.Items))
		for i, deal := range listing.Items {
			ids[i] = deal.ID
		}
		return listing, v.withAll(ctx, who, listing.Items, v.aboutDeals(ids))
	})
}

// byOwners has the deals of an account asked for by their owners: a database that knows these finds them by its index.
func (v *view) byOwners(ctx context.Context, filter storage.DealFilter) (storage.DealFilter, error) {
	const most = 100 // of more, the account's name is the shorter question
	if filter.Account == "" {
		return filter, nil
	}
	owners, err := v.Owned(filter.Account, most+1).Get(ctx)
	if err == nil && len(owners) <= most {
		filter.Account, filter.Owners = "", owners
	}
	return filter, err
}

// aboutDeals is what deals show beside what they are themselves.
type aboutDeals struct {
	changes *storage.Pending[[]parley.ChangeRequest]
	aliases *storage.Pending[[]parley.DealAlias]
}

func (v *view) aboutDeals(ids []string) aboutDeals {
	return aboutDeals{changes: v.ChangesOfDeals(ids), aliases: v.AliasesOfDeals(ids)}
}

// withAll shows on deals what is asked of them, what somebody has taken on, and what they are called elsewhere.
func (v *view) withAll(ctx context.Context, who parley.Principal, deals []parley.Deal, about aboutDeals) error {
	changes, err := about.changes.Get(ctx)
	if err != nil {
		return err
	}
	aliases, err := about.aliases.Get(ctx)
	if err != nil {
		return err
	}
	place := make(map[string]*parley.Deal, len(deals))
	for i := range deals {
		place[deals[i].ID] = &deals[i]
	}
	for _, c := range changes {
		if c = c.At(v.now); c.Status != parley.ChangeFailed {
			place[c.DealID].Changes = append(place[c.DealID].Changes, seenChange(who, c))
		}
	}
	for _, a := range aliases {
		place[a.DealID].Aliases = append(place[a.DealID].Aliases, a)
	}
	return nil
}

func quoteEvent(eventType parley.EventType, q parley.Quote) parley.Event {
	return parley.Event{
		Type: eventType, Owner: q.Owner, FlowID: q.ID, QuoteID: q.ID,
		Data: data(struct {
			Currency    parley.Currency `json:"currency"`
			DealType    parley.DealType `json:"deal_type"`
			ExpiresAt   time.Time       `json:"expires_at"`
			FinalCPM    int64           `json:"final_cpm_micros"`
			Impressions int64           `json:"impressions"`
			ProductID   string          `json:"product_id"`
		}{q.Price.Currency, q.DealType, q.ExpiresAt, q.Price.FinalCPM, q.Impressions, q.ProductID}),
	}
}

func dealEvent(eventType parley.EventType, d parley.Deal) parley.Event {
	flow := d.QuoteID
	if flow == "" {
		flow = d.ProposalID
	}
	told := map[string]any{
		"product_id": d.ProductID, "deal_type": d.DealType, "status": d.Status, "impressions": d.Impressions,
		"final_cpm_micros": d.Price.FinalCPM, "currency": d.Price.Currency,
	}
	if d.StatusReason != "" {
		told["status_reason"] = d.StatusReason
	}
	return parley.Event{
		Type: eventType, Owner: d.Owner, FlowID: flow, QuoteID: d.QuoteID, ProposalID: d.ProposalID,
		NegotiationID: d.NegotiationID, DealID: d.ID, Data: data(told),
	}
}

func expired(quote parley.Quote) error {
	return parley.Errorf(parley.CodeQuoteExpired, "This quote expired at %s. Request a new one.",
		quote.ExpiresAt.Format("2006-01-02T15:04:05Z")).With("expired_at", quote.ExpiresAt)
}
