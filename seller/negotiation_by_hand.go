package seller

import (
	"context"
	"strings"

	"parley"
	"parley/negotiation"
	"parley/storage"
)

// HandAnswer is what a person says in a negotiation, in place of the agent.
type HandAnswer struct {
	NegotiationID string
	Action        string        // counter, final_offer, accept (the buyer's last price) or reject
	Price         *parley.Money // with counter and final_offer
	Note          string        // for the buyer
	Round         *int          // the number that the answer is expected to get; nil: whichever
	HeldBy        *string       // who is expected to answer the buyer, as Negotiation.HeldBy has it; nil: whoever does
}

// longestNote is how many characters a person may say to a buyer in one round.
const longestNote = 2000

func (a HandAnswer) check() error {
	var problems parley.Problems
	switch a.Action {
	case "counter", "final_offer":
		if a.Price == nil {
			problems.Add("price", "is required with %s", a.Action)
		} else {
			checkCPM(&problems, "price", *a.Price)
		}
	case "accept", "reject":
		if a.Price != nil {
			problems.Add("price", "must be left out with %s", a.Action)
		}
	default:
		problems.Add("action", "must be counter, final_offer, accept or reject")
	}
	if len([]rune(a.Note)) > longestNote {
		problems.Add("note", "must have at most %d letters", longestNote)
	}
	return problems.Err()
}

// PauseNegotiation has a person answer a buyer from now on: a price of the buyer's waits for AnswerNegotiation. What the seller has
// offered stands, and can be accepted as before.
func (s *Service) PauseNegotiation(ctx context.Context, call Call, id string, encode Encode[parley.Negotiation]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Negotiation, error) {
		pending := w.NegotiationForUpdate(id)
		if _, err := w.authorize(ctx, needApprover); err != nil {
			return parley.Negotiation{}, err
		}
		n, err := pending.Get(ctx)
		if err != nil {
			return parley.Negotiation{}, err
		}
		if n = n.At(w.now); n.Status != parley.NegotiationActive {
			return parley.Negotiation{}, notToAnswer(n)
		}
		if n.HeldBy != "" {
			return parley.Negotiation{}, parley.Errorf(parley.CodeConflict, "The agent is paused already; a person answers this buyer.").With("status", n.Status)
		}
		before := n
		n.HeldBy, n.UpdatedAt = w.who.Actor(), w.now
		n.Version++
		w.UpdateNegotiation(n)
		return n, w.recordHolding(parley.EventNegotiationPaused, "negotiation.pause", before, n)
	})
}

// AnswerNegotiation is a person's answer to a buyer, under the rules that the agent's have: the price does not rise and is not under
// the floor as it is now, and an agreement meets the approval gate. The agent is paused by it.
func (s *Service) AnswerNegotiation(ctx context.Context, call Call, answer HandAnswer, encode Encode[Turn]) (Answer, error) {
	answer.Note = strings.TrimSpace(answer.Note)
	if err := answer.check(); err != nil {
		return Answer{}, err
	}
	return s.byHand(ctx, call, answer.NegotiationID, encode, func(w *work, about *subject) (handed, error) {
		n := &about.negotiation
		if answer.Round != nil && *answer.Round != len(n.Rounds)+1 {
			return handed{}, parley.Errorf(parley.CodeContention, "Another message came first: round %d is the last one now. Read the negotiation, then answer.", len(n.Rounds)).
				With("round_number", len(n.Rounds))
		}
		if answer.HeldBy != nil && *answer.HeldBy != n.HeldBy {
			who := "the agent answers this buyer again"
			if n.HeldBy != "" {
				who = "another person answers this buyer"
			}
			return handed{}, parley.Errorf(parley.CodeContention, "Nothing was sent: %s. Read the negotiation, then answer.", who).With("status", n.Status)
		}
		if answer.Price != nil && answer.Price.Currency != "" && answer.Price.Currency != n.Currency {
			return handed{}, parley.Invalid("price.currency", "must be the negotiation's currency, %s", n.Currency)
		}
		if answer.Action != "reject" {
			if err := unblocked(ctx, &w.Reader, endOrUnblock, boughtBy(about.identity, about.claimed)); err != nil {
				return handed{}, err
			}
			gone, err := w.stands(ctx, n, about.identity)
			if err != nil {
				return handed{}, err
			}
			if gone != nil {
				return handed{}, parley.Errorf(parley.CodeConflict,
					"What was offered cannot be stood by any more: the floor is above it, or the product is not sold so. End the negotiation.").With("status", n.Status)
			}
		}
		var price int64
		if answer.Price != nil {
			price = answer.Price.Micros
		}
		decision, err := negotiation.ByHand(*n, parley.NegotiationAction(answer.Action), price)
		if err != nil {
			return handed{}, err
		}
		decision.Trace.By = w.who.Actor()
		if answer.Action == "reject" {
			decision.Round.Rationale = "The publisher's deal desk ended the negotiation."
		}
		if answer.Note != "" {
			decision.Round.Rationale += " " + answer.Note
		}
		if n.HeldBy == "" {
			n.HeldBy = w.who.Actor()
		}
		return handed{decision: decision}, nil
	})
}

