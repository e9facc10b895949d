package console

import (
	"encoding/json"
	"net/http"
	"net/url"

	"parley"
	"parley/seller"
)

func (c *console) mappingRoutes() []route {
	return []route{
		get("/mappings", c.mappingOverview),
		get("/destinations/{id}/mappings", c.mappingList),
		get("/destinations/{id}/mappings.csv", c.mappingExport),
		getFor(admins, mappingImportPath, c.showMappingImport),
		post(admins, mappingImportPath, c.previewMappings),
		post(admins, mappingConfirmPath, c.confirmMappings).on(mappingImportPath).carries(),
		get("/destinations/{id}/mapping", c.mappingPage),
		post(admins, "/destinations/{id}/mapping", c.setMapping).over(mappingNow),
		post(admins, "/destinations/{id}/mapping/remove", c.removeMapping),
	}
}

// shownUnmapped is how many products without a mapping are named at a destination.
const shownUnmapped = 50

// mappedDestination is a destination with the products that nobody has said of what they are called there.
type mappedDestination struct {
	parley.Destination
	Unmapped []string
	More     bool
	Mapped   int64
}

func (x *exchange) mappedAt(d parley.Destination) (mappedDestination, error) {
	m := mappedDestination{Destination: d}
	var err error
	if m.Unmapped, err = x.service.UnmappedProducts(x.Context(), x.call, d.ID, shownUnmapped+1); err != nil {
		return m, err
	}
	if len(m.Unmapped) > shownUnmapped {
		m.Unmapped, m.More = m.Unmapped[:shownUnmapped], true
	}
	listing, err := x.service.Mappings(x.Context(), x.call, seller.MappingFilter{DestinationID: d.ID, Page: seller.Page{Limit: 1}})
	m.Mapped = listing.Total
	return m, err
}

func (c *console) mappingOverview(x *exchange) error {
	listing, err := c.service.Destinations(x.Context(), x.call, seller.DestinationFilter{Page: seller.Page{Limit: mostDestinations, CountTo: 1}})
	if err != nil {
		return err
	}
	var first, rest []mappedDestination
	for _, d := range listing.Items {
		m, err := x.mappedAt(d)
		if err != nil {
			return err
		}
		if len(m.Unmapped) > 0 {
			first = append(first, m)
		} else {
			rest = append(rest, m)
		}
	}
	return x.show("mappings", http.StatusOK, page{Title: "Mappings", Section: "mappings", Live: []string{"destination.", "catalog."}, Data: append(first, rest...)})
}

// mappingListPage is what is mapped at a destination.
type mappingListPage struct {
	listPage[parley.Mapping]
	mappedDestination
}

func (c *console) mappingList(x *exchange) error {
	id, q := x.PathValue("id"), x.query()
	d, err := c.service.Destination(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "destination", id)
	}
	at, err := x.mappedAt(d)
	if err != nil {
		return err
	}
	rows, pager, err := list[parley.Mapping]{
		what: "mappings", filters: []string{"about", "name"},
		id: func(m parley.Mapping) string { return m.ID },
		fetch: func(page seller.Page) (seller.Listing[parley.Mapping], error) {
			return x.service.Mappings(x.Context(), x.call, seller.MappingFilter{
				DestinationID: id, About: parley.MappingAbout(q.text("about")), Name: q.text("name"), Page: page,
			})
		},
	}.page(q)
	if err != nil {
		return err
	}
	pager.Export = ""
	return x.show("destinationmappings", http.StatusOK, page{
		Title: "Mappings at " + d.Name, Section: "mappings", Live: []string{"destination."},
		Data: mappingListPage{listPage[parley.Mapping]{rows, pager, q, q.filterForm()}, at},
	})
}

// mappingDetail is the form of what something is called at a destination.
type mappingDetail struct {
	Destination parley.Destination
	About       parley.MappingAbout
	Name        string
	Mapping     *parley.Mapping // nil: there is none yet
	Fields      []Field
	Form        *form
}

func (c *console) mappingPage(x *exchange) error { return x.showMapping(x.refusedOr(nil)) }

