package sqlstore

import (
	"context"

	"parley"
	"parley/storage"
)

// productContent are the columns that an import compares and replaces, in the order of productArgs.
const productContent = `name, description, inventory_type, deal_types, base_cpm, floor_cpm, currency, minimum_impressions,
	daily_impressions, ad_formats, device_types, geo_targets, content_categories`

const productColumns = `id, ` + productContent + `, version, created_at, updated_at`

func scanProduct(rows Rows, p *parley.Product) error {
	return rows.Scan(&p.ID, &p.Name, &p.Description, &p.InventoryType, decoded(&p.DealTypes), &p.BaseCPM, &p.FloorCPM,
		(*string)(&p.Currency), &p.MinimumImpressions, &p.DailyImpressions, decoded(&p.AdFormats), decoded(&p.DeviceTypes),
		decoded(&p.GeoTargets), decoded(&p.ContentCategories), &p.Version, instant(&p.CreatedAt), instant(&p.UpdatedAt))
}

// Product implements storage.Catalog.
func (tx *Tx) Product(id string) storage.Pending[parley.Product] {
	return known(tx, question{what: "product", id: id}, func() *pending[parley.Product] {
		return one(tx, scanProduct, "product", id, `SELECT `+productColumns+` FROM products WHERE id = $1`, id)
	})
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
	return many(tx, scalar[string], `SELECT DISTINCT inventory_type FROM products ORDER BY inventory_type`)
}
