package parley

import (
	"encoding/json"
	"slices"
	"time"
)

// Destination is a system that serves or buys what is sold, with what the publisher set about it: where booked deals are
// sent.
type Destination struct {
	ID     string
	Kind   string // names the adapter that speaks to it, such as file_drop
	Name   string // for people; no two have the same
	Status DestinationStatus
	// PausedBecause says why nothing is sent; empty while it is active.
	PausedBecause string
	Settings      json.RawMessage // an object, as its kind reads it
	// Credential is what is stored of the credential that it is used with: sealed, or a reference; empty: none. CredentialMark tells it
	// from others, for people.
	Credential     string
	CredentialMark string
	Match          DestinationMatch
	Trigger        ActivationTrigger
	Release        ActivationRelease
	// Required tells that an order is booked only once its deal is there.
	Required bool
	// BillingSource is whose figures count of deals that are here, where it has sent any; empty: nothing is decided here.
	BillingSource string
	// RequestsPerMinute and Sends are how many requests it gets, and how many deals are sent to it at a time; 0: as many as any.
	RequestsPerMinute, Sends int
	// Failures are the attempts in a row, at all of its activations, that failed in a way that is the destination's own.
	Failures  int
	Version   int64 // counts the changes that people made, from 1
	CreatedAt time.Time
	UpdatedAt time.Time
}

// DestinationStatus tells whether anything is sent to a destination.
type DestinationStatus string

// A destination is paused by a person, or by itself when it refuses its credentials or does not answer.
const (
	DestinationActive DestinationStatus = "active"
	DestinationPaused DestinationStatus = "paused"
)

// ActivationTrigger is what has a deal sent to a destination.
type ActivationTrigger string

// The triggers.
const (
	TriggerDealBooked    ActivationTrigger = "deal_booked"
	TriggerOrderApproved ActivationTrigger = "order_approved"
	TriggerManual        ActivationTrigger = "manual"
)

// ActivationTriggers are all of them.
var ActivationTriggers = [...]ActivationTrigger{TriggerDealBooked, TriggerOrderApproved, TriggerManual}

// Valid tells whether the trigger is one of them.
func (t ActivationTrigger) Valid() bool { return slices.Contains(ActivationTriggers[:], t) }

// ActivationRelease tells whether a deal whose trigger came is sent by itself.
type ActivationRelease string

// A deal goes by itself, or when a person has released it.
const (
	ReleaseAutomatic ActivationRelease = "automatic"
	ReleaseByPerson  ActivationRelease = "person"
)

// Valid tells whether the release is one of them.
func (r ActivationRelease) Valid() bool { return r == ReleaseAutomatic || r == ReleaseByPerson }

// DestinationMatch says which deals a destination is for: those that fit each of its lists. An empty list fits all. Names
// are compared without blanks around them and in any capitals, and platforms however they are written.
type DestinationMatch struct {
	InventoryTypes []string   `json:"inventory_types"`
	DealTypes      []DealType `json:"deal_types"`
	DSPPlatforms   []string   `json:"dsp_platforms"`
	SeatIDs        []string   `json:"seat_ids"`
	ProductIDs     []string   `json:"product_ids"`
}

// Normal is the match with its lists in one form, each name once; no list is nil.
func (m DestinationMatch) Normal() DestinationMatch {
	return DestinationMatch{
		InventoryTypes: orEmpty(each(m.InventoryTypes, Folded)), DealTypes: orEmpty(slices.Compact(slices.Sorted(slices.Values(m.DealTypes)))),
		DSPPlatforms: orEmpty(each(m.DSPPlatforms, Folded)), SeatIDs: orEmpty(each(m.SeatIDs, Folded)),
		ProductIDs: orEmpty(each(m.ProductIDs, Folded)),
	}
}

func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// Fits tells whether a deal is one that the destination is for.
func (m DestinationMatch) Fits(d Deal) bool {
	return listed(m.InventoryTypes, d.InventoryType) && (len(m.DealTypes) == 0 || slices.Contains(m.DealTypes, d.DealType)) &&
		listedDSP(m.DSPPlatforms, d.MappedNames()[MapsDSP]) && listedSeat(m.SeatIDs, d.Identity.SeatID) && listed(m.ProductIDs, d.ProductID)
}

func listedDSP(platforms []string, platform string) bool {
	return len(platforms) == 0 || slices.ContainsFunc(platforms, func(p string) bool { return DSP(p) == DSP(platform) })
}

func listedSeat(seats []string, seat string) bool {
	return len(seats) == 0 || slices.ContainsFunc(seats, func(s string) bool { return AlikeName(s) == AlikeName(seat) })
}

func listed(names []string, name string) bool {
	return len(names) == 0 || slices.ContainsFunc(names, func(n string) bool { return Folded(n) == Folded(name) })
}

// The most that may be decided for one destination.
const (
	MostRequestsPerMinute = 60_000
	MostSends             = 32
)

// Most failures in a row that a destination may have before nothing more is sent to it until a person says so.
const (
	MostCredentialFailures = 5
	MostTransientFailures  = 20
)

// Paused is the destination as a failure leaves it, which is the latest of a row, and whether that pauses it. Failures that are
// about one deal alone count for nothing.
func (d Destination) Paused(class ActivationClass) (after Destination, now bool) {
	most := 0
	switch class {
	case ClassCredentials:
		most = MostCredentialFailures
	case ClassTransient:
		most = MostTransientFailures
	case ClassUnsure, ClassNotYet, ClassRefused, ClassGone:
		return d, false
	}
	d.Failures++
	if d.Status == DestinationPaused || d.Failures < most {
		return d, false
	}
	d.Status, d.PausedBecause = DestinationPaused, "it failed "+FormatCount(int64(d.Failures))+" times in a row"
	if class == ClassCredentials {
		d.PausedBecause = "it refused the credentials"
	}
	return d, true
}
