package seller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// PackageBookingRequest turns quotes of a package's products into deals.
type PackageBookingRequest struct {
	PackageID string
	QuoteIDs  []string // of one product each, at most parley.MaxPackageProducts
	Identity  parley.Identity
	Notes     string
	Carried   parley.Carried
}

// PackageDeals are the deals of a package's products, in the order in which their quotes were named.
type PackageDeals struct {
	Package parley.Package
	Deals   []parley.Deal
}

// BookPackage books quotes of a package's products as BookDeal books one, in one transaction: all of them or none. Each deal
// meets the gates by itself, with those before it counted as its buyer's. The error of a quote that cannot be booked names it
// as quote_id.
func (s *Service) BookPackage(ctx context.Context, call Call, request PackageBookingRequest, encode Encode[PackageDeals]) (Answer, error) {
	if err := request.check(); err != nil {
		return Answer{}, err
	}
	var over negotiatedQuotes
	book := func(dealIDs []string) (Answer, error) {
		return write(ctx, s, call, encode, func(w *work) (PackageDeals, error) {
			pending, gate := w.Package(request.PackageID), w.askGate()
			all := w.bookings(request.each(), dealIDs, over)
			who, err := w.authorize(ctx, needBuyer)
			if err != nil {
				return PackageDeals{}, err
			}
			found, err := pending.Get(ctx)
			if err != nil || found.Status != parley.PackageActive {
				return PackageDeals{}, unknownPackage(cmp.Or(err, unknown("package", request.PackageID)), request.PackageID)
			}
			if err := findAll(ctx, all, who, found); err != nil {
				return PackageDeals{}, err
			}
			if err := w.bookAll(ctx, all, gate, &over); err != nil {
				return PackageDeals{}, err
			}
			deals := PackageDeals{Package: found}
			for _, b := range all {
				deals.Deals = append(deals.Deals, b.deal)
			}
			return deals, w.record(packageBooked(deals), "package.book", "package", found.ID, nil, dealIDsOf(deals))
		})
	}
	answer, err := s.withRoom(ctx, func() (Answer, error) { return s.mintDeals(len(request.QuoteIDs), book) })
	if errors.Is(err, storage.ErrCapacity) {
		return Answer{}, s.packageShortOfInventory(ctx, request.QuoteIDs, err)
	}
	return answer, err
}

func (r *PackageBookingRequest) check() error {
	var problems parley.Problems
	switch n := len(r.QuoteIDs); {
	case n == 0:
		problems.Add("quote_ids", "is required: the quotes that POST /api/v1/packages/{package_id}/quotes answered")
	case n > parley.MaxPackageProducts:
		problems.Add("quote_ids", "has %d quotes; a package has at most %d products", n, parley.MaxPackageProducts)
	}
	for i, id := range r.QuoteIDs {
		switch first := slices.Index(r.QuoteIDs, id); {
		case id == "":
			problems.Add(fmt.Sprintf("quote_ids[%d]", i), "is empty")
		case first < i:
			problems.Add(fmt.Sprintf("quote_ids[%d]", i), "repeats quote_ids[%d]", first)
		}
	}
	cleanIdentity(&problems, "buyer_identity.", &r.Identity)
	checkPlan(&problems, &r.Carried.AudiencePlan)
	return problems.Err()
}

func (r *PackageBookingRequest) each() []BookingRequest {
	requests := make([]BookingRequest, len(r.QuoteIDs))
	for i, id := range r.QuoteIDs {
		requests[i] = BookingRequest{QuoteID: id, Identity: r.Identity, Notes: r.Notes, Carried: r.Carried}
	}
	return requests
}

// findAll reads the quotes, if this buyer can book each now and they are of different products of the package.
func findAll(ctx context.Context, all []*booking, who parley.Principal, p parley.Package) error {
	var problems parley.Problems
	quoted := map[string]int{} // places of quotes, by product
	for i, b := range all {
		if err := b.find(ctx, who); err != nil {
			return b.refused(err)
		}
		product := b.quote.ProductID
		path := fmt.Sprintf("quote_ids[%d]", i)
		if first, twice := quoted[product]; twice {
			problems.Add(path, "is of %s, as quote_ids[%d] is; name one quote of each product", product, first)
		} else if quoted[product] = i; !slices.ContainsFunc(p.Products, func(part parley.PackageProduct) bool { return part.ProductID == product }) {
			problems.Add(path, "is of %s, which the package does not have; book it with POST /api/v1/deals", product)
		}
	}
	return problems.Err()
}

