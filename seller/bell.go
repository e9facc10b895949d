package seller

import "sync"

// bell tells the watcher of the events that one of this process's transactions has committed.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next answers a channel that is closed at the next ring.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
		b.rung = nil
	}
}
