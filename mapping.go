package parley

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Mapping is what a product, or a party to deals, is called at a destination.
type Mapping struct {
	ID            string
	DestinationID string
	About         MappingAbout
	Name          string          // the product's id, or the party's in the form of MappingName
	Refs          json.RawMessage // an object, as the destination's kind reads it
	Version       int64           // counts its changes, from 1
	UpdatedAt     time.Time
}

// MappingAbout is what a mapping is about.
type MappingAbout string

// What mappings are about.
const (
	MapsProduct    MappingAbout = "product"
	MapsSeat       MappingAbout = "seat"
	MapsAgency     MappingAbout = "agency"
	MapsAdvertiser MappingAbout = "advertiser"
	MapsDSP        MappingAbout = "dsp"
)

// MappingAbouts are all of them.
var MappingAbouts = [...]MappingAbout{MapsProduct, MapsSeat, MapsAgency, MapsAdvertiser, MapsDSP}

// Valid tells whether it is one of them.
func (a MappingAbout) Valid() bool { return slices.Contains(MappingAbouts[:], a) }

// MappingName is the one form of what a mapping is about: the id of a product as it is, that of a party without blanks around it
// and in small letters.
func MappingName(about MappingAbout, name string) string {
	if about == MapsProduct {
		return strings.TrimSpace(name)
	}
	return Folded(name)
}

// MappedNames are the names by which a deal's mappings are found, by what they are about; those that the deal does not tell are
// empty.
func (d Deal) MappedNames() map[MappingAbout]string {
	platform := d.Claimed.DSPPlatform
	if Folded(platform) == "" {
		platform = d.Identity.DSPPlatform
	}
	return map[MappingAbout]string{
		MapsProduct: d.ProductID, MapsSeat: Folded(d.Identity.SeatID), MapsAgency: Folded(d.Identity.AgencyID),
		MapsAdvertiser: Folded(d.Identity.AdvertiserID), MapsDSP: Folded(platform),
	}
}
