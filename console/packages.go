package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"parley"
	"parley/seller"
)

func (c *console) packageRoutes() []route {
	return []route{
		get("/packages", c.packageList),
		getFor(admins, "/packages/new", c.newPackage),
		post(admins, "/packages/new", c.changePackage),
		get("/packages/{id}", c.packagePage),
		post(admins, "/packages/{id}", c.changePackage).over(packageNow),
		post(admins, "/packages/{id}/archive", c.archivePackage),
	}
}

// packagesPage is every package, and what the active ones cost a caller without a key.
type packagesPage struct {
	Packages []parley.Package
	Offers   map[string]seller.OfferedPackage // by package
	Mixed    map[string]seller.MixedPackage
}

func (c *console) packageList(x *exchange) error {
	packages, err := seller.AllRows(func(p parley.Package) string { return p.ID },
		func(page seller.Page) (seller.Listing[parley.Package], error) {
			return c.service.Packages(x.Context(), x.call, seller.PackageFilter{Page: page})
		})
	if err != nil {
		return err
	}
	kit, err := c.service.MediaKit(x.Context(), x.call, seller.MediaKitFilter{})
	if err != nil {
		return err
	}
	content := packagesPage{Packages: packages, Offers: map[string]seller.OfferedPackage{}}
	if content.Mixed, err = x.mixedPackages(); err != nil {
		return err
	}
	for _, offer := range kit.Items {
		content.Offers[offer.Package.ID] = offer
	}
	return x.show("packages", http.StatusOK, page{
		Title: "Packages", Section: "packages", Live: []string{string(parley.EventPackagesChanged)}, Data: content,
	})
}

// packagePage is the form of a package, and what it costs now.
type packagePage struct {
	Form    *form
	Package *parley.Package // nil: a new one
	Offer   *seller.OfferedPackage
	Mixed   seller.MixedPackage // without an id when its products are in one currency
	Story   story
}

// mixedPackages are those in several currencies, by id.
func (x *exchange) mixedPackages() (map[string]seller.MixedPackage, error) {
	mixed, err := x.service.MixedPackages(x.Context(), x.call)
	byID := map[string]seller.MixedPackage{}
	for _, p := range mixed {
		byID[p.ID] = p
	}
	return byID, err
}

func (c *console) newPackage(x *exchange) error {
	return x.askForPackage(x.refusedOr(newForm(url.Values{"status": {string(parley.PackageActive)}, "layer": {string(parley.PackageCurated)}})))
}

func (c *console) packagePage(x *exchange) error {
	p, err := c.service.Package(x.Context(), x.call, x.PathValue("id"))
	if err != nil {
		return missing(err, "package", x.PathValue("id"))
	}
	return x.askForPackage(x.refusedOr(newForm(packageValues(p))))
}

func packageNow(x *exchange) (url.Values, error) {
	p, err := x.service.Package(x.Context(), x.call, x.PathValue("id"))
	return packageValues(p), missing(err, "package", x.PathValue("id"))
}

func (x *exchange) askForPackage(status int, f *form) error {
	content := packagePage{Form: f}
	for path, message := range f.Errors { // what is wrong with one product is told at the field that has them all
		if strings.HasPrefix(path, "products[") {
			f.Errors["products"] = message
		}
	}
	title := "New package"
	if id := x.PathValue("id"); id != "" {
		p, err := x.service.Package(x.Context(), x.call, id)
		if err != nil {
			return missing(err, "package", id)
		}
		content.Package, title = &p, p.Name
		offer, err := x.service.OfferedPackage(x.Context(), x.call, id)
		if err == nil {
			content.Offer = &offer
		} else if !parley.Is(err, parley.CodeNotFound) {
			return err
		}
		mixed, err := x.mixedPackages()
		if err != nil {
			return err
		}
		content.Mixed = mixed[id]
		if content.Story, err = x.story(seller.EventFilter{Type: "none"}, auditsOf("package", id)); err != nil {
			return err
		}
	}
	return x.show("package", status, page{Title: title, Section: "packages", Data: content})
}

