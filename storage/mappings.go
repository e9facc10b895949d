package storage

import (
	"slices"

	"parley"
)

// MappingFilter narrows a list of mappings. Zero values match all.
type MappingFilter struct {
	DestinationID string
	About         parley.MappingAbout
	Name          string
	Page          Page
}

const mappingColumns = `id, destination_id, about, name, refs, version, updated_at`

func scanMapping(rows Rows, m *parley.Mapping) error {
	return rows.Scan(&m.ID, &m.DestinationID, (*string)(&m.About), &m.Name, raw(&m.Refs), &m.Version, instant(&m.UpdatedAt))
}

// Mapping answers a mapping.
func (r *Reader) Mapping(id string) *Pending[parley.Mapping] {
	return one(r, scanMapping, "mapping", id, `SELECT `+mappingColumns+` FROM mappings WHERE id = $1`, id)
}

// Mappings lists mappings.
func (r *Reader) Mappings(filter MappingFilter) *Pending[Listing[parley.Mapping]] {
	var w where
	equal(&w, "destination_id", filter.DestinationID)
	equal(&w, "about", filter.About)
	equal(&w, "name", filter.Name)
	return listing(r, paged{table: "mappings", columns: mappingColumns, order: "id", id: "id"}, w, filter.Page, scanMapping)
}

// MappingsAt answers those mappings of a destination that are about any of some names, each by what it is about: that of a platform however
// it is written.
func (r *Reader) MappingsAt(destinationID string, names map[parley.MappingAbout]string) *Pending[[]parley.Mapping] {
	// A destination has few of platforms.
	found := many(r, scanMapping, `SELECT `+mappingColumns+` FROM mappings WHERE destination_id = $1 AND (about = 'product' AND name = $2
		OR about = 'seat' AND name = $3 OR about = 'agency' AND name = $4 OR about = 'advertiser' AND name = $5 OR about = 'dsp' AND CAST($6 AS TEXT) <> '')
		ORDER BY id`, destinationID, names[parley.MapsProduct], names[parley.MapsSeat], names[parley.MapsAgency],
		names[parley.MapsAdvertiser], names[parley.MapsDSP])
	return then(found, func(mappings []parley.Mapping) ([]parley.Mapping, error) {
		return slices.DeleteFunc(mappings, func(m parley.Mapping) bool {
			return m.About == parley.MapsDSP && parley.DSP(m.Name) != parley.DSP(names[parley.MapsDSP])
		}), nil
	})
}

// UnmappedProducts answers the ids of at most limit products that a destination has no mapping for and that are not retired,
// ordered by id.
func (r *Reader) UnmappedProducts(destinationID string, limit int) *Pending[[]string] {
	return many(r, scalar[string], `SELECT id FROM products WHERE status <> 'retired' AND NOT EXISTS (SELECT 1 FROM mappings
		WHERE destination_id = $1 AND about = 'product' AND name = products.id) ORDER BY id LIMIT $2`, destinationID, limit)
}

// InsertMapping stores a new mapping. A destination's second one of a thing is CodeConflict, an unknown destination CodeNotFound.
func (tx *Tx) InsertMapping(m parley.Mapping) {
	tx.add(Stmt{
		SQL: `INSERT INTO mappings (` + mappingColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		Args: []any{
			m.ID, m.DestinationID, string(m.About), m.Name, string(m.Refs), m.Version, micros(m.UpdatedAt),
		},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey, Unique:
				return parley.Errorf(parley.CodeConflict, "The destination has a mapping of the %s %q already.", m.About, m.Name)
			case ForeignKey:
				return notFound("destination", m.DestinationID)
			case Check:
			}
			return nil
		},
	})
}

// UpdateMapping stores what a thing is called at its destination; an unknown one is CodeNotFound. The caller holds the destination.
func (tx *Tx) UpdateMapping(m parley.Mapping) {
	tx.add(Stmt{
		SQL:   `UPDATE mappings SET refs = $2, version = $3, updated_at = $4 WHERE id = $1`,
		Args:  []any{m.ID, string(m.Refs), m.Version, micros(m.UpdatedAt)},
		Wants: 1, Otherwise: notFound("mapping", m.ID),
	})
}

// DeleteMapping removes a mapping; an unknown one is CodeNotFound. The caller holds the destination.
func (tx *Tx) DeleteMapping(id string) {
	tx.add(Stmt{SQL: `DELETE FROM mappings WHERE id = $1`, Args: []any{id}, Wants: 1, Otherwise: notFound("mapping", id)})
}
