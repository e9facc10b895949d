package console

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"parley"
	"parley/activation"
	"parley/seller"
)

func (c *console) destinationRoutes() []route {
	return []route{
		get("/destinations", c.destinationList),
		getFor(admins, "/destinations/new", c.newDestination),
		post(admins, "/destinations/new", c.createDestination),
		get("/destinations/{id}", c.destinationPage),
		post(admins, "/destinations/{id}", c.changeDestination).over(destinationNow),
		post(admins, "/destinations/{id}/check", c.checkDestination).on("/destinations/{id}"),
		post(admins, "/destinations/{id}/pause", c.pauseDestination).on("/destinations/{id}"),
		post(admins, "/destinations/{id}/resume", c.resumeDestination).on("/destinations/{id}"),
		post(admins, "/destinations/{id}/credential", c.setCredential).on("/destinations/{id}"),
		post(admins, "/destinations/{id}/remove", c.removeDestination).on("/destinations/{id}"),
	}
}

// mostDestinations is more than there can be.
const mostDestinations = 200

// kindNames are what people call the kinds of destinations.
var kindNames = map[string]string{"file_drop": "Trafficking sheets", "deals_api": "Deals API", "ad_manager": "Google Ad Manager"}

// kindName is what people call a kind of destination.
func kindName(kind string) string {
	if name, known := kindNames[kind]; known {
		return name
	}
	return words(kind)
}

// listedDestination is a destination with what there is to do for it.
type listedDestination struct {
	parley.Destination
	Unmapped int // products without a mapping; at most mostUnmapped
	Cases    int // activations that need a person
}

// mostUnmapped is how many products without a mapping are counted.
const mostUnmapped = 1000

func (c *console) destinationList(x *exchange) error {
	listing, err := c.service.Destinations(x.Context(), x.call, seller.DestinationFilter{Page: seller.Page{Limit: mostDestinations, CountTo: 1}})
	if err != nil {
		return err
	}
	cases, err := c.service.ActivationCases(x.Context(), x.call)
	if err != nil {
		return err
	}
	var rows []listedDestination
	for _, paused := range []bool{true, false} { // what is paused first
		for _, d := range listing.Items {
			if (d.Status == parley.DestinationPaused) != paused {
				continue
			}
			row := listedDestination{Destination: d}
			for _, found := range cases {
				if found.DestinationID == d.ID {
					row.Cases++
				}
			}
			unmapped, err := c.service.UnmappedProducts(x.Context(), x.call, d.ID, mostUnmapped)
			if err != nil {
				return err
			}
			row.Unmapped = len(unmapped)
			rows = append(rows, row)
		}
	}
	return x.show("destinations", http.StatusOK, page{
		Title: "Destinations", Section: "destinations", Live: []string{"destination.", "activation."}, Data: rows,
	})
}

// destinationDetail is what a destination's page shows; without a destination, the form of a new one.
type destinationDetail struct {
	Destination *parley.Destination
	Unmapped    int
	Cases       int
	Kinds       []string
	Kind        string  // empty: it is to be chosen
	Settings    []Field // of the kind
	Form        *form
	Checked     bool
	Findings    []activation.Finding
	Story       story
}

func (c *console) newDestination(x *exchange) error {
	return x.showDestination(x.refusedOr(newForm(newDestinationValues(x.query().text("kind")))))
}

func (c *console) destinationPage(x *exchange) error {
	if what, ok := x.shownNow(); ok && len(what.More) > 0 {
		var findings []activation.Finding
		if err := json.Unmarshal(what.More, &findings); err != nil {
			return parley.Internal(err)
		}
		return x.showChecked(http.StatusOK, nil, findings, true)
	}
	return x.showDestination(x.refusedOr(nil))
}

// showDestination shows a destination with a form that is filled in, or with its own settings.
func (x *exchange) showDestination(status int, f *form) error {
	return x.showChecked(status, f, nil, false)
}

func (x *exchange) showChecked(status int, f *form, findings []activation.Finding, checked bool) error {
	content := destinationDetail{Form: f, Checked: checked, Findings: findings}
	for _, kind := range x.service.DestinationKinds() {
		content.Kinds = append(content.Kinds, kind+"="+kindName(kind))
	}
	if f != nil {
		content.Kind = f.Values.Get("kind")
	}
	id, title := x.PathValue("id"), "New destination"
	if id != "" {
		d, err := x.service.Destination(x.Context(), x.call, id)
		if err != nil {
			return missing(err, "destination", id)
		}
		content.Destination, content.Kind, title = &d, d.Kind, d.Name
		if f == nil {
			content.Form = newForm(destinationValues(d))
		} else {
			for name, values := range destinationValues(d) { // a form of the page is not all of them
				if _, said := f.Values["name"]; !said {
					f.Values[name] = values
				}
			}
		}
		unmapped, err := x.service.UnmappedProducts(x.Context(), x.call, id, mostUnmapped)
		if err != nil {
			return err
		}
		content.Unmapped = len(unmapped)
		cases, err := x.service.ActivationCases(x.Context(), x.call)
		if err != nil {
			return err
		}
		for _, found := range cases {
			if found.DestinationID == id {
				content.Cases++
			}
		}
		if content.Story, err = x.story(seller.EventFilter{Type: "none"}, auditsOf("destination", id)); err != nil {
			return err
		}
	}
	if content.Kind != "" {
		content.Settings = settingsObject(content.Kind).fields(content.Form, "Of its kind", "JSON, as the destination's kind reads it.")
	}
	return x.show("destination", status, page{Title: title, Section: "destinations", Data: content})
}

// newDestinationValues are the form's fields for a new destination of a kind.
func newDestinationValues(kind string) url.Values {
	v := url.Values{}
	if kind != "" {
		v = settingsObject(kind).values(nil)
		v.Set("kind", kind)
	}
	return v
}

