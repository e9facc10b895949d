package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"parley"
	"parley/delivery"
	"parley/deliveryfile"
	"parley/seller"
	"parley/wire"
)

// uploadTime is how long a file of figures may take to come.
const uploadTime = 10 * time.Minute

var deliveryRoutes = []Route{
	{
		Method: http.MethodPost, Path: "/api/v1/delivery/imports", Access: AccessOperator, Scopes: delivering,
		ID: "importDelivery", Tag: "Delivery", Summary: "Take in what deals delivered", Changes: true,
		MaxBody: deliveryfile.MostBytes + 1, // one more, so that the reader sees it and says so
		Description: "The body is a CSV file, or a JSON list of rows: day, impressions and deal_id, or in its place alias or line_item_ref, and " +
			"if known line, clicks, completions, viewable, bid_requests, bids, wins, spend with currency, final, and loss_CODE. All of it is taken, or nothing. A row replaces what its " +
			"source said of the same deal, day and line earlier; what is final is replaced only with a reason. The same file again, of the " +
			"same source, changes nothing. A preview keeps nothing under the Idempotency-Key. Headings and numbers are read as the source's profile says. At most 64 MiB and 500,000 rows.",
		Failures: []int{http.StatusRequestEntityTooLarge},
		mount:    mountDeliveryImport,
	},
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/delivery/imports", Access: AccessOperator, Scopes: imported,
		ID: "listDeliveryImports", Tag: "Delivery", Summary: "List the files of figures that were taken in",
	}, wire.ListDeliveryImports, sampleDeliveryReport.DeliveryImport),
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/delivery/profiles", Access: AccessOperator, Scopes: imported,
		ID: "listDeliveryProfiles", Tag: "Delivery", Summary: "List how the files of sources are read",
	}, wire.ListDeliveryProfiles, sampleDeliveryProfile),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "setDeliveryProfile", Tag: "Delivery", Summary: "Say how the files of a source are to be read",
		Description: "In the place of what was said of it before: what its headings mean, what stands between the cells, and how it writes numbers.",
		Example:     `{"source": "ad server", "columns": {"Date": "day", "Order": "deal_id", "Notes": "ignore"}, "separator": ";", "thousands": ".", "decimal": ","}`,
	}, wire.SetDeliveryProfile, sampleDeliveryProfile),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "removeDeliveryProfile", Tag: "Delivery", Summary: "Forget how the files of a source are to be read",
		Description: "The answer is the profile as it was.",
	}, wire.RemoveDeliveryProfile, sampleDeliveryProfile),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/delivery/health", Access: AccessOperator, Scopes: viewer,
		ID: "getDeliveryHealth", Tag: "Delivery", Summary: "List how deals keep up with their plans",
		Description: "The deals in force that figures are known of, or that run and of which nothing is heard: those first that need somebody soonest, and of those the ones with the most at risk, each with why it does not deliver.",
	}, wire.GetDeliveryHealth, []seller.DealDelivery{sampleDelivery}),
	one(Route{
		Method: http.MethodGet, Path: "/api/v1/deals/{deal_id}/delivery", Access: AccessCredential,
		ID: "getDealDelivery", Tag: "Delivery", Summary: "Read what a deal has delivered, day by day",
		Description: "By the source whose figures count, with when it said so and whether that is final; nothing is estimated. pacing judges the days " +
			"whose figures are all there: ten hours after their end. health is the ladder from being sent to being delivered: its first rung that " +
			"fails is why the deal does not deliver, and says who acts.",
	}, wire.GetDealDelivery, sampleDelivery),
}

var (
	sampleDeliveryProfile = parley.DeliveryProfile{
		ID: "dpf-01k1h3v8mq4t7c9w2x5y6z0a1b3d", Source: "ad server", Version: 1, UpdatedAt: sampleTime,
		DeliveryReading: parley.DeliveryReading{Columns: map[string]string{"Date": "day"}, Separator: ";", Thousands: ".", Decimal: ",", TimeZone: "America/New_York"},
	}
	sampleDeliveryReport = seller.DeliveryReport{DeliveryImport: parley.DeliveryImport{
		ID: "imp-01k1h3v8mq4t7c9w2x5y6z0a1b3d", Source: "ad server", Digest: strings.Repeat("9f", sha256.Size), Rows: 310, Changed: 31,
		From: sampleFlight.Start, To: sampleFlight.Start, AsOf: sampleTime, By: "operator:key-example", At: sampleTime,
	}}
	samplePace     = int64(10_333)
	sampleEarned   = int64(9_450_000_000)
	sampleComing   = int64(10_333_333)
	sampleDelivery = seller.DealDelivery{
		Deal: sampleDeal, Source: "ad server", Figures: true, AsOf: sampleTime, Earned: &sampleEarned,
		Total: parley.DeliveryFigures{Impressions: 333_333},
		Days: []seller.DeliveredDay{{
			Day: sampleFlight.Start, DeliveryFigures: parley.DeliveryFigures{Impressions: 333_333}, Earned: sampleEarned, Planned: 322_581,
		}},
		Pace:   delivery.Pace{State: delivery.OnPace, Complete: 1, Left: 30, Planned: 322_581, Delivered: 333_333, Pace: &samplePace, Projected: &sampleComing},
		Health: delivery.Diagnose(delivery.Signals{Pace: delivery.Pace{State: delivery.OnPace}}),
	}
)

