package catalogfile

import "strings"

// forSale tells whether a row of the IAB form is on the market. A row without a status is.
func (r *row) forSale() bool {
	value := r[status].text
	return value == "" || strings.EqualFold(value, "ACTIVE")
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