// HandBack has the agent answer again. It answers a price that waits at once, as NextMove says.
func (s *Service) HandBack(ctx context.Context, call Call, id string, encode Encode[Turn]) (Answer, error) {
	return s.byHand(ctx, call, id, encode, func(w *work, about *subject) (handed, error) {
		n := &about.negotiation
		if n.HeldBy == "" {
			return handed{}, parley.Errorf(parley.CodeConflict, "The agent answers this buyer already.").With("status", n.Status)
		}
		before := *n
		n.HeldBy = ""
		if err := w.recordHolding(parley.EventNegotiationResumed, "negotiation.hand_back", before, *n); err != nil {
			return handed{}, err
		}
		if !negotiation.AwaitsDesk(*n) {
			return handed{}, nil
		}
		if err := unblocked(ctx, &w.Reader, endOrUnblock, boughtBy(about.identity, about.claimed)); err != nil {
			return handed{}, err
		}
		gone, err := w.stands(ctx, n, about.identity)
		if err != nil {
			return handed{}, err
		}
		if gone != nil {
			decision, err := negotiation.TermsChanged(*n, n.Rounds[len(n.Rounds)-1].BuyerCPM)
			decision.Round.Rationale = gone.Detail
			return handed{decision, gone}, err
		}
		decision, _, err := negotiation.NextMove(*n)
		return handed{decision: decision}, err
	})
}

// handed is what follows from a person's doing: a decision, without a number where no round is added, and why the seller cannot
// stand by its last price any more.
type handed struct {
	decision negotiation.Decision
	gone     *parley.ProposalError
}

// byHand finds and locks a negotiation that goes on, and does with it what a person decides. A decision without a round leaves it
// as it is otherwise.
func (s *Service) byHand(ctx context.Context, call Call, id string, encode Encode[Turn],
	decide func(*work, *subject) (handed, error)) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (Turn, error) {
		approvals, profiles := storage.ApprovalRules.Version(&w.Reader), storage.NegotiationProfiles.Version(&w.Reader)
		if _, err := w.authorize(ctx, needApprover); err != nil {
			return Turn{}, err
		}
		about, err := w.subject(ctx, Message{NegotiationID: id}, subjectAhead{}, profiles)
		if err != nil {
			return Turn{}, err
		}
		if about.negotiation.Status != parley.NegotiationActive {
			return Turn{}, notToAnswer(about.negotiation)
		}
		handed, err := decide(w, &about)
		if err != nil {
			return Turn{}, err
		}
		if handed.decision.Round.Number > 0 {
			return w.carry(ctx, about, handed.decision, handed.gone, approvals)
		}
		n := about.negotiation
		n.UpdatedAt = w.now
		n.Version++
		w.UpdateNegotiation(n)
		var last parley.NegotiationRound
		if len(n.Rounds) > 0 {
			last = n.Rounds[len(n.Rounds)-1]
		}
		return Turn{Negotiation: n, Round: last}, nil
	})
}

// Move is a negotiation with what the agent would answer now; the zero round when there is nothing to answer.
type Move struct {
	Negotiation parley.Negotiation
	Round       parley.NegotiationRound
}

// NextMove is what the agent would answer to the buyer's last price: the one that waits for a person, or the same once more. Nothing
// is said by it.
func (s *Service) NextMove(ctx context.Context, call Call, id string) (Move, error) {
	return read(ctx, s, call, func(v *view) (Move, error) {
		pending := v.Negotiation(id)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Move{}, err
		}
		n, err := pending.Get(ctx)
		if err != nil {
			return Move{}, err
		}
		move := Move{Negotiation: n.At(v.now)}
		if move.Negotiation.Status == parley.NegotiationActive {
			d, _, err := negotiation.NextMove(move.Negotiation)
			move.Round = d.Round
			return move, err
		}
		return move, nil
	})
}

// AwaitsDesk tells whether a buyer's price waits for a person's answer.
func AwaitsDesk(n parley.Negotiation) bool { return negotiation.AwaitsDesk(n) }

func notToAnswer(n parley.Negotiation) error {
	if n.Status == parley.NegotiationPendingApproval {
		return parley.Errorf(parley.CodeConflict, "The agreed price waits for an approval. Answer that.").With("status", n.Status)
	}
	return parley.Errorf(parley.CodeNegotiationClosed, "This negotiation is %s and takes no further round.", n.Status).With("status", n.Status)
}

// recordHolding records who answers a buyer. The buyer does not see it.
func (w *work) recordHolding(event parley.EventType, action string, before, after parley.Negotiation) error {
	told := negotiationEvent(event, after)
	told.Owner = ""
	return w.record(told, action, "negotiation", after.ID, map[string]any{"held_by": before.HeldBy}, map[string]any{"held_by": after.HeldBy})
}
