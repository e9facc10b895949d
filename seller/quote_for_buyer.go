package seller

import (
	"cmp"
	"context"
	"errors"

	"parley"
)

// quotedFor is the buyer that a quote is priced for and belongs to: the caller, or, of an operator's request that names one,
// the buyer of that key.
func (w *work) quotedFor(ctx context.Context, who parley.Principal, keyID string) (parley.Principal, error) {
	const path = "buyer_key_id"
	if keyID == "" {
		return who, nil
	}
	if !who.IsOperator() {
		return who, parley.Invalid(path, "goes with an operator's key; what a buyer asks for is its own")
	}
	key, err := w.Key(keyID).Get(ctx)
	if err != nil && !parley.Is(err, parley.CodeNotFound) {
		return who, err
	}
	if err != nil || key.Role != parley.RoleBuyer || !key.Live(w.now) {
		return who, parley.Invalid(path, "names no buyer's key that is in use")
	}
	credential, err := w.Credential(key.Hash).Get(ctx)
	if err != nil {
		return who, err
	}
	if _, may := credential.Trust.Ceiling(); !may {
		return who, parley.Invalid(path, "is the key of an agent that is blocked")
	}
	buyer := key.Principal(credential.Trust)
	buyer.Accounts, err = w.AccountsOf(key.Identity, credential.Accounts).Get(ctx)
	if err != nil {
		return who, err
	}
	return buyer, starts.allowedWith(buyer.Accounts, path)
}

// quoteOwner is whose a quote is. An operator's that names no buyer is the publisher's own: it can be read, and not booked.
func quoteOwner(who parley.Principal) string {
	if who.IsOperator() {
		return parley.OwnerPublisher
	}
	return who.Owner()
}

// checkOffer judges what can be judged of an offered price without the product.
func (r *QuoteRequest) checkOffer(problems *parley.Problems) {
	if r.OfferCPM == nil {
		return
	}
	checkCPM(problems, "offer_cpm", *r.OfferCPM)
	if r.BuyerKeyID == "" {
		problems.Add("offer_cpm", "goes with a buyer_key_id: the publisher offers a price to somebody")
	}
}

// offered is the price that the publisher offers in place of what it asks of the buyer, if it does: not under the floor, nor above what a
// rule lets be asked. The errors are for the publisher's people.
func (r *QuoteRequest) offered(ask parley.PriceDecision) (parley.PriceDecision, error) {
	if r.OfferCPM == nil {
		return ask, nil
	}
	const path = "offer_cpm"
	cpm, amount := r.OfferCPM.Micros, func(micros int64) string { return parley.FormatMicros(micros, ask.Currency.MinorDigits()) }
	if c := r.OfferCPM.Currency; c != "" && c != ask.Currency {
		return ask, parley.Invalid(path+".currency", "must be the product's currency, %s", ask.Currency)
	}
	if err := parley.CheckCPM(path, cpm, ask.Currency); err != nil {
		return ask, err
	}
	switch {
	case cpm < ask.FloorCPM:
		return ask, parley.Invalid(path, "must not be below the floor of %s", amount(ask.FloorCPM))
	case ask.CeilingCPM > 0 && cpm > ask.CeilingCPM:
		return ask, parley.Invalid(path, "must not be above %s, the ceiling that a price rule sets for this buyer", amount(ask.CeilingCPM))
	}
	return priceSet(ask, parley.StepOffered, cpm, "Offered price"), nil
}

// PreviewQuote is the quote that RequestQuote would make now, for the publisher. It stores nothing.
func (s *Service) PreviewQuote(ctx context.Context, call Call, request QuoteRequest) (parley.Quote, error) {
	asked, err := request.check(s.today(s.clock()))
	if err != nil {
		return parley.Quote{}, err
	}
	call.IdempotencyKey = ""
	var found parley.Quote
	_, err = write(ctx, s, call, nothing[parley.Quote], func(w *work) (parley.Quote, error) {
		var err error
		found, err = s.quoting(ctx, request, asked)(w)
		return found, cmp.Or(err, needScope(parley.ScopeViewer)(w.who, AnonymousAccess{}), errDryRun)
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return found, err
}

// writer is the operator who works; empty when it is a buyer, or nobody known.
func (w *work) writer() string {
	if w.who.IsOperator() {
		return w.who.Actor()
	}
	return ""
}