// destinationValues are the form's fields for a destination.
func destinationValues(d parley.Destination) url.Values {
	types := make([]string, len(d.Match.DealTypes))
	for i, t := range d.Match.DealTypes {
		types[i] = string(t)
	}
	v := url.Values{
		"version": {plain(d.Version)}, "name": {d.Name}, "trigger": {string(d.Trigger)}, "release": {string(d.Release)},
		"match.inventory_types": {strings.Join(d.Match.InventoryTypes, ", ")}, "match.deal_types": {strings.Join(types, ", ")},
		"match.dsp_platforms": {strings.Join(d.Match.DSPPlatforms, ", ")}, "match.seat_ids": {strings.Join(d.Match.SeatIDs, ", ")},
		"match.product_ids": {strings.Join(d.Match.ProductIDs, ", ")},
	}
	if d.Required {
		v.Set("required", "on")
	}
	v.Set("billing_source", d.BillingSource)
	for name, n := range map[string]int{"requests_per_minute": d.RequestsPerMinute, "sends": d.Sends} {
		if n > 0 {
			v.Set(name, plain(int64(n)))
		}
	}
	maps.Copy(v, settingsObject(d.Kind).values(d.Settings))
	return v
}

func destinationNow(x *exchange) (url.Values, error) {
	d, err := x.service.Destination(x.Context(), x.call, x.PathValue("id"))
	return destinationValues(d), missing(err, "destination", x.PathValue("id"))
}

// destination reads the form of a destination of a kind, which had some settings before.
func (r *reader) destination(kind string, before json.RawMessage) seller.DestinationRequest {
	request := seller.DestinationRequest{
		Kind: kind, Name: r.text("name"), Settings: r.object(settingsObject(kind), before),
		Trigger: parley.ActivationTrigger(r.text("trigger")), Release: parley.ActivationRelease(r.text("release")),
		Required: r.text("required") != "",
		Match: parley.DestinationMatch{
			InventoryTypes: r.list("match.inventory_types"), DSPPlatforms: r.list("match.dsp_platforms"), SeatIDs: r.list("match.seat_ids"),
			ProductIDs: r.list("match.product_ids"),
		},
	}
	source, perMinute, sends := r.text("billing_source"), int(r.number("requests_per_minute")), int(r.number("sends"))
	request.BillingSource, request.RequestsPerMinute, request.Sends = &source, &perMinute, &sends
	for _, text := range r.list("match.deal_types") {
		request.Match.DealTypes = append(request.Match.DealTypes, parley.DealType(strings.ToUpper(text)))
	}
	if text := request.Settings; len(text) > 0 && !json.Valid(text) {
		r.problems.Add("settings", "must be JSON")
	}
	return request
}

var toDestination = thenGo(func(d parley.Destination) string { return "/destinations/" + url.PathEscape(d.ID) })

func (c *console) createDestination(x *exchange) error {
	r := reader{values: x.PostForm}
	request := r.destination(r.text("kind"), nil)
	err := r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.CreateDestination(x.Context(), x.call, request, toDestination)
	}
	return x.kept(answer, err, "Saved. Deals that it is for are sent there from now on.")
}

func (c *console) changeDestination(x *exchange) error {
	was, err := c.service.Destination(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "destination", x.PathValue("id"))
	}
	r := reader{values: x.PostForm}
	request, version := r.destination(was.Kind, was.Settings), r.version()
	err = r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.ChangeDestination(x.Context(), x.call, x.PathValue("id"), version, request, toDestination)
	}
	return x.kept(answer, err, "Saved. It holds for what is sent from now on.")
}

// kept goes on to a destination's page after something was done to it, or says there why it was not.
func (x *exchange) kept(answer seller.Answer, err error, done string) error {
	if err != nil {
		return x.again(newForm(x.PostForm), err, "destination", x.showDestination)
	}
	x.follow(answer, done)
	return nil
}

func (c *console) checkDestination(x *exchange) error {
	id := x.PathValue("id")
	findings, err := c.service.CheckDestination(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "destination", id)
	}
	if x.laterAs(x.formPage(), http.StatusOK, findings) {
		return nil
	}
	return x.showChecked(http.StatusOK, nil, findings, true)
}

func (c *console) pauseDestination(x *exchange) error {
	answer, err := x.because(func(reason string) (seller.Answer, error) {
		return c.service.PauseDestination(x.Context(), x.call, x.PathValue("id"), reason, toDestination)
	})
	return x.kept(answer, err, "Paused. What is booked meanwhile waits.")
}

func (c *console) resumeDestination(x *exchange) error {
	answer, err := c.service.ResumeDestination(x.Context(), x.call, x.PathValue("id"), toDestination)
	return x.kept(answer, err, "What waited is sent now.")
}

func (c *console) setCredential(x *exchange) error {
	credential := strings.TrimSpace(x.PostForm.Get("credential"))
	x.PostForm.Del("credential") // no page shows it again
	if credential == "" {
		answer, err := c.service.RemoveDestinationCredential(x.Context(), x.call, x.PathValue("id"), toDestination)
		return x.kept(answer, err, "The destination has no credential any more.")
	}
	answer, err := c.service.SetDestinationCredential(x.Context(), x.call, x.PathValue("id"), credential, toDestination)
	return x.kept(answer, err, "The credential is saved, sealed. Nobody can read it here.")
}

func (c *console) removeDestination(x *exchange) error {
	answer, err := c.service.RemoveDestination(x.Context(), x.call, x.PathValue("id"), thenGo(func(parley.Destination) string { return "/destinations" }))
	return x.kept(answer, err, "The destination is removed.")
}
