package seller

import (
	"context"
	"encoding/json"

	"parley"
)

// otherwise refuses an answer that would do something else than whoever gave it was told.
type otherwise struct {
	refused *parley.Error
	would   parley.Effect
	ask     int64 // for what it would do, CPM micros
}

func (o *otherwise) Error() string { return o.refused.Error() }

func (o *otherwise) Unwrap() error { return o.refused }

// foreseen is what an answer does as things are now, with the question that it answers.
func (w *work) foreseen(ctx context.Context, a parley.Approval, request DecisionRequest) (parley.InboxItem, parley.Effect, error) {
	to, item := decisions[request.Decision], parley.InboxItem{Approval: a}
	if to != parley.ApprovalRejected {
		found, err := w.InboxItem(a.ID).Get(ctx)
		if err != nil {
			return item, parley.Effect{}, err
		}
		found.Approval = a
		items := []parley.InboxItem{found}
		var own *parley.Modifications
		if to == parley.ApprovalCountered {
			own = request.Modifications
		}
		if err := w.prices().prospectsOn(ctx, own, items); err != nil {
			return item, parley.Effect{}, err
		}
		item = items[0]
	}
	return item, item.Does(to, request.Modifications), nil
}

// expected answers what an answer does as things are now, with the question, and refuses one that is expected to do something else. Nothing is expected of
// an answer that does not say so. A first yes of two has no message to the buyer.
func (w *work) expected(ctx context.Context, a parley.Approval, request DecisionRequest) (parley.InboxItem, parley.Effect, error) {
	if request.Expected != nil && *request.Expected == (parley.Expected{}) {
		return parley.InboxItem{}, parley.Effect{}, parley.Invalid("expected", "must name at least one of effect, price, impressions, deal_value, flight_start, flight_end, passes_on and granted_before")
	}
	item, would, err := w.foreseen(ctx, a, request)
	if err == nil && would.Endorses && request.BuyerMessage != "" {
		err = parley.Invalid("message_to_buyer", "goes with the second yes of two: nothing is decided by the first")
	}
	if err != nil || request.Expected == nil ||
		request.Expected.Is(a.Case.Currency, would) && request.Expected.Beside(item.Prospect) {
		return item, would, err
	}
	if named := request.Expected.Currency; named != "" && named != a.Case.Currency {
		return item, would, parley.Invalid("expected", "must be in %s, the currency of the case", a.Case.Currency)
	}
	numbers := parley.PlainNumbers()
	text := "Nothing was answered: as things are now, the answer would do “" + numbers.Effect(item, would) + "”"
	if would.Refused != "" {
		text = "Nothing was answered: as things are now, " + numbers.Effect(item, would)
	} else if told := request.Expected.Shown; told != nil {
		text += " instead of “" + numbers.Effect(item, *told) + "”"
	}
	does := map[string]any{
		"effect": would.Deed, "price": json.Number(parley.FormatMicros(would.CPM, 0)), "impressions": would.Impressions,
		"deal_value": json.Number(parley.FormatMicros(would.Value, 0)), "passes_on": would.Asks != "", "refused": would.Refused,
		"granted_before": append([]string{}, item.Prospect.Rivals...),
	}
	if would.Flight.End != 0 {
		does["flight_start"], does["flight_end"] = would.Flight.Start, would.Flight.End
	}
	return item, would, &otherwise{parley.Errorf(parley.CodeConflict, "%s.", text).With("status", a.Status).With("would", does), would, item.AskOf(would)}
}

// cameAs refuses what an answer came to, where that is nothing that it was expected to do.
func cameAs(a parley.Approval, request DecisionRequest) error {
	var done outcome
	if request.Expected == nil || a.Status == parley.ApprovalRejected || json.Unmarshal(a.Outcome, &done) != nil {
		return nil
	}
	if told := request.Expected.Shown; told != nil && told.Asks != "" && done.Result != "held" {
		return parley.Errorf(parley.CodeConflict, "Nothing was answered: the rule %s does not ask about it any more, so that it would be carried out now.", told.Asks).
			With("status", parley.ApprovalPending)
	}
	if passes := request.Expected.PassesOn; passes != nil && *passes != (done.Result == "held") {
		return parley.Errorf(parley.CodeConflict, "Nothing was answered: it was expected to be carried out, and another rule asks about it: %s.", done.Reason).
			With("status", parley.ApprovalPending)
	}
	if done.Result != "rejected" && done.Result != "nothing" {
		return nil
	}
	return parley.Errorf(parley.CodeConflict, "Nothing was answered: what was decided can no longer be carried out. %s", done.Reason).
		With("status", parley.ApprovalPending)
}
