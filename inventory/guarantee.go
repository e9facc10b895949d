package inventory

import (
	"fmt"

	"parley"
)

// Unguaranteed says in words for a buyer why a volume cannot be guaranteed on a product over a flight: it is guaranteed
// against declared capacity, on every day. Empty when it can, as far as that goes. The days are in order.
func Unguaranteed(productID string, dealType parley.DealType, flight parley.Flight, days []parley.DayCapacity) string {
	if !dealType.Guaranteed() {
		return ""
	}
	undeclared := Undeclared(days, flight)
	switch n := int64(len(undeclared)); {
	case n == 0:
		return ""
	case n == flight.Days():
		return fmt.Sprintf("%s is not sold as %s: no capacity is declared for it over this flight", productID, dealType)
	case n == 1:
		return fmt.Sprintf("%s is not sold as %s over this flight: no capacity is declared for it on %s", productID, dealType, undeclared[0])
	default:
		return fmt.Sprintf("%s is not sold as %s over this flight: no capacity is declared for it on %d of its days, the first of which is %s",
			productID, dealType, n, undeclared[0])
	}
}
