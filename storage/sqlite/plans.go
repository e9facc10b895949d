package sqlite

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"parley/storage"
)

// planned is a writing transaction's connection that refuses a statement whose plan goes through what a table has gathered
// over time: such a statement costs more with each day.
type planned struct{ uninterrupted }

// Batch implements storage.Conn.
func (p planned) Batch(ctx context.Context, stmts []storage.Stmt) error {
	for i := range stmts {
		if err := p.conn.checkPlan(ctx, &stmts[i]); err != nil {
			return err
		}
	}
	return p.uninterrupted.Batch(ctx, stmts)
}

// soundPlans are the statements that this process has found to have a good plan. There are no statistics that could change it.
var soundPlans sync.Map

func (c *conn) checkPlan(ctx context.Context, stmt *storage.Stmt) (err error) {
	if _, sound := soundPlans.Load(stmt.SQL); sound {
		return nil
	}
	var steps []string
	err = c.ask(ctx, &storage.Stmt{SQL: "EXPLAIN QUERY PLAN " + stmt.SQL, Args: stmt.Args, Scan: func(rows storage.Rows) error {
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				return err
			}
			steps = append(steps, step)
		}
		return rows.Err()
	}})
	if err != nil {
		return err
	}
	if step := growing(stmt.SQL, steps); step != "" {
		return fmt.Errorf("storage: a statement grows with what is stored: %s: %s", step, stmt.SQL)
	}
	soundPlans.Store(stmt.SQL, true)
	return nil
}

// gathered are the tables that grow while the publisher trades, with the names that statements give them.
var gathered = strings.Fields(`answers approvals audits booked_values change_requests deal_words deals events negotiation_days
	 negotiation_rounds negotiations order_transitions orders proposals quotes session_messages sessions d n o p q
	 delivery_days delivery_imports delivery_losses delivery_revisions delivery_sums earned_months delivery_standings sums known accounts account_names`)

// common are columns that many rows have the same value in.
var common = []string{"status", "owner", "account", "product_id", "party", "deal_type", "currency", "kind"}

var (
	stepForm   = regexp.MustCompile(`^(SCAN|SEARCH) (\w+)[^(]*(\(.*\))?`)
	columnForm = regexp.MustCompile(`(\w+)[=<>]`)
)

// growing is the step of a statement's plan that reads more rows the more there are; "" when there is none. The first rows of an
// order are found at its end, where an index has it and nothing is sorted.
func growing(sql string, steps []string) string {
	sorted := slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step, "USE TEMP B-TREE FOR ORDER BY") })
	for _, step := range steps {
		if grows(step) && (sorted || !strings.Contains(sql, "LIMIT")) {
			return step
		}
	}
	return ""
}

// grows tells of a step whether it goes through what a table has gathered.
func grows(step string) bool {
	form := stepForm.FindStringSubmatch(step)
	// A search without a condition is that of the least or the greatest.
	if form == nil || !slices.Contains(gathered, form[2]) || form[1] == "SEARCH" && form[3] == "" {
		return false
	}
	for _, column := range columnForm.FindAllStringSubmatch(form[3], -1) {
		if !slices.Contains(common, column[1]) {
			return false
		}
	}
	return true
}
