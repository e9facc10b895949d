package rest

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/openrtb"
	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

// exportPage is how many deals an export reads at a time.
const exportPage = 500

var dealExportRoutes = []Route{{
	Method: http.MethodGet, Path: "/api/v1/deals/export", Access: AccessCredential,
	ID: "exportDeals", Tag: "Deals", Summary: "Export deals",
	Description: "Every deal that the list with the same filters has, oldest first, as it is sent: csv for spreadsheets; json, each " +
		"deal as reading it answers; openrtb, the OpenRTB 2.6 Deal objects of those that a DSP can run, as bid requests carry " +
		"them. A connection that breaks off before the end means that the file is not whole.",
	mount: mountDealExport,
}}

type exportParams struct {
	Format string `query:"format" default:"csv" enum:"csv,json,openrtb"`
	wire.DealSelection
}

func mountDealExport(a *api, _ Route) operation {
	parameters := parametersOf(a.registry, reflect.TypeFor[exportParams](), "")
	deal := a.registry.Schema(reflect.TypeFor[document.DealResponse](), true, "")
	params := a.registry.Schema(reflect.TypeFor[document.OpenRTBParams](), true, "")
	return operation{
		parameters: parameters,
		responses: map[int]response{http.StatusOK: {
			description: "The deals, in the format asked for.", media: "application/json",
			schema: &huma.Schema{
				Type: huma.TypeObject, Required: []string{"deals"},
				Properties: map[string]*huma.Schema{"deals": {Type: huma.TypeArray, Items: &huma.Schema{OneOf: []*huma.Schema{deal, params}}}},
			},
			example: map[string]any{"deals": []any{wire.OpenRTBOf(openrtb.ParamsOf(sampleDeal))}},
			others: []response{{
				media: "text/csv", schema: &huma.Schema{Type: huma.TypeString}, example: strings.Join(dealColumns, ",") + "\r\n" + strings.Join(dealRow(sample().View, sampleDeal), ","),
			}},
		}},
		handle: func(x *exchange) error {
			var params exportParams
			if err := x.readParameters(a.registry, parameters, &params); err != nil {
				return err
			}
			return x.server.exportDeals(x, params)
		},
	}
}

// exportDeals reads page after page, and sends each before it reads the next. An error is one that nothing has been written
// for.
func (s *server) exportDeals(x *exchange, params exportParams) error {
	ctx, leave, err := x.stay(x.r.Context())
	if err != nil {
		return err
	}
	defer leave()
	control := http.NewResponseController(x.w)
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	form := exportForms[params.Format]
	filter := params.Domain(seller.Page{Limit: exportPage, CountTo: 1})
	for first := true; ; first = false {
		page, err := x.Service.Deals(ctx, x.Call, filter)
		if err != nil && first {
			return err
		}
		if err == nil {
			err = s.sendPage(x, control, form, page.Items, first)
		}
		if err != nil {
			s.log.WarnContext(x.r.Context(), "an export broke off", "error", err, "request_id", x.requestID)
			panic(http.ErrAbortHandler) // which is how a client sees that the file is not whole
		}
		if len(page.Items) < exportPage || x.r.Method == http.MethodHead {
			break
		}
		filter.Page.After = page.Items[len(page.Items)-1].ID
	}
	_, _ = x.w.Write([]byte(form.end)) // the client is gone; there is nobody to tell
	return nil
}

func (s *server) sendPage(x *exchange, control *http.ResponseController, form exportForm, deals []parley.Deal, first bool) error {
	var written bytes.Buffer
	if first {
		header := x.w.Header()
		header.Set("Content-Type", form.media)
		header.Set("Content-Disposition", `attachment; filename="deals.`+form.extension+`"`)
		written.WriteString(form.begin)
	}
	for _, deal := range deals {
		row, err := form.row(x, deal)
		if err != nil {
			return err
		}
		if len(row) > 0 && !first {
			written.WriteString(form.between)
		}
		first = first && len(row) == 0
		written.Write(row)
	}
	_ = control.SetWriteDeadline(time.Now().Add(x.kit.Streams.Patience())) // a recorder of a test has none
	if _, err := x.w.Write(written.Bytes()); err != nil {
		return err
	}
	return nil
}

// exportForm is how an export is written: what it begins and ends with, and its rows with what stands between them. A row may
// be nothing.
type exportForm struct {
	media, extension    string
	begin, between, end string
	row                 func(*exchange, parley.Deal) ([]byte, error)
}

var exportForms = map[string]exportForm{
	"csv": {
		media: "text/csv; charset=utf-8", extension: "csv", begin: strings.Join(dealColumns, ",") + "\r\n",
		row: func(x *exchange, deal parley.Deal) ([]byte, error) { return csvLine(dealRow(x.View, deal)) },
	},
	"json": {
		media: "application/json", extension: "json", begin: `{"deals":[`, between: ",", end: "]}\n",
		row: func(x *exchange, deal parley.Deal) ([]byte, error) {
			row, err := wire.Encode(wire.DealOf(x.View, deal))
			return bytes.TrimSpace(row), err
		},
	},
	"openrtb": {
		media: "application/json", extension: "json", begin: `{"deals":[`, between: ",", end: "]}\n",
		row: func(_ *exchange, deal parley.Deal) ([]byte, error) {
			params := wire.OpenRTBOf(openrtb.ParamsOf(deal))
			if params == nil {
				return nil, nil
			}
			row, err := wire.Encode(params)
			return bytes.TrimSpace(row), err
		},
	},
}

// dealColumns are the columns of a CSV export.
var dealColumns = []string{
	"deal_id", "status", "deal_type", "product_id", "product_name", "inventory_type", "impressions", "flight_start", "flight_end", "price",
	"currency", "buyer_tier", "seat_id", "agency_id", "advertiser_id", "advertiser_domain", "dsp_platform", "quote_id", "proposal_id", "notes",
	"created_at", "updated_at",
}

func dealRow(_ wire.View, d parley.Deal) []string {
	impressions := ""
	if d.Impressions > 0 {
		impressions = strconv.FormatInt(d.Impressions, 10)
	}
	return []string{
		d.ID, string(d.Status), string(d.DealType), d.ProductID, d.ProductName, d.InventoryType, impressions, d.Flight.Start.String(),
		d.Flight.End.String(), parley.FormatMicros(d.Price.FinalCPM, d.Price.Currency.MinorDigits()), string(d.Price.Currency), d.Tier.String(),
		d.Identity.SeatID, d.Identity.AgencyID, d.Identity.AdvertiserID, d.Identity.AdvertiserDomain, d.Identity.DSPPlatform, d.QuoteID,
		d.ProposalID, d.Notes, d.CreatedAt.Format(time.RFC3339), d.UpdatedAt.Format(time.RFC3339),
	}
}

// csvLine writes a row in which no cell is a formula to a spreadsheet.
func csvLine(cells []string) ([]byte, error) {
	for i, cell := range cells {
		cells[i] = parley.InertCell(cell)
	}
	var line bytes.Buffer
	writer := csv.NewWriter(&line)
	writer.UseCRLF = true
	err := writer.Write(cells)
	writer.Flush()
	return line.Bytes(), err
}
