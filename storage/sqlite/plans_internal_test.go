package sqlite

import (
	"strings"
	"testing"

	"parley/storage"
)

// TestWhichPlansGrow explains statements on the schema as it is.
func TestWhichPlansGrow(t *testing.T) {
	t.Parallel()
	db, err := open(t.Context(), t.TempDir()+"/parley.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c, err := connect(db.path, writerCache)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	for sql, grows := range map[string]bool{
		`SELECT id FROM quotes WHERE id = 'a'`:                                                  false,
		`SELECT MAX(seq) FROM deals`:                                                            false,
		`SELECT id FROM products`:                                                               false, // of a catalog
		`SELECT id FROM quotes WHERE owner = 'a' ORDER BY id LIMIT 1`:                           false, // an index has them in order
		`SELECT id FROM quotes WHERE owner = 'a' ORDER BY product_name LIMIT 1`:                 true,  // all are sorted for the first
		`SELECT id FROM quotes WHERE owner = 'a' ORDER BY id`:                                   true,
		`SELECT id FROM quotes WHERE product_name = 'a'`:                                        true,
		`SELECT id FROM approvals WHERE status = 'approved' AND (deal_id = 'a' OR owner = 'b')`: true, // by the status
		`SELECT id FROM approvals WHERE COALESCE(status, '') = 'approved' AND deal_id = 'a'`:    false,
		`UPDATE quotes SET status = 'declined' WHERE product_id = 'a'`:                          true,
	} {
		err := c.checkPlan(t.Context(), &storage.Stmt{SQL: sql})
		if grew := err != nil && strings.Contains(err.Error(), "grows"); grew != grows || err != nil && !grew {
			t.Errorf("%s: %v, want it to grow: %t", sql, err, grows)
		}
	}
}
