package seller

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
	"parley/activation"
	"parley/openrtb"
	"parley/storage"
)

const (
	maxDestinations    = 100
	maxDestinationName = 100 // letters
	maxMatches         = 200 // names in each list
	maxMatchName       = 200 // bytes
	// mostMappingsChecked is how many of a destination's mappings a check looks at.
	mostMappingsChecked = 500
)

// DestinationRequest says where deals are sent, and which.
type DestinationRequest struct {
	Kind     string // of a new one; an existing one keeps its own
	Name     string
	Settings json.RawMessage // an object; empty: {}
	Match    parley.DestinationMatch
	Trigger  parley.ActivationTrigger // empty: order_approved
	Release  parley.ActivationRelease // empty: automatic
	Required bool
	// BillingSource is whose figures count of deals that are here; empty: as for any. RequestsPerMinute and Sends bound what it is asked
	// for; 0: as any. What is nil stays as it is, and is as for any at first.
	BillingSource            *string
	RequestsPerMinute, Sends *int
}

// adapter answers what speaks to a kind of destination.
func (s *Service) adapter(kind string) (activation.Adapter, bool) {
	for _, adapter := range s.parts.Adapters {
		if adapter.Kind() == kind {
			return adapter, true
		}
	}
	return nil, false
}

// DestinationKinds are those that destinations can have.
func (s *Service) DestinationKinds() []string {
	var names []string
	for _, adapter := range s.parts.Adapters {
		names = append(names, adapter.Kind())
	}
	return names
}

// check brings a request into its one form, and finds what is wrong with it.
func (r *DestinationRequest) check(s *Service) error {
	var problems parley.Problems
	r.Name = strings.TrimSpace(r.Name)
	if r.Name == "" || utf8.RuneCountInString(r.Name) > maxDestinationName {
		problems.Add("name", "must be 1 to %d letters", maxDestinationName)
	}
	if r.Trigger == "" {
		r.Trigger = parley.TriggerOrderApproved
	}
	if !r.Trigger.Valid() {
		problems.Add("trigger", "must be deal_booked, order_approved or manual")
	}
	if r.Release == "" {
		r.Release = parley.ReleaseAutomatic
	}
	if !r.Release.Valid() {
		problems.Add("release", "must be automatic or person")
	}
	if r.BillingSource != nil {
		source := strings.TrimSpace(*r.BillingSource)
		if r.BillingSource = &source; source != "" && !soundSource(source) {
			problems.Add("billing_source", "must be at most %d letters that say who counts", maxSource)
		}
	}
	for _, limit := range []struct {
		path string
		is   *int
		most int
	}{{"requests_per_minute", r.RequestsPerMinute, parley.MostRequestsPerMinute}, {"sends", r.Sends, parley.MostSends}} {
		if limit.is != nil && (*limit.is < 0 || *limit.is > limit.most) {
			problems.Add(limit.path, "must be 1 to %d, or 0, which is as for any destination", limit.most)
		}
	}
	r.Match = r.Match.Normal()
	for _, list := range []struct {
		path  string
		names []string
	}{
		{"match.inventory_types", r.Match.InventoryTypes}, {"match.dsp_platforms", r.Match.DSPPlatforms},
		{"match.seat_ids", r.Match.SeatIDs}, {"match.product_ids", r.Match.ProductIDs},
	} {
		if len(list.names) > maxMatches {
			problems.Add(list.path, "must be at most %d", maxMatches)
		}
		for _, name := range list.names {
			if name == "" || len(name) > maxMatchName {
				problems.Add(list.path, "must be names of 1 to %d bytes", maxMatchName)
				break
			}
		}
	}
	for _, seat := range r.Match.SeatIDs {
		if _, err := openrtb.Seat(seat); seat != "" && err != nil {
			problems.Add("match.seat_ids", "%s", err.Error())
			break
		}
	}
	for _, dealType := range r.Match.DealTypes {
		if known, is := parley.ParseDealType(string(dealType)); !is || known != dealType {
			problems.Add("match.deal_types", "must be PG, PD and PA")
			break
		}
	}
	if len(r.Settings) == 0 || string(r.Settings) == "null" {
		r.Settings = json.RawMessage(`{}`)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, r.Settings); err != nil || compact.Bytes()[0] != '{' {
		problems.Add("settings", "must be an object")
		return problems.Err()
	}
	r.Settings = compact.Bytes()
	adapter, known := s.adapter(r.Kind)
	if !known {
		problems.Add("kind", "must be one of: %s", strings.Join(s.DestinationKinds(), ", "))
		return problems.Err()
	}
	for _, p := range adapter.Validate(r.Settings) {
		problems.Add(p.Field, "%s", p.Text)
	}
	return problems.Err()
}

