package console

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"parley"
	"parley/negotiation"
	"parley/seller"
)

var profiles = ruleKind{
	RuleKind: parley.NegotiationProfiles, path: "/negotiation-profiles", at: "/negotiation-profiles",
	group: groupSupply, shows: []goTo{{"profiles", "negotiation-profiles", "Limits", "l"}},
	deeds: []deed{{"Make a negotiation profile", "/negotiation-profiles/new", true}},
}

func (c *console) profiles() rulebook[parley.NegotiationProfile] {
	return rulebook[parley.NegotiationProfile]{
		Rulebook: c.service.NegotiationProfiles(), ruleKind: profiles, index: c.profileList,
		gone: "The profile is out of force. Negotiations under way keep their limits.",
		about: func(p parley.NegotiationProfile) (id, title string, priority int) {
			return p.ID, profileName(p), p.Priority
		},
		values: profileValues, unset: url.Values{"enabled": {"on"}, "priority": {"100"}},
		ask: (*exchange).askForProfile, change: c.changeProfile, draft: (*exchange).draftProfile,
	}
}

// profilesPage is what tiers are negotiated with, and the profiles that say otherwise.
type profilesPage struct {
	Profiles []parley.NegotiationProfile // in the order in which they are looked at
	Tiers    []tierLimits
}

// tierLimits are what a tier is negotiated with unless a profile says otherwise.
type tierLimits struct {
	Tier   parley.Tier
	Limits parley.NegotiationLimits
}

func (c *console) profileList(x *exchange) error {
	profiles, err := x.profiles().all(x)
	if err != nil {
		return err
	}
	content := profilesPage{Profiles: profiles}
	for _, tier := range parley.Tiers {
		content.Tiers = append(content.Tiers, tierLimits{tier, negotiation.Defaults(tier)})
	}
	return x.show("profiles", http.StatusOK, page{
		Title: "Negotiation limits", Section: "profiles", Live: []string{string(parley.EventNegotiationProfilesChanged)}, Data: content,
	})
}

// profilePage is the form of a negotiation profile and what it was before.
type profilePage struct {
	past[parley.NegotiationProfile]
	Form       *form
	Effect     *limitsEffect
	Tiers      []parley.Tier
	Types      []parley.DealType
	Strategies []string
}

func (x *exchange) askForProfile(status int, f *form) error {
	return x.askForProfileWith(status, f, nil)
}

// askForProfileWith shows the form with what it would change.
func (x *exchange) askForProfileWith(status int, f *form, effect *limitsEffect) error {
	was, err := x.profiles().past(x)
	if err != nil {
		return err
	}
	content := profilePage{past: was, Form: f, Effect: effect, Tiers: parley.Tiers[:], Types: parley.DealTypes[:], Strategies: []string{"=As the tier has it"}}
	for _, strategy := range negotiation.Strategies() {
		content.Strategies = append(content.Strategies, strategy+"="+words(strategy))
	}
	return x.show("profile", status, page{Title: was.title, Section: "profiles", Data: content})
}

// profileName is what a profile is called; the API asks for no name.
func profileName(p parley.NegotiationProfile) string { return cmp.Or(p.Name, p.ID) }

// profileRates are the form's fields for the limits that are rates, with the limit that each sets.
func profileRates(p *parley.NegotiationProfile) map[string]**parley.BasisPoints {
	return map[string]**parley.BasisPoints{
		"round_cap_pct": &p.RoundCap, "total_cap_pct": &p.TotalCap, "buyer_share_pct": &p.BuyerShare,
		"acceptance_threshold_pct": &p.AcceptanceThreshold, "tolerance_pct": &p.Tolerance,
	}
}

// profileValues are the form's fields for a profile; a limit that it leaves as the tier has it is empty.
func profileValues(p parley.NegotiationProfile) url.Values {
	v := url.Values{
		"version": {plain(p.Version)}, "name": {p.Name}, "priority": {strconv.Itoa(p.Priority)},
	}
	setSelector(v, p.Selector)
	if p.Enabled {
		v.Set("enabled", "on")
	}
	if p.Strategy != nil {
		v.Set("strategy", *p.Strategy)
	}
	if p.MaxRounds != nil {
		v.Set("max_rounds", strconv.Itoa(*p.MaxRounds))
	}
	if p.Exponent != nil {
		v.Set("exponent", exponent(*p.Exponent))
	}
	if p.LowballDepth != nil {
		v.Set("lowball_depth", exponent(*p.LowballDepth))
	}
	for name, limit := range profileRates(&p) {
		if *limit != nil {
			v.Set(name, rate(**limit))
		}
	}
	return v
}

