package client

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"

	"parley/wire/document"
)

// BookDeal turns a quote into a deal, at the price quoted or, when a negotiation about the quote has ended in agreement,
// at the price agreed. ErrContention tells with available_impressions that the inventory is short, or with deal_id that
// the quote is booked already.
func (c *Client) BookDeal(ctx context.Context, request document.BookingRequest) (document.DealResponse, error) {
	request.IdempotencyKey = keyed(request.IdempotencyKey)
	return post[document.DealResponse](ctx, c, "/api/v1/deals", request)
}

// Deal reads a deal.
func (c *Client) Deal(ctx context.Context, dealID string) (document.DealResponse, error) {
	return get[document.DealResponse](ctx, c, at("/api/v1/deals/", dealID), nil)
}

// Deals lists a page of this buyer's deals.
func (c *Client) Deals(ctx context.Context, filter document.DealFilter) (Listing[document.DealResponse], error) {
	return list[document.DealResponse](ctx, c, "/api/v1/deals", "deals", filter)
}

// AllDeals walks this buyer's deals, page by page.
func (c *Client) AllDeals(ctx context.Context, filter document.DealFilter) iter.Seq2[document.DealResponse, error] {
	return each(&filter.Paging, func() (Listing[document.DealResponse], error) { return c.Deals(ctx, filter) })
}

// DealPerformance reads what is known of how a deal runs, and of what was delivered.
func (c *Client) DealPerformance(ctx context.Context, dealID string) (document.DealPerformance, error) {
	return get[document.DealPerformance](ctx, c, at("/api/v1/deals/", dealID, "/performance"), nil)
}

// DealDelivery reads what a deal has delivered, day by day, how it keeps up with its plan, and why when it does not.
func (c *Client) DealDelivery(ctx context.Context, dealID string) (document.DealDelivery, error) {
	return get[document.DealDelivery](ctx, c, at("/api/v1/deals/", dealID, "/delivery"), nil)
}

// DealActivation reads how far a deal has come at the systems that serve it.
func (c *Client) DealActivation(ctx context.Context, dealID string) (document.DealActivations, error) {
	return get[document.DealActivations](ctx, c, at("/api/v1/deals/", dealID, "/activation"), nil)
}

// ExportFormat is how an export of deals is written.
type ExportFormat string

// The formats of an export of deals.
const (
	ExportCSV     ExportFormat = "csv"     // for spreadsheets
	ExportJSON    ExportFormat = "json"    // {"deals": [...]}, each deal as reading it answers
	ExportOpenRTB ExportFormat = "openrtb" // {"deals": [...]}, OpenRTB 2.6 Deal objects of those that a DSP can run
)

// ExportDeals writes this buyer's deals into a file, oldest first, in one request however many there are. An error means that what
// was written is not whole: a connection that breaks after the first bytes is not tried again.
func (c *Client) ExportDeals(ctx context.Context, format ExportFormat, selection document.DealSelection, into io.Writer) error {
	selected := query(struct {
		document.DealSelection
		Format ExportFormat `query:"format"`
	}{selection, format})
	const path = "/api/v1/deals/export"
	return c.again(ctx, http.MethodGet, path, func() error {
		request, err := c.request(ctx, http.MethodGet, path, selected, nil)
		if err != nil {
			return err
		}
		request.Header.Set("Accept", "*/*")
		response, err := c.http.Do(request)
		if err != nil {
			return unwrapped(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return c.refused(response)
		}
		written, err := io.Copy(into, response.Body)
		if err != nil && written > 0 {
			return &unreadableError{fmt.Errorf("it broke off after %d bytes: %w", written, err)}
		}
		return err
	})
}
