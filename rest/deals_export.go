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
		"them. A connection that breaks off before the end means that the file is not whole. A file of up to 1 MiB has an ETag.",
	mount: mountDealExport,
}}

type exportParams struct {
	Format string `query:"format" default:"csv" enum:"csv,json,openrtb"`
	document.DealSelection
}

func mountDealExport(a *api, _ Route) operation {
	parameters := parametersOf(a.registry, reflect.TypeFor[exportParams](), "")
	deal := a.registry.Schema(reflect.TypeFor[document.DealResponse](), true, "")
	params := a.registry.Schema(reflect.TypeFor[document.OpenRTBParams](), true, "")
	return operation{
		parameters: parameters,
		responses: map[int]response{http.StatusOK: {
			description: "The deals, in the format asked for.", headers: answeredFile,
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

// mostHeld is how many bytes of an export are written before the first of them is sent. One that is no longer has a tag.
const mostHeld = 1 << 20

// exportDeals reads page after page, and sends each before it reads the next, once there is more than is held. An error is one that
// nothing has been written for.
func (s *server) exportDeals(x *exchange, params exportParams) error {
	ctx, leave, err := x.stay(x.r.Context())
	if err != nil {
		return err
	}
	defer leave()
	control := http.NewResponseController(x.w)
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }()
	form := exportForms[params.Format]
	filter := wire.DealsMeant(params.DealSelection, seller.Page{Limit: exportPage, CountTo: 1})
	var held bytes.Buffer
	held.WriteString(form.begin)
	for sent, some := false, false; ; {
		page, err := x.Service.Deals(ctx, x.Call, filter)
		if err == nil {
			some, err = form.write(&held, x, page.Items, some)
		}
		over := len(page.Items) < exportPage
		if err == nil && over {
			held.WriteString(form.end)
		}
		switch {
		case err != nil && !sent:
			return err
		case err == nil && over && !sent:
			x.writeExport(form, held.Bytes())
			return nil
		case err == nil && !over && held.Len() <= mostHeld && !sent:
		case err == nil:
			if !sent {
				x.exportHeader(form)
			}
			sent = true
			_ = control.SetWriteDeadline(time.Now().Add(x.kit.Streams.Patience())) // a recorder of a test has none
			_, err = x.w.Write(held.Bytes())
			held.Reset()
			if err == nil && (over || x.r.Method == http.MethodHead) {
				return nil
			}
		}
		if err != nil {
			s.log.WarnContext(x.r.Context(), "an export broke off", "error", err, "request_id", x.requestID)
			panic(http.ErrAbortHandler) // which is how a client sees that the file is not whole
		}
		filter.Page.After = page.Items[len(page.Items)-1].ID
	}
}

func (x *exchange) exportHeader(form exportForm) {
	header := x.w.Header()
	header.Set("Content-Type", form.media)
	header.Set("Content-Disposition", `attachment; filename="deals.`+form.extension+`"`)
}

// writeExport answers an export that is written as a whole, or 304 when the client holds the same.
func (x *exchange) writeExport(form exportForm, body []byte) {
	x.exportHeader(form)
	tag := entityTag(nil, body)
	x.w.Header().Set("ETag", tag)
	if matches(x.r.Header.Values("If-None-Match"), tag) {
		x.w.Header().Del("Content-Disposition")
		x.w.Header().Del("Content-Type")
		x.w.WriteHeader(http.StatusNotModified)
		return
	}
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = x.w.Write(body) // the client is gone; there is nobody to tell
}

// exportForm is how an export is written: what it begins and ends with, and its rows with what stands between them. A row may
// be nothing.
type exportForm struct {
	media, extension    string
	begin, between, end string
	row                 func(*exchange, parley.Deal) ([]byte, error)
}

// write writes the rows of deals behind those that stand there, if there are some, and answers whether there are some then.
func (f exportForm) write(into *bytes.Buffer, x *exchange, deals []parley.Deal, some bool) (bool, error) {
	for _, deal := range deals {
		row, err := f.row(x, deal)
		if err != nil {
			return some, err
		}
		if len(row) == 0 {
			continue
		}
		if some {
			into.WriteString(f.between)
		}
		some = true
		into.Write(row)
	}
	return some, nil
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
