package console

import (
	"net/url"
	"slices"
	"strings"

	"parley"
)

// overField names the version in whose place a form is kept that was made from an older one, as the person has decided who has seen both.
const overField = "_over"

// theirs is what a field holds by now, by somebody else, beside what was typed in it.
type theirs struct{ Field, Now, Typed string }

// over says where the values come from that the form of a route changes: those of the form as its page would show it now.
func (r route) over(now func(*exchange) (url.Values, error)) route {
	r.now = now
	return r
}

// stale puts beside what was typed what somebody else has kept meanwhile, and asks whether to keep the one over the other.
func (x *exchange) stale(f *form) error {
	now, err := x.route.now(x)
	if err != nil {
		return err
	}
	l := localeOf(x.Request.Header.Get("Accept-Language"))
	f.Message = "Somebody else changed this meanwhile, so that nothing was saved. What stands now is beside what you typed."
	f.Over, f.Anew = now.Get("version"), root+x.formPage()
	if about := now.Get("about"); about != "" { // a mapping's page is asked for by what it is about
		f.Anew += "?" + url.Values{"about": {about}, "name": {now.Get("name")}}.Encode()
	}
	f.Theirs = differing(f.Values, now, l)
	if len(f.Theirs) == 0 {
		f.Message = "Somebody else changed this meanwhile, to what you typed as well."
	}
	return nil
}

// differing are the fields that hold something else by now than what was typed.
func differing(said, now url.Values, l locale) []theirs {
	var names []string
	for _, values := range []url.Values{said, now} {
		for name := range values {
			if !strings.HasPrefix(name, "_") && name != "version" && name != "volume" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	var found []theirs
	for _, name := range names {
		is, typed := l.text(strings.Join(now[name], ", ")), strings.Join(said[name], ", ")
		if !sameText(is, typed) {
			found = append(found, theirs{name, is, strings.TrimSpace(typed)})
		}
	}
	return found
}

// sameText tells whether two texts of a field say the same: as numbers, or as lists however they are parted.
func sameText(a, b string) bool {
	if one, err := readDecimal(a); err == nil {
		if other, err := readDecimal(b); err == nil {
			return one == other
		}
	}
	if one, err := readWhole(a); err == nil {
		if other, err := readWhole(b); err == nil {
			return one == other
		}
	}
	list := func(text string) []string { return (&reader{values: url.Values{"": {text}}}).list("") }
	return slices.Equal(list(a), list(b))
}

// Shown is a value as the page writes it; a dash for none.
func (theirs) Shown(value string) string {
	switch value {
	case "":
		return "\u2013"
	case "on":
		return "yes"
	}
	return value
}

// isStale tells whether a form was refused since what it changes is not what it was made from.
func (x *exchange) isStale(err error) bool {
	return parley.Is(err, parley.CodePreconditionFailed) && x.route.now != nil
}
