package console

import (
	"net/url"
	"strings"

	"parley"
	"parley/seller"
)

// Filing is the form of what is filed with the deal: as it was sent where it was refused, else as it stands.
func (p dealPage) Filing() *form {
	if p.Form.Values.Has("purchase_order") {
		return p.Form
	}
	return newForm(filedValues(p.Filed))
}

func filedValues(p parley.Paperwork) url.Values {
	return url.Values{
		"purchase_order": {p.PurchaseOrder}, "labels": {strings.Join(p.Labels, ", ")}, "note": {p.Note}, "version": {plain(p.Version)},
	}
}

func paperworkNow(x *exchange) (url.Values, error) {
	filed, err := x.service.Paperwork(x.Context(), x.call, x.PathValue("id"))
	return filedValues(filed), missing(err, "deal", x.PathValue("id"))
}

// FilingErrors tells whether the form was refused.
func (p dealPage) FilingErrors() bool { return p.Form.Values.Has("purchase_order") }

func (c *console) filePaperwork(x *exchange) error {
	r := reader{values: x.PostForm}
	in := seller.PaperworkInput{
		DealID: x.PathValue("id"), PurchaseOrder: r.text("purchase_order"), Labels: r.list("labels"), Note: r.text("note"), Version: r.version(),
	}
	if err := r.problems.Err(); err != nil {
		return x.dealRefused(err)
	}
	answer, err := c.service.FilePaperwork(x.Context(), x.call, in, thenGo(func(p parley.Paperwork) string { return "/deals/" + p.DealID }))
	if err != nil {
		return x.dealRefused(err)
	}
	x.follow(answer, "Filed with the deal.")
	return nil
}