// bookAll makes a deal of each quote. Locks are taken kind by kind: what the prices were agreed in, the deals, and the days of
// the ledger in the order of their products.
func (w *work) bookAll(ctx context.Context, all []*booking, gate dealGate, over *negotiatedQuotes) error {
	if err := w.holdAgreements(ctx, all); err != nil {
		return err
	}
	for _, b := range all {
		if err := b.price(ctx, over); err != nil {
			return b.refused(err)
		}
	}
	for _, b := range all {
		if err := b.book(ctx, gate); err != nil {
			return b.refused(err)
		}
	}
	return w.reserveAll(ctx, all)
}

// holdAgreements locks the proposals and negotiations that quotes were priced by, each kind in the order of its ids.
func (w *work) holdAgreements(ctx context.Context, all []*booking) error {
	var proposals, negotiations []string
	for _, b := range all {
		switch {
		case b.quote.ProposalID != "":
			proposals = append(proposals, b.quote.ProposalID)
		case b.quote.NegotiationID != "":
			negotiations = append(negotiations, b.quote.NegotiationID)
		}
		own, err := b.bargained.Get(ctx)
		if err != nil {
			return err
		}
		if own != nil {
			negotiations = append(negotiations, own.ID)
		}
	}
	slices.Sort(proposals)
	for _, id := range slices.Compact(proposals) {
		w.ProposalForUpdate(id)
	}
	slices.Sort(negotiations)
	for _, id := range slices.Compact(negotiations) {
		w.NegotiationForUpdate(id)
	}
	return nil
}

// refused is why nothing was booked, with the quote that it is for.
func (b *booking) refused(err error) error { return forQuote(err, b.request.QuoteID) }

// forQuote names the one of several quotes that an error is about, unless it is about none.
func forQuote(err error, quoteID string) error {
	var known *parley.Error
	if !errors.As(err, &known) || known.Code == parley.CodeInternal || known.Code == parley.CodeUnavailable {
		return err
	}
	named := known.With("quote_id", quoteID)
	named.Message = fmt.Sprintf("Nothing was booked, for the quote %s: %s", quoteID, known.Message)
	return named
}

// packageShortOfInventory names the first of the quotes whose volume is not there any more.
func (s *Service) packageShortOfInventory(ctx context.Context, quoteIDs []string, cause error) error {
	short := ""
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		for _, id := range quoteIDs {
			quote, err := r.Quote(id).Get(ctx)
			if err != nil {
				return err
			}
			if !quote.DealType.Guaranteed() {
				continue
			}
			days, err := r.Capacity(quote.ProductID, quote.Flight).Get(ctx)
			if err != nil {
				return err
			}
			if left := inventory.Available(days, quote.Flight); left == nil || *left < quote.Impressions {
				short = id
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if short == "" {
		return &parley.Error{Code: parley.CodeContention, Message: "The inventory was held by another booking for a moment. Send the same request again.", Cause: cause}
	}
	return forQuote(s.quoteShortOfInventory(ctx, short, cause), short)
}

func dealIDsOf(d PackageDeals) map[string]any {
	deals, quotes := make([]string, len(d.Deals)), make([]string, len(d.Deals))
	for i, deal := range d.Deals {
		deals[i], quotes[i] = deal.ID, deal.QuoteID
	}
	return map[string]any{"package_id": d.Package.ID, "deal_ids": deals, "quote_ids": quotes}
}

func packageBooked(d PackageDeals) parley.Event {
	return parley.Event{Type: parley.EventPackageBooked, Owner: d.Deals[0].Owner, FlowID: d.Package.ID, Data: data(dealIDsOf(d))}
}
