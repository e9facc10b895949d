package seller

import (
	"context"
	"net/url"
	"time"

	"parley"
	"parley/storage"
)

const (
	// noticeLease names the lease of the node that tells people what waits.
	noticeLease = "notices"
	// noticeClaim is how long a node that sends a message is left alone; longer than sending takes.
	noticeClaim = 2 * time.Minute
	// noticeQuiet is how long the oldest question that a message tells of waits: what comes at about the same time is one message.
	noticeQuiet = time.Minute
	// mostNoticed is how many questions of a kind one message tells of; more are told by the next. mostFailing is that of the rest.
	mostNoticed, mostFailing = 1000, 200
	// NoticeNames is how many things of a kind one message names; it counts the rest.
	NoticeNames    = 20
	mostDueNotices = 1000

	// Where a message is not taken there is another try after a wait, which grows to the longest, until patience ends.
	noticeRetry, longestNoticeRetry = time.Minute, 4 * time.Hour
	noticePatience                  = 3 * 24 * time.Hour
	longestNoticeError              = 300 // characters
)

// NoticeLeadership is a node's part in deciding which of them tells people what waits.
func (s *Service) NoticeLeadership(node string) *Leadership {
	return &Leadership{service: s, node: node, lease: noticeLease, duty: "telling people what waits"}
}

// FailingThing is a webhook or a destination that fails.
type FailingThing struct {
	Kind string // webhook or destination
	ID   string
	Name string // of a webhook the host alone: the rest of an address may be a secret

	since int64
}

// NoticeDue is a message that a person is to be sent.
type NoticeDue struct {
	Choice   parley.NoticeChoice
	Address  string // where to, opened
	Greets   bool   // it says what the person is told from now on
	Waiting  []parley.InboxItem
	Expiring []parley.InboxItem // none of which is waiting beside
	Failing  []FailingThing

	over bool // no key of the person holds any more
}

// Count is how many things the message tells of.
func (d NoticeDue) Count() int { return len(d.Waiting) + len(d.Expiring) + len(d.Failing) }

// Items are the things that the message tells of. A question whose time is soon over is not told again as one that waits.
func (d NoticeDue) Items() []parley.ToldNotice {
	var told []parley.ToldNotice
	for _, q := range d.Waiting {
		told = append(told, parley.ToldNotice{Kind: parley.NoticeWaiting, ItemID: q.ID})
	}
	for _, q := range d.Expiring {
		told = append(told, parley.ToldNotice{Kind: parley.NoticeWaiting, ItemID: q.ID},
			parley.ToldNotice{Kind: parley.NoticeExpiring, ItemID: q.ID, Since: q.TimeoutAt.UnixMicro()})
	}
	for _, f := range d.Failing {
		told = append(told, parley.ToldNotice{Kind: parley.NoticeFailing, ItemID: f.ID, Since: f.since})
	}
	return told
}

// ready tells whether there is something to tell, and nothing to wait for.
func (d NoticeDue) ready(now time.Time) bool {
	if d.over || d.Greets || len(d.Expiring) > 0 || len(d.Failing) > 0 {
		return true
	}
	for _, q := range d.Waiting {
		if now.Sub(q.RequestedAt) >= noticeQuiet {
			return true
		}
	}
	return false
}

// DueNotices answers the choices of which there may be a message now.
func (s *Service) DueNotices(ctx context.Context) ([]parley.NoticeChoice, error) {
	var due []parley.NoticeChoice
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		var err error
		due, err = r.DueNotices(s.clock(), mostDueNotices).Get(ctx)
		return err
	})
	return due, err
}

