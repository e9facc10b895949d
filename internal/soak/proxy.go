package main

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

// weather is what a proxy does to what passes through it.
type weather struct {
	Cut   float64       // the share of pieces at which the connection is reset, before or after the piece has passed
	Delay time.Duration // the longest that a piece waits; each waits a random part of it
}

// proxy forwards connections from a fixed address to a target that can change, as nodes come back on other ports.
type proxy struct {
	listener net.Listener
	weather  atomic.Pointer[weather]

	mu      sync.Mutex
	random  *rand.Rand
	network string
	target  string
	open    map[net.Conn]struct{}
}

// newProxy listens on a free port of the loopback interface. Without a target it refuses.
func newProxy(seed uint64) (*proxy, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: listener, random: rand.New(rand.NewPCG(seed, seed)), open: map[net.Conn]struct{}{}}
	p.weather.Store(&weather{})
	go p.accept()
	return p, nil
}

// address is where the proxy listens.
func (p *proxy) address() *net.TCPAddr {
	address, _ := p.listener.Addr().(*net.TCPAddr)
	return address
}

// forward sends connections made from now on to a target, such as "tcp" and "127.0.0.1:8080".
func (p *proxy) forward(network, target string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.network, p.target = network, target
}

// set changes the weather, for open connections too.
func (p *proxy) set(w weather) { p.weather.Store(&w) }

// cutAll resets every open connection.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		reset(conn)
	}
}

// close ends the proxy and every connection through it.
func (p *proxy) close() error {
	err := p.listener.Close()
	p.cutAll()
	return err
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		go p.serve(near)
	}
}

func (p *proxy) serve(near net.Conn) {
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

func (p *proxy) forget(conn net.Conn) {
	reset(conn)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, conn)
}

func (p *proxy) copy(to io.Writer, from io.Reader) {
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

func (p *proxy) draw() (wait time.Duration, cutBefore, cutAfter bool) {
	w := *p.weather.Load()
	if w == (weather{}) {
		return 0, false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.Delay > 0 {
		wait = time.Duration(p.random.Int64N(int64(w.Delay)))
	}
	if w.Cut > 0 && p.random.Float64() < w.Cut {
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
