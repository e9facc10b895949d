package seller

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"parley"
	"parley/openrtb"
	"parley/storage"
)

// MappingRequest says what a product or a party is called at a destination.
type MappingRequest struct {
	About parley.MappingAbout
	Name  string          // the product's or the party's id
	Refs  json.RawMessage // an object, as the destination's kind reads it
	// Version is the one that the caller has seen, 0 of what was not mapped; nil: whatever is there is replaced.
	Version *int64
}

const (
	maxMappingName = 200 // bytes
	// MostMappings is how many mappings one import takes.
	MostMappings = 10_000
)

// check brings a request into its one form, and adds what is wrong with it under a path, which is empty or ends with a dot.
func (r *MappingRequest) check(s *Service, kind, path string, problems *parley.Problems) {
	if !r.About.Valid() {
		problems.Add(path+"about", "must be product, seat, agency, advertiser or dsp")
		return
	}
	r.Name = parley.MappingName(r.About, r.Name)
	if r.Name == "" || len(r.Name) > maxMappingName {
		problems.Add(path+"name", "must be the id of the %s, of 1 to %d bytes", r.About, maxMappingName)
	}
	if _, err := openrtb.Seat(r.Name); r.About == parley.MapsSeat && r.Name != "" && err != nil {
		problems.Add(path+"name", "%s", err.Error())
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, r.Refs); err != nil || compact.Len() == 0 || compact.Bytes()[0] != '{' {
		problems.Add(path+"refs", "must be an object")
		return
	}
	r.Refs = compact.Bytes()
	adapter, known := s.adapter(kind)
	if !known {
		problems.Add(path+"refs", "cannot be read: this program does not speak to destinations of the kind %q", kind)
		return
	}
	for _, p := range adapter.ValidateMapping(r.About, r.Refs) {
		problems.Add(path+p.Field, "%s", p.Text)
	}
}

// mappable refuses the mapping of a product that there is none of.
func (w *work) mappable(ctx context.Context, r MappingRequest, path string) error {
	if r.About != parley.MapsProduct {
		return nil
	}
	_, err := w.Product(r.Name).Get(ctx)
	if parley.Is(err, parley.CodeNotFound) {
		return parley.Invalid(path+"name", "is no product's id")
	}
	return err
}

// presentMapping is the mapping that there is of a thing: of a platform, however it is written.
func (w *work) presentMapping(ctx context.Context, destinationID string, r MappingRequest) (present parley.Mapping, there bool, err error) {
	filter := storage.MappingFilter{DestinationID: destinationID, About: r.About, Name: r.Name, Page: storage.Page{Limit: 1}}
	if r.About == parley.MapsDSP {
		filter.Name, filter.Page.Limit = "", MostMappings // there are few
	}
	found, err := w.Mappings(filter).Get(ctx)
	for _, m := range found.Items {
		if r.About != parley.MapsDSP || parley.DSP(m.Name) == parley.DSP(r.Name) {
			return m, true, err
		}
	}
	return present, false, err
}

// setMapping stores a mapping over the one that there is of the thing. changed is empty when it is as it was. One that is not in the
// version which the request has seen is CodePreconditionFailed.
func (w *work) setMapping(ctx context.Context, destinationID string, r MappingRequest) (m parley.Mapping, changed string, err error) {
	m, there, err := w.presentMapping(ctx, destinationID, r)
	if err != nil {
		return m, "", err
	}
	if there && sameJSON(m.Refs, r.Refs) {
		return m, "", nil
	}
	known := m.Version
	if err := sameVersion("mapping of "+r.Name, known, r.Version); err != nil {
		return m, "", err
	}
	if !there {
		m = parley.Mapping{
			ID: w.service.ids.New(parley.PrefixMapping), DestinationID: destinationID, About: r.About, Name: r.Name, Refs: r.Refs, Version: 1,
			UpdatedAt: w.now,
		}
		w.InsertMapping(m)
		return m, "added", w.audit("mapping.add", "destination", destinationID, nil, mappingAudit(m))
	}
	before := m
	m.Refs, m.UpdatedAt = r.Refs, w.now
	m.Version++
	w.UpdateMapping(m)
	return m, "changed", w.audit("mapping.change", "destination", destinationID, mappingAudit(before), mappingAudit(m))
}

// sameJSON tells whether two objects are written alike, but for the order of their members.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	one, errOne := json.Marshal(x)
	other, errOther := json.Marshal(y)
	return errOne == nil && errOther == nil && bytes.Equal(one, other)
}

func mappingAudit(m parley.Mapping) map[string]any {
	return map[string]any{"mapping_id": m.ID, "about": m.About, "name": m.Name, "refs": m.Refs, "version": m.Version}
}

// toldMappings is the event of a change of a destination's mappings, after which those who are there are looked at again.
func (w *work) toldMappings(d parley.Destination, report MappingReport) {
	w.RevisitActivations(d.ID, false)
	w.InsertEvent(w.event(parley.Event{Type: parley.EventDestinationChanged, Data: data(map[string]any{
		"destination_id": d.ID, "kind": d.Kind, "name": d.Name,
		"mappings": map[string]any{"added": report.Added, "changed": report.Changed, "removed": report.Removed},
	})}, d.ID))
}

