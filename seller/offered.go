package seller

import (
	"parley"
	"parley/inventory"
)

// notOffered says in words for a buyer why nothing new is agreed on a product, whatever the terms; nil when it is for sale.
func notOffered(product parley.Product) *parley.ProposalError {
	why := func(code, detail string) *parley.ProposalError {
		return &parley.ProposalError{Stage: "validate", Code: code, Detail: detail}
	}
	switch {
	case product.Status == parley.ProductRetired:
		return why("product_gone", "The product is no longer sold.")
	case product.Status == parley.ProductPaused:
		return why("product_paused", "The product is not offered at the moment.")
	case parley.MediaOf(product.InventoryType) == parley.MediaLinearTV:
		return why("linear_tv", "The product is linear television, which this seller does not trade.")
	}
	return nil
}

// offered refuses a request about a product that is not for sale. A retired one is as if it were not there.
func offered(product parley.Product) error {
	if notOffered(product) == nil {
		return nil
	}
	switch product.Status {
	case parley.ProductRetired:
		return unknownProduct(parley.Errorf(parley.CodeNotFound, ""), product.ID)
	case parley.ProductPaused:
		return parley.Invalid("product_id", "names %s, which is not offered at the moment; GET /products lists what is", product.ID)
	case parley.ProductActive:
	}
	return unsupportedMedia("This seller does not trade linear television. GET /products lists what is sold.", parley.Unsupported{
		Capability: string(parley.MediaLinearTV), Path: "$.product_id",
		Reason: product.ID + " is linear television (" + product.InventoryType + ")",
	})
}

func unsupportedMedia(message string, what parley.Unsupported) error {
	return &parley.Error{Code: parley.CodeUnsupportedCapability, Message: message, Unsupported: []parley.Unsupported{what}}
}

// checkMediaType refuses what is traded for no product.
func checkMediaType(asked parley.MediaType) error {
	switch asked {
	case "", parley.MediaDigital, parley.MediaCTV:
		return nil
	case parley.MediaLinearTV:
	}
	return unsupportedMedia("This seller trades digital inventory only. Ask with media_type digital, or ctv for connected television.",
		parley.Unsupported{Capability: string(asked), Path: "$.media_type", Reason: string(asked) + " is not a supported media_type"})
}

// mediaFor is the medium that a product is quoted in: ctv where the buyer asks for it and the product is, else digital.
func mediaFor(asked parley.MediaType, product parley.Product) (parley.MediaType, error) {
	switch {
	case asked != parley.MediaCTV:
		return parley.MediaDigital, nil
	case parley.MediaOf(product.InventoryType) == parley.MediaCTV:
		return parley.MediaCTV, nil
	}
	return "", unsupportedMedia("This product is not connected television. Ask with media_type digital.", parley.Unsupported{
		Capability: string(asked), Path: "$.media_type",
		Reason: product.ID + " is of the inventory type " + product.InventoryType + ", which is not ctv",
	})
}

// shows tells whether a caller may see a product in the catalog: buyers see what is for sale, the publisher sees all.
func shows(who parley.Principal, product parley.Product) bool {
	return who.IsOperator() || product.ForSale()
}

// guaranteeable refuses to guarantee a volume on days without a declared capacity.
func guaranteeable(productID string, dealType parley.DealType, flight parley.Flight, days []parley.DayCapacity) error {
	if why := inventory.Unguaranteed(productID, dealType, flight, days); why != "" {
		return parley.Invalid("deal_type", "%s", why)
	}
	return nil
}
