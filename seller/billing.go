package seller

import (
	"cmp"
	"slices"

	"parley"
)

// billing are the sources whose figures of a deal count, the first that has sent any: those that the destinations where it is are set to
// go by, then those destinations themselves that its orders wait for, then the publisher's. Of several destinations those that orders
// wait for come first, and then the oldest.
func (s *Service) billing(activations []parley.Activation, destinations []parley.Destination) []string {
	var at []parley.Destination
	required := map[string]bool{}
	for _, d := range destinations {
		i := slices.IndexFunc(activations, func(a parley.Activation) bool { return a.DestinationID == d.ID })
		if i < 0 || activations[i].Status == parley.ActivationHeld {
			continue
		}
		at = append(at, d)
		required[d.ID] = activations[i].Required
	}
	slices.SortStableFunc(at, func(a, b parley.Destination) int {
		first := func(d parley.Destination) int {
			if required[d.ID] {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(first(a), first(b)), cmp.Compare(a.ID, b.ID))
	})
	var sources []string
	for _, d := range at {
		if d.BillingSource != "" {
			sources = append(sources, d.BillingSource)
		}
	}
	for _, d := range at {
		if required[d.ID] {
			sources = append(sources, d.Name)
		}
	}
	if s.settings.BillingSource != "" {
		sources = append(sources, s.settings.BillingSource)
	}
	return sources
}
