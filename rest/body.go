package rest

import (
	"encoding/json"
	"mime"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/edge"
	"parley/wire"
)

// readBody answers the body. A request without one reads as an empty object, so that what is missing is named like any
// other missing field.
func (x *exchange) readBody() ([]byte, error) {
	if x.bodyErr != nil {
		return nil, edge.BodyError(x.bodyErr)
	}
	if len(x.body) == 0 {
		return []byte("{}"), nil
	}
	return x.body, edge.CheckContentType(x.r.Header.Get("Content-Type"))
}

// readSheet writes a body that is a CSV file as the JSON that says the same, where the route reads such.
func (x *exchange) readSheet(route Route) error {
	media, params, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if route.CSV == nil || x.bodyErr != nil || err != nil || media != sheetMedia {
		return nil
	}
	if charset, named := params["charset"]; named && !strings.EqualFold(charset, "utf-8") {
		return parley.Errorf(parley.CodeUnsupportedMediaType, "Send the file in UTF-8.")
	}
	body, err := route.CSV(x.body)
	if err != nil {
		return err
	}
	if x.body, err = json.Marshal(body); err != nil {
		return err
	}
	x.r.Header.Set("Content-Type", "application/json")
	return nil
}

// sheetMedia is the media type of CSV.
const sheetMedia = "text/csv"

// form is how this caller's body is read: an operator's strictly, since a selector that is misspelt and ignored would mean
// everybody.
func (x *exchange) form(registry huma.Registry, schema, echo *huma.Schema) wire.Form {
	return wire.Form{Registry: registry, Schema: schema, Echo: echo, Zone: x.Settings.TimeZone, Strict: x.Caller.IsOperator()}
}

// takeBody reads the body of a request, and tells its sender what of it was ignored.
func takeBody[B any](x *exchange, registry huma.Registry, schema, echo *huma.Schema) (*B, error) {
	data, err := x.readBody()
	if err != nil {
		return nil, err
	}
	body, ignored, err := wire.Decode[B](x.form(registry, schema, echo), data)
	tellIgnored(x.w.Header(), ignored)
	return body, err
}