// SetMapping says what a product or a party is called at a destination, in the place of what was said of it before. It holds for
// what is sent from then on, and for what is there already: that is brought to it. Another version than the request has seen is
// CodePreconditionFailed.
func (s *Service) SetMapping(ctx context.Context, call Call, destinationID string, request MappingRequest, encode Encode[parley.Mapping]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Mapping, error) {
		d, err := w.mappedDestination(ctx, destinationID)
		if err != nil {
			return parley.Mapping{}, err
		}
		var problems parley.Problems
		if request.check(s, d.Kind, "", &problems); problems.Err() != nil {
			return parley.Mapping{}, problems.Err()
		}
		if err := w.mappable(ctx, request, ""); err != nil {
			return parley.Mapping{}, err
		}
		m, changed, err := w.setMapping(ctx, d.ID, request)
		if err != nil {
			return m, err
		}
		var report MappingReport
		if report.count(changed); changed != "" {
			w.toldMappings(d, report)
		}
		return m, nil
	})
}

// mappedDestination locks the destination that an admin changes the mappings of.
func (w *work) mappedDestination(ctx context.Context, id string) (parley.Destination, error) {
	pending := w.DestinationForUpdate(id)
	if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
		return parley.Destination{}, err
	}
	return pending.Get(ctx)
}

// RemoveMapping forgets what a product or a party is called at a destination, in the version that the caller has read, nil being any,
// and answers it as it was.
func (s *Service) RemoveMapping(ctx context.Context, call Call, destinationID, id string, version *int64, encode Encode[parley.Mapping]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Mapping, error) {
		d, err := w.mappedDestination(ctx, destinationID)
		if err != nil {
			return parley.Mapping{}, err
		}
		m, err := w.Mapping(id).Get(ctx)
		if err != nil {
			return m, err
		}
		if m.DestinationID != d.ID {
			return parley.Mapping{}, unknown("mapping", id)
		}
		if err := sameVersion("mapping of "+m.Name, m.Version, version); err != nil {
			return parley.Mapping{}, err
		}
		w.DeleteMapping(m.ID)
		w.toldMappings(d, MappingReport{Removed: 1})
		return m, w.audit("mapping.remove", "destination", d.ID, mappingAudit(m), nil)
	})
}

// MappingReport says what an import of mappings did.
type MappingReport struct {
	Added, Changed, Unchanged, Removed int
	Activations                        int64 // at the destination, which are held against what changed
	DryRun                             bool  // nothing was kept
}

func (r *MappingReport) count(changed string) {
	switch changed {
	case "added":
		r.Added++
	case "changed":
		r.Changed++
	default:
		r.Unchanged++
	}
}

// ImportMappings stores mappings of a destination, all or none of them, each over the one that there is of its thing. With a dry
// run nothing is kept: what would be refused is refused here with the same words.
func (s *Service) ImportMappings(
	ctx context.Context, call Call, destinationID string, requests []MappingRequest, dryRun bool, encode Encode[MappingReport],
) (Answer, error) {
	var tried MappingReport
	answer, err := write(ctx, s, call, encode, func(w *work) (MappingReport, error) {
		report := MappingReport{DryRun: dryRun}
		sent := w.SentActivations(destinationID)
		d, err := w.mappedDestination(ctx, destinationID)
		if err != nil {
			return report, err
		}
		if err := checkMappings(s, d.Kind, requests); err != nil {
			return report, err
		}
		for i, r := range requests {
			if err := w.mappable(ctx, r, fmt.Sprintf("mappings[%d].", i)); err != nil {
				return report, err
			}
			_, changed, err := w.setMapping(ctx, d.ID, r)
			if err != nil {
				return report, err
			}
			report.count(changed)
		}
		if report.Added+report.Changed > 0 {
			if report.Activations, err = sent.Get(ctx); err != nil {
				return report, err
			}
			w.toldMappings(d, report)
		}
		if dryRun {
			tried = report
			return report, errDryRun
		}
		return report, nil
	})
	if errors.Is(err, errDryRun) {
		return encode(tried)
	}
	return answer, err
}

func checkMappings(s *Service, kind string, requests []MappingRequest) error {
	if len(requests) > MostMappings {
		return parley.Invalid("mappings", "must be at most %d", MostMappings)
	}
	type thing struct {
		about parley.MappingAbout
		name  string
	}
	var problems parley.Problems
	seen := map[thing]int{}
	for i := range requests {
		path := fmt.Sprintf("mappings[%d].", i)
		requests[i].check(s, kind, path, &problems)
		what := thing{requests[i].About, requests[i].Name}
		if first, twice := seen[what]; twice {
			problems.Add(path+"name", "is that of mappings[%d] too", first)
		}
		seen[what] = i
	}
	return problems.Err()
}

// Mappings lists what products and parties are called at destinations, for the publisher.
func (s *Service) Mappings(ctx context.Context, call Call, filter MappingFilter) (Listing[parley.Mapping], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.Mapping], error) {
		if filter.About != "" {
			filter.Name = parley.MappingName(filter.About, filter.Name)
		}
		pending, to := v.Mappings(filter), v.Destination(filter.DestinationID)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Listing[parley.Mapping]{}, err
		}
		if _, err := to.Get(ctx); err != nil {
			return Listing[parley.Mapping]{}, err
		}
		return pending.Get(ctx)
	})
}

// UnmappedProducts answers the ids of at most limit products that nobody has said of what they are called at a destination.
func (s *Service) UnmappedProducts(ctx context.Context, call Call, destinationID string, limit int) ([]string, error) {
	return read(ctx, s, call, func(v *view) ([]string, error) {
		pending, to := v.UnmappedProducts(destinationID, limit), v.Destination(destinationID)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		if _, err := to.Get(ctx); err != nil {
			return nil, err
		}
		return pending.Get(ctx)
	})
}