// alone finds another destination that is called as this one, in whatever letters, or whose place would be the same one, where what is
// sent to the one would be written over what is sent to the other. self is the destination that the request is about; empty: a new one.
func (r DestinationRequest) alone(s *Service, others []parley.Destination, self string) error {
	adapter, _ := s.adapter(r.Kind)
	for _, other := range others {
		if other.ID != self && parley.AlikeName(other.Name) == parley.AlikeName(r.Name) {
			return parley.Errorf(parley.CodeConflict, "There is a destination called %q already.", other.Name).With("destination_id", other.ID)
		}
	}
	place := adapter.Place(r.Settings)
	for _, other := range others {
		if place != "" && other.ID != self && other.Kind == r.Kind && adapter.Place(other.Settings) == place {
			return parley.Errorf(parley.CodeConflict, "The destination %q writes to the same place. Give each one its own.", other.Name).
				With("destination_id", other.ID)
		}
	}
	return nil
}

func (r DestinationRequest) fill(d *parley.Destination, now time.Time) {
	d.Name, d.Settings, d.Match, d.Trigger, d.Release, d.Required = r.Name, r.Settings, r.Match, r.Trigger, r.Release, r.Required
	if r.BillingSource != nil {
		d.BillingSource = *r.BillingSource
	}
	if r.RequestsPerMinute != nil {
		d.RequestsPerMinute = *r.RequestsPerMinute
	}
	if r.Sends != nil {
		d.Sends = *r.Sends
	}
	d.Version, d.UpdatedAt = d.Version+1, now
}

// CreateDestination has deals sent somewhere from now on: those that it is for and whose trigger comes.
func (s *Service) CreateDestination(ctx context.Context, call Call, request DestinationRequest, encode Encode[parley.Destination]) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Destination, error) {
		w.LockDestinations()
		present := w.EachDestination()
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Destination{}, err
		}
		if err := request.check(s); err != nil {
			return parley.Destination{}, err
		}
		if err := request.named(ctx, names{&w.Reader}, parley.DestinationMatch{}); err != nil {
			return parley.Destination{}, err
		}
		others, err := present.Get(ctx)
		if err != nil {
			return parley.Destination{}, err
		}
		if len(others) >= maxDestinations {
			return parley.Destination{}, parley.Errorf(parley.CodeConflict, "There are %d destinations already. Remove one first.", len(others))
		}
		if err := request.alone(s, others, ""); err != nil {
			return parley.Destination{}, err
		}
		d := parley.Destination{ID: s.ids.New(parley.PrefixDestination), Kind: request.Kind, Status: parley.DestinationActive, CreatedAt: w.now}
		request.fill(&d, w.now)
		w.InsertDestination(d)
		return d, w.recordDestination(parley.EventDestinationCreated, "destination.create", parley.Destination{}, d)
	})
}

// ofKind has a destination keep its kind: what is there was made by it.
func (r *DestinationRequest) ofKind(kind string) error {
	if r.Kind != "" && r.Kind != kind {
		return parley.Invalid("kind", "cannot be changed: it is %s; make another destination for %s", kind, r.Kind)
	}
	r.Kind = kind
	return nil
}

// ChangeDestination sets a destination to what is asked for, in the version that the caller has read; nil is any. It holds for
// what is sent from now on; when the settings change, what is there already is sent again.
func (s *Service) ChangeDestination(ctx context.Context, call Call, id string, version *int64, request DestinationRequest, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		w.LockDestinations()
		present := w.EachDestination()
		if err := request.ofKind(d.Kind); err != nil {
			return d, err
		}
		if err := request.check(s); err != nil {
			return d, err
		}
		if version != nil && *version != d.Version {
			return d, parley.Errorf(parley.CodePreconditionFailed, "The destination is in version %d by now. Read it again, then retry.", d.Version).
				With("version", d.Version)
		}
		if err := request.named(ctx, names{&w.Reader}, d.Match); err != nil {
			return d, err
		}
		others, err := present.Get(ctx)
		if err != nil {
			return d, err
		}
		if err := request.alone(s, others, d.ID); err != nil {
			return d, err
		}
		before := d
		request.fill(&d, w.now)
		w.UpdateDestination(d)
		if !sameJSON(before.Settings, d.Settings) {
			w.RevisitActivations(d.ID, true)
		}
		return d, w.recordDestination(parley.EventDestinationChanged, "destination.change", before, d)
	})
}

