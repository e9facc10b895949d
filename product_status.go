package parley

// ProductStatus is whether a product is for sale.
type ProductStatus string

// The states of a product.
const (
	ProductActive  ProductStatus = "active"
	ProductPaused  ProductStatus = "paused"  // not offered for now: in no buyer's catalog, and nothing new is agreed on it
	ProductRetired ProductStatus = "retired" // not sold any more, as if it were not there; its running deals keep on
)

// ProductStatuses are all of them.
var ProductStatuses = [...]ProductStatus{ProductActive, ProductPaused, ProductRetired}

// ParseProductStatus reads the name of a product's state.
func ParseProductStatus(name string) (ProductStatus, bool) {
	for _, s := range ProductStatuses {
		if string(s) == name {
			return s, true
		}
	}
	return "", false
}
