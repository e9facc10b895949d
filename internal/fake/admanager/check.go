package admanager

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// object is a resource, or a part of one.
type object = map[string]any

// wrong is why something is refused.
type wrong struct {
	code, path, text string
}

func (w *wrong) Error() string { return w.path + ": " + w.text }

func bad(path, format string, args ...any) error {
	return &wrong{code: "INVALID_ARGUMENT", path: path, text: fmt.Sprintf(format, args...)}
}

// hold holds what was sent to the rules of its message. making tells that it is to be made, and a patch has a part alone.
func (s *Server) hold(message, path string, sent object, making bool) error {
	rules := Rules[message]
	for name, value := range sent {
		at := path + "." + name
		rule, known := rules[name]
		if !known {
			return bad(at, "Unknown name %q: Cannot find field", name)
		}
		if rule.Be == Output || rule.Be == Identifier && making {
			return bad(at, "is output only")
		}
		if !making && (rule.Be == Immutable || rule.Be == Fixed) {
			return bad(at, "is immutable")
		}
		values, many := value.([]any)
		if many != rule.Many {
			return bad(at, "must be a list: %t", rule.Many)
		}
		if !many {
			values = []any{value}
		}
		for _, v := range values {
			if err := s.holdValue(rule, at, v); err != nil {
				return err
			}
		}
	}
	for name, rule := range rules {
		needed := rule.Be == Required || rule.Be == Fixed
		value, there := sent[name]
		list, many := value.([]any)
		if needed && making && (!there || value == "" || many && len(list) == 0) {
			return bad(path+"."+name, "is required")
		}
	}
	return nil
}

var duration = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,9})?s$`)

func (s *Server) holdValue(rule Rule, path string, value any) error {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	fits := isText
	switch rule.Kind {
	case "string":
		fits = isText && (rule.Most == 0 || utf8.RuneCountInString(text) <= rule.Most) && utf8.ValidString(text)
	case "bool":
		_, fits = value.(bool)
	case "int32":
		n, err := strconv.ParseInt(string(number), 10, 64)
		fits = isNumber && err == nil && n >= math.MinInt32 && n <= math.MaxInt32
	case "int64":
		n, err := strconv.ParseInt(text, 10, 64)
		fits = isText && err == nil && strconv.FormatInt(n, 10) == text
	case "time":
		_, err := time.Parse(time.RFC3339Nano, text)
		fits = isText && err == nil
	case "duration":
		fits = isText && duration.MatchString(text)
	case "enum":
		fits = slices.Contains(rule.Values, text)
	case "name":
		return s.holdName(rule.Of, path, text)
	case "message":
		inner, is := value.(object)
		if !is {
			return bad(path, "must be a %s", rule.Of)
		}
		return s.hold(rule.Of, path, inner, true)
	}
	if !fits {
		return bad(path, "is no %s as it must be: %v", rule.Kind, value)
	}
	return nil
}

// holdName refuses a name of nothing that there is.
func (s *Server) holdName(collection, path, name string) error {
	if _, there := s.resources[name]; !there || !strings.HasPrefix(name, "networks/"+Network+"/"+collection+"/") {
		return &wrong{code: "NOT_FOUND", path: path, text: fmt.Sprintf("there is no %s in %s", name, collection)}
	}
	return nil
}

// consider holds a resource as a whole to what the contract says in words.
func (s *Server) consider(message string, present object, fresh bool) error {
	switch message {
	case "LineItem":
		return s.considerLineItem(present, fresh)
	case "PrivateAuctionDeal":
		starts, ends := text(present, "startTime"), text(present, "endTime")
		if starts != "" && ends != "" && ends <= starts {
			return bad("privateAuctionDeal.endTime", "must be after the start")
		}
		if fresh && starts != "" && s.past(starts) {
			return bad("privateAuctionDeal.startTime", "must be in the future")
		}
		if fresh && s.resources["networks/"+Network+"/privateAuctions/"+text(present, "privateAuctionId")] == nil {
			return bad("privateAuctionDeal.privateAuctionId", "there is none")
		}
		if fresh && s.resources["networks/"+Network+"/programmaticBuyers/"+text(present, "buyerAccountId")] == nil {
			return bad("privateAuctionDeal.buyerAccountId", "there is none")
		}
	case "CustomTargetingValue":
		for _, other := range s.resources {
			if fresh && text(other, "adTagName") == text(present, "adTagName") && text(other, "customTargetingKey") == text(present, "customTargetingKey") {
				return &wrong{code: "ALREADY_EXISTS", path: "customTargetingValue.adTagName", text: "there is one already"}
			}
		}
		if strings.ContainsAny(text(present, "adTagName"), `"'=!+#*~;^()<>[]`) {
			return bad("customTargetingValue.adTagName", "has a letter that is not taken")
		}
	}
	return nil
}

