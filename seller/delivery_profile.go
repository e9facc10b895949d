package seller

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
)

const (
	maxHeadings = 300
	maxHeading  = 1000 // bytes
)

// The signs of numbers and tables that a profile can name; empty: the plain one.
var (
	separators = []string{"", ",", ";", "\t", "|"}
	thousands  = []string{"", ",", ".", "'", " "}
	decimals   = []string{"", ".", ","}
)

// DeliveryProfileRequest says how the files of a source are to be read.
type DeliveryProfileRequest struct {
	Source string
	parley.DeliveryReading
}

func (r *DeliveryProfileRequest) check() error {
	var problems parley.Problems
	r.Source = strings.TrimSpace(r.Source)
	if n := utf8.RuneCountInString(r.Source); n == 0 || n > maxSource || strings.ContainsFunc(r.Source, func(c rune) bool { return c < ' ' }) {
		problems.Add("source", "must be 1 to %d letters that say who counted, such as the ad server's name", maxSource)
	}
	if len(r.Columns) > maxHeadings {
		problems.Add("columns", "must be at most %d", maxHeadings)
	}
	for heading, column := range r.Columns {
		if strings.TrimSpace(heading) == "" || len(heading) > maxHeading || column == "" || len(column) > maxHeading {
			problems.Add("columns", "must be headings with the columns that they stand for")
			break
		}
	}
	for _, heading := range slices.Sorted(maps.Keys(r.Columns)) {
		if column := r.Columns[heading]; column != parley.IgnoredColumn && !parley.IsDeliveryColumn(column) {
			problems.Add("columns", "must stand for one of %s, loss_CODE or %s, not for %q", strings.Join(parley.DeliveryColumns[:], ", "), parley.IgnoredColumn, column)
			break
		}
	}
	if !slices.Contains(separators, r.Separator) {
		problems.Add("separator", "must be a comma, a semicolon, a tabulator or a bar")
	}
	if !slices.Contains(thousands, r.Thousands) {
		problems.Add("thousands", "must be a comma, a point, an apostrophe or a blank")
	}
	if !slices.Contains(decimals, r.Decimal) {
		problems.Add("decimal", "must be a point or a comma")
	}
	decimal := r.Decimal
	if decimal == "" {
		decimal = "."
	}
	if r.Thousands == decimal {
		problems.Add("thousands", "must be another sign than the one before the decimals")
	}
	if r.TimeZone = strings.TrimSpace(r.TimeZone); r.TimeZone != "" {
		// Local is where this process runs, which says nothing of the source.
		if _, err := time.LoadLocation(r.TimeZone); err != nil || r.TimeZone == "Local" {
			problems.Add("time_zone", "must be a time zone, such as America/New_York")
		}
	}
	return problems.Err()
}

// SetDeliveryProfile says how the files of a source are to be read, in the place of what was said of it before.
func (s *Service) SetDeliveryProfile(
	ctx context.Context, call Call, request DeliveryProfileRequest, encode Encode[parley.DeliveryProfile],
) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.DeliveryProfile, error) {
		w.LockDeliveryProfiles()
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.DeliveryProfile{}, err
		}
		if err := request.check(); err != nil {
			return parley.DeliveryProfile{}, err
		}
		found, err := w.DeliveryProfileOf(request.Source).Get(ctx)
		if err != nil {
			return parley.DeliveryProfile{}, err
		}
		p := parley.DeliveryProfile{ID: s.ids.New(parley.PrefixDeliveryProfile), Source: request.Source}
		var before any
		if len(found) > 0 {
			p, before = found[0], profileFacts(found[0])
		}
		p.DeliveryReading, p.UpdatedAt = request.DeliveryReading, w.now
		p.Version++
		if before == nil {
			w.InsertDeliveryProfile(p)
		} else {
			w.UpdateDeliveryProfile(p)
		}
		return p, w.record(profileEvent(p), "delivery_profile.set", "delivery_profile", p.ID, before, profileFacts(p))
	})
}

// RemoveDeliveryProfile forgets how the files of a source are to be read, and answers it as it was.
func (s *Service) RemoveDeliveryProfile(ctx context.Context, call Call, id string, encode Encode[parley.DeliveryProfile]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.DeliveryProfile, error) {
		w.LockDeliveryProfiles()
		pending := w.DeliveryProfile(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.DeliveryProfile{}, err
		}
		p, err := pending.Get(ctx)
		if err != nil {
			return p, err
		}
		w.DeleteDeliveryProfile(p.ID)
		return p, w.record(profileEvent(p), "delivery_profile.remove", "delivery_profile", p.ID, profileFacts(p), nil)
	})
}

func profileFacts(p parley.DeliveryProfile) any {
	return map[string]any{"source": p.Source, "reading": p.DeliveryReading, "version": p.Version}
}

func profileEvent(p parley.DeliveryProfile) parley.Event {
	return parley.Event{Type: parley.EventDeliveryProfileChanged, Data: data(map[string]any{"profile_id": p.ID, "source": p.Source})}
}

// DeliveryProfiles lists how the files of sources are read, for the publisher.
func (s *Service) DeliveryProfiles(ctx context.Context, call Call, page Page) (Listing[parley.DeliveryProfile], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.DeliveryProfile], error) {
		pending := v.DeliveryProfiles(page)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer, parley.ScopeDelivery)); err != nil {
			return Listing[parley.DeliveryProfile]{}, err
		}
		return pending.Get(ctx)
	})
}

// ReadingOf tells how the files of a source are to be read, for whoever takes them in; as they stand where nobody has said so.
func (s *Service) ReadingOf(ctx context.Context, call Call, source string) (parley.DeliveryReading, error) {
	return read(ctx, s, call, func(v *view) (parley.DeliveryReading, error) {
		pending := v.DeliveryProfileOf(strings.TrimSpace(source))
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer, parley.ScopeDelivery)); err != nil {
			return parley.DeliveryReading{}, err
		}
		found, err := pending.Get(ctx)
		if err != nil || len(found) == 0 {
			return parley.DeliveryReading{}, err
		}
		return found[0].DeliveryReading, nil
	})
}
