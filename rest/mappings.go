package rest

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/mappingfile"
	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

const mappingExample = `{"about": "product", "name": "ctv-sports", "refs": {"ad_units": ["21800000001/ctv/sports"], "durations": [15, 30]}}`

var mappingRoutes = []Route{
	list(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}/mappings", Access: AccessOperator, Scopes: viewer,
		ID: "listMappings", Tag: "Activation", Summary: "List what products and parties are called at a destination",
	}, wire.ListMappings, sampleMapping),
	read(Route{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}/mappings/missing", Access: AccessOperator, Scopes: viewer,
		ID: "listUnmappedProducts", Tag: "Activation", Summary: "List the products that have no mapping at a destination",
		Description: "Those that are not retired, by id.",
	}, wire.GetUnmappedProducts, wire.UnmappedProducts{DestinationID: sampleDestination.ID, ProductIDs: []string{"ctv-drama"}}),
	{
		Method: http.MethodGet, Path: "/api/v1/destinations/{destination_id}/mappings/export", Access: AccessOperator, Scopes: viewer,
		ID: "exportMappings", Tag: "Activation", Summary: "Export what products and parties are called at a destination",
		Description: "As a CSV file, oldest first, that the import reads.",
		mount:       mountMappingExport,
	},
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "setMapping", Tag: "Activation", Summary: "Say what a product or a party is called at a destination",
		Description: "In the place of what was said of it before. It holds for what is sent from then on; what failed for want of it is tried again " +
			"by retrying the activation.",
		Example: mappingExample,
	}, wire.SetMapping, sampleMapping),
	act(Route{
		Access: AccessOperator, Scopes: admin,
		ID: "importMappings", Tag: "Activation", Summary: "Say of many products and parties what they are called at a destination",
		Description: "All of it is taken, or nothing; what is not named stays. With dry_run nothing is kept. A CSV file, as the export writes it, " +
			"may come in the place of JSON, and is kept.",
		Example: `{"mappings": [` + mappingExample + `]}`,
		CSV:     mappingsOfFile, Sheet: sampleMappingSheet,
	}, wire.ImportMappings, seller.MappingReport{Added: 1}),
	actWith[mappingPath](Route{
		Access: AccessOperator, Scopes: admin,
		ID: "removeMapping", Tag: "Activation", Summary: "Forget what a product or a party is called at a destination",
		Description: "The answer is the mapping as it was.",
	}, wire.RemoveMapping, sampleMapping),
}

var sampleMapping = parley.Mapping{
	ID: "map-01k1h3v8mq4t7c9w2x5y6z0a1b3d", DestinationID: sampleDestination.ID, About: parley.MapsProduct, Name: "ctv-sports",
	Refs: []byte(`{"ad_units":["21800000001/ctv/sports"],"durations":[15,30]}`), Version: 1, UpdatedAt: sampleTime,
}

// sampleMappingSheet is a file of the sample.
var sampleMappingSheet = func() string {
	var file strings.Builder
	if err := mappingfile.WriteCSV(&file, []parley.Mapping{sampleMapping}); err != nil {
		panic(err)
	}
	return file.String()
}()

// mappingsOfFile is the body of an import that says what a file does.
func mappingsOfFile(text []byte) (any, error) {
	mappings, err := mappingfile.Read(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	entries := make([]wire.MappingEntry, len(mappings))
	for i, m := range mappings {
		entries[i] = wire.MappingEntry{About: string(m.About), Name: m.Name, Refs: document.Object(m.Refs)}
	}
	return map[string]any{"mappings": entries}, nil
}

func mountMappingExport(a *api, route Route) operation {
	parameters := parametersOf(a.registry, reflect.TypeFor[idPath](), route.Path)
	return operation{
		parameters: parameters,
		responses: map[int]response{http.StatusOK: {
			description: "The file.", headers: answeredFile, media: sheetMedia, schema: &huma.Schema{Type: huma.TypeString}, example: sampleMappingSheet,
		}},
		handle: func(x *exchange) error {
			var path idPath
			if err := x.readParameters(a.registry, parameters, &path); err != nil {
				return err
			}
			mappings, err := seller.AllRows(func(m parley.Mapping) string { return m.ID }, func(page seller.Page) (seller.Listing[parley.Mapping], error) {
				return x.Service.Mappings(x.r.Context(), x.Call, seller.MappingFilter{DestinationID: path.ID, Page: page})
			})
			if err != nil {
				return err
			}
			var file bytes.Buffer
			if err := mappingfile.WriteCSV(&file, mappings); err != nil {
				return err
			}
			header := x.w.Header()
			header.Set("Content-Type", sheetMedia+"; charset=utf-8")
			header.Set("Content-Disposition", `attachment; filename="mappings.csv"`)
			_, _ = x.w.Write(file.Bytes()) // the client is gone; there is nobody to tell
			return nil
		},
	}
}

type mappingPath struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	MappingID     string `path:"mapping_id" maxLength:"128"`
}
