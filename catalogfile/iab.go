package catalogfile

import (
	"strings"

	"parley"
)

// iabStatus is the state of a row of the IAB form. A row whose status is none of ours is not for sale either.
func (c cells) iabStatus() parley.ProductStatus {
	switch value := strings.ToLower(c.row[status].text); value {
	case "", "active":
		return parley.ProductActive
	case "archived", "retired", "deleted":
		return parley.ProductRetired
	case "paused", "inactive":
		return parley.ProductPaused
	default:
		c.in.warn(c.line, status, "is not ACTIVE: the product is paused"+was(c.row[status].text))
		return parley.ProductPaused
	}
}

// isIAB tells the header of the IAB form from that of the product CSV by the columns that only one of them has.
func isIAB(header []string) bool {
	var floor, own bool
	for _, n := range header {
		floor = floor || n == iabCSV.names[floorCPM]
		own = own || n == productCSV.names[productID]
	}
	return floor && !own
}