type importParams struct {
	Source      string `query:"source" maxLength:"400" doc:"Who counted, such as the ad server's name; needed."`
	AsOf        string `query:"as_of" maxLength:"40" doc:"When the source said so, such as 2026-07-02T06:00:00Z: now when absent."`
	Columns     string `query:"columns" maxLength:"4000" doc:"What headings mean that are called otherwise: Date=day,Order=deal_id,Notes=ignore."`
	Preview     string `query:"preview" enum:"true,false" doc:"Whether only to say what would be done."`
	SkipUnknown string `query:"skip_unknown" enum:"true,false" doc:"Whether to leave out rows of deals that there are not, rather than to refuse the file."`
	Reason      string `query:"reason" maxLength:"2000" doc:"Why final figures are replaced; without it they are not."`
}

func mountDeliveryImport(a *api, _ Route) operation {
	parameters := parametersOf(a.registry, reflect.TypeFor[importParams](), "")
	return operation{
		parameters: parameters,
		responses:  map[int]response{http.StatusOK: a.response("What was done.", reflect.TypeFor[wire.DeliveryReport](), wire.DeliveryReportOf(sample().View, sampleDeliveryReport))},
		handle: func(x *exchange) error {
			var params importParams
			if err := x.readParameters(a.registry, parameters, &params); err != nil {
				return err
			}
			reading, err := x.Service.ReadingOf(x.r.Context(), x.Call, params.Source)
			if err != nil {
				return err
			}
			file, err := params.file(x, reading)
			if err != nil {
				return err
			}
			if x.Call.IdempotencyKey, x.Call.Fingerprint, err = wire.IdempotencyOf(x.r.Header.Values("Idempotency-Key"), params); err != nil {
				return err
			}
			x.place.GiveBack() // the file comes at its sender's pace
			if params.Preview == "true" {
				report, err := x.Service.ImportDelivery(x.r.Context(), x.Call, file, true)
				if err != nil {
					return err
				}
				body, err := wire.Encode(wire.DeliveryReportOf(x.View, report))
				if err != nil {
					return parley.Internal(err)
				}
				x.write(http.StatusOK, body) // without an entity tag: it is no representation of the list at this path
				return nil
			}
			answer, err := x.Service.TakeDelivery(x.r.Context(), x.Call, file, wire.TakeDelivery.Answer(&x.Exchange))
			if err != nil {
				return err
			}
			x.writeAnswer(answer)
			return nil
		},
	}
}

// file reads the request's body as it comes.
func (p importParams) file(x *exchange, reading parley.DeliveryReading) (seller.DeliveryFile, error) {
	file := seller.DeliveryFile{Source: p.Source, SkipUnknown: p.SkipUnknown == "true", Reason: p.Reason}
	if p.AsOf != "" {
		asOf, err := parley.ParseInstant(p.AsOf)
		if err != nil {
			return file, parley.Invalid("as_of", "%s", err.Error())
		}
		file.AsOf = asOf
	}
	columns := map[string]string{}
	for pair := range strings.SplitSeq(p.Columns, ",") {
		heading, column, named := strings.Cut(pair, "=")
		if pair == "" {
			continue
		}
		if !named {
			return file, parley.Invalid("columns", "must be HEADING=COLUMN,HEADING=COLUMN")
		}
		columns[heading] = strings.TrimSpace(column)
	}
	options := deliveryfile.OptionsOf(reading, columns)
	sum := sha256.New()
	file.Feed = func(stage func(int, parley.DeliveryDay) error) error {
		_ = http.NewResponseController(x.w).SetReadDeadline(time.Now().Add(uploadTime)) // a recorder of a test has none
		from := io.TeeReader(x.r.Body, sum)
		if err := deliveryfile.Read(from, options, stage); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, from) // of the file's end
		return err
	}
	file.Digest = func() string { return hex.EncodeToString(sum.Sum(nil)) }
	return file, nil
}