// spans are the priorities of the types of line items, from the first to the last.
var spans = map[string][2]int64{
	"SPONSORSHIP": {2, 5}, "STANDARD": {6, 10}, "NETWORK": {11, 14}, "BULK": {11, 14}, "PRICE_PRIORITY": {11, 14}, "HOUSE": {15, 16},
}

func (s *Server) considerLineItem(l object, fresh bool) error {
	starts, ends, kind := text(l, "startTime"), text(l, "targetEndTime"), text(l, "lineItemType")
	goal, _ := l["goal"].(object)
	targets, _ := l["targeting"].(object)
	inventory, _ := targets["inventoryTargeting"].(object)
	switch {
	case fresh && s.past(starts):
		return bad("lineItem.startTime", "must be in the future")
	case ends == "" || ends <= starts:
		return bad("lineItem.targetEndTime", "must be after the start")
	case text(goal, "goalType") == "NONE" && kind != "PRICE_PRIORITY" && kind != "AD_EXCHANGE" && kind != "CLICK_TRACKING":
		return bad("lineItem.goal.goalType", "NONE is not for %s", kind)
	case text(goal, "goalType") == "LIFETIME" && (text(goal, "units") == "" || text(goal, "unitType") == ""):
		return bad("lineItem.goal.units", "is required")
	case text(l, "environmentType") == "VIDEO_PLAYER" && text(l, "maxVideoCreativeDuration") == "":
		return bad("lineItem.maxVideoCreativeDuration", "is required of video")
	case text(l, "contractedUnitsBought") != "" && kind != "STANDARD" && kind != "SPONSORSHIP":
		return bad("lineItem.contractedUnitsBought", "is not for %s", kind)
	case len(inventory) == 0:
		return bad("lineItem.targeting.inventoryTargeting", "is required")
	}
	if priority, there := l["priority"].(json.Number); there {
		n, _ := priority.Int64()
		if span := spans[kind]; n < span[0] || n > span[1] {
			return bad("lineItem.priority", "must be %d to %d of %s", span[0], span[1], kind)
		}
	}
	if kind == "STANDARD" && l["allowOverbook"] != true && l["skipInventoryCheck"] != true {
		units, _ := strconv.ParseInt(text(goal, "units"), 10, 64)
		switch {
		case s.unforecast:
			return &wrong{code: "FORECAST_ERROR_NO_FORECAST_YET", path: "lineItem", text: "there is no forecast yet"}
		case s.available > 0 && units > s.available:
			return &wrong{
				code: "FORECAST_ERROR_NOT_ENOUGH_INVENTORY", path: "lineItem.goal.units", text: fmt.Sprintf("%d units are available", s.available),
			}
		}
	}
	return nil
}

func (s *Server) past(at string) bool {
	instant, err := time.Parse(time.RFC3339, at)
	return err != nil || !instant.After(s.clock())
}

// text is a member that is a text; empty: it is none.
func text(o object, name string) string {
	t, _ := o[name].(string)
	return t
}