// ClaimNotice answers the message that there is for a choice, and leaves it to the caller to send: until that is recorded, or the claim
// is over, nobody else gets it. ok is false where there is nothing to send. node is the one that must hold the lease; empty: none has to.
func (s *Service) ClaimNotice(ctx context.Context, node string, choice parley.NoticeChoice) (due NoticeDue, ok bool, err error) {
	// Most looks find nothing, and lock nothing.
	err = s.store.Read(ctx, func(r *storage.Reader) error {
		due, err = s.noticeDue(ctx, r, choice, s.clock())
		return err
	})
	if err != nil || !due.ready(s.clock()) {
		return NoticeDue{}, false, err
	}
	err = s.store.Tx(ctx, func(tx *storage.Tx) error {
		due, ok = NoticeDue{}, false
		w := &work{Tx: tx, service: s, now: s.clock(), who: sweeper}
		asked, leads := tx.NoticeForUpdate(choice.KeyID, choice.Way), tx.LeaseHolder(noticeLease)
		there, err := asked.Get(ctx)
		if err != nil || len(there) == 0 {
			return err
		}
		leader, err := leads.Get(ctx)
		if err != nil || node != "" && leader != node {
			return err
		}
		c := there[0]
		if c.DueAt == nil || c.DueAt.After(w.now) || c.ClaimedUntil != nil && c.ClaimedUntil.After(w.now) {
			return nil
		}
		found, err := s.noticeDue(ctx, &tx.Reader, c, w.now)
		if err != nil || !found.ready(w.now) {
			return err
		}
		if found.over {
			tx.DeleteNotice(c.KeyID, c.Way)
			return w.audit("notice.remove", "key", c.KeyID, chosen(c), nil)
		}
		until := w.now.Add(noticeClaim)
		c.Claim, c.ClaimedUntil = c.Claim+1, &until
		tx.PutNotice(c)
		due, ok = found, true
		due.Choice = c
		named := func(items []parley.InboxItem) []parley.InboxItem { return items[:min(len(items), NoticeNames)] }
		return w.prices().prospects(ctx, named(due.Expiring), named(due.Waiting))
	})
	if err != nil || !ok {
		return NoticeDue{}, false, err
	}
	address := []byte(due.Choice.Address)
	if due.Choice.Way == parley.NoticeByChat {
		if address, err = s.vault().Open(sealedFor(due.Choice), due.Choice.Address); err != nil {
			return NoticeDue{}, false, s.RecordNotice(ctx, due, err)
		}
	}
	due.Address = string(address)
	return due, true, nil
}

// noticeDue gathers what a person was not told of yet, as their inbox has it.
func (s *Service) noticeDue(ctx context.Context, r *storage.Reader, c parley.NoticeChoice, now time.Time) (NoticeDue, error) {
	due := NoticeDue{Choice: c, Greets: c.GreetedAt == nil}
	keys, err := r.KeysSince(c.KeyID).Get(ctx)
	if err != nil {
		return due, err
	}
	who, live := liveOf(keys, now)
	if !live {
		due.over = true
		return due, nil
	}
	wants := map[parley.NoticeKind]bool{}
	for _, kind := range c.Kinds {
		wants[kind] = true
	}
	filter := InboxFilter{Reader: s.inboxReader(who), Now: now, Page: Page{Limit: mostNoticed, CountTo: 1}}
	if wants[parley.NoticeExpiring] {
		soon := filter
		soon.DueBefore, soon.NotTold = now.Add(c.Within), &storage.NotTold{KeyID: c.KeyID, Way: c.Way, Kind: parley.NoticeExpiring}
		found, err := r.Inbox(soon).Get(ctx)
		if err != nil {
			return due, err
		}
		due.Expiring = found.Items
	}
	if wants[parley.NoticeWaiting] {
		if due.Waiting, err = waitingBeside(ctx, r, filter, due); err != nil {
			return due, err
		}
	}
	if wants[parley.NoticeFailing] {
		due.Failing, err = failingThings(ctx, r, c)
	}
	return due, err
}

// liveOf is who a person is by the newest of their keys that holds.
func liveOf(keys []parley.Key, now time.Time) (parley.Principal, bool) {
	for _, key := range keys {
		if who := key.Principal(""); key.Live(now) && who.Has(parley.ScopeViewer) {
			return who, true
		}
	}
	return parley.Principal{}, false
}

