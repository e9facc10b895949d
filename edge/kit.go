package edge

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"parley"
	"parley/admission"
)

// Kit is what every edge is given beside the service, one of each for the whole process: what a caller takes at one edge it
// does not have at another.
type Kit struct {
	// Version of the product.
	Version string
	// PublicURL is where clients reach the server, without a slash at its end; empty: where each says that it does.
	PublicURL string
	// Ready tells whether requests can be served: the store answers and the process is not stopping. Nil: always.
	Ready func(context.Context) error
	// Limiter bounds how often each key asks, and each address without one; nil: no bound.
	Limiter *Limiter
	// Proxies are believed about their clients' addresses.
	Proxies Proxies
	// NetworkKeys are the keys that callers without one act as, by their networks. Nil: none.
	NetworkKeys NetworkKeys
	// Streams bounds the answers that stay open, and ends them; nil: admission.DefaultStreams, which nothing ends.
	Streams *admission.Streams
	// Admission bounds how many requests are worked on at a time. Nil: no bound.
	Admission *admission.Gate
	// Bodies bounds the memory that bodies take together which are read whole; files go past it. Nil: a bound of the edge's own.
	Bodies *Bodies
	// MaxBody is the largest request body in bytes; 0 means 1 MiB.
	MaxBody int64
	// Calls counts what agents call; nil: a counter of the edge's own.
	Calls *prometheus.CounterVec
	// Metrics count the requests of all edges, and have Calls; nil: the edge's own.
	Metrics *Metrics
	// Mode marks every answer, in the header parley.ModeHeader; empty: what is traded is real, and nothing is marked.
	Mode string
	// Arrived is told of every request of a program that may be made, before the flows are asked anything; nil: nobody is.
	Arrived func(context.Context)
	// Log takes failures of the server itself; nil discards them.
	Log *slog.Logger
}

const defaultMaxBody = 1 << 20

// WithDefaults fills in what is not set.
func (k Kit) WithDefaults() Kit {
	if k.MaxBody == 0 {
		k.MaxBody = defaultMaxBody
	}
	if k.Streams == nil {
		k.Streams = admission.NewStreams(context.Background(), admission.DefaultStreams)
	}
	if k.Bodies == nil {
		k.Bodies = NewBodies(BodyMemory)
	}
	if k.Calls == nil {
		k.Calls = NewCalls()
	}
	if k.Metrics == nil {
		k.Metrics = NewMetrics(append(admissions(k.Admission, k.Streams), k.Calls)...)
	}
	if k.Log == nil {
		k.Log = slog.New(slog.DiscardHandler)
	}
	return k
}

// Caller is what a request says of who makes it. Whether it is so, the flows find out.
type Caller struct {
	Secret     string // the API key that it presents; empty: none
	NetworkKey string // the id of the key that a caller without one acts as; empty: none
	Address    string
}

// Admit finds out who makes a request, before anything else is done for it: it is refused while the server has too much to do, where its
// caller has asked too often, and where screen, which holds the caller's key against those that there are, refuses it.
func (k Kit) Admit(r *http.Request, screen func(context.Context, Caller) (parley.Principal, error)) (parley.Principal, error) {
	if err := k.Receive(k.bucket(r)); err != nil {
		return parley.Principal{}, err
	}
	caller, err := k.caller(r)
	if err != nil {
		return parley.Principal{}, err
	}
	return k.Screened(r, func(ctx context.Context) (parley.Principal, error) { return screen(ctx, caller) })
}

// Receive is the first half of Admit, for an edge at which a request says in its own way who makes it: it refuses while the server has too
// much to do, and then takes the request from its caller's bucket.
func (k Kit) Receive(bucket string) error {
	if err := k.Admission.Check(); err != nil {
		return err
	}
	return k.Limiter.Take(bucket)
}

// Screened is the second half: it notes whose the key is that screen finds to hold, and counts one that does not.
func (k Kit) Screened(r *http.Request, screen func(context.Context) (parley.Principal, error)) (parley.Principal, error) {
	who, err := screen(r.Context())
	if err != nil {
		return parley.Principal{}, k.TurnedAway(r, err)
	}
	NoteOf(r.Context()).KeyID = who.KeyID
	return who, nil
}

// caller is what a request says of who makes it.
func (k Kit) caller(r *http.Request) (Caller, error) {
	secret, err := Secret(r)
	if err != nil {
		return Caller{}, err
	}
	if k.Arrived != nil {
		k.Arrived(r.Context())
	}
	return Caller{Secret: secret, NetworkKey: k.NetworkKeys.Key(r, k.Proxies), Address: k.Proxies.Client(r).Caller()}, nil
}

// Take takes a request that is for nobody in particular from its caller's bucket.
func (k Kit) Take(r *http.Request) error { return k.Limiter.Take(k.bucket(r)) }

// TurnedAway counts a request whose key did not hold against the address, and answers what to tell it: keys that are tried
// out have no buckets of their own, however many different ones there are.
func (k Kit) TurnedAway(r *http.Request, err error) error {
	if limited := k.Limiter.Take(k.Proxies.Client(r).AddressBucket()); limited != nil {
		return limited
	}
	return err
}

// bucket names the token bucket of a request: its key's, else its address's.
func (k Kit) bucket(r *http.Request) string {
	if secret, err := Secret(r); err == nil && secret != "" {
		return KeyBucket(secret)
	}
	return k.Proxies.Client(r).AddressBucket()
}

// KeyBucket names the bucket of those who call with a key, by whichever edge.
func KeyBucket(secret string) string { return "key " + parley.HashSecret(secret) }
