package parley

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// CreativeSpecs are what creatives of a product have to be. What is left out is not required.
type CreativeSpecs struct {
	Sizes             []string `json:"sizes,omitempty" doc:"WIDTHxHEIGHT in pixels, such as 300x250."`
	Durations         []int    `json:"durations,omitempty" doc:"Seconds that a video or a spot may take."`
	MaxDuration       int      `json:"max_duration,omitempty" doc:"Seconds that it may take at most."`
	MediaTypes        []string `json:"media_types,omitempty" doc:"MIME types, such as video/mp4."`
	VASTVersions      []string `json:"vast_versions,omitempty" doc:"Such as 4.2."`
	MaxBitrateKbps    int      `json:"max_bitrate_kbps,omitempty" doc:"Kilobits a second."`
	HTTPS             bool     `json:"https,omitempty" doc:"Whether everything has to be loaded over HTTPS."`
	VPAIDAllowed      bool     `json:"vpaid_allowed,omitempty"`
	LeadDays          int      `json:"lead_days,omitempty" doc:"Days before the flight by which creatives have to be there."`
	BlockedCategories []string `json:"blocked_categories,omitempty" doc:"Of the IAB Tech Lab's Content Taxonomy."`
	BlockedAttributes []int    `json:"blocked_attributes,omitempty" doc:"OpenRTB's creative attributes, such as 1 for audio that plays by itself."`
}

const (
	maxSpecEntries  = 100
	maxSide         = 100_000    // pixels
	maxSpecSeconds  = 24 * 3600  // of a creative
	maxBitrate      = 10_000_000 // kilobits a second
	maxLeadDays     = 365
	maxAttribute    = 500 // vendor-specific ones begin with it
	maxCategory     = 32  // bytes
	mostSpecsLength = 8 << 10
)

var (
	mediaTypeForm = regexp.MustCompile(`^[a-z]+/[a-z0-9][a-z0-9.+-]{0,60}$`)
	vastForm      = regexp.MustCompile(`^[1-9]\.[0-9]$`)
)

// CreativeSize are the sides of a size such as 300x250, in pixels.
func CreativeSize(text string) (width, height int, ok bool) {
	w, h, is := strings.Cut(text, "x")
	width, errW := strconv.Atoi(w)
	height, errH := strconv.Atoi(h)
	ok = is && errW == nil && errH == nil && width > 0 && height > 0 && width <= maxSide && height <= maxSide &&
		strconv.Itoa(width)+"x"+strconv.Itoa(height) == text
	return width, height, ok
}

// ParseCreativeSpecs reads specs from an object of JSON, whose members are those above. Nothing, and an object that requires
// nothing, are nil. The error is for people.
func ParseCreativeSpecs(text string) (*CreativeSpecs, error) {
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil //nolint:nilnil // nothing is required
	}
	if len(text) > mostSpecsLength {
		return nil, errors.New("must be shorter")
	}
	var s CreativeSpecs
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		if _, name, unknown := strings.Cut(err.Error(), "unknown field "); unknown {
			return nil, fmt.Errorf("has the unknown member %s", name)
		}
		return nil, errors.New("must be an object such as {\"sizes\": [\"300x250\"], \"max_duration\": 30}")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("must be one object")
	}
	return s.Normal(), nil
}

// Normal is the specs with each entry of a list once; nil where they require nothing.
func (s CreativeSpecs) Normal() *CreativeSpecs {
	s.Sizes, s.Durations, s.MediaTypes = once(s.Sizes), once(s.Durations), once(s.MediaTypes)
	s.VASTVersions, s.BlockedCategories, s.BlockedAttributes = once(s.VASTVersions), once(s.BlockedCategories), once(s.BlockedAttributes)
	if s.String() == "{}" {
		return nil
	}
	return &s
}

// String is the specs as an object of JSON.
func (s CreativeSpecs) String() string {
	raw, err := json.Marshal(s)
	if err != nil {
		return "{}" // texts, numbers and lists of them can be written
	}
	return string(raw)
}

// Problem says what is wrong with the specs; it is "" when nothing is.
func (s *CreativeSpecs) Problem() string {
	if s == nil {
		return ""
	}
	for _, list := range []int{len(s.Sizes), len(s.Durations), len(s.MediaTypes), len(s.VASTVersions), len(s.BlockedCategories), len(s.BlockedAttributes)} {
		if list > maxSpecEntries {
			return fmt.Sprintf("must not have lists of more than %d entries", maxSpecEntries)
		}
	}
	outside := func(least, most int) func(int) bool { return func(n int) bool { return n < least || n > most } }
	unsized := func(text string) bool { _, _, ok := CreativeSize(text); return !ok }
	switch {
	case slices.ContainsFunc(s.Sizes, unsized):
		return "sizes must be such as 300x250"
	case slices.ContainsFunc(append([]int{max(s.MaxDuration, 1)}, s.Durations...), outside(1, maxSpecSeconds)) || s.MaxDuration < 0:
		return fmt.Sprintf("durations must be 1 to %d seconds", maxSpecSeconds)
	case s.MaxDuration > 0 && slices.ContainsFunc(s.Durations, outside(1, s.MaxDuration)):
		return "durations must not be over max_duration"
	case slices.ContainsFunc(s.MediaTypes, func(m string) bool { return !mediaTypeForm.MatchString(m) }):
		return "media_types must be MIME types such as video/mp4"
	case slices.ContainsFunc(s.VASTVersions, func(v string) bool { return !vastForm.MatchString(v) }):
		return "vast_versions must be such as 4.2"
	case outside(0, maxBitrate)(s.MaxBitrateKbps):
		return fmt.Sprintf("max_bitrate_kbps must be up to %d", maxBitrate)
	case outside(0, maxLeadDays)(s.LeadDays):
		return fmt.Sprintf("lead_days must be up to %d", maxLeadDays)
	case slices.ContainsFunc(s.BlockedCategories, func(c string) bool { return c == "" || len(c) > maxCategory || ProductEntryProblem(c) != "" }):
		return fmt.Sprintf("blocked_categories must be ids of 1 to %d bytes", maxCategory)
	case slices.ContainsFunc(s.BlockedAttributes, outside(1, maxAttribute+500)):
		return "blocked_attributes must be OpenRTB's numbers"
	}
	return ""
}

// Takes tells whether a size is one that creatives may have; where none is named, any is.
func (s *CreativeSpecs) Takes(size string) bool {
	return s == nil || len(s.Sizes) == 0 || slices.Contains(s.Sizes, size)
}

// Longest is how many seconds a creative may take at most; 0: it is not said.
func (s *CreativeSpecs) Longest() int {
	switch {
	case s == nil:
		return 0
	case s.MaxDuration > 0 || len(s.Durations) == 0:
		return s.MaxDuration
	}
	return slices.Max(s.Durations)
}

// DueBy is the last day on which creatives may come for a flight, where specs say so.
func (s *CreativeSpecs) DueBy(flight Flight) (Date, bool) {
	if s == nil || s.LeadDays == 0 {
		return 0, false
	}
	return flight.Start - Date(s.LeadDays), true
}
