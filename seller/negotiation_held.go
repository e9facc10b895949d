package seller

import "parley"

// heldRound answers the last round of a negotiation whose agreed price is with the deal desk, to a message that says that
// price again or accepts it: the buyer may take the answer, which reads like a counter at its own price, for one that it
// has to accept. Nothing is written. Any other message is told to wait.
func (s subject) heldRound(m Message) (Turn, bool) {
	n := s.negotiation
	last := len(n.Rounds) - 1
	if n.Status != parley.NegotiationPendingApproval || last < 0 || m.Action == "reject" {
		return Turn{}, false
	}
	round := n.Rounds[last]
	if m.Round != nil && *m.Round != round.Number && *m.Round != round.Number+1 {
		return Turn{}, false
	}
	same := m.Action == "accept" && m.Price == nil
	if m.Price != nil && (m.Price.Currency == "" || m.Price.Currency == n.Currency) {
		same = m.Price.Micros == round.SellerCPM || m.Price.Micros == round.BuyerCPM
	}
	return Turn{Negotiation: n, Round: round}, same
}
