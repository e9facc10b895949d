package client_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// fault is what a proxy does to one request that passes through it.
type fault int

const (
	pass          fault = iota
	loseRequest         // the connection is reset before the server has anything of the request
	tearRequest         // the server gets the beginning of the request, then the connection is reset
	loseAnswer          // the server gets the request and answers, and nothing of the answer arrives
	tearAnswer          // the beginning of the answer arrives, then the connection is reset
	faultsOfProxy       // how many there are
)

// resetter is a TCP proxy in front of a server that resets connections at random.
type resetter struct {
	listener net.Listener
	server   string
	one      int // of so many requests suffers a fault

	mu     sync.Mutex
	random *rand.Rand
	met    [faultsOfProxy]atomic.Int64
}

// openResetter puts a proxy in front of a server's address. The faults are drawn from the seed.
func openResetter(t testing.TB, url string, one int, seed uint64) *resetter {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &resetter{
		listener: listener, server: strings.TrimPrefix(url, "http://"), one: one, random: rand.New(rand.NewPCG(seed, seed)),
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(conn)
		}
	}()
	t.Cleanup(func() { _ = listener.Close() })
	return p
}

func (p *resetter) url() string { return "http://" + p.listener.Addr().String() }

func (p *resetter) draw() fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.random.IntN(p.one) > 0 {
		return pass
	}
	return 1 + fault(p.random.IntN(int(faultsOfProxy)-1))
}

// serve passes requests and answers in turn, as HTTP/1.1 without pipelining sends them: each fits the buffer, and arrives
// in one piece often enough. One in several pieces only makes for another place to break off.
func (p *resetter) serve(near net.Conn) {
	defer reset(near)
	far, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.server)
	if err != nil {
		return
	}
	defer reset(far)
	var planned atomic.Int32 // the fault of the request that is under way
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		defer reset(near)
		p.forward(near, far, func(answer []byte) (int, bool) {
			switch fault(planned.Load()) {
			case loseAnswer:
				return 0, false
			case tearAnswer:
				return len(answer) / 2, false
			default:
				return len(answer), true
			}
		})
	}()
	p.forward(far, near, func(request []byte) (int, bool) {
		next := p.draw()
		p.met[next].Add(1)
		planned.Store(int32(next))
		switch next {
		case loseRequest:
			return 0, false
		case tearRequest:
			return len(request) / 2, false
		default:
			return len(request), true
		}
	})
	reset(far)
	<-answered
}

// forward copies until a connection ends, or until how much to let through says to stop.
func (p *resetter) forward(to io.Writer, from io.Reader, through func([]byte) (int, bool)) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			let, on := through(buffer[:n])
			if _, err := to.Write(buffer[:let]); err != nil || !on {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// reset closes a connection so that its peer sees a reset, not an orderly end.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
