package seller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley"
	"parley/delivery"
	"parley/storage"
)

// DeliveryFile is a file of what deals delivered.
type DeliveryFile struct {
	Source string // who counted, such as an ad server
	// Feed calls stage once for each row; line is for error messages. Digest is the file's, once it was read.
	Feed   func(stage func(line int, d parley.DeliveryDay) error) error
	Digest func() string
	// AsOf is when the source said so; zero: now, and a file that is known says nothing new. As of later, it says again what it said.
	AsOf time.Time
	// SkipUnknown leaves out rows of deals that there are not, rather than refusing the file.
	SkipUnknown bool
	// Seen is of the preview that somebody has looked at: where the file would do something else by now, nothing is taken in; empty: whatever
	// it does.
	Seen string
	// Reason lets an admin replace figures that are final; empty: they are not replaced.
	Reason string
}

const (
	maxSource      = 100 // letters
	maxDeliveryWhy = 500 // letters
)

// soundSource tells whether a text can be the name of who counts.
func soundSource(name string) bool {
	n := utf8.RuneCountInString(name)
	return n > 0 && n <= maxSource && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

func (f *DeliveryFile) check(now time.Time) error {
	var problems parley.Problems
	f.Source = strings.TrimSpace(f.Source)
	if !soundSource(f.Source) {
		problems.Add("source", "must be 1 to %d letters that say who counted, such as the ad server's name", maxSource)
	}
	f.Reason = strings.TrimSpace(f.Reason)
	if utf8.RuneCountInString(f.Reason) > maxDeliveryWhy {
		problems.Add("reason", "must be at most %d letters", maxDeliveryWhy)
	}
	if f.AsOf.IsZero() {
		f.AsOf = now
	}
	if f.AsOf.After(now) {
		problems.Add("as_of", "must not be to come")
	}
	f.AsOf = f.AsOf.Truncate(time.Microsecond)
	return problems.Err()
}

// until is the file's feed, which refuses rows of days after the one when its source said so: nothing was delivered then.
func (f *DeliveryFile) until(last parley.Date) func(func(int, parley.DeliveryDay) error) error {
	return func(stage func(int, parley.DeliveryDay) error) error {
		return f.Feed(func(line int, d parley.DeliveryDay) error {
			if d.Day > last {
				return parley.Invalid(fmt.Sprintf("line %d", line), "is of %s, which is after %s, the day of the figures", d.Day, last)
			}
			return stage(line, d)
		})
	}
}

// DeliveryReport says what an import of figures did.
type DeliveryReport struct {
	parley.DeliveryImport
	Known   bool // the file was taken in before: nothing was done now, and this is what was then
	Preview bool // nothing was stored
	// Seen stands for what it did, or of a preview for what it would: it is another where that is.
	Seen string
	// Warnings are what keeps nothing from being taken in, and is worth knowing.
	Warnings []string
}

// ImportDelivery takes in a file of figures, all of it or nothing. A file that its source has sent before changes nothing, unless it is
// said to be as of later. With
// preview nothing is stored: what would be refused is refused here with the same words.
func (s *Service) ImportDelivery(ctx context.Context, call Call, file DeliveryFile, preview bool) (DeliveryReport, error) {
	return s.importDelivery(ctx, call, file, preview, nil)
}

// TakeDelivery is ImportDelivery under an idempotency key, when the call has one: its fingerprint is of what is said beside the file.
func (s *Service) TakeDelivery(ctx context.Context, call Call, file DeliveryFile, encode Encode[DeliveryReport]) (Answer, error) {
	under := &deliveryAnswer{call: call, encode: encode, digest: file.Digest}
	if call.repeatable() {
		var err error
		if under.scope, err = s.scope(ctx, call); err != nil {
			return Answer{}, err
		}
	}
	report, err := s.importDelivery(ctx, call, file, false, under)
	switch {
	case under.stored != nil && (err == nil || errors.Is(err, errReplay)):
		return replayOf(*under.stored), nil
	case err != nil:
		return Answer{}, err
	case under.answer == nil: // the file was known, so that nothing was written
		call.Fingerprint = under.fingerprint()
		return write(ctx, s, call, encode, func(w *work) (DeliveryReport, error) {
			w.own = true // all that is written is the answer
			_, err := w.authorize(ctx, needScope(parley.ScopeDelivery))
			return report, err
		})
	}
	return *under.answer, nil
}

// deliveryAnswer is what is kept of an import under the call's idempotency key.
type deliveryAnswer struct {
	call   Call
	scope  string
	encode Encode[DeliveryReport]
	digest func() string
	stored *storage.Answer // of the same request before; nil: there is none
	answer *Answer         // of the import; nil: the file was known
}

// fingerprint is of what the call says beside the file, and of the file, once that was read.
func (a *deliveryAnswer) fingerprint() string {
	return parley.HashSecret(a.call.Fingerprint + " " + a.digest())
}

// begin refuses a file under a key that has another's answer.
func (a *deliveryAnswer) begin(ctx context.Context, r *storage.Reader) (err error) {
	if a == nil || !a.call.repeatable() {
		return nil
	}
	a.stored, err = r.Answer(a.scope, a.call.IdempotencyKey).Get(ctx)
	if err == nil && a.stored != nil && a.stored.Fingerprint != a.fingerprint() {
		return keyUsed(*a.stored)
	}
	return err
}

// looked ends the repetition of an import that is not known any more: what was answered says what was done.
func (a *deliveryAnswer) looked(known bool) error {
	if a != nil && a.stored != nil && !known {
		return errReplay
	}
	return nil
}

// finish keeps the answer in the transaction from which the file counts.
func (a *deliveryAnswer) finish(tx *storage.Tx, report DeliveryReport, now time.Time) error {
	if a == nil {
		return nil
	}
	answer, err := a.encode(report)
	if err != nil {
		return parley.Internal(err)
	}
	if a.answer = &answer; a.call.repeatable() {
		tx.InsertAnswer(a.scope, a.call.IdempotencyKey, storage.Answer{Fingerprint: a.fingerprint(), Status: answer.Status, Body: answer.Body, CreatedAt: now})
	}
	return nil
}

func (s *Service) importDelivery(ctx context.Context, call Call, file DeliveryFile, preview bool, under *deliveryAnswer) (DeliveryReport, error) {
	allowed := needScope(parley.ScopeDelivery)
	if strings.TrimSpace(file.Reason) != "" {
		allowed = needScope(parley.ScopeAdmin)
	}
	who, err := s.operator(ctx, call, allowed)
	if err != nil {
		return DeliveryReport{}, err
	}
	now, stated := s.clock(), !file.AsOf.IsZero()
	if err := file.check(now); err != nil {
		return DeliveryReport{}, err
	}
	zone, err := s.daysOf(ctx, file.Source)
	if err != nil {
		return DeliveryReport{}, err
	}
	report := DeliveryReport{Preview: preview}
	report.DeliveryImport, err = s.store.ImportDelivery(ctx, storage.DeliveryFile{
		Import: parley.DeliveryImport{ID: s.ids.New(parley.PrefixDelivery), Source: file.Source, AsOf: file.AsOf, By: who.Actor(), At: now},
		Feed:   file.until(parley.DateOf(file.AsOf, zone)), Digest: file.Digest, SkipUnknown: file.SkipUnknown, Restate: file.Reason != "", Anew: stated,
		Preview: preview, Clock: s.clock,
		Begin: func(r *storage.Reader) error { return under.begin(ctx, r) },
		Look: func(tx *storage.Tx, done parley.DeliveryImport, known bool) (err error) {
			if err := under.looked(known); err != nil {
				return err
			}
			report.Known = known
			w := &work{Tx: tx, service: s, now: now, who: who, caller: caller{call: call}}
			if report.Warnings, err = w.deliveryWarnings(ctx, done, known); err != nil {
				return err
			}
			last, err := tx.LastDeliveryImport(done.Source).Get(ctx)
			if report.Seen = seenOf(done, last, report.Warnings); err == nil && !known && file.Seen != "" && file.Seen != report.Seen {
				err = parley.Errorf(parley.CodePreconditionFailed, "Figures were taken in since this file was previewed. Preview it again.")
			}
			if zone.String() != s.settings.TimeZone.String() {
				report.Warnings = append(report.Warnings, fmt.Sprintf("The days of %q are those of %s, and those of flights of %s: they are kept as they are.",
					done.Source, zone, s.settings.TimeZone))
			}
			return err
		},
		Finish: func(tx *storage.Tx, done parley.DeliveryImport) error {
			w := &work{Tx: tx, service: s, now: now, who: who, caller: caller{call: call}}
			facts := map[string]any{
				"import_id": done.ID, "source": done.Source, "rows": done.Rows, "changed": done.Changed, "skipped": done.Skipped, "reason": file.Reason,
			}
			report.DeliveryImport = done
			if err := under.finish(tx, report, now); err != nil {
				return err
			}
			return w.record(parley.Event{Type: parley.EventDeliveryReceived, Data: data(facts)}, "delivery.import", "delivery", done.ID, nil, facts)
		},
	})
	if err != nil {
		return DeliveryReport{}, tooLarge(err)
	}
	if preview {
		return report, nil
	}
	s.committed.announce()
	return report, s.beginDelivered(ctx, report.ID)
}

// seenOf stands for what a file does: what it changes, what came of the source last, and what is said of it.
func seenOf(done parley.DeliveryImport, last string, warnings []string) string {
	return parley.HashSecret(fmt.Sprintf("%d %d %d %d %d %q %q", done.Rows, done.Changed, done.Skipped, done.From, done.To, last, warnings))
}

// daysOf is the time zone that a source's days are of.
func (s *Service) daysOf(ctx context.Context, source string) (*time.Location, error) {
	var found []parley.DeliveryProfile
	err := s.store.Read(ctx, func(r *storage.Reader) (err error) {
		found, err = r.DeliveryProfileOf(source).Get(ctx)
		return err
	})
	if err != nil || len(found) == 0 || found[0].TimeZone == "" {
		return s.settings.TimeZone, err
	}
	return time.LoadLocation(found[0].TimeZone)
}

// beginDelivered has booked deals run of which an import tells the first impressions. Each is done in a transaction of its own.
func (s *Service) beginDelivered(ctx context.Context, importID string) error {
	for after := ""; ; {
		var ids []string
		err := s.store.Read(ctx, func(r *storage.Reader) error {
			var err error
			ids, err = r.DeliveredDeals(importID, after, sweepBatch).Get(ctx)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			err := s.store.Tx(ctx, func(tx *storage.Tx) error {
				w := &work{Tx: tx, service: s, now: s.clock(), who: courier}
				pending, rows := w.DealForUpdate(id), w.DeliveryDays(id)
				deal, err := pending.Get(ctx)
				if err != nil || deal.Status != parley.DealBooked {
					return err
				}
				days, err := rows.Get(ctx)
				shown := func(d storage.DeliveredDay) bool { return d.Impressions > 0 && delivery.Counts(deal.Flight, d.Day) }
				if err != nil || !slices.ContainsFunc(days, shown) {
					return err
				}
				return w.activate(&deal)
			})
			if err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

// DeliveryImports lists the files of figures that were taken in, for the publisher.
func (s *Service) DeliveryImports(ctx context.Context, call Call, page Page) (Listing[parley.DeliveryImport], error) {
	return read(ctx, s, call, func(v *view) (Listing[parley.DeliveryImport], error) {
		pending := v.DeliveryImports(page)
		if _, err := v.authorize(ctx, needScope(parley.ScopeViewer, parley.ScopeDelivery)); err != nil {
			return Listing[parley.DeliveryImport]{}, err
		}
		return pending.Get(ctx)
	})
}