// PauseDestination keeps everything from being sent to a destination. What it is for waits.
func (s *Service) PauseDestination(ctx context.Context, call Call, id, reason string, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		if d.Status == parley.DestinationPaused {
			return d, nil
		}
		before := d
		if reason = strings.TrimSpace(reason); reason == "" {
			reason = "somebody paused it"
		}
		d.Status, d.PausedBecause, d.UpdatedAt = parley.DestinationPaused, reason, w.now
		d.Version++
		w.UpdateDestination(d)
		return d, w.recordDestination(parley.EventDestinationPaused, "destination.pause", before, d)
	})
}

// ResumeDestination has what waits for a destination sent.
func (s *Service) ResumeDestination(ctx context.Context, call Call, id string, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		if d.Status == parley.DestinationActive {
			return d, nil
		}
		before := d
		d.Status, d.PausedBecause, d.Failures, d.UpdatedAt = parley.DestinationActive, "", 0, w.now
		d.Version++
		w.UpdateDestination(d)
		return d, w.recordDestination(parley.EventDestinationChanged, "destination.resume", before, d)
	})
}

// RemoveDestination removes a destination that no deal was for.
func (s *Service) RemoveDestination(ctx context.Context, call Call, id string, encode Encode[parley.Destination]) (Answer, error) {
	return s.destination(ctx, call, id, encode, func(w *work, d parley.Destination) (parley.Destination, error) {
		w.DeleteDestination(d.ID)
		return d, w.recordDestination(parley.EventDestinationRemoved, "destination.remove", d, parley.Destination{})
	})
}

// destination runs an admin's change of one destination.
func (s *Service) destination(ctx context.Context, call Call, id string, encode Encode[parley.Destination], do func(*work, parley.Destination) (parley.Destination, error)) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.Destination, error) {
		pending := w.DestinationForUpdate(id)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Destination{}, err
		}
		d, err := pending.Get(ctx)
		if err != nil {
			return parley.Destination{}, err
		}
		return do(w, d)
	})
}

// recordDestination records a change, of which before or after is the zero destination when there was, or is, none.
func (w *work) recordDestination(event parley.EventType, action string, before, after parley.Destination) error {
	about := func(d parley.Destination) any {
		if d.ID == "" {
			return nil
		}
		return map[string]any{
			"destination_id": d.ID, "kind": d.Kind, "name": d.Name, "status": d.Status, "paused_because": d.PausedBecause, "settings": d.Settings,
			"credential_mark": d.CredentialMark, "match": d.Match, "trigger": d.Trigger, "release": d.Release, "required": d.Required, "billing_source": d.BillingSource,
			"requests_per_minute": d.RequestsPerMinute, "sends": d.Sends, "version": d.Version,
		}
	}
	told := after
	if told.ID == "" {
		told = before
	}
	return w.record(parley.Event{Type: event, Data: data(about(told))}, action, "destination", told.ID, about(before), about(after))
}

// Destinations lists where deals are sent, for the publisher.
func (s *Service) Destinations(ctx context.Context, call Call, filter storage.DestinationFilter) (storage.Listing[parley.Destination], error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[storage.Listing[parley.Destination]] { return v.Destinations(filter) })
}

// Destination reads a destination, for the publisher.
func (s *Service) Destination(ctx context.Context, call Call, id string) (parley.Destination, error) {
	return forViewer(ctx, s, call, func(v *view) *storage.Pending[parley.Destination] { return v.Destination(id) })
}

// CheckDestination asks a destination whether deals could be sent to it as it is set, and changes nothing there or here.
func (s *Service) CheckDestination(ctx context.Context, call Call, id string) ([]activation.Finding, error) {
	var mapped storage.Listing[parley.Mapping]
	var strange []activation.Finding
	d, err := read(ctx, s, call, func(v *view) (parley.Destination, error) {
		pending := v.Destination(id)
		mappings := v.Mappings(storage.MappingFilter{DestinationID: id, Page: storage.Page{Limit: mostMappingsChecked}})
		_, err := v.authorize(ctx, needScope(parley.ScopeAdmin))
		if err != nil {
			return parley.Destination{}, err
		}
		if mapped, err = mappings.Get(ctx); err != nil {
			return parley.Destination{}, err
		}
		d, err := pending.Get(ctx)
		if err == nil {
			strange, err = nobodys(ctx, v.Reader, d, mapped.Items)
		}
		return d, err
	})
	if err != nil {
		return nil, err
	}
	adapter, known := s.adapter(d.Kind)
	if !known {
		return []activation.Finding{{Problem: true, Field: "kind", Text: "this program does not speak to destinations of this kind"}}, nil
	}
	account, failure := s.account(d)
	if failure != nil {
		return []activation.Finding{{Problem: true, Field: failure.Field, Text: failure.Text}}, nil
	}
	account.Mappings = mapped.Items
	return append(append([]activation.Finding{}, adapter.Check(ctx, account)...), strange...), nil
}
