package console_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"parley/console"
)

func TestBrowserEventLogIsLive(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.viewer)
	b.visit("/events")
	b.shows("#pulse", "Live")
	quote := w.quoteFor("ctv-drama-premiere")
	b.comes(`document.querySelector("table.log tbody tr:first-child").innerHTML.includes("` + quote.ID + `")`)
	b.visit("/events?type=order.created")
	if n := eval[int](b, `document.querySelectorAll("table.log tbody tr").length`); n != 1 {
		t.Errorf("%d orders were created", n)
	}
}

// restart takes the server away, lets something happen, and brings another one up at the same address, over the same
// database, as a new process would.
func (d *desk) restart(meanwhile func()) {
	d.t.Helper()
	address := d.server.Listener.Addr().String()
	d.stop()
	meanwhile()
	d.service = serviceOver(d.store)
	listener := must[net.Listener](d.t)((&net.ListenConfig{}).Listen(context.Background(), "tcp", address))
	d.server = &httptest.Server{Listener: listener, Config: &http.Server{
		Handler: d.handler(console.Options{}), ReadHeaderTimeout: time.Minute,
	}}
	d.server.Start()
	d.t.Cleanup(d.stop)
}

// stop ends the server although pages follow what happens.
func (d *desk) stop() {
	d.server.CloseClientConnections()
	d.server.Close()
}

func TestBrowserLiveUpdatesSurviveARestart(t *testing.T) {
	t.Parallel()
	w := openWorld(openDesk(t))
	b := w.open(t, w.approver)
	b.visit("/inbox")
	b.shows("#pulse", "Live")
	b.shows(".lead", "4 waiting")
	w.restart(func() {
		b.shows("#pulse", "Reconnecting")
		w.propose(w.buyer, "ctv-home-pause", "PG", "33.00", 5_000_000, 10, 30)
	})
	b.shows(".lead", "5 waiting") // what happened while the server was away
	b.shows("#pulse", "Live")
	w.propose(w.buyer, "ctv-home-pause", "PG", "32.00", 4_000_000, 10, 30)
	b.shows(".lead", "6 waiting") // and what happened since
	b.press("j")
	b.press("a")
	b.leaves(func() { b.press("\r") }) // the page's keys work as before
	b.shows(".planned", "Accept")
}