// packageValues are the form's fields for a package.
func packageValues(p parley.Package) url.Values {
	v := url.Values{
		"version": {plain(p.Version)}, "name": {p.Name}, "description": {p.Description}, "layer": {string(p.Layer)}, "status": {string(p.Status)},
		"cat": {strings.Join(p.ContentCategories, ", ")}, "cattax": {strconv.Itoa(p.ContentTaxonomy)}, "ad_formats": {strings.Join(p.AdFormats, ", ")},
		"geo_targets": {strings.Join(p.GeoTargets, ", ")}, "tags": {strings.Join(p.Tags, ", ")}, "seasonal_label": {p.SeasonalLabel},
	}
	if p.Featured {
		v.Set("is_featured", "on")
	}
	devices := make([]string, len(p.DeviceTypes))
	for i, device := range p.DeviceTypes {
		devices[i] = strconv.Itoa(device)
	}
	v.Set("device_types", strings.Join(devices, ", "))
	lines := make([]string, len(p.Products))
	for i, product := range p.Products {
		lines[i] = product.ProductID + " " + weight(product.Weight)
	}
	v.Set("products", strings.Join(lines, "\n"))
	return v
}

// microsPerBasisPoint is how many millionths a basis point is: a weight of 1 is 10,000 of them.
const microsPerBasisPoint = parley.MicrosPerUnit / int64(parley.OneHundredPercent)

// weight writes a weight as the form takes it, such as 0.7.
func weight(w parley.BasisPoints) string { return typed(int64(w)*microsPerBasisPoint, 0) }

// readPackage reads the form.
func (r *reader) readPackage(id string) parley.Package {
	p := parley.Package{
		ID: id, Name: r.text("name"), Description: r.text("description"), Layer: parley.PackageLayer(r.text("layer")),
		Status: parley.PackageStatus(r.text("status")), ContentCategories: r.list("cat"), ContentTaxonomy: int(r.number("cattax")),
		AdFormats: r.list("ad_formats"), GeoTargets: r.list("geo_targets"), Tags: r.list("tags"), SeasonalLabel: r.text("seasonal_label"),
		Featured: r.text("is_featured") != "",
	}
	for _, text := range r.list("device_types") {
		device, err := strconv.Atoi(text)
		if err != nil {
			r.problems.Add("device_types", "must be AdCOM's numbers: %q is none", text)
		}
		p.DeviceTypes = append(p.DeviceTypes, device)
	}
	for line := range strings.Lines(r.values.Get("products")) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		part := parley.PackageProduct{ProductID: words[0], Weight: parley.OneHundredPercent}
		if len(words) > 1 {
			micros, err := readDecimal(words[1])
			if err != nil || len(words) > 2 || micros <= 0 || micros%microsPerBasisPoint != 0 {
				r.problems.Add("products", "must be a product and its weight on each line, such as ctv-live 0.7: %q is not", strings.TrimSpace(line))
			}
			part.Weight = parley.BasisPoints(micros / microsPerBasisPoint)
		}
		p.Products = append(p.Products, part)
	}
	return p
}

func (c *console) changePackage(x *exchange) error {
	id := x.PathValue("id")
	r := reader{values: x.PostForm}
	p := r.readPackage(id)
	version := r.version()
	err := r.problems.Err()
	toPackages := thenGo(func(parley.Package) string { return "/packages" })
	var answer seller.Answer
	switch {
	case err != nil:
	case id == "":
		answer, err = c.service.CreatePackage(x.Context(), x.call, p, toPackages)
	default:
		answer, err = c.service.ReplacePackage(x.Context(), x.call, p, version, toPackages)
	}
	if err != nil {
		return x.again(newForm(x.PostForm), err, "package", x.askForPackage)
	}
	x.follow(answer, fmt.Sprintf("\u201c%s\u201d is saved.", p.Name))
	return nil
}

func (c *console) archivePackage(x *exchange) error {
	r := reader{values: x.PostForm}
	id := x.PathValue("id")
	answer, err := c.service.ArchivePackage(x.Context(), x.call, id, r.version(), thenGo(func(parley.Package) string { return "/packages" }))
	if err != nil {
		return missing(err, "package", id)
	}
	x.follow(answer, "The package is out of the media kit. Quotes of its products stand.")
	return nil
}
