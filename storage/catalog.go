package storage

import (
	"cmp"
	"context"
	"strings"

	"parley"
)

// ProductFilter narrows a list of products. Zero values match all.
type ProductFilter struct {
	InventoryType string
	DealType      parley.DealType
	Status        parley.ProductStatus
	ForSale       bool   // only what buyers are offered; see parley.Product.ForSale
	Search        string // part of the id or the name, in any case
	Page          Page
}

// productContent are the columns that an import compares and replaces, in the order of productArgs.
const productContent = `name, description, inventory_type, deal_types, base_cpm, floor_cpm, currency, minimum_impressions,
	daily_impressions, ad_formats, device_types, geo_targets, content_categories, status, audience_segments, creative_specs`

const productColumns = `id, ` + productContent + `, version, created_at, updated_at`

func scanProduct(rows Rows, p *parley.Product) error {
	return rows.Scan(&p.ID, &p.Name, &p.Description, &p.InventoryType, decoded(&p.DealTypes), &p.BaseCPM, &p.FloorCPM,
		(*string)(&p.Currency), &p.MinimumImpressions, &p.DailyImpressions, decoded(&p.AdFormats), decoded(&p.DeviceTypes),
		decoded(&p.GeoTargets), decoded(&p.ContentCategories), (*string)(&p.Status), decoded(&p.AudienceSegments), specs(&p.CreativeSpecs), &p.Version,
		instant(&p.CreatedAt), instant(&p.UpdatedAt))
}

// forSale is parley.Product.ForSale as a condition on a row.
var forSale = `status = 'active' AND REPLACE(inventory_type, '_', '') NOT IN ('` +
	strings.Join(parley.LinearInventoryTypes[:], "', '") + `')`

// Product answers a product.
func (r *Reader) Product(id string) *Pending[parley.Product] {
	return known(r, question{what: "product", id: id}, func() *Pending[parley.Product] {
		p, there := recallKept(r.kept, r.kept.products, id)
		scan := func(rows Rows, p *parley.Product) error {
			*p = parley.Product{}
			err := scanProduct(rows, p)
			if err == nil {
				keep(r, r.kept.products, id, *p)
			}
			return err
		}
		if there {
			// The time tells versions of one number apart, of a database that was restored and has gone on otherwise.
			pending := maybe(r, scan, `SELECT `+productColumns+` FROM products WHERE id = $1 AND (version <> $2 OR updated_at <> $3)`,
				id, p.Version, micros(p.UpdatedAt))
			pending.value = p
			return pending
		}
		return one(r, scan, "product", id, `SELECT `+productColumns+` FROM products WHERE id = $1`, id)
	})
}

// ProductOfQuote answers the product that a quote is for; it and an unknown quote are CodeNotFound.
func (r *Reader) ProductOfQuote(quoteID string) *Pending[parley.Product] {
	const query = `SELECT ` + productColumns + ` FROM products WHERE id = (SELECT product_id FROM quotes WHERE id = $1)`
	return one(r, scanProduct, "quote", quoteID, query, quoteID)
}

// ProductsByID answers the products that exist among ids, in the order asked.
func (r *Reader) ProductsByID(ids []string) *Pending[[]parley.Product] {
	query := `SELECT ` + productColumns + ` FROM products WHERE id IN (` + r.dialect.Elements + `)`
	found := many(r, scanProduct, query, r.json(orEmpty(ids)))
	return then(found, func(products []parley.Product) ([]parley.Product, error) {
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
		return ordered, nil
	})
}

// Products lists products.
func (r *Reader) Products(filter ProductFilter) *Pending[Listing[parley.Product]] {
	var w where
	equal(&w, "inventory_type", filter.InventoryType)
	equal(&w, "status", filter.Status)
	if filter.ForSale {
		w.and(forSale)
	}
	if filter.DealType != "" {
		// Deal types are short codes in a JSON list, so a quoted one is found as text.
		w.and(`CAST(deal_types AS TEXT) LIKE ? ESCAPE '\'`, "%"+escapePattern.Replace(r.json(filter.DealType))+"%")
	}
	if filter.Search != "" {
		named, values := hasText(filter.Search, "search")
		w.and(named, values...)
	}
	list := paged{table: "products", columns: productColumns, order: "id", id: "id"}
	return listing(r, list, w, filter.Page, scanProduct)
}

