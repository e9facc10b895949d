package sqlite

import "parley/storage/sqlstore"

// dialect needs no locks: a writing transaction is alone, so rows stay as they were read, and events are numbered in the
// order of their commits.
var dialect = &sqlstore.Dialect{
	Elements:    `SELECT value FROM json_each($1)`,
	NextDealSeq: `(SELECT COALESCE(MAX(seq), 0) + 1 FROM deals)`,
	EventOrder:  `seq`,
}
