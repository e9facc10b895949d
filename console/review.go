package console

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"parley"
	"parley/seller"
)

// review asks for a second look at what a form is about to do: it repeats what was typed as it was understood.
type review struct {
	Title  string
	Lines  []string // what will be done, in words and money
	Apart  []string // what was meant to be done too, and will not be
	Sure   string   // what the person must tick, where it is more likely a slip than meant; empty: nothing
	Why    string   // it must be, where that is not that a number is far from another
	Do     string   // the button
	Danger bool
	Back   string // the page that the form is on
	Form   *form
	Hidden []hiddenField // what the form said
	Draft  string
	Says   map[string]string // what the form is to say instead, by field
	// Section is the page's in the navigation, and To what the form is sent to.
	Section, To string
}

type hiddenField struct{ Name, Value string }

// sureField is the box that is ticked for what is more likely a slip.
const sureField = "_sure"

// commits tells whether a form says that it was looked at. It may have been sent before, so that it is not tried: what became of it then
// is answered.
func (x *exchange) commits() bool { return x.PostForm.Get(actionField) == actionCommit }

// reviewed tells whether what the form says was looked at again, and ticked where the review asks for that. Otherwise the page of
// the review is shown.
func (x *exchange) reviewed(section string, r review) (bool, error) {
	said := x.said()
	for name, value := range r.Says {
		said.Set(name, value)
	}
	r.Draft = draftOf(said)
	asked := x.commits() && x.PostForm.Get(draftField) == r.Draft
	if asked && (r.Sure == "" || x.PostForm.Get(sureField) != "") {
		return true, nil
	}
	r.Form = newForm(nil)
	if asked {
		r.Form.Errors[sureField] = "must be ticked"
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		for _, value := range said[name] {
			r.Hidden = append(r.Hidden, hiddenField{name, value})
		}
	}
	r.Section, r.To = section, x.URL.Path
	if x.laterAs(reviewPath, http.StatusOK, r) {
		return false, nil
	}
	return false, x.showReview(http.StatusOK, r)
}

func (x *exchange) showReview(status int, r review) error {
	return x.show("review", status, page{Title: r.Title, Section: r.Section, Data: r})
}

// said is what the form says that is answered, without what belongs to the form itself.
func (x *exchange) said() url.Values { return saidIn(x.PostForm) }

func saidIn(form url.Values) url.Values {
	said := url.Values{}
	for name, values := range form {
		if !slices.Contains([]string{tokenField, onceField, actionField, draftField, sureField}, name) {
			said[name] = values
		}
	}
	return said
}

// decisionLooked shows an answer once more before it is given, where it is a counter, accepts a large deal or a change of one, or does something else by now
// than the page said. What would be refused is refused before it is shown.
func (x *exchange) decisionLooked(request *seller.DecisionRequest) (bool, error) {
	accepts := request.Decision == "approve"
	if !accepts && request.Decision != "counter" {
		return true, nil
	}
	item, err := x.service.InboxItemOn(x.Context(), x.call, request.ApprovalID, request.Modifications)
	if err != nil {
		return false, missing(err, "approval", request.ApprovalID)
	}
	facts, open := item.Facts(), closed(item.Approval) == ""
	var would parley.Effect
	var changed bool
	told := toldIn(x.PostForm, toldField)
	tried := *request
	if open {
		would, changed = foresees(request, item, told)
	}
	if accepts && !changed && !x.large(item.Weight(would), facts.Volume) {
		if told == nil {
			request.Expected = nil
		}
		return true, nil
	}
	var came parley.Approval
	if !x.commits() || changed {
		if came, err = x.service.TryDecision(x.Context(), x.call, tried); err != nil {
			return false, err
		}
	}
	card, err := x.caseOf(item, nil)
	if err != nil {
		return false, err
	}
	words := onPages.Decision(item, decidedStatus[request.Decision], request.Modifications)
	r := review{Title: card.Product + " for " + card.Buyer.Name, Lines: []string{words}, Do: words, Back: root + "/inbox/" + url.PathEscape(item.ID)}
	if open {
		r.Says = map[string]string{toldField: toldText(would)}
	}
	if changed {
		r.Lines = append(r.Lines, "This has changed. Before, it was: "+onPages.Effect(item, *told))
	}
	if done := outcomeOf(came); done.Result == "rejected" || done.Result == "held" {
		r.Lines = append(r.Lines, "As things are now, what becomes of it: "+outcomeWords(came))
	}
	if m := request.Modifications; m != nil {
		if m.Note != "" {
			r.Lines = append(r.Lines, "Note to the buyer: "+m.Note)
		}
		ask := cmp.Or(item.AskOf(item.Does(parley.ApprovalCountered, m)), item.Prospect.Ask, facts.Ask)
		if m.CounterCPM != nil && farFrom(*m.CounterCPM, ask) {
			r.Sure = "Yes, " + money(*m.CounterCPM, facts.Currency) + ", where the ask is " + money(ask, facts.Currency)
		} else if m.Impressions != nil && farFrom(*m.Impressions, facts.Impressions) {
			r.Sure = "Yes, " + count(*m.Impressions) + " impressions, where " + count(facts.Impressions) + " were asked for"
		}
	}
	if request.BuyerMessage != "" {
		r.Lines = append(r.Lines, "Message to the buyer: "+request.BuyerMessage)
	}
	return x.reviewed("inbox", r)
}
