package console

import (
	"encoding/json"
	"net/url"
	"strings"

	"parley"
	"parley/seller"
)

// toldField carries in a form what its answer does, as the page said it. The answer does that, or the page asks again. Of several answers each
// has its own, with the id of its question behind a dot.
const toldField = "told"

// toldText is an effect as a form carries it.
func toldText(e parley.Effect) string {
	text, err := json.Marshal(e)
	if err != nil {
		return ""
	}
	return string(text)
}

// toldIn is what a form says that the page said; nil: it says nothing. What cannot be read is no answer's effect.
func toldIn(form url.Values, field string) *parley.Effect {
	text := form.Get(field)
	if text == "" {
		return nil
	}
	var e parley.Effect
	if json.Unmarshal([]byte(text), &e) != nil {
		return &parley.Effect{}
	}
	return &e
}

// isTold tells whether a field of a form says what its page said, and nobody typed it.
func isTold(name string) bool { return name == toldField || strings.HasPrefix(name, toldField+".") }

// foresees has a request expect what its answer does as things are now, and answers whether the page said that it does something else.
func foresees(request *seller.DecisionRequest, item parley.InboxItem, told *parley.Effect) (would parley.Effect, changed bool) {
	would = item.Does(decidedStatus[request.Decision], request.Modifications)
	request.Expected = &parley.Expected{Shown: &would}
	return would, told != nil && *told != would
}
