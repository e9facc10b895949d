package storage

import (
	"parley"
)

// PackageFilter narrows a list of packages. Zero values match all.
type PackageFilter struct {
	Status parley.PackageStatus
	Layer  parley.PackageLayer
	Page   Page
}

const packageContent = `name, description, layer, status, categories, category_taxonomy, ad_formats, device_types, geo_targets,
	tags, featured, seasonal_label, version, updated_at, updated_by`

const packageColumns = `id, ` + packageContent + `, created_at`

func scanPackage(rows Rows, p *parley.Package) error {
	return rows.Scan(&p.ID, &p.Name, &p.Description, (*string)(&p.Layer), (*string)(&p.Status), decoded(&p.ContentCategories),
		&p.ContentTaxonomy, decoded(&p.AdFormats), decoded(&p.DeviceTypes), decoded(&p.GeoTargets), decoded(&p.Tags), &p.Featured,
		&p.SeasonalLabel, &p.Version, instant(&p.UpdatedAt), &p.UpdatedBy, instant(&p.CreatedAt))
}

func (tx *Tx) packageArgs(p parley.Package) []any {
	return []any{
		p.ID, p.Name, p.Description, string(p.Layer), string(p.Status), tx.json(orEmpty(p.ContentCategories)), p.ContentTaxonomy,
		tx.json(orEmpty(p.AdFormats)), tx.json(orEmpty(p.DeviceTypes)), tx.json(orEmpty(p.GeoTargets)), tx.json(orEmpty(p.Tags)), p.Featured,
		p.SeasonalLabel, p.Version, micros(p.UpdatedAt), p.UpdatedBy,
	}
}

const packageProductColumns = `package_id, product_id, weight`

func scanPackageProduct(rows Rows, row *owned[parley.PackageProduct]) error {
	return rows.Scan(&row.ownerID, &row.child.ProductID, (*int64)(&row.child.Weight))
}

func addPackageProduct(p *parley.Package, product parley.PackageProduct) {
	p.Products = append(p.Products, product)
}

// Package answers a package with its products.
func (r *Reader) Package(id string) *Pending[parley.Package] { return r.packaged(id, "") }

// PackageForUpdate reads the package and keeps it from changing until the transaction ends.
func (tx *Tx) PackageForUpdate(id string) *Pending[parley.Package] {
	return tx.packaged(id, tx.dialect.ForUpdate)
}

func (r *Reader) packaged(id, lock string) *Pending[parley.Package] {
	p := one(r, scanPackage, "package", id, `SELECT `+packageColumns+` FROM packages WHERE id = $1`+lock, id)
	children(r, scanPackageProduct, func(_ string, product parley.PackageProduct) { addPackageProduct(&p.value, product) },
		`SELECT `+packageProductColumns+` FROM package_products WHERE package_id = $1 ORDER BY place`, id)
	return p
}

// Packages lists packages with their products.
func (r *Reader) Packages(filter PackageFilter) *Pending[Listing[parley.Package]] {
	var w where
	equal(&w, "status", filter.Status)
	equal(&w, "layer", filter.Layer)
	list := paged{table: "packages", columns: packageColumns, order: "id", id: "id"}
	p := listing(r, list, w, filter.Page, scanPackage)
	tail := list.tail(&w, filter.Page)
	children(r, scanPackageProduct, intoList(&p.value.Items, func(p *parley.Package) string { return p.ID }, addPackageProduct),
		`SELECT `+packageProductColumns+` FROM package_products WHERE package_id IN (SELECT id FROM packages`+tail+`)
		ORDER BY package_id, place`, w.args...)
	return p
}

// LockPackages waits until no other transaction adds packages, and keeps others waiting until this one ends.
func (tx *Tx) LockPackages() { tx.lock("packages") }

// InsertPackage stores a new package. A repeated id is CodeConflict, a product that does not exist CodeNotFound.
func (tx *Tx) InsertPackage(p parley.Package) {
	args := append(tx.packageArgs(p), micros(p.CreatedAt))
	tx.add(Stmt{
		SQL: `INSERT INTO packages (` + packageColumns + `) VALUES ` + placeholders(len(args)), Args: args,
		Refused: refuse(parley.Errorf(parley.CodeConflict, "The package %q exists.", p.ID), PrimaryKey),
	})
	tx.insertPackageProducts(p)
}

// UpdatePackage stores everything but when the package was made. When p.Version is not the stored one plus one,
// CodePreconditionFailed; a product that does not exist is CodeNotFound.
func (tx *Tx) UpdatePackage(p parley.Package) {
	const update = `UPDATE packages SET name = $2, description = $3, layer = $4, status = $5, categories = $6, category_taxonomy = $7,
		ad_formats = $8, device_types = $9, geo_targets = $10, tags = $11, featured = $12, seasonal_label = $13, version = $14,
		updated_at = $15, updated_by = $16 WHERE id = $1 AND version = $14 - 1`
	tx.add(Stmt{SQL: update, Args: tx.packageArgs(p), Wants: 1, Otherwise: parley.Errorf(parley.CodePreconditionFailed,
		"The package %q has changed meanwhile. Read it again, then repeat the change.", p.ID)})
	tx.exec(`DELETE FROM package_products WHERE package_id = $1`, p.ID)
	tx.insertPackageProducts(p)
}

func (tx *Tx) insertPackageProducts(p parley.Package) {
	for place, product := range p.Products {
		tx.add(Stmt{
			SQL:     `INSERT INTO package_products (package_id, place, product_id, weight) VALUES ($1, $2, $3, $4)`,
			Args:    []any{p.ID, int64(place), product.ProductID, int64(product.Weight)},
			Refused: refuse(notFound("product", product.ProductID), ForeignKey),
		})
	}
}
