package rest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/admission"
	"parley/wire"
)

// bodyMemory is how much of the memory bodies may take together, in bytes: a bound on what clients can have the server
// hold by sending much, slowly.
const bodyMemory = 64 << 20

// bodies counts the memory that bodies take while they are read and worked on.
type bodies struct{ left atomic.Int64 }

func newBodies(size int64) *bodies {
	b := &bodies{}
	b.left.Store(size)
	return b
}

// read reads a body within the limit. It takes memory for what has come, and not for what a client announces; release
// gives it back.
func (b *bodies) read(r *http.Request) (data []byte, release func(), err error) {
	const least = 1 << 10
	taken := int64(0)
	release = func() { b.left.Add(taken) }
	for {
		if len(data) == cap(data) {
			more := int64(max(cap(data), least))
			if b.left.Add(-more) < 0 {
				b.left.Add(more)
				return nil, release, admission.ErrOverloaded
			}
			taken += more
			data = append(make([]byte, 0, taken), data...)
		}
		n, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if errors.Is(err, io.EOF) {
			return data, release, nil
		}
		if err != nil {
			return nil, release, err
		}
	}
}

// readBody answers the body. A request without one reads as an empty object, so that what is missing is named like any
// other missing field.
func (x *exchange) readBody() ([]byte, error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(x.bodyErr, &tooLarge):
		return nil, bodyTooLarge(tooLarge.Limit)
	case errors.Is(x.bodyErr, admission.ErrOverloaded):
		return nil, x.bodyErr
	case x.bodyErr != nil:
		return nil, parley.Errorf(parley.CodeMalformed, "The body ended before it was complete. Send the request again.")
	case len(x.body) == 0:
		return []byte("{}"), nil
	}
	return x.body, checkContentType(x.r.Header.Get("Content-Type"))
}

func bodyTooLarge(limit int64) error {
	return parley.Errorf(parley.CodeTooLarge, "The body is over the limit of %d bytes.", limit)
}

// checkContentType accepts JSON in UTF-8, the only encoding that JSON has between systems, under its own name and those of
// the formats that are written in it, such as application/vnd.ucp.embedding+json; v=1.
func checkContentType(value string) error {
	mediaType, params, err := mime.ParseMediaType(value)
	subtype, application := strings.CutPrefix(mediaType, "application/")
	if err == nil && application && (subtype == "json" || len(subtype) > len("+json") && strings.HasSuffix(subtype, "+json")) {
		if charset, named := params["charset"]; !named || strings.EqualFold(charset, "utf-8") {
			return nil
		}
	}
	return parley.Errorf(parley.CodeUnsupportedMediaType, "Send the body as JSON, with Content-Type: application/json.")
}

// form is how this caller's body is read: an operator's strictly, since a selector that is misspelt and ignored would mean
// everybody.
func (x *exchange) form(registry huma.Registry, schema, echo *huma.Schema) wire.Form {
	return wire.Form{Registry: registry, Schema: schema, Echo: echo, Zone: x.Settings.TimeZone, Strict: x.Caller.IsOperator()}
}

// takeBody reads the body of a request, and tells its sender what of it was ignored.
func takeBody[B any](x *exchange, registry huma.Registry, schema, echo *huma.Schema) (*B, error) {
	data, err := x.readBody()
	if err != nil {
		return nil, err
	}
	body, ignored, err := wire.Decode[B](x.form(registry, schema, echo), data)
	tellIgnored(x.w.Header(), ignored)
	return body, err
}