// showMapping shows the form of a mapping filled in, or with what is kept.
func (x *exchange) showMapping(status int, f *form) error {
	id := x.PathValue("id")
	d, err := x.service.Destination(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "destination", id)
	}
	said := x.URL.Query()
	if f != nil {
		said = f.Values
	}
	content := mappingDetail{Destination: d, About: parley.MappingAbout(said.Get("about")), Form: f}
	if content.About == "" {
		content.About = parley.MapsProduct
	}
	content.Name = parley.MappingName(content.About, said.Get("name"))
	if content.Mapping, err = x.mappingOf(id, content.About, content.Name); err != nil {
		return err
	}
	if f == nil {
		content.Form = newForm(mappingValues(d.Kind, content.About, content.Name, content.Mapping))
	}
	content.Fields = mappingObject(d.Kind, content.About).fields(content.Form, "What it is called there", "JSON, as the destination's kind reads it.")
	return x.show("mapping", status, page{Title: "What it is called at " + d.Name, Section: "mappings", Data: content})
}

// mappingOf is what something is called at a destination; nil: nobody has said.
func (x *exchange) mappingOf(destinationID string, about parley.MappingAbout, name string) (*parley.Mapping, error) {
	if name == "" {
		return nil, nil
	}
	found, err := x.service.Mappings(x.Context(), x.call, seller.MappingFilter{
		DestinationID: destinationID, About: about, Name: name, Page: seller.Page{Limit: 1, CountTo: 1},
	})
	if err != nil || len(found.Items) == 0 {
		return nil, err
	}
	return &found.Items[0], nil
}

// mappingValues are the form's fields for what something is called at a destination of a kind.
func mappingValues(kind string, about parley.MappingAbout, name string, m *parley.Mapping) url.Values {
	var refs json.RawMessage
	var version int64
	if m != nil {
		refs, version = m.Refs, m.Version
	}
	values := mappingObject(kind, about).values(refs)
	values.Set("about", string(about))
	values.Set("name", name)
	values.Set("version", plain(version))
	return values
}

func mappingNow(x *exchange) (url.Values, error) {
	id := x.PathValue("id")
	d, err := x.service.Destination(x.Context(), x.call, id)
	if err != nil {
		return nil, missing(err, "destination", id)
	}
	about := parley.MappingAbout(x.PostForm.Get("about"))
	name := parley.MappingName(about, x.PostForm.Get("name"))
	m, err := x.mappingOf(id, about, name)
	return mappingValues(d.Kind, about, name, m), err
}

func (c *console) setMapping(x *exchange) error {
	id := x.PathValue("id")
	d, err := c.service.Destination(x.Context(), x.call, id)
	if err != nil {
		return missing(err, "destination", id)
	}
	r := reader{values: x.PostForm}
	about := parley.MappingAbout(r.text("about"))
	var before json.RawMessage
	was, err := x.mappingOf(id, about, parley.MappingName(about, r.text("name")))
	if err != nil {
		return err
	}
	if was != nil {
		before = was.Refs
	}
	request := seller.MappingRequest{About: about, Name: r.text("name"), Refs: r.object(mappingObject(d.Kind, about), before), Version: r.version()}
	err = r.problems.Err()
	var answer seller.Answer
	if err == nil {
		answer, err = c.service.SetMapping(x.Context(), x.call, id, request, thenGo(func(parley.Mapping) string {
			return "/destinations/" + url.PathEscape(id) + "/mappings"
		}))
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "destination", x.showMapping)
	}
	x.follow(answer, "Saved. It holds for what is sent from now on: what failed for want of it is sent by trying again.")
	return nil
}

func (c *console) removeMapping(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm}
	answer, err := c.service.RemoveMapping(x.Context(), x.call, id, x.PostForm.Get("mapping_id"), r.version(), thenGo(func(parley.Mapping) string {
		return "/destinations/" + url.PathEscape(id) + "/mappings"
	}))
	if err != nil {
		return missing(err, "mapping", x.PostForm.Get("mapping_id"))
	}
	x.follow(answer, "Forgotten.")
	return nil
}
