package console

import (
	"net/url"
	"strings"

	"parley"
	"parley/seller"
)

// handForm is how a person answers a buyer in place of the agent.
type handForm struct {
	Negotiation parley.Negotiation
	Goes        bool   // it goes on, so that it can be answered
	HeldBy      string // the person who answers; empty: the agent does
	Awaits      bool   // the buyer's price waits
	Final       bool   // our final offer stands: nothing but that is answered any more
	Theirs      int64  // CPM that the buyer named last, micros; 0: none
	Next        string // what the agent would answer; empty: there is nothing to answer
	Accept      string // what accepting does; empty: there is nothing to accept
	Form        *form
}

// handOf gathers what a person needs to answer a negotiation by hand.
func (x *exchange) handOf(n parley.Negotiation, f *form) (handForm, error) {
	hand := handForm{Negotiation: n, Goes: n.Status == parley.NegotiationActive, Awaits: seller.AwaitsDesk(n), Final: standsFinal(n), Theirs: lastBuyer(n), Form: f}
	if !hand.Goes {
		return hand, nil
	}
	if n.HeldBy != "" {
		who, err := x.people()
		if err != nil {
			return hand, err
		}
		hand.HeldBy = who.name(n.HeldBy)
	}
	move, err := x.service.NextMove(x.Context(), x.call, n.ID)
	if err != nil {
		return hand, err
	}
	if move.Round.Number > 0 {
		hand.Next = moveWords(n, move.Round)
	}
	if hand.Theirs > 0 && hand.Theirs <= n.StandingCPM() && hand.Theirs >= n.FloorCPM {
		hand.Accept = "Accept " + onPages.Price(hand.Theirs, n.BaseCPM, n.Impressions, n.Currency)
	}
	return hand, nil
}

// standsFinal tells whether our final offer stands.
func standsFinal(n parley.Negotiation) bool {
	last := len(n.Rounds) - 1
	return last >= 0 && n.Rounds[last].Action == parley.ActionFinalOffer
}

// moveWords say what a round would tell the buyer.
func moveWords(n parley.Negotiation, r parley.NegotiationRound) string {
	price := onPages.Price(r.SellerCPM, n.BaseCPM, n.Impressions, n.Currency)
	switch r.Action {
	case parley.ActionAccept:
		return "accept " + price
	case parley.ActionFinalOffer:
		return "make its final offer, " + price
	case parley.ActionReject:
		return "end the negotiation"
	case parley.ActionCounter:
	}
	if r.SellerCPM == n.StandingCPM() {
		return "stay at " + price
	}
	return "counter with " + price
}

// toNegotiation is where a form about a negotiation goes on to.
func toNegotiation(id string) string { return "/negotiations/" + url.PathEscape(id) }

// pauseAgent has the person answer the buyer.
func (c *console) pauseAgent(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.PauseNegotiation(x.Context(), x.call, id, thenGo(func(parley.Negotiation) string { return toNegotiation(id) }))
	if err != nil {
		return missing(err, "negotiation", id)
	}
	x.follow(answer, "The agent is paused. You answer this buyer now.")
	return nil
}

// handBack has the agent answer again.
func (c *console) handBack(x *exchange) error {
	id := x.PathValue("id")
	answer, err := c.service.HandBack(x.Context(), x.call, id, thenGo(func(seller.Turn) string { return toNegotiation(id) }))
	if err != nil {
		return missing(err, "negotiation", id)
	}
	x.follow(answer, "The agent answers this buyer again.")
	return nil
}

// agentAnswers is what the form of an answer says where nobody answers in place of the agent.
const agentAnswers = "agent"

