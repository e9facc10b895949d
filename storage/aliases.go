package storage

import "parley"

const aliasColumns = `deal_id, system, alias, destination_id, seat`

func scanAlias(rows Rows, a *parley.DealAlias) error {
	return rows.Scan(&a.DealID, &a.System, &a.ID, &a.DestinationID, &a.Seat)
}

// AliasesOfDeals answers what these deals are called elsewhere, ordered by deal, system and id.
func (r *Reader) AliasesOfDeals(dealIDs []string) *Pending[[]parley.DealAlias] {
	among, ids := r.among(dealIDs)
	return many(r, scanAlias, `SELECT `+aliasColumns+` FROM deal_aliases WHERE deal_id `+among+` ORDER BY deal_id, system, alias`, ids)
}

// DealsByAlias answers the deal that a system has an id of, or none.
func (r *Reader) DealsByAlias(system, id string) *Pending[[]parley.DealAlias] {
	return many(r, scanAlias, `SELECT `+aliasColumns+` FROM deal_aliases WHERE system = $1 AND alias = $2`, system, id)
}

// InsertDealAlias stores what a deal is called elsewhere. An id that the system has of some deal already is CodeConflict, an unknown
// deal CodeNotFound.
func (tx *Tx) InsertDealAlias(a parley.DealAlias) {
	tx.add(Stmt{
		SQL:  `INSERT INTO deal_aliases (` + aliasColumns + `) VALUES ($1, $2, $3, $4, $5)`,
		Args: []any{a.DealID, a.System, a.ID, a.DestinationID, a.Seat},
		Refused: func(met Constraint) *parley.Error {
			switch met {
			case PrimaryKey, Unique:
				return parley.Errorf(parley.CodeConflict, "A deal is called %q in %q already.", a.ID, a.System)
			case ForeignKey:
				return notFound("deal", a.DealID)
			case Check:
			}
			return nil
		},
	})
}
