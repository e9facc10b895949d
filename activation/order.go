package activation

import "parley"

// OrderMove is where the activations of a deal take its order, one move at a time, and why; ok is false where it stays. Only
// those that the order waits for count, and of an order without any nothing follows.
func OrderMove(status parley.OrderStatus, activations []parley.Activation) (to parley.OrderStatus, reason string, ok bool) {
	required, begun, sent, live := 0, false, true, true
	for _, a := range activations {
		if !a.Required || a.Intent == parley.IntentEnd {
			continue
		}
		required++
		if a.Status == parley.ActivationGivenUp {
			if status == parley.OrderInProgress || status == parley.OrderSyncing {
				return parley.OrderFailed, "The deal could not be brought to a system that serves it.", true
			}
			return "", "", false
		}
		begun = begun || a.Fence > 0 && a.Status != parley.ActivationHeld
		sent = sent && a.Status.Sent()
		live = live && (a.Status == parley.ActivationLive || a.Status == parley.ActivationEnded)
	}
	switch {
	case required == 0:
		return "", "", false
	case status == parley.OrderApproved && begun:
		return parley.OrderInProgress, "The deal is being brought to the systems that serve it.", true
	case status == parley.OrderInProgress && sent:
		return parley.OrderSyncing, "The deal was sent to every system that serves it.", true
	case status == parley.OrderSyncing && live:
		return parley.OrderBooked, "Every system that serves the deal has it.", true
	}
	return "", "", false
}