// answerByHand says something to the buyer, once it was looked at.
func (c *console) answerByHand(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm, currency: func() parley.Currency {
		n, err := c.service.Negotiation(x.Context(), x.call, id)
		if err != nil { // which is told of what is done with it
			return ""
		}
		return n.Currency
	}}
	said := seller.HandAnswer{NegotiationID: id, Action: r.text("action"), Note: r.text("note")}
	if who := r.text("held_by"); who != "" {
		said.HeldBy = new(strings.TrimPrefix(who, agentAnswers))
	}
	if round := r.count("round"); round != nil {
		number := int(*round)
		said.Round = &number
	}
	if said.Action == "counter" || said.Action == "final_offer" {
		if price := r.price("price"); price != nil {
			said.Price = &parley.Money{Micros: *price}
		} else if len(r.problems) == 0 {
			r.problems.Add("price", "is required")
		}
	}
	err := r.problems.Err()
	if err == nil {
		var looked bool
		if looked, err = x.handLooked(said); err == nil && !looked {
			return nil
		}
	}
	if err == nil {
		done := "The buyer has your answer."
		var answer seller.Answer
		answer, err = c.service.AnswerNegotiation(x.Context(), x.call, said, thenGo(func(turn seller.Turn) string {
			if turn.Asked != nil {
				done = "The buyer has no answer yet. " + stopsAnswer(*turn.Asked)
			}
			return toNegotiation(id)
		}))
		if err == nil {
			x.follow(answer, done)
			return nil
		}
	}
	return x.again(newForm(x.PostForm), err, "negotiation", x.showNegotiation)
}

// stopsAnswer says what an answer waits for that a rule has stopped.
func stopsAnswer(asked parley.Approval) string {
	who := "somebody with the role " + parley.RolesInWords(asked.Deciders())
	if asked.FirstOfTwo() {
		who = "two people, with the roles " + string(asked.Role) + " and " + string(asked.SecondRole)
	}
	return "The rule " + asked.RuleName + " stops it: it waits for " + who + ", not you, since whoever answered does not decide it."
}

// handLooked shows an answer in words and money before the buyer gets it. What would be refused is refused before it is shown.
func (x *exchange) handLooked(said seller.HandAnswer) (bool, error) {
	n, err := x.service.Negotiation(x.Context(), x.call, said.NegotiationID)
	if err != nil {
		return false, missing(err, "negotiation", said.NegotiationID)
	}
	var came seller.Turn
	if !x.commits() {
		if came, err = x.service.TryAnswer(x.Context(), x.call, said); err != nil {
			return false, err
		}
	}
	product, with, err := x.parties(n)
	if err != nil {
		return false, err
	}
	r := review{Title: "Answer " + with.Name, Back: root + toNegotiation(n.ID), Danger: said.Action == "reject"}
	switch {
	case said.Action == "accept":
		r.Do = "Accept " + onPages.Price(min(lastBuyer(n), n.StandingCPM()), n.BaseCPM, n.Impressions, n.Currency)
	case said.Action == "reject":
		r.Do = "End the negotiation about " + product + " without an agreement"
		if theirs := lastBuyer(n); theirs > 0 {
			r.Do += ": " + onPages.Price(theirs, n.BaseCPM, n.Impressions, n.Currency) + " on the table"
		}
	case said.Price != nil:
		r.Do = "Send counter "
		if said.Action == "final_offer" {
			r.Do = "Make the final offer "
		}
		r.Do += onPages.Price(said.Price.Micros, n.BaseCPM, n.Impressions, n.Currency)
		if farFrom(said.Price.Micros, n.BaseCPM) {
			r.Sure = "Yes, " + money(said.Price.Micros, n.Currency) + ", where the ask is " + money(n.BaseCPM, n.Currency)
		}
	}
	r.Lines = []string{r.Do}
	if came.Asked != nil {
		r.Lines = append(r.Lines, stopsAnswer(*came.Asked))
	}
	if theirs := lastBuyer(n); theirs > 0 && said.Price != nil {
		r.Lines = append(r.Lines, "The buyer offers "+onPages.Price(theirs, n.BaseCPM, n.Impressions, n.Currency))
	}
	if said.Note != "" {
		r.Lines = append(r.Lines, "Note to the buyer: "+said.Note)
	}
	return x.reviewed("negotiations", r)
}

// negotiationPage shows a negotiation.
func (c *console) negotiationPage(x *exchange) error { return x.showNegotiation(x.refusedOr(nil)) }
