package soak

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Weather is what a proxy does to what passes through it.
type Weather struct {
	Cut   float64       // the share of pieces at which the connection is reset, before or after the piece has passed
	Delay time.Duration // the longest that a piece waits; each waits a random part of it
}

// Proxy forwards connections from a fixed address to a target that can change, as nodes come back on other ports.
type Proxy struct {
	listener net.Listener
	weather  atomic.Pointer[Weather]

	mu      sync.Mutex
	random  *rand.Rand
	network string
	target  string
	open    map[net.Conn]struct{}
	cuts    int
}

// NewProxy listens on a free port of the loopback interface. Without a target it refuses.
func NewProxy(seed uint64) (*Proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: listener, random: rand.New(rand.NewPCG(seed, seed)), open: map[net.Conn]struct{}{}}
	p.weather.Store(&Weather{})
	go p.accept()
	return p, nil
}

// Address is where the proxy listens.
func (p *Proxy) Address() *net.TCPAddr {
	address, _ := p.listener.Addr().(*net.TCPAddr)
	return address
}

// Forward sends connections made from now on to a target, such as "tcp" and "127.0.0.1:8080".
func (p *Proxy) Forward(network, target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.network, p.target = network, target
}

// Set changes the weather, for open connections too.
func (p *Proxy) Set(w Weather) { p.weather.Store(&w) }

// CutAll resets every open connection.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		reset(conn)
		p.cuts++
	}
}

// Cuts is how many connections have been reset on purpose.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// Close ends the proxy and every connection through it.
func (p *Proxy) Close() error {
	err := p.listener.Close()
	p.CutAll()
	return err
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(near)
	}
}

func (p *Proxy) serve(near net.Conn) {
	defer p.forget(near)
	p.mu.Lock()
	network, target := p.network, p.target
	p.open[near] = struct{}{}
	p.mu.Unlock()
	if target == "" {
		return
	}
	var dialer net.Dialer
	far, err := dialer.DialContext(context.Background(), network, target)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.open[far] = struct{}{}
	p.mu.Unlock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.copy(near, far)
		reset(near)
	}()
	p.copy(far, near)
	p.forget(far)
	<-done
}

func (p *Proxy) forget(conn net.Conn) {
	reset(conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
}

func (p *Proxy) copy(to io.Writer, from io.Reader) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			wait, cutBefore, cutAfter := p.draw()
			if wait > 0 {
				time.Sleep(wait)
			}
			if cutBefore {
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil || cutAfter {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) draw() (wait time.Duration, cutBefore, cutAfter bool) {
	w := *p.weather.Load()
	if w == (Weather{}) {
		return 0, false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.Delay > 0 {
		wait = time.Duration(p.random.Int64N(int64(w.Delay)))
	}
	if w.Cut > 0 && p.random.Float64() < w.Cut {
		p.cuts++
		cutBefore = p.random.IntN(2) == 0
		cutAfter = !cutBefore
	}
	return wait, cutBefore, cutAfter
}

// reset closes a connection so that its peer sees a reset, not an orderly end.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a connection that is gone already needs no reset
	}
	if err := conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return
	}
}
