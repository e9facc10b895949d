package storage

// owned is a row that belongs to another one, such as an order's transition.
type owned[C any] struct {
	ownerID string
	child   C
}

// children asks for rows that belong to others, which an earlier statement has put in place, and adds each to its owner.
func children[C any](r *Reader, scan scanner[owned[C]], add func(ownerID string, child C), sql string, args ...any) {
	r.add(Stmt{SQL: sql, Args: args, Scan: func(rows Rows) error {
		for rows.Next() {
			var row owned[C]
			if err := scan(rows, &row); err != nil {
				return err
			}
			add(row.ownerID, row.child)
		}
		return rows.Err()
	}})
}

// intoList adds children to the rows of a list by their ids. A child of a row that is not in the list, because it came in
// between the two statements of a writing transaction, is left out.
func intoList[T, C any](items *[]T, id func(*T) string, add func(*T, C)) func(ownerID string, child C) {
	var place map[string]*T
	return func(ownerID string, child C) {
		if place == nil {
			place = make(map[string]*T, len(*items))
			for i := range *items {
				place[id(&(*items)[i])] = &(*items)[i]
			}
		}
		if owner, listed := place[ownerID]; listed {
			add(owner, child)
		}
	}
}
