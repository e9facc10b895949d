package seller

import (
	"context"
	"encoding/json"

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
	for _, adapter := range s.settings.Adapters {
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