// readProfile reads the form.
func (r *reader) readProfile(id string) parley.NegotiationProfile {
	profile := parley.NegotiationProfile{
		ID: id, Name: r.text("name"), Priority: int(r.number("priority")), Enabled: r.text("enabled") != "",
		Selector: r.selector(), Exponent: r.exponent("exponent"), LowballDepth: r.exponent("lowball_depth"),
	}
	if profile.Name == "" {
		r.problems.Add("name", "is required")
	}
	if strategy := r.text("strategy"); strategy != "" {
		profile.Strategy = &strategy
	}
	if rounds := r.count("max_rounds"); rounds != nil {
		profile.MaxRounds = new(int(*rounds))
	}
	for name, limit := range profileRates(&profile) {
		if r.text(name) != "" { // 0 is a limit, and empty is none
			*limit = new(r.percent(name))
		}
	}
	return profile
}

// microsPerThousandth is how many millionths make up a thousandth.
const microsPerThousandth = parley.MicrosPerUnit / 1_000

// exponent writes thousandths as the form takes them, such as 0.5.
func exponent(thousandths int) string {
	return typed(int64(thousandths)*microsPerThousandth, 1)
}

// exponent reads a number with at most three decimal places, in thousandths; nil when the field is empty.
func (r *reader) exponent(name string) *int {
	micros := r.micros(name)
	if micros == nil {
		return nil
	}
	if *micros%microsPerThousandth != 0 {
		r.problems.Add(name, "must have at most three decimal places")
		return nil
	}
	return new(int(*micros / microsPerThousandth))
}

// draftProfile shows the form of a profile with what it would change.
func (x *exchange) draftProfile() error {
	r := reader{values: x.PostForm}
	profile := r.readProfile(x.PathValue("id"))
	var effect *limitsEffect
	err := r.problems.Err()
	if err == nil {
		effect, err = x.limitsEffectOf(profile, x.said())
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "negotiation profile", x.askForProfile)
	}
	return x.askForProfileWith(http.StatusOK, newForm(x.PostForm), effect)
}

// changeProfile shows what a profile would change, and puts it in force when that has been shown.
func (c *console) changeProfile(x *exchange) error {
	r := reader{values: x.PostForm}
	profile, version := r.readProfile(x.PathValue("id")), r.version()
	if !x.confirmed(x.said()) {
		return x.look(x.draftProfile)
	}
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.profiles().keep(x, profile, version)
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "negotiation profile", x.askForProfile)
	}
	x.follow(answer, "\u201c"+profile.Name+"\u201d is saved, for negotiations that open from now on.")
	return nil
}

// profileSets says in a few words which limits a profile sets.
func profileSets(p parley.NegotiationProfile) string {
	var sets []string
	if p.Strategy != nil {
		sets = append(sets, words(*p.Strategy))
	}
	if p.Exponent != nil {
		sets = append(sets, "exponent "+exponent(*p.Exponent))
	}
	if p.LowballDepth != nil {
		sets = append(sets, "nothing for less than "+exponent(*p.LowballDepth)+" times the concession in all under the base")
	}
	if p.MaxRounds != nil {
		sets = append(sets, "at most "+strconv.Itoa(*p.MaxRounds)+" rounds")
	}
	for _, limit := range []struct {
		rate *parley.BasisPoints
		what string
	}{
		{p.RoundCap, "a round"}, {p.TotalCap, "in all"}, {p.BuyerShare, "of the gap"}, {p.AcceptanceThreshold, "under the price accepted"},
		{p.Tolerance, "under the ask accepted at once"},
	} {
		if limit.rate != nil {
			sets = append(sets, percent(*limit.rate)+" "+limit.what)
		}
	}
	if len(sets) == 0 {
		return "nothing"
	}
	return strings.Join(sets, ", ")
}

// profileMatches says in a few words what a profile is for.
func profileMatches(p parley.NegotiationProfile) string {
	var to []string
	for _, tier := range p.Tiers {
		to = append(to, tier.String())
	}
	for _, t := range p.DealTypes {
		to = append(to, string(t))
	}
	for _, names := range [][]string{p.AgencyIDs, p.AdvertiserIDs, p.AccountIDs, p.ProductIDs, p.InventoryTypes} {
		to = append(to, names...)
	}
	if len(to) == 0 {
		return "everything"
	}
	return strings.Join(to, ", ")
}
