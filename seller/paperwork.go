package seller

import (
	"context"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

// PaperworkFilter says which papers a list holds.
type PaperworkFilter = storage.PaperworkFilter

const (
	longestPurchaseOrder = 64 // characters, as of a label and of a note below
	longestLabel         = 40
	mostLabels           = 20
	longestDealNote      = 2000
)

// PaperworkInput is what is to be filed with a deal.
type PaperworkInput struct {
	DealID        string
	PurchaseOrder string
	Labels        []string
	Note          string
	Version       *int64 // that the caller has seen; nil: whatever is there is replaced
}

// checked is what is filed: without space around it, and each label once.
func (in PaperworkInput) checked() (PaperworkInput, error) {
	var problems parley.Problems
	in.PurchaseOrder, in.Note = strings.TrimSpace(in.PurchaseOrder), strings.TrimSpace(in.Note)
	if len([]rune(in.PurchaseOrder)) > longestPurchaseOrder {
		problems.Add("purchase_order", "must have at most %d letters", longestPurchaseOrder)
	}
	if len([]rune(in.Note)) > longestDealNote {
		problems.Add("note", "must have at most %d letters", longestDealNote)
	}
	var labels []string
	for _, label := range in.Labels {
		label = strings.Join(strings.Fields(label), " ")
		switch {
		case label == "" || slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(l, label) }):
		case len([]rune(label)) > longestLabel || strings.Contains(label, ","):
			problems.Add("labels", "must have at most %d letters each, and no comma", longestLabel)
		default:
			labels = append(labels, label)
		}
	}
	if len(labels) > mostLabels {
		problems.Add("labels", "must be at most %d", mostLabels)
	}
	in.Labels = labels
	return in, problems.Err()
}

// FilePaperwork files a purchase order, labels and a note with a deal, whatever its state, in the place of what was there. Another
// version than the one named is CodePreconditionFailed.
func (s *Service) FilePaperwork(ctx context.Context, call Call, in PaperworkInput, encode Encode[parley.Paperwork]) (Answer, error) {
	in, err := in.checked()
	if err != nil {
		return Answer{}, err
	}
	return write(ctx, s, call, encode, func(w *work) (parley.Paperwork, error) {
		held, there := w.DealForUpdate(in.DealID), w.PaperworkOf([]string{in.DealID})
		if _, err := w.authorize(ctx, needDesk); err != nil {
			return parley.Paperwork{}, err
		}
		deal, err := held.Get(ctx)
		if err != nil {
			return parley.Paperwork{}, err
		}
		before, err := filedWith(ctx, there, in.DealID)
		if err != nil {
			return parley.Paperwork{}, err
		}
		if in.Version != nil && *in.Version != before.Version {
			return parley.Paperwork{}, parley.Errorf(parley.CodePreconditionFailed, "Somebody has filed something else meanwhile. Look at it, then file again.").
				With("current_version", before.Version)
		}
		after := parley.Paperwork{
			DealID: deal.ID, PurchaseOrder: in.PurchaseOrder, Labels: in.Labels, Note: in.Note,
			UpdatedBy: w.who.Actor(), UpdatedAt: w.now, Version: before.Version + 1,
		}
		w.PutPaperwork(after)
		event := dealEvent(parley.EventDealFiled, deal)
		event.Owner, event.Data = "", data(map[string]any{"version": after.Version})
		return after, w.record(event, "deal.file", "deal", deal.ID, filedFields(before), filedFields(after))
	})
}

func filedFields(p parley.Paperwork) map[string]any {
	return map[string]any{"purchase_order": p.PurchaseOrder, "labels": p.Labels, "note": p.Note}
}

func filedWith(ctx context.Context, there *storage.Pending[[]parley.Paperwork], dealID string) (parley.Paperwork, error) {
	found, err := there.Get(ctx)
	if err != nil || len(found) == 0 {
		return parley.Paperwork{DealID: dealID}, err
	}
	return found[0], nil
}

// Paperwork answers what is filed with a deal; of one with nothing, the version 0.
func (s *Service) Paperwork(ctx context.Context, call Call, dealID string) (parley.Paperwork, error) {
	return read(ctx, s, call, func(v *view) (parley.Paperwork, error) {
		deal, there := v.Deal(dealID), v.PaperworkOf([]string{dealID})
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return parley.Paperwork{}, err
		}
		if _, err := deal.Get(ctx); err != nil {
			return parley.Paperwork{}, err
		}
		return filedWith(ctx, there, dealID)
	})
}

// PaperworkOfDeals answers what is filed with some deals, by their ids.
func (s *Service) PaperworkOfDeals(ctx context.Context, call Call, dealIDs []string) (map[string]parley.Paperwork, error) {
	return read(ctx, s, call, func(v *view) (map[string]parley.Paperwork, error) {
		there := v.PaperworkOf(dealIDs)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return nil, err
		}
		found, err := there.Get(ctx)
		filed := make(map[string]parley.Paperwork, len(found))
		for _, p := range found {
			filed[p.DealID] = p
		}
		return filed, err
	})
}

// Filed lists what is filed with deals.
func (s *Service) Filed(ctx context.Context, call Call, filter PaperworkFilter) (Listing[parley.Paperwork], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.Paperwork], error) {
		found := v.Paperwork(filter)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer)); err != nil {
			return Listing[parley.Paperwork]{}, err
		}
		return found.Get(ctx)
	})
}
