package rest

import (
	"context"
	"net/http"

	"parley"
	"parley/seller"
	"parley/wire"
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
	}, func(ctx context.Context, x *exchange, params unmappedParams) (wire.UnmappedProducts, error) {
		found, err := x.Service.UnmappedProducts(ctx, x.Call, params.DestinationID, params.Limit)
		if found == nil {
			found = []string{}
		}
		return wire.UnmappedProducts{DestinationID: params.DestinationID, ProductIDs: found}, err
	}, func(*exchange) wire.UnmappedProducts {
		return wire.UnmappedProducts{DestinationID: sampleDestination.ID, ProductIDs: []string{"ctv-drama"}}
	}),
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
		Description: "All of it is taken, or nothing; what is not named stays. With dry_run nothing is kept.",
		Example:     `{"mappings": [` + mappingExample + `]}`,
	}, wire.ImportMappings, seller.MappingReport{Added: 1}),
	change(Route{
		Method: http.MethodDelete, Path: "/api/v1/destinations/{destination_id}/mappings/{mapping_id}", Access: AccessOperator, Scopes: admin,
		ID: "removeMapping", Tag: "Activation", Summary: "Forget what a product or a party is called at a destination",
		Description: "The answer is the mapping as it was.",
	}, wire.Act[none, parley.Mapping, wire.Mapping]{Render: wire.MappingOf, Status: wire.Done}, sampleMapping,
		func(
			ctx context.Context, x *exchange, path mappingPath, _ *none, encode seller.Encode[parley.Mapping],
		) (seller.Answer, error) {
			return x.Service.RemoveMapping(ctx, x.Call, path.DestinationID, path.MappingID, nil, encode)
		}),
}

var sampleMapping = parley.Mapping{
	ID: "map-01k1h3v8mq4t7c9w2x5y6z0a1b3d", DestinationID: sampleDestination.ID, About: parley.MapsProduct, Name: "ctv-sports",
	Refs: []byte(`{"ad_units":["21800000001/ctv/sports"],"durations":[15,30]}`), Version: 1, UpdatedAt: sampleTime,
}

type mappingPath struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	MappingID     string `path:"mapping_id" maxLength:"128"`
}

type unmappedParams struct {
	DestinationID string `path:"destination_id" maxLength:"128"`
	Limit         int    `query:"limit" default:"100" minimum:"1" maximum:"500" doc:"How many are listed."`
}
