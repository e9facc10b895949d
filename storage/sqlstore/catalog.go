package sqlstore

import (
	"cmp"
	"context"
	"strings"

	"parley"
	"parley/storage"
)

// productContent are the columns that an import compares and replaces, in the order of productArgs.
const productContent = `name, description, inventory_type, deal_types, base_cpm, floor_cpm, currency, minimum_impressions,
	daily_impressions, ad_formats, device_types, geo_targets, content_categories, status`

const productColumns = `id, ` + productContent + `, version, created_at, updated_at`

func scanProduct(rows Rows, p *parley.Product) error {
	return rows.Scan(&p.ID, &p.Name, &p.Description, &p.InventoryType, decoded(&p.DealTypes), &p.BaseCPM, &p.FloorCPM,
		(*string)(&p.Currency), &p.MinimumImpressions, &p.DailyImpressions, decoded(&p.AdFormats), decoded(&p.DeviceTypes),
		decoded(&p.GeoTargets), decoded(&p.ContentCategories), (*string)(&p.Status), &p.Version, instant(&p.CreatedAt), instant(&p.UpdatedAt))
}

// forSale is parley.Product.ForSale as a condition on a row.
var forSale = `status = 'active' AND REPLACE(inventory_type, '_', '') NOT IN ('` +
	strings.Join(parley.LinearInventoryTypes[:], "', '") + `')`

// Product implements storage.Catalog.
func (tx *Tx) Product(id string) storage.Pending[parley.Product] {
	return known(tx, question{what: "product", id: id}, func() *pending[parley.Product] {
		return one(tx, scanProduct, "product", id, `SELECT `+productColumns+` FROM products WHERE id = $1`, id)
	})
}

// ProductOfQuote implements storage.Catalog.
func (tx *Tx) ProductOfQuote(quoteID string) storage.Pending[parley.Product] {
	const query = `SELECT ` + productColumns + ` FROM products WHERE id = (SELECT product_id FROM quotes WHERE id = $1)`
	return one(tx, scanProduct, "quote", quoteID, query, quoteID)
}

// ProductsByID implements storage.Catalog.
func (tx *Tx) ProductsByID(ids []string) storage.Pending[[]parley.Product] {
	query := `SELECT ` + productColumns + ` FROM products WHERE id IN (` + tx.dialect.Elements + `)`
	found := many(tx, scanProduct, query, tx.json(list(ids)))
	return &mapped[[]parley.Product, []parley.Product]{from: found, through: func(products []parley.Product) []parley.Product {
		byID := make(map[string]parley.Product, len(products))
		for _, p := range products {
			byID[p.ID] = p
		}
		ordered := make([]parley.Product, 0, len(products))
		for _, id := range ids {
			if p, there := byID[id]; there {
				ordered = append(ordered, p)
				delete(byID, id)
			}
		}
		return ordered
	}}
}

// Products implements storage.Catalog.
func (tx *Tx) Products(filter storage.ProductFilter) storage.Pending[storage.Listing[parley.Product]] {
	var w where
	equal(&w, "inventory_type", filter.InventoryType)
	equal(&w, "status", filter.Status)
	if filter.ForSale {
		w.and(forSale)
	}
	if filter.DealType != "" {
		// Deal types are short codes in a JSON list, so a quoted one is found as text.
		w.and(`CAST(deal_types AS TEXT) LIKE ? ESCAPE '\'`, "%"+escapePattern.Replace(tx.json(filter.DealType))+"%")
	}
	if filter.Search != "" {
		w.and(`search LIKE ? ESCAPE '\'`, contains(filter.Search))
	}
	list := paged{table: "products", columns: productColumns, order: "id", id: "id"}
	return listing(tx, list, w, filter.Page, scanProduct)
}

// EachProduct calls fn for every product, ordered by id, while the rows come in.
func (tx *Tx) EachProduct(ctx context.Context, fn func(parley.Product) error) error {
	tx.add(Stmt{SQL: `SELECT ` + productColumns + ` FROM products ORDER BY id`, Scan: func(rows Rows) error {
		for rows.Next() {
			var p parley.Product
			if err := scanProduct(rows, &p); err != nil {
				return err
			}
			if err := fn(p); err != nil {
				return err
			}
		}
		return rows.Err()
	}})
	return tx.Flush(ctx)
}

// InventoryTypes implements storage.Catalog.
func (tx *Tx) InventoryTypes() storage.Pending[[]string] {
	return many(tx, scalar[string], `SELECT DISTINCT inventory_type FROM products WHERE `+forSale+` ORDER BY inventory_type`)
}

// productArgs are the values of a product's id, content and search, in the order of productContent.
func (tx *Tx) productArgs(p parley.Product) []any {
	return []any{
		p.ID, p.Name, p.Description, p.InventoryType, tx.json(list(p.DealTypes)), p.BaseCPM, p.FloorCPM, string(p.Currency),
		p.MinimumImpressions, p.DailyImpressions, tx.json(list(p.AdFormats)), tx.json(list(p.DeviceTypes)),
		tx.json(list(p.GeoTargets)), tx.json(list(p.ContentCategories)), string(cmp.Or(p.Status, parley.ProductActive)),
		folded(p.ID, p.Name),
	}
}

// ProductForUpdate implements storage.ProductWriter.
func (tx *Tx) ProductForUpdate(id string) storage.Pending[parley.Product] {
	return one(tx, scanProduct, "product", id, `SELECT `+productColumns+` FROM products WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// InsertProduct implements storage.ProductWriter.
func (tx *Tx) InsertProduct(p parley.Product) {
	tx.add(Stmt{
		SQL: `INSERT INTO products (id, ` + productContent + `, search, version, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`,
		Args:    append(tx.productArgs(p), p.Version, micros(p.CreatedAt), micros(p.UpdatedAt)),
		Refused: refuse(parley.Errorf(parley.CodeContention, "There is a product %q already.", p.ID), PrimaryKey, Unique),
	})
}

// UpdateProduct implements storage.ProductWriter.
func (tx *Tx) UpdateProduct(p parley.Product) {
	tx.add(Stmt{
		SQL: `UPDATE products SET name = $2, description = $3, inventory_type = $4, deal_types = $5, base_cpm = $6, floor_cpm = $7,
			currency = $8, minimum_impressions = $9, daily_impressions = $10, ad_formats = $11, device_types = $12,
			geo_targets = $13, content_categories = $14, status = $15, search = $16, version = $17, updated_at = $18
			WHERE id = $1 AND version = $17 - 1`,
		Args: append(tx.productArgs(p), p.Version, micros(p.UpdatedAt)),
		Affected: exactlyOne(parley.Errorf(parley.CodePreconditionFailed,
			"The product %q has changed meanwhile. Read it again, then repeat the change with its ETag.", p.ID)),
	})
	tx.add(Stmt{
		SQL: `UPDATE inventory_days SET capacity = CAST($2 AS BIGINT)
			WHERE product_id = $1 AND NOT declared AND capacity IS DISTINCT FROM CAST($2 AS BIGINT)`,
		Args: []any{p.ID, p.DailyImpressions}, Refused: refuse(shortOfCapacity(p.ID), Check),
	})
}
