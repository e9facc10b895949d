package seller

import "sync"

// committed tells the watcher of the events that one of this process's transactions has committed.
type committed struct {
	mu     sync.Mutex
	signal chan struct{}
}

// next answers a channel that is closed at the next commit.
func (c *committed) next() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signal == nil {
		c.signal = make(chan struct{})
	}
	return c.signal
}

func (c *committed) announce() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.signal != nil {
		close(c.signal)
		c.signal = nil
	}
}
