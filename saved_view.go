package parley

import (
	"slices"
	"time"
)

// ViewPage is a page whose looks the publisher's people keep.
type ViewPage string

// The pages. All but the inbox are reports.
const (
	ViewInbox        ViewPage = "inbox"
	ViewReports      ViewPage = "reports"
	ViewNegotiations ViewPage = "negotiations" // what was asked and agreed
	ViewFinance      ViewPage = "finance"
)

// ViewPages are all of them.
var ViewPages = [...]ViewPage{ViewInbox, ViewReports, ViewNegotiations, ViewFinance}

// Valid tells whether looks at it are kept.
func (p ViewPage) Valid() bool { return slices.Contains(ViewPages[:], p) }

// SavedView is a look at a page that one of the publisher's people comes back to.
type SavedView struct {
	KeyID   string   // the first of the person's keys
	Page    ViewPage // of which it is a look
	Name    string   // no two of a person's have the same
	Query   string   // what narrows the page, as an address has it
	SavedAt time.Time
}
