package seller

import (
	"context"
	"errors"

	"parley"
	"parley/inventory"
	"parley/storage"
)

// CapacityRequest declares what each day of a range can carry; a nil Daily takes the declaration back, so that the
// product's own daily capacity holds again.
type CapacityRequest struct {
	ProductID string
	Range     parley.Flight
	Daily     *int64 // impressions a day
	// Version is of the product's capacity when the days were looked at: refused when one of them was changed since. Nil: whatever they are.
	Version *int64
}

// SetCapacity changes a product's capacity over those days of a range that are not past. It can never go under what is already
// sold.
func (s *Service) SetCapacity(ctx context.Context, call Call, request CapacityRequest, encode Encode[parley.Avails]) (Answer, error) {
	ahead, err := s.capacityAhead(request)
	if err != nil {
		return Answer{}, err
	}
	answer, err := write(ctx, s, call, encode, func(w *work) (parley.Avails, error) {
		pending, before := w.ProductForUpdate(request.ProductID), w.Capacity(request.ProductID, request.Range)
		if _, err := w.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Avails{}, err
		}
		product, err := pending.Get(ctx)
		if err != nil {
			return parley.Avails{}, unknownProduct(err, request.ProductID)
		}
		daysBefore, err := before.Get(ctx)
		if err != nil {
			return parley.Avails{}, err
		}
		version, err := w.nextCapacityVersion(ctx, request, ahead)
		if err != nil {
			return parley.Avails{}, err
		}
		w.SetCapacity(product.ID, ahead, request.Daily)
		days, err := w.Capacity(product.ID, request.Range).Get(ctx)
		if err != nil {
			return parley.Avails{}, err
		}
		what := map[string]any{
			"product_id": product.ID, "start_date": ahead.Start, "end_date": ahead.End,
			"daily_impressions": request.Daily,
		}
		avails := parley.Avails{
			ProductID: product.ID, Flight: request.Range, Available: inventory.Available(days, request.Range), Days: days, Version: version,
		}
		return avails, w.record(parley.Event{Type: parley.EventCapacityChanged, Data: data(what)},
			"capacity.set", "product", product.ID, capacityRuns(daysBefore), what)
	})
	if errors.Is(err, storage.ErrCapacity) {
		request.Range = ahead
		return Answer{}, s.capacityBelowBooked(ctx, request, err)
	}
	return answer, err
}

// capacityAhead are the days that a declaration changes: those of its range that are not past.
func (s *Service) capacityAhead(request CapacityRequest) (parley.Flight, error) {
	var problems parley.Problems
	if request.Daily != nil && (*request.Daily < 0 || *request.Daily > parley.MaxImpressions) {
		problems.Add("daily_impressions", "must be from 0 to %d, or null", parley.MaxImpressions)
	}
	s.checkRange(&problems, request.Range)
	today := s.today(s.clock())
	if request.Range.End < today {
		problems.Add("end_date", "has passed; what days that are past could carry stays as it is")
	}
	return parley.Flight{Start: max(request.Range.Start, today), End: request.Range.End}, problems.Err()
}

// PreviewCapacity answers the days that a declaration would change, as they are now. What SetCapacity refuses it refuses alike, but for taking
// a declaration back from days of which more is sold than the product's own capacity.
func (s *Service) PreviewCapacity(ctx context.Context, call Call, request CapacityRequest) (parley.Avails, error) {
	ahead, err := s.capacityAhead(request)
	if err != nil {
		return parley.Avails{}, err
	}
	avails, err := read(ctx, s, call, func(v *view) (parley.Avails, error) {
		product, pending, over := v.Product(request.ProductID), v.Capacity(request.ProductID, ahead), v.CapacityChangedOver(request.ProductID, ahead)
		if _, err := v.authorize(ctx, needScope(parley.ScopeAdmin)); err != nil {
			return parley.Avails{}, err
		}
		if _, err := product.Get(ctx); err != nil {
			return parley.Avails{}, unknownProduct(err, request.ProductID)
		}
		days, err := pending.Get(ctx)
		if err != nil {
			return parley.Avails{}, err
		}
		return parley.Avails{ProductID: request.ProductID, Flight: ahead, Available: inventory.Available(days, ahead), Days: days}, sameCapacity(ctx, over, request)
	})
	if err != nil || request.Daily == nil {
		return avails, err
	}
	for _, d := range avails.Days {
		if d.Reserved > *request.Daily {
			return avails, belowBooked(nil).With("day", d.Day).With("reserved", d.Reserved)
		}
	}
	return avails, nil
}

