package postgres

import "parley/storage/sqlstore"

var dialect = &sqlstore.Dialect{
	LockKey:     `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`,
	ForUpdate:   ` FOR UPDATE`,
	ForShare:    ` FOR SHARE`,
	SkipLocked:  ` FOR UPDATE SKIP LOCKED`,
	Elements:    `SELECT json_array_elements_text(CAST($1 AS JSON))`,
	NextDealSeq: `DEFAULT`,
	EventOrder:  `xact, seq`,
	// A transaction that is older than every one under way has ended, and so have all before it.
	EventSettled: `xact < pg_snapshot_xmin(pg_current_snapshot())`,
}
