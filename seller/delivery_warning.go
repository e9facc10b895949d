package seller

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley"
	"parley/storage"
)

const (
	mostDisputed = 20  // deals that an import's warnings look at
	mostSources  = 100 // who may send figures: each is a series of the metrics, and one more to look for when a deal's count
)

// deliveryWarnings are what whoever takes figures in should know of them: that there are none, that their source may be another one
// otherwise written, that spend is in another currency than its deal's, and whose figures count of deals that several sources have sent some of.
func (w *work) deliveryWarnings(ctx context.Context, done parley.DeliveryImport, known bool) ([]string, error) {
	var warnings []string
	pending, disputed, destinations := w.DeliverySources(mostSources), w.DisputedDeals(done, known, mostDisputed+1), w.EachDestination()
	sources, err := pending.Get(ctx)
	if err != nil {
		return nil, err
	}
	if len(sources) == mostSources && !slices.ContainsFunc(sources, func(s storage.DeliverySource) bool { return s.Name == done.Source }) {
		return nil, parley.Errorf(parley.CodeConflict, "There are %d sources of figures already, and %q is none of them. Write a source as before.", mostSources, done.Source)
	}
	if done.Rows == 0 {
		return []string{"The file has no rows, so that nothing is known by it."}, nil
	}
	for _, s := range sources {
		if s.Name != done.Source && plainSource(s.Name) == plainSource(done.Source) {
			warnings = append(warnings, fmt.Sprintf("%q and %q are two sources, which are compared and never added. Write a source as before.", done.Source, s.Name))
		}
	}
	if !known {
		spends, impossible := w.ForeignSpends(mostDisputed+1), w.Impossible()
		foreign, err := spends.Get(ctx)
		if err != nil {
			return nil, err
		}
		more, err := impossible.Get(ctx)
		if err != nil {
			return nil, err
		}
		warnings = append(append(warnings, foreignInWords(foreign)...), impossibleInWords(more)...)
	}
	ids, err := disputed.Get(ctx)
	if err != nil {
		return nil, err
	}
	each, err := destinations.Get(ctx)
	if err != nil {
		return nil, err
	}
	counting, err := w.countedOf(ctx, ids[:min(len(ids), mostDisputed)], done.Source, each)
	if err != nil {
		return nil, err
	}
	for _, c := range counting {
		text := fmt.Sprintf("Of %s figures of several sources are known, of which those of %q count", dealsInWords(c.deals), c.source)
		if c.source != done.Source {
			text += " and not these"
		}
		if c.said {
			text += ", as is set."
		} else {
			text += ", since it sent figures first. Set billing_source at their destination, or the setting billing-source, if another one is to count."
		}
		warnings = append(warnings, text)
	}
	if len(ids) > mostDisputed {
		warnings = append(warnings, fmt.Sprintf("Of more than these %d deals figures of several sources are known.", mostDisputed))
	}
	return warnings, nil
}

// foreignInWords says of which deals spend is in another currency than theirs.
func foreignInWords(foreign []storage.ForeignSpend) []string {
	if len(foreign) == 0 {
		return nil
	}
	ids := make([]string, len(foreign))
	for i, f := range foreign {
		ids[i] = fmt.Sprintf("%s (%s, spent in %s)", f.DealID, f.Currency, f.Spent)
	}
	return []string{fmt.Sprintf("Spend of %s is in another currency than the deal's: it is kept, and added to nothing in the deal's currency.", dealsInWords(ids))}
}

// impossibleInWords says what a file has more of than of what it is a part. It is taken as it is sent: systems count apart.
func impossibleInWords(f storage.ImpossibleFigures) (warnings []string) {
	for _, found := range []struct {
		rows       int64
		more, than string
	}{
		{f.Viewable, "viewable impressions", "impressions"}, {f.Completions, "completions", "impressions"}, {f.Wins, "wins", "bids"},
		{f.Impressions, "impressions", "wins"},
	} {
		if found.rows > 0 {
			warnings = append(warnings, fmt.Sprintf("Rows with more %s than %s: %d. Look whether a column is another one.", found.more, found.than, found.rows))
		}
	}
	return warnings
}

// plainSource is a source's name without what people write in one way and another.
func plainSource(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-.", r) {
			return -1
		}
		return r
	}, strings.ToLower(name))
}

// countedBy are deals of which the figures of a source count.
type countedBy struct {
	source string
	said   bool // by a billing source, or by a destination that orders wait for
	deals  []string
}

// countedOf tells whose figures of deals count, once a source has sent some.
func (w *work) countedOf(ctx context.Context, ids []string, source string, destinations []parley.Destination) ([]countedBy, error) {
	sources, activations := make([]*storage.Pending[[]string], len(ids)), make([]*storage.Pending[storage.Listing[parley.Activation]], len(ids))
	for i, id := range ids {
		sources[i], activations[i] = w.DeliverySourcesOf(id, source), w.Activations(storage.ActivationFilter{DealID: id})
	}
	var found []countedBy
	for i, id := range ids {
		sent, err := sources[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		there, err := activations[i].Get(ctx)
		if err != nil {
			return nil, err
		}
		billing := w.service.billing(there.Items, destinations)
		by := countedBy{source: counted(sent, billing)}
		by.said = slices.Contains(billing, by.source)
		at := slices.IndexFunc(found, func(c countedBy) bool { return c.source == by.source && c.said == by.said })
		if at < 0 {
			at, found = len(found), append(found, by)
		}
		found[at].deals = append(found[at].deals, id)
	}
	return found, nil
}

// dealsInWords are deals in a sentence, at most three of them by their ids.
func dealsInWords(ids []string) string {
	const most = 3
	if len(ids) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
	}
	return strings.Join(ids, ", ")
}