// eachProduct calls fn for every product, ordered by id, while the rows come in.
func (r *Reader) eachProduct(ctx context.Context, fn func(parley.Product) error) error {
	r.add(Stmt{SQL: `SELECT ` + productColumns + ` FROM products ORDER BY id`, Long: true, Scan: func(rows Rows) error {
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
	return r.flush(ctx)
}

// InventoryTypes answers each inventory type that there are products for sale of, in order.
func (r *Reader) InventoryTypes() *Pending[[]string] {
	return many(r, scalar[string], `SELECT DISTINCT inventory_type FROM products WHERE `+forSale+` ORDER BY inventory_type`)
}

// PricedKind is a kind of inventory with a currency that products of it are priced in.
type PricedKind struct {
	InventoryType string
	Currency      parley.Currency
}

// PricedKinds lists the kinds of inventory with the currencies of their products, whatever the products' status.
func (r *Reader) PricedKinds() *Pending[[]PricedKind] {
	scan := func(rows Rows, k *PricedKind) error { return rows.Scan(&k.InventoryType, (*string)(&k.Currency)) }
	return many(r, scan, `SELECT DISTINCT inventory_type, currency FROM products ORDER BY inventory_type, currency`)
}

// SellsSegments tells whether there are products for sale that carry audience segments. The order has PostgreSQL, which takes
// most products for having some, look into the index of those that do.
func (r *Reader) SellsSegments() *Pending[bool] {
	return one(r, scalar[bool], "", "", `SELECT (SELECT id FROM products WHERE CAST(audience_segments AS TEXT) <> '[]' AND `+forSale+`
		ORDER BY id LIMIT 1) IS NOT NULL`)
}

// productArgs are the values of a product's id, content and search, in the order of productContent.
func (tx *Tx) productArgs(p parley.Product) []any {
	return []any{
		p.ID, p.Name, p.Description, p.InventoryType, tx.json(orEmpty(p.DealTypes)), p.BaseCPM, p.FloorCPM, string(p.Currency),
		p.MinimumImpressions, p.DailyImpressions, tx.json(orEmpty(p.AdFormats)), tx.json(orEmpty(p.DeviceTypes)),
		tx.json(orEmpty(p.GeoTargets)), tx.json(orEmpty(p.ContentCategories)), string(cmp.Or(p.Status, parley.ProductActive)),
		tx.json(orEmpty(p.AudienceSegments)), p.Text(parley.FieldCreativeSpecs),
		folded(p.ID, p.Name),
	}
}

// ProductForUpdate reads the product and keeps it from changing until the transaction ends.
func (tx *Tx) ProductForUpdate(id string) *Pending[parley.Product] {
	return one(&tx.Reader, scanProduct, "product", id, `SELECT `+productColumns+` FROM products WHERE id = $1`+tx.dialect.ForUpdate, id)
}

// InsertProduct stores a new product; a repeated id is CodeContention.
func (tx *Tx) InsertProduct(p parley.Product) {
	tx.add(Stmt{
		SQL: `INSERT INTO products (id, ` + productContent + `, search, version, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		Args:    append(tx.productArgs(p), p.Version, micros(p.CreatedAt), micros(p.UpdatedAt)),
		Refused: refuse(parley.Errorf(parley.CodeContention, "There is a product %q already.", p.ID), PrimaryKey, Unique),
	})
}

// UpdateProduct stores a product, and gives the days from one on that have no capacity of their own the product's. When
// p.Version is not the stored one plus one, CodePreconditionFailed; when a day has more reserved than it can carry then,
// CodeContention caused by ErrCapacity.
func (tx *Tx) UpdateProduct(p parley.Product, from parley.Date) {
	tx.add(Stmt{
		SQL: `UPDATE products SET name = $2, description = $3, inventory_type = $4, deal_types = $5, base_cpm = $6, floor_cpm = $7,
			currency = $8, minimum_impressions = $9, daily_impressions = $10, ad_formats = $11, device_types = $12,
			geo_targets = $13, content_categories = $14, status = $15, audience_segments = $16, creative_specs = $17, search = $18, version = $19,
			updated_at = $20 WHERE id = $1 AND version = $19 - 1`,
		Args:  append(tx.productArgs(p), p.Version, micros(p.UpdatedAt)),
		Wants: 1, Otherwise: parley.Errorf(parley.CodePreconditionFailed,
			"The product %q has changed meanwhile. Read it again, then repeat the change with its ETag.", p.ID),
	})
	tx.locksDays(p.ID, parley.Flight{Start: from, End: lastDay})
	tx.add(Stmt{
		SQL: `WITH held AS (
				SELECT day FROM inventory_days WHERE product_id = $1 AND day >= $3 AND NOT declared
					AND capacity IS DISTINCT FROM CAST($2 AS BIGINT) ORDER BY day` + tx.dialect.ForUpdate + `)
			UPDATE inventory_days SET capacity = CAST($2 AS BIGINT)
			FROM held WHERE inventory_days.product_id = $1 AND inventory_days.day = held.day`,
		Args: []any{p.ID, p.DailyImpressions, int64(from)}, Refused: refuse(shortOfCapacity(p.ID), Check),
	})
}
