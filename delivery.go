package parley

import "time"

// DeliveryDay is what one source says that a deal delivered on one day, in the source's own time zone.
type DeliveryDay struct {
	DealID string
	// Alias and LineItem name the deal in a file that does not have its id: by what a system that buys calls it, and by the name,
	// or the end of the name, of something that a destination has of it. What is kept has neither.
	Alias, LineItem string

	Day    Date
	Source string // who counted, such as an ad server or a buyer
	Line   string // of the source, where a deal has several; may be empty
	DeliveryFigures
	AsOf     time.Time // when the source said so
	Final    bool      // the source will not say otherwise
	ImportID string
}

// DeliveryFigures are what was counted. What a source does not count is nil.
type DeliveryFigures struct {
	Impressions int64
	Clicks      *int64
	Completions *int64 // of videos that were watched to their end
	Viewable    *int64 // impressions
	BidRequests *int64
	Bids        *int64
	Wins        *int64
	SpendMicros *int64
	Currency    Currency         // of the spend; empty without one
	Losses      map[string]int64 // bids that did not win, by the code of OpenRTB's loss reasons; nil: not counted
}

// DeliveryImport is one file of figures that was taken in.
type DeliveryImport struct {
	ID      string
	Source  string
	Digest  string // SHA-256 of the file, in hexadecimal
	Rows    int64
	Skipped int64 // rows of deals that there are not
	Changed int64 // rows that differ from what was known
	From    Date  // the first day; 0 when there was no row
	To      Date  // the last one
	AsOf    time.Time
	By      string
	At      time.Time
}