// waitingBeside are the questions that wait and were not told of, without those whose time is soon over.
func waitingBeside(ctx context.Context, r *storage.Reader, filter InboxFilter, due NoticeDue) ([]parley.InboxItem, error) {
	filter.NotTold = &storage.NotTold{KeyID: due.Choice.KeyID, Way: due.Choice.Way, Kind: parley.NoticeWaiting}
	found, err := r.Inbox(filter).Get(ctx)
	if err != nil {
		return nil, err
	}
	soon := map[string]bool{}
	for _, q := range due.Expiring {
		soon[q.ID] = true
	}
	var waiting []parley.InboxItem
	for _, q := range found.Items {
		if !soon[q.ID] {
			waiting = append(waiting, q)
		}
	}
	return waiting, nil
}

// failingThings are the webhooks and destinations that fail and that a person was not told of since they began to.
func failingThings(ctx context.Context, r *storage.Reader, c parley.NoticeChoice) ([]FailingThing, error) {
	few := Page{Limit: mostFailing, Newest: true, CountTo: 1}
	hooks, places := r.Webhooks(WebhookFilter{Failing: true, Page: few}), r.Destinations(DestinationFilter{Failing: true, Page: few})
	told, err := r.ToldNotices(storage.NotTold{KeyID: c.KeyID, Way: c.Way, Kind: parley.NoticeFailing}).Get(ctx)
	if err != nil {
		return nil, err
	}
	known := map[parley.ToldNotice]bool{}
	for _, t := range told {
		known[t] = true
	}
	var failing []FailingThing
	add := func(f FailingThing) {
		if !known[parley.ToldNotice{Kind: parley.NoticeFailing, ItemID: f.ID, Since: f.since}] {
			failing = append(failing, f)
		}
	}
	found, err := hooks.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range found.Items {
		if h.FailingSince != nil {
			add(FailingThing{Kind: "webhook", ID: h.ID, Name: hostOf(h.URL), since: h.FailingSince.UnixMicro()})
		}
	}
	paused, err := places.Get(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range paused.Items {
		add(FailingThing{Kind: "destination", ID: d.ID, Name: d.Name, since: d.Version})
	}
	return failing, nil
}

// hostOf is the host of an address, of which the rest may be a secret.
func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Host
}

// RecordNotice stores what came of sending a message: failure is why it was not taken, nil that it was. What was claimed anew meanwhile,
// or chosen anew, stays as it is.
func (s *Service) RecordNotice(ctx context.Context, due NoticeDue, failure error) error {
	return s.store.Tx(ctx, func(tx *storage.Tx) error {
		there, err := tx.NoticeForUpdate(due.Choice.KeyID, due.Choice.Way).Get(ctx)
		if err != nil || len(there) == 0 || there[0].Claim != due.Choice.Claim || there[0].ClaimedUntil == nil {
			return err
		}
		c, now := there[0], s.clock()
		c.ClaimedUntil = nil
		if failure != nil {
			failedNotice(&c, failure, now)
			tx.PutNotice(c)
			return nil
		}
		next := now.Add(c.Every)
		c.SentAt, c.DueAt, c.Failures, c.FailingSince, c.LastError = &now, &next, 0, nil, ""
		if due.Greets {
			c.GreetedAt = &now
		}
		tx.PutNotice(c)
		tx.TellNotices(c.KeyID, c.Way, due.Items())
		return nil
	})
}

// failedNotice is what a failure leads to: a wait that grows, or the end of it.
func failedNotice(c *parley.NoticeChoice, failure error, now time.Time) {
	if c.FailingSince == nil {
		c.FailingSince = &now
	}
	c.Failures++
	c.LastError = failure.Error()
	if letters := []rune(c.LastError); len(letters) > longestNoticeError {
		c.LastError = string(letters[:longestNoticeError])
	}
	next := now.Add(min(noticeRetry<<min(c.Failures-1, 20), longestNoticeRetry))
	c.DueAt = &next
	if now.Sub(*c.FailingSince) >= noticePatience {
		c.DueAt = nil
	}
}
