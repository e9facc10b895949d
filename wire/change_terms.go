package wire

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"parley"
	"parley/wire/contract"
)

// termsReader reads a deal's terms out of an object whose members are the sender's own.
type termsReader struct {
	members  map[string]json.RawMessage
	at       map[string]string // where members were found that are not of the object itself
	problems *parley.Problems
	zone     *time.Location    // the publisher's
	currency parley.Currency   // that the price named
	names    map[string]string // what the sender calls each term that it does not call as the flow does; nil: nobody asks
}

func (r *termsReader) terms() parley.ChangeTerms {
	terms := parley.ChangeTerms{
		FlightStart: r.date("flight_start", "start_date"), FlightEnd: r.date("flight_end", "end_date"),
		Impressions: r.count("impressions"), CPM: r.price("price", "cpm", "final_cpm"),
	}
	share, from := r.share("cancel_pct"), r.date("effective_date")
	if share != nil || from != nil {
		terms.Cancel = &parley.Cancellation{Share: parley.WholeDeal, From: from}
		if share != nil {
			terms.Cancel.Share = *share
		}
	}
	return terms
}

// expected are the terms that a deal is taken to have.
func (r *termsReader) expected() parley.ExpectedTerms {
	terms, expected := r.terms(), r.fixed()
	expected.FlightStart, expected.FlightEnd, expected.Impressions, expected.CPM = terms.FlightStart, terms.FlightEnd, terms.Impressions, terms.CPM
	return expected
}

// fixed is what the members say of what no change moves.
func (r *termsReader) fixed() (f parley.ExpectedTerms) {
	f.ProductID = r.text("product_id")
	if name := r.text("deal_type"); name != nil {
		dealType, known := parley.ParseDealType(*name)
		if !known {
			dealType = parley.DealType(*name)
		}
		f.DealType = &dealType
	}
	if name := r.text("currency"); name != nil {
		currency := parley.Currency(strings.ToUpper(*name))
		f.Currency = &currency
	}
	return f
}

// unknown answers the paths of the members that nothing is done with, and the name that was probably meant, in order. A request
// for work that a person reads may have members of its own, but none that is a term but for the way it is written.
func (r *termsReader) unknown(work bool) (paths, meant []string) {
	known := slices.Concat(parley.TermMembers, parley.FixedMembers, parley.WordMembers)
	for _, name := range slices.Sorted(maps.Keys(r.members)) {
		if slices.Contains(known, name) || strings.HasPrefix(name, "creative") {
			continue
		}
		near := parley.Nearest(name, known)
		if work {
			near = ""
			if at := slices.IndexFunc(parley.TermMembers, func(term string) bool { return letters(term) == letters(name) }); at >= 0 {
				near = parley.TermMembers[at]
			}
			if near == "" {
				continue
			}
		}
		path, ofDiff := r.at[name]
		if ofDiff {
			path = path[:strings.LastIndexByte(path, '.')] + ".field"
		} else {
			path = "proposed_values." + name
		}
		paths, meant = append(paths, path), append(meant, near)
	}
	return paths, meant
}

// letters are those of a name, in small ones: what is left of it however it is written.
func letters(name string) string {
	return strings.Map(func(letter rune) rune {
		if letter == '_' || letter == '-' || letter == ' ' || letter == '.' {
			return -1
		}
		return letter
	}, strings.ToLower(name))
}

// value is the first of the names that the object has, and where that is. The first name is the flow's.
func (r *termsReader) value(names ...string) (path string, raw json.RawMessage, ok bool) {
	for _, name := range names {
		if raw, ok := r.members[name]; ok && string(raw) != "null" {
			named := "proposed_values." + names[0]
			path := cmp.Or(r.at[name], "proposed_values."+name)
			if r.names != nil && path != named {
				r.names[named] = path
			}
			return path, raw, true
		}
	}
	return "", nil, false
}

func (r *termsReader) text(name string) *string {
	path, raw, ok := r.value(name)
	if !ok {
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		r.problems.Add(path, "must be a text")
		return nil
	}
	return &text
}

func (r *termsReader) date(names ...string) *parley.Date {
	path, raw, ok := r.value(names...)
	if !ok {
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err == nil {
		if day, err := ParseDay(text, r.zone); err == nil {
			return &day
		}
	}
	r.problems.Add(path, "must be a date such as 2026-12-31")
	return nil
}

func (r *termsReader) count(names ...string) *int64 {
	path, raw, ok := r.value(names...)
	if !ok {
		return nil
	}
	n, err := ParseWhole(string(raw))
	if err != nil {
		r.problems.Add(path, "must be a whole number")
		return nil
	}
	return &n
}

func (r *termsReader) price(names ...string) *int64 {
	path, raw, ok := r.value(names...)
	if !ok {
		return nil
	}
	var p contract.Price
	if err := json.Unmarshal(raw, &p); err != nil {
		r.problems.Add(path, "%s", err.Error())
		return nil
	}
	r.currency = p.Money.Currency
	return &p.Money.Micros
}

// share reads a part of a whole from its digits: 0.25 is 250,000 millionths.
func (r *termsReader) share(name string) *int64 {
	path, raw, ok := r.value(name)
	if !ok {
		return nil
	}
	parts, err := parley.ParseMicros(strings.TrimSpace(string(raw)))
	if err != nil {
		r.problems.Add(path, "must be a number from 0 to 1 of at most six decimal places, such as 0.25")
		return nil
	}
	return &parts
}
