package console

import (
	"encoding/json"
	"net/url"
	"time"

	"parley"
	"parley/seller"
)

// The fields of a change, as the service names them when it refuses one.
const (
	changeStart  = "proposed_values.flight_start"
	changeEnd    = "proposed_values.flight_end"
	changeVolume = "proposed_values.impressions"
	changePrice  = "proposed_values.price"
)

// MayChange tells whether other terms can be asked for.
func (p dealPage) MayChange() bool { return p.Deal.Status.Runs() && p.Deal.Flight.End >= p.Today }

// Changing is the form that asks for other terms: as it was sent where it was refused, else with the terms that stand.
func (p dealPage) Changing() *form {
	if p.ChangeErrors() {
		return p.Form
	}
	return newForm(changeValues(p.Deal))
}

// ChangeErrors tells whether the form was refused.
func (p dealPage) ChangeErrors() bool { return p.Form.Values.Has(changePrice) }

func changeValues(d parley.Deal) url.Values {
	values := url.Values{
		changeStart: {d.Flight.Start.String()}, changeEnd: {d.Flight.End.String()}, changeVolume: {""},
		changePrice: {typed(d.Price.FinalCPM, d.Price.Currency.MinorDigits())}, "version": {plain(d.Version)},
	}
	if d.Impressions > 0 {
		values.Set(changeVolume, count(d.Impressions))
	}
	return values
}

func changeNow(x *exchange) (url.Values, error) {
	deal, err := x.service.Deal(x.Context(), x.call, x.PathValue("id"))
	return changeValues(deal), missing(err, "deal", x.PathValue("id"))
}

// askForChange asks for other terms of a deal, once they were looked at.
func (c *console) askForChange(x *exchange) error {
	id := x.PathValue("id")
	deal, err := c.service.Deal(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "deal", id)
	}
	in, err := changeAsked(x.PostForm, deal)
	if err == nil {
		var preview seller.ChangePreview
		if preview, err = c.service.PreviewChange(x.Context(), x.call, in); err == nil {
			looked, err := x.reviewed("deals", changeReview(deal, preview))
			if err != nil || !looked {
				return err
			}
			var asked parley.ChangeRequest
			var answer seller.Answer
			answer, err = c.service.RequestChange(x.Context(), x.call, in, func(change parley.ChangeRequest) (seller.Answer, error) {
				asked = change
				return thenGo(func(c parley.ChangeRequest) string { return "/deals/" + url.PathEscape(c.DealID) })(change)
			})
			if err == nil {
				x.follow(answer, askedWords(asked, preview.ForBuyer))
				return nil
			}
			return x.dealRefused(err)
		}
	}
	return x.dealRefused(err)
}

// changeAsked reads what the form asks for: the terms that are other than the deal's, which are those that the form was made from.
func changeAsked(values url.Values, deal parley.Deal) (seller.ChangeInput, error) {
	r := reader{values: values, currency: func() parley.Currency { return deal.Price.Currency }}
	in := seller.ChangeInput{DealID: deal.ID, Reason: r.text("message"), Type: parley.ChangeFlightDates}
	flight := parley.Flight{Start: r.needDate(changeStart), End: r.needDate(changeEnd)}
	volume, price, version := r.volume(changeVolume), r.price(changePrice), r.version()
	if r.text(changePrice) == "" {
		r.problems.Add(changePrice, "is required")
	}
	if volume == nil && r.text(changeVolume) == "" && deal.Impressions > 0 {
		r.problems.Add(changeVolume, "is required")
	}
	if len([]rune(in.Reason)) > longestMessage {
		r.problems.Add("message", "must be at most %d characters", longestMessage)
	}
	if err := r.problems.Err(); err != nil {
		return in, err
	}
	if version == nil || *version != deal.Version {
		return in, parley.Errorf(parley.CodePreconditionFailed, "The deal has changed since.")
	}
	// Between here and the request the terms may change once more.
	in.Expected = parley.ExpectedTerms{FlightStart: &deal.Flight.Start, FlightEnd: &deal.Flight.End, Impressions: &deal.Impressions, CPM: &deal.Price.FinalCPM}
	proposed := map[string]any{}
	if flight.Start != deal.Flight.Start {
		in.Terms.FlightStart, proposed["flight_start"] = &flight.Start, flight.Start
	}
	if flight.End != deal.Flight.End {
		in.Terms.FlightEnd, proposed["flight_end"] = &flight.End, flight.End
	}
	if volume != nil && *volume != deal.Impressions {
		in.Type, in.Terms.Impressions, proposed["impressions"] = parley.ChangeImpressions, volume, *volume
	}
	if *price != deal.Price.FinalCPM {
		in.Type, in.Terms.CPM = parley.ChangePricing, price
		proposed["price"] = json.Number(parley.FormatMicros(*price, deal.Price.Currency.MinorDigits()))
	}
	if len(proposed) == 0 {
		return in, parley.Errorf(parley.CodeConflict, "These are the terms that the deal has. Type others to ask for them.")
	}
	var err error
	in.Proposed, err = json.Marshal(proposed)
	return in, err
}

