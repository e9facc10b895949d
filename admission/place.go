package admission

import (
	"context"
	"sync"
)

// Place is one request's place among those that are worked on. It is given back once, whoever says so first: the request when
// it is answered, or whatever in it goes on to wait for its client. The zero value is none.
type Place struct {
	once  sync.Once
	leave func() // nil: none was taken
}

// Take waits for the place, as Enter does.
func (p *Place) Take(ctx context.Context, g *Gate) (err error) {
	p.leave, err = g.Enter(ctx)
	return err
}

// GiveBack gives the place up for others.
func (p *Place) GiveBack() {
	p.once.Do(func() {
		if p.leave != nil {
			p.leave()
		}
	})
}
