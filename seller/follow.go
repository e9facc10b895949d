package seller

import (
	"context"
	"sync"
	"time"

	"parley"
	"parley/storage"
)

// watchEvery is how often a process with streams looks for what other nodes have committed.
const watchEvery = 500 * time.Millisecond

// followers are the streams of this process. One watcher reads the events of all nodes for them and wakes those whom a new
// one concerns, so that a stream costs nothing while others trade.
type followers struct {
	mu     sync.Mutex
	count  int
	stop   context.CancelFunc       // of the watcher; nil: there is none
	silent map[string]chan struct{} // by owner, "" for those who follow everything; closed when there is news
}

// join counts a stream, for whose sake the watcher runs, until leave is called.
func (f *followers) join(ctx context.Context, s *Service) (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	if f.count == 1 {
		// The watcher outlives the stream that started it when others have come meanwhile.
		watching, stop := context.WithCancel(context.WithoutCancel(ctx))
		f.stop = stop
		go s.watchEvents(watching)
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.count--
		if f.count == 0 {
			f.stop()
			f.stop, f.silent = nil, nil
		}
	}
}

// news answers a channel that is closed when there may be an event of an owner's. It has to be asked for before looking
// for events: what the look is too early for closes it.
func (f *followers) news(owner string) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.silent == nil {
		f.silent = map[string]chan struct{}{}
	}
	if f.silent[owner] == nil {
		f.silent[owner] = make(chan struct{})
	}
	return f.silent[owner]
}

// wake wakes the streams of these owners.
func (f *followers) wake(owners map[string]bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for owner := range owners {
		if silent := f.silent[owner]; silent != nil {
			close(silent)
			delete(f.silent, owner)
		}
	}
}

// wakeAll wakes every stream.
func (f *followers) wakeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, silent := range f.silent {
		close(silent)
	}
	f.silent = nil
}

// ListenForEvents has this process hear of events on whichever node they happen until stop is called. news answers a channel
// that is closed when there may be an event of an owner's, "" for anybody's. It has to be asked for before looking for events:
// what the look is too early for closes it.
func (s *Service) ListenForEvents(ctx context.Context, owner string) (news func() <-chan struct{}, stop func()) {
	return func() <-chan struct{} { return s.followers.news(owner) }, s.followers.join(ctx, s)
}

// watchEvents reads what becomes final, on whichever node, and wakes the streams that it concerns, until ctx ends.
func (s *Service) watchEvents(ctx context.Context) {
	watcher := &watcher{service: s}
	for ctx.Err() == nil {
		committed := s.committed.next()
		more, err := watcher.look(ctx)
		if err != nil {
			// Streams find out for themselves what is wrong. What happened until the watcher sees again is theirs to find.
			watcher.known = false
			s.followers.wakeAll()
		}
		if more {
			continue
		}
		timer := time.NewTimer(watchEvery)
		select {
		case <-ctx.Done():
		case <-committed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// watcher is where the reading of all events stands.
type watcher struct {
	service  *Service
	known    bool
	position string
}

// look wakes whoever has something new since the last look. more tells that there is more to look at.
func (w *watcher) look(ctx context.Context) (more bool, err error) {
	owners, keys := map[string]bool{"": true}, false
	err = w.service.store.Read(ctx, func(r *storage.Reader) error {
		if !w.known {
			last, err := r.LastEventID(storage.EventFilter{}).Get(ctx)
			w.position = last
			return err
		}
		events, err := r.EventsAfter(w.position, storage.EventFilter{Page: storage.Page{Limit: streamBatch}}).Get(ctx)
		if err != nil {
			return err
		}
		for _, event := range events {
			owners[event.Owner] = true
			// Whoever reads with a key that is no longer good finds out by looking.
			keys = keys || event.Type == parley.EventKeyRevoked || event.Type == parley.EventAgentTrusted
			w.position = event.ID
		}
		more = len(events) == streamBatch
		if len(events) == 0 {
			owners = nil
		}
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case !w.known || keys:
		// At first, since a stream may have looked before the watcher stood here.
		w.known = true
		w.service.followers.wakeAll()
	default:
		w.service.followers.wake(owners)
	}
	return more, nil
}