// longestMessage is how long what the buyer reads may be, in characters, as by API.
const longestMessage = 2000

// changeReview says what a change comes to before it is asked for.
func changeReview(deal parley.Deal, p seller.ChangePreview) review {
	c := p.Change
	r := review{Title: "Change of " + deal.ID + " for " + deal.Identity.Called(), Do: "Ask for this change", Back: root + "/deals/" + url.PathEscape(deal.ID)}
	for _, diff := range c.Diffs {
		line := becomes(deal, c, diff)
		if beside := onPages.AgainstAsk(valueOr(c.Terms.CPM), p.Ask); diff.Field == "price" && beside != "" {
			line += " " + string(deal.Price.Currency) + ", " + beside
		}
		r.Lines = append(r.Lines, line)
	}
	if c.Impact != nil {
		r.Lines = append(r.Lines, "The deal's value goes from "+worth(c.Impact.Before, c.Impact.Currency)+" to "+worth(c.Impact.After, c.Impact.Currency))
		if c.Impact.Before != c.Impact.After {
			r.Do += ": " + moneyMoved{c.Impact.After - c.Impact.Before, c.Impact.Currency}.String()
		}
	}
	if a := c.Availability; a != nil && !a.Available && a.Impressions != nil {
		r.Lines = append(r.Lines, "It does not fit as things are: "+count(*a.Impressions)+" impressions are free over its days")
	}
	r.Lines = append(r.Lines, askedWords(c, p.ForBuyer))
	if c.Reason != "" {
		r.Lines = append(r.Lines, "Message to the buyer: "+c.Reason)
	}
	if cpm := c.Terms.CPM; cpm != nil && (farFrom(*cpm, p.Ask) || farFrom(*cpm, deal.Price.FinalCPM)) {
		r.Sure = "Yes, " + money(*cpm, deal.Price.Currency) + ", where the deal has " + money(deal.Price.FinalCPM, deal.Price.Currency) +
			" and the ask is " + money(p.Ask, deal.Price.Currency)
	} else if volume := c.Terms.Impressions; volume != nil && farFrom(*volume, deal.Impressions) {
		r.Sure = "Yes, " + count(*volume) + " impressions, where the deal has " + count(deal.Impressions)
	}
	return r
}

// becomes says what a change makes of one term of its deal: "Price: 35.91 becomes 35.50".
func becomes(deal parley.Deal, c parley.ChangeRequest, diff parley.ChangeDiff) string {
	was, is := term(diff.Old), term(diff.New)
	if cpm := c.Terms.CPM; diff.Field == "price" && cpm != nil {
		was, is = amount(deal.Price.FinalCPM, deal.Price.Currency), amount(*cpm, deal.Price.Currency)
	}
	return fieldName(diff.Field) + ": " + was + " becomes " + is
}

// askedWords say what becomes of a change that the desk asks for.
func askedWords(c parley.ChangeRequest, forBuyer bool) string {
	days := counted(int64(parley.ChangeLapse/(24*time.Hour)), "day")
	switch {
	case c.Status == parley.ChangePendingApproval && forBuyer:
		return "Somebody else at the desk is asked first. Once it is granted, it waits for the buyer, who has " + days + " to agree."
	case c.Status == parley.ChangePendingApproval:
		return "Somebody else at the desk is asked first. Once it is granted, it can be made here."
	case forBuyer:
		return "It waits for the buyer, who has " + days + " to agree."
	}
	return "Nobody has to be asked. It can be made here, within " + days + "."
}

func valueOr(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