// sameCapacity refuses to declare days that were changed since they were looked at; over is the version that last changed one of them.
func sameCapacity(ctx context.Context, over *storage.Pending[int64], request CapacityRequest) error {
	changed, err := over.Get(ctx)
	if err == nil && request.Version != nil && changed > *request.Version {
		err = parley.Errorf(parley.CodePreconditionFailed,
			"The capacity of some of these days has changed meanwhile. Read it again, then repeat the change.").With("current_version", changed)
	}
	return err
}

// nextCapacityVersion is the version that a change of some days makes, which is noted. Once the product is kept from changing nobody else
// makes one.
func (w *work) nextCapacityVersion(ctx context.Context, request CapacityRequest, ahead parley.Flight) (int64, error) {
	last, over := w.CapacityVersion(request.ProductID), w.CapacityChangedOver(request.ProductID, ahead)
	if err := sameCapacity(ctx, over, request); err != nil {
		return 0, err
	}
	version, err := last.Get(ctx)
	if err != nil {
		return 0, err
	}
	w.NoteCapacityChange(request.ProductID, version+1, ahead)
	return version + 1, nil
}

// capacityRun is a run of days with the same capacity, to keep an audit entry short.
type capacityRun struct {
	From     parley.Date `json:"from"`
	To       parley.Date `json:"to"`
	Capacity *int64      `json:"daily_impressions"`
}

func capacityRuns(days []parley.DayCapacity) []capacityRun {
	var runs []capacityRun
	for _, d := range days {
		if n := len(runs); n > 0 && equal(runs[n-1].Capacity, d.Capacity) {
			runs[n-1].To = d.Day
			continue
		}
		runs = append(runs, capacityRun{From: d.Day, To: d.Day, Capacity: d.Capacity})
	}
	return runs
}

func equal(a, b *int64) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// capacityBelowBooked names the first day on which more is sold than was to be declared.
func (s *Service) capacityBelowBooked(ctx context.Context, request CapacityRequest, cause error) error {
	refused := belowBooked(cause)
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		days, err := r.Capacity(request.ProductID, request.Range).Get(ctx)
		if err != nil {
			return err
		}
		for _, d := range days {
			if d.Reserved > 0 && (request.Daily == nil || d.Reserved > *request.Daily) {
				refused = refused.With("day", d.Day).With("reserved", d.Reserved)
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return refused
}

func belowBooked(cause error) *parley.Error {
	return &parley.Error{
		Code:    parley.CodeContention,
		Message: "More impressions are already sold or held on some days than this capacity. Cancel or move deals or give holds back first, or declare more.",
		Cause:   cause,
	}
}

// productBelowBooked does the same where the product's own daily capacity was to change.
func (s *Service) productBelowBooked(ctx context.Context, product parley.Product, cause error) error {
	refused := belowBooked(cause)
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		day, err := r.OversoldDay(product.ID, product.DailyImpressions, s.today(s.clock())).Get(ctx)
		if err == nil && day.Reserved > 0 {
			refused = refused.With("day", day.Day).With("reserved", day.Reserved)
		}
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// checkRange refuses days that no flight could have.
func (s *Service) checkRange(problems *parley.Problems, days parley.Flight) {
	if _, err := parley.NewFlight(days.Start, days.End, s.today(s.clock())); err != nil {
		problems.Add("end_date", "%s", err.Error())
	}
}

// Capacity answers each day's capacity and reservations, for the publisher.
func (s *Service) Capacity(ctx context.Context, call Call, productID string, days parley.Flight) (parley.Avails, error) {
	var problems parley.Problems
	if s.checkRange(&problems, days); len(problems) > 0 {
		return parley.Avails{}, problems.Err()
	}
	return read(ctx, s, call, func(v *view) (parley.Avails, error) {
		product, pending, version := v.Product(productID), v.Capacity(productID, days), v.CapacityVersion(productID)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Avails{}, err
		}
		if _, err := product.Get(ctx); err != nil {
			return parley.Avails{}, unknownProduct(err, productID)
		}
		capacity, err := pending.Get(ctx)
		if err != nil {
			return parley.Avails{}, err
		}
		avails := parley.Avails{ProductID: productID, Flight: days, Available: inventory.Available(capacity, days), Days: capacity}
		avails.Version, err = version.Get(ctx)
		return avails, err
	})
}
