package catalogfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"parley"
)

// MaxPackagesBytes is the size of the largest file of packages that is read.
const MaxPackagesBytes = 16 << 20

// packaged is a package in a file: the members that the API takes and answers.
type packaged struct {
	PackageID     string            `json:"package_id,omitempty"`
	Name          string            `json:"name"`
	Description   string            `json:"description,omitempty"`
	Layer         string            `json:"layer,omitempty"`
	Status        string            `json:"status,omitempty"`
	Products      []packagedProduct `json:"products"`
	Categories    []string          `json:"cat,omitempty"`
	Taxonomy      int               `json:"cattax,omitempty"`
	AdFormats     []string          `json:"ad_formats,omitempty"`
	DeviceTypes   []int             `json:"device_types,omitempty"`
	GeoTargets    []string          `json:"geo_targets,omitempty"`
	Tags          []string          `json:"tags,omitempty"`
	SeasonalLabel string            `json:"seasonal_label,omitempty"`
	IsFeatured    bool              `json:"is_featured,omitempty"`

	// What reading a package answers, and an import decides itself.
	Version   int64      `json:"version,omitempty"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
	UpdatedBy string     `json:"updated_by,omitempty"`
}

type packagedProduct struct {
	ProductID string      `json:"product_id"`
	Weight    json.Number `json:"weight,omitempty"` // 1 when absent
}

// ReadPackages reads a JSON file of packages: an array of them, or an object that has the array as packages, as the API
// answers it. An unknown member is refused: a misspelt one would not be missed otherwise. What is wrong is a validation error.
func ReadPackages(source io.Reader) ([]parley.Package, error) {
	raw, err := io.ReadAll(io.LimitReader(source, MaxPackagesBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(raw) > MaxPackagesBytes:
		return nil, parley.Errorf(parley.CodeTooLarge, "A file of packages has at most %d bytes.", MaxPackagesBytes)
	}
	rows, err := packagesIn(raw)
	if err != nil {
		return nil, parley.Errorf(parley.CodeValidation, "The file is no JSON list of packages: %s.", err.Error())
	}
	packages := make([]parley.Package, len(rows))
	var problems parley.Problems
	for i, row := range rows {
		if packages[i], err = row.domain(); err != nil {
			problems.Add(fmt.Sprintf("packages[%d].products", i), "%s", err.Error())
		}
	}
	return packages, problems.Err()
}

func packagesIn(raw []byte) ([]packaged, error) {
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	var page struct {
		Packages   []packaged      `json:"packages"`
		TotalCount json.RawMessage `json:"total_count"`
		Limit      json.RawMessage `json:"limit"`
		Offset     json.RawMessage `json:"offset"`
		NextCursor json.RawMessage `json:"next_cursor"`
	}
	into := any(&page.Packages)
	if len(raw) > 0 && raw[0] == '{' {
		into = &page
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if decoder.More() {
		return nil, errors.New("there is more behind it")
	}
	if page.Packages == nil {
		return nil, errors.New("it has no list, which would be [] when there are none")
	}
	return page.Packages, nil
}

func (p packaged) domain() (parley.Package, error) {
	read := parley.Package{
		ID: p.PackageID, Name: p.Name, Description: p.Description, Layer: parley.PackageLayer(p.Layer), Status: parley.PackageStatus(p.Status),
		ContentCategories: p.Categories, ContentTaxonomy: p.Taxonomy, AdFormats: p.AdFormats, DeviceTypes: p.DeviceTypes,
		GeoTargets: p.GeoTargets, Tags: p.Tags, Featured: p.IsFeatured, SeasonalLabel: p.SeasonalLabel,
	}
	for i, product := range p.Products {
		part := parley.PackageProduct{ProductID: product.ProductID, Weight: parley.OneHundredPercent}
		if product.Weight != "" {
			micros, err := parley.ParseMicros(product.Weight.String())
			if err != nil || micros <= 0 || micros%microsPerBasisPoint != 0 {
				return read, fmt.Errorf("has at %d a weight that is not above 0 with at most four decimal places: %q", i, product.Weight)
			}
			part.Weight = parley.BasisPoints(micros / microsPerBasisPoint)
		}
		read.Products = append(read.Products, part)
	}
	return read, nil
}

// microsPerBasisPoint is how many millionths a basis point is: a weight of 1 is 10,000 of them.
const microsPerBasisPoint = parley.MicrosPerUnit / int64(parley.OneHundredPercent)

// WritePackages writes packages as ReadPackages reads them.
func WritePackages(out io.Writer, packages []parley.Package) error {
	rows := make([]packaged, len(packages))
	for i, p := range packages {
		rows[i] = packaged{
			PackageID: p.ID, Name: p.Name, Description: p.Description, Layer: string(p.Layer), Status: string(p.Status),
			Categories: p.ContentCategories, Taxonomy: p.ContentTaxonomy, AdFormats: p.AdFormats, DeviceTypes: p.DeviceTypes,
			GeoTargets: p.GeoTargets, Tags: p.Tags, SeasonalLabel: p.SeasonalLabel, IsFeatured: p.Featured,
		}
		for _, product := range p.Products {
			rows[i].Products = append(rows[i].Products, packagedProduct{
				ProductID: product.ProductID,
				Weight:    json.Number(parley.FormatMicros(int64(product.Weight)*microsPerBasisPoint, 0)),
			})
		}
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(rows)
}
