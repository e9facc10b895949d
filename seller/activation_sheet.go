package seller

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"

	"parley"
	"parley/activation"
)

// Sheet is the trafficking sheet of a deal.
type Sheet struct {
	Name string // of the file
	CSV  []byte
}

// TraffickingSheet answers the sheet of a deal as it is now, for people who set it up by hand. It needs no folder and no destination;
// where there is one that takes sheets, the sheet is as that one has it, with its columns and its mappings.
func (s *Service) TraffickingSheet(ctx context.Context, call Call, dealID string) (Sheet, error) {
	found, err := s.previewed(ctx, call, needScope(parley.ScopeViewer), dealID)
	if err != nil {
		return Sheet{}, err
	}
	for _, adapter := range s.parts.Adapters {
		sheets, is := adapter.(activation.Sheeter)
		if !is {
			continue
		}
		to := parley.Destination{Kind: adapter.Kind(), Settings: json.RawMessage("{}")}
		a := parley.Activation{DealID: found.at.deal.ID, Intent: parley.IntentRun, WantedVersion: max(found.at.deal.Version, 1)}
		for _, known := range found.destinations {
			if known.Kind == adapter.Kind() && to.ID == "" && known.Match.Fits(found.at.deal) {
				to = known
			}
		}
		for _, known := range found.at.all {
			if known.DestinationID == to.ID {
				a = known
			}
		}
		name, text, problems := sheets.Sheet(s.want(found.at, a, to, found.product, found.mappings[to.ID]))
		if len(problems) > 0 {
			return Sheet{}, parley.Errorf(parley.CodeConflict, "The sheet of this deal cannot be written: %s %s.", problems[0].Field, problems[0].Text)
		}
		return Sheet{name, text}, nil
	}
	return Sheet{}, parley.Errorf(parley.CodeNotFound, "This program writes no trafficking sheets.")
}

// HandSheet answers what somebody enters who makes by hand what a destination does not let programs make: a row for each value of what
// is not known to be there, with its step and its field.
func (s *Service) HandSheet(ctx context.Context, call Call, activationID string) (Sheet, error) {
	story, err := s.Activation(ctx, call, activationID)
	if err != nil {
		return Sheet{}, err
	}
	previews, err := s.PreviewActivations(ctx, call, story.DealID, false)
	if err != nil {
		return Sheet{}, err
	}
	at := slices.IndexFunc(previews, func(p ActivationPreview) bool { return p.Destination.ID == story.DestinationID })
	if at < 0 {
		return Sheet{}, unknown("activation", activationID)
	}
	if problems := previews[at].Problems; len(problems) > 0 {
		return Sheet{}, parley.Errorf(parley.CodeConflict, "Nothing can be sent: %s %s.", problems[0].Field, problems[0].Text)
	}
	var text bytes.Buffer
	rows := [][]string{{"step", "field", "value"}}
	for _, row := range activation.Sheet(previews[at].Plan, story.Steps) {
		rows = append(rows, []string{row.Step, row.Field, parley.InertCell(row.Value)})
	}
	if err := csv.NewWriter(&text).WriteAll(rows); err != nil {
		return Sheet{}, parley.Internal(err)
	}
	return Sheet{Name: activationID + ".csv", CSV: text.Bytes()}, nil
}
