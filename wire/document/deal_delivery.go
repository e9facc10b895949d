package document

import (
	"time"

	"parley"
	"parley/wire/contract"
)

// Words of what is known of a delivery.
type (
	// RungName is what a step of the ladder is called.
	RungName string
	// RungResult tells whether it is climbed.
	RungResult string
	// RungActs is who can do something about one that fails.
	RungActs string
	// PacingState is how a deal keeps up with its plan.
	PacingState string
)

// DealDelivery is what a deal has delivered.
type DealDelivery struct {
	DealID       string            `json:"deal_id"`
	Status       parley.DealStatus `json:"status"`
	Source       *string           `json:"source" doc:"Who counted; null when nothing is known."`
	OtherSources []string          `json:"other_sources,omitempty" doc:"For operators alone. Figures of two sources are compared, and never added."`
	SourceSet    *bool             `json:"source_set,omitempty" doc:"With other sources, whether somebody has set that this one counts; else it does since it sent figures, of any deal, first."`
	AsOf         *time.Time        `json:"as_of"`
	Final        bool              `json:"final" doc:"Whether the source will not say otherwise, for any day of the flight."`
	Contracted   *int64            `json:"contracted" doc:"Impressions; null when the deal names none."`
	Currency     parley.Currency   `json:"currency"`
	Total        Figures           `json:"total"`
	Earned       *contract.Decimal `json:"earned" doc:"By the CPM agreed on each day, of a guaranteed deal at most what was contracted; null of an auction."`
	Pacing       Pacing            `json:"pacing"`
	Health       Health            `json:"health"`
	Days         []DeliveryDay     `json:"days"`
}

// Health is the ladder that a deal climbs from being sent to being delivered.
type Health struct {
	Diagnosis *Rung  `json:"diagnosis" doc:"The first rung that fails; null when none does."`
	Ladder    []Rung `json:"ladder" doc:"sent, taken, accepted, seat, bid_requests, bids, wins, impressions, creatives and pace."`
}

// Rung is one step of a ladder.
type Rung struct {
	Rung   RungName   `json:"rung"`
	Result RungResult `json:"result" doc:"ok, fails or unknown; what is unknown does not stop the climb."`
	Text   string     `json:"text"`
	Acts   *RungActs  `json:"acts" doc:"Who can do something about one that fails: publisher, buyer or both."`
}

// Figures are what was counted; null is what was not.
type Figures struct {
	Impressions   *int64            `json:"impressions" doc:"Null in a total of which nothing is known."`
	Clicks        *int64            `json:"clicks"`
	Completions   *int64            `json:"completions"`
	Viewable      *int64            `json:"viewable"`
	BidRequests   *int64            `json:"bid_requests"`
	Bids          *int64            `json:"bids"`
	Wins          *int64            `json:"wins"`
	Spend         *contract.Decimal `json:"spend" doc:"Of a total, and of a day with several currencies, that in the deal's currency."`
	SpendCurrency *parley.Currency  `json:"spend_currency"`
	Losses        map[string]int64  `json:"losses,omitempty" doc:"Bids that did not win, by OpenRTB's loss reason."`
}

// DeliveryDay is what was counted on a day.
type DeliveryDay struct {
	Day     parley.Date                           `json:"day" format:"date"`
	Planned *int64                                `json:"planned"`
	Outside bool                                  `json:"outside_flight"`
	Final   bool                                  `json:"final"`
	Earned  *contract.Decimal                     `json:"earned"`
	Foreign map[parley.Currency]*contract.Decimal `json:"other_spend,omitempty" doc:"Of a day with spend in several currencies, what was in others than the deal's, by currency; it goes into no sum."`
	Figures
}

// Pacing is how a deal keeps up with its plan, by the days that are complete.
type Pacing struct {
	State        PacingState       `json:"state" doc:"not_started, no_data, behind, at_risk, on_pace, ahead, delivered, short, unplanned or called_off."`
	CompleteDays int64             `json:"complete_days"`
	DaysLeft     int64             `json:"days_left"`
	Planned      *int64            `json:"planned" doc:"Impressions until now."`
	Delivered    *int64            `json:"delivered" doc:"Impressions on complete days of the flight; null when nothing is known."`
	Heard        *int64            `json:"heard_since" doc:"Impressions of days that are not complete yet, which more may be heard of; null when nothing is known."`
	Pace         *contract.Percent `json:"pace_pct" doc:"Delivered of planned."`
	Projected    *int64            `json:"projected" doc:"Impressions at the end, when it goes on as on the last three days."`
}
