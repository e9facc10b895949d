package storagetest

import "parley"

// WholeProduct is the change that states everything of a product.
func WholeProduct(p parley.Product) parley.ProductChange {
	return parley.ProductChange{Product: p, Given: parley.AllProductFields}
}
