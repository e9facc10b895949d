package console

import (
	"net/http"
	"slices"
	"time"

	"parley"
	"parley/openrtb"
	"parley/seller"
)

func (c *console) sheetRoutes() []route {
	return []route{
		get("/deals/{id}/sheet", c.sheetOfDeal),
		post(desk, "/deals/{id}/share", c.shareDeal).on("/deals/{id}"),
		post(desk, "/deals/{id}/share/{share}/end", c.endShare).on("/deals/{id}"),
	}
}

// sheetPage is what a buyer may know of a deal.
type sheetPage struct {
	Deal  parley.Deal
	Buyer string
	Steps []platform // in the buyer's own DSP; none: it is not known, or the deal does not run
	Back  string     // the deal's page, of one of the publisher's people
}

func sheetOf(deal parley.Deal) sheetPage {
	deal = seller.BuyerSheet(deal)
	content := sheetPage{Deal: deal, Buyer: deal.Identity.Or(deal.Claimed).Called()}
	if instructions := openrtb.ActivationInstructions(deal); len(instructions) == 1 {
		for key, steps := range instructions {
			name, known := platformNames[key]
			if !known {
				name = key
			}
			content.Steps = append(content.Steps, platform{name, steps})
		}
	}
	return content
}

// sheetOfDeal shows one of the publisher's people what a link leads to, to look at or print.
func (c *console) sheetOfDeal(x *exchange) error {
	deal, err := c.service.Deal(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "deal", x.PathValue("id"))
	}
	content := sheetOf(deal)
	content.Back = root + "/deals/" + deal.ID
	return x.show("sheet", http.StatusOK, page{Title: "Deal " + deal.ID, Section: "deals", Data: content})
}

// sharedSheet shows the sheet to whoever has a link. Nothing of it is kept on the way, and no search engine lists it.
func (c *console) sharedSheet(x *exchange) error {
	x.ResponseWriter.Header().Set("Referrer-Policy", "no-referrer")
	x.ResponseWriter.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	deal, err := c.service.DealBySecret(x.Context(), x.PathValue("secret"))
	if err != nil {
		return err
	}
	return x.show("sheet", http.StatusOK, page{Title: "Deal " + deal.ID, Data: sheetOf(deal)})
}

func (c *console) shareDeal(x *exchange) error {
	id := x.PathValue("id")
	var secret string
	answer, err := c.service.ShareDeal(x.Context(), x.call, id, func(s seller.SharedDeal) (seller.Answer, error) {
		secret = s.Secret
		return thenGo(func(s seller.SharedDeal) string { return "/deals/" + s.DealID })(s)
	})
	if err != nil {
		return x.dealRefused(err)
	}
	done := "The link was made, and told once. Make another if it is lost."
	if !answer.Replayed && secret != "" {
		scheme := "http"
		if x.TLS != nil || x.options.PublicTLS || x.options.TrustForwardedProto && x.Request.Header.Get("X-Forwarded-Proto") == "https" {
			scheme = "https"
		}
		done = "Whoever has this link reads the sheet, for 90 days; it is told once: " + scheme + "://" + x.Host + root + "/share/" + secret
	}
	x.follow(answer, done)
	return nil
}

func (c *console) endShare(x *exchange) error {
	id, share := x.PathValue("id"), x.PathValue("share")
	shares, err := c.service.DealShares(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "deal", id)
	}
	if !slices.ContainsFunc(shares, func(s parley.DealShare) bool { return s.ID == share }) {
		return parley.Errorf(parley.CodeNotFound, "There is no link %q of the deal %q.", share, id)
	}
	answer, err := c.service.EndShare(x.Context(), x.call, share, thenGo(func(parley.DealShare) string { return "/deals/" + id }))
	if err != nil {
		return x.dealRefused(err)
	}
	x.follow(answer, "The link leads nowhere any more.")
	return nil
}

// shareRow is a link on the page of its deal.
type shareRow struct {
	parley.DealShare
	Live bool
}

func shareRows(shares []parley.DealShare, now time.Time) []shareRow {
	rows := make([]shareRow, len(shares))
	for i, s := range shares {
		rows[i] = shareRow{s, s.Live(now)}
	}
	return rows
}
