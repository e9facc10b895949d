package edge

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"

	"parley"
	"parley/admission"
)

// BodyMemory is how much of the memory bodies may take together, in bytes: a bound on what clients can have the server
// hold by sending much, slowly.
const BodyMemory = 64 << 20

// Bodies counts the memory that bodies take while they are read and worked on.
type Bodies struct{ left atomic.Int64 }

// NewBodies makes a bound of so many bytes.
func NewBodies(size int64) *Bodies {
	b := &Bodies{}
	b.left.Store(size)
	return b
}

// Read reads a body within the limit. It takes memory for what has come, and not for what a client announces, unless that is little;
// release gives it back.
func (b *Bodies) Read(r *http.Request) (data []byte, release func(), err error) {
	least, taken := int64(1<<10), int64(0)
	if r.ContentLength >= 0 && r.ContentLength < least {
		least = r.ContentLength + 1 // beyond which its end is seen
	}
	release = func() { b.left.Add(taken) }
	for {
		if len(data) == cap(data) {
			more := max(int64(cap(data)), least)
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

// BodyError is what to tell of a body that could not be read; nil: it was.
func BodyError(err error) error {
	return ReadError(err, TooLarge, "The body ended before it was complete. Send the request again.")
}

// ReadError is BodyError in the words of an edge: what refuses a body over the limit, in bytes, and what is said of one that broke off.
func ReadError(err error, over func(limit int64) error, broken string) error {
	var tooLarge *http.MaxBytesError
	var known *parley.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return over(tooLarge.Limit)
	case errors.As(err, &known):
		return known
	}
	return parley.Errorf(parley.CodeMalformed, "%s", broken)
}

// TooLarge refuses a body over the limit, in bytes.
func TooLarge(limit int64) error {
	return parley.Errorf(parley.CodeTooLarge, "The body is over the limit of %d bytes.", limit)
}

// CheckContentType accepts JSON in UTF-8, the only encoding that JSON has between systems, under its own name and those of
// the formats that are written in it, such as application/vnd.ucp.embedding+json; v=1.
func CheckContentType(value string) error {
	mediaType, params, err := mime.ParseMediaType(value)
	subtype, application := strings.CutPrefix(mediaType, "application/")
	if err == nil && application && (subtype == "json" || len(subtype) > len("+json") && strings.HasSuffix(subtype, "+json")) {
		if charset, named := params["charset"]; !named || strings.EqualFold(charset, "utf-8") {
			return nil
		}
	}
	return parley.Errorf(parley.CodeUnsupportedMediaType, "Send the body as JSON, with Content-Type: application/json.")
}

// ReadJSON reads the body of a request that has to be JSON, within the limits. release gives back the memory that it takes, and
// is called whatever happens.
func (k Kit) ReadJSON(w http.ResponseWriter, r *http.Request) (data []byte, release func(), err error) {
	release = func() {}
	if err := CheckContentType(r.Header.Get("Content-Type")); err != nil {
		return nil, release, err
	}
	if r.ContentLength > k.MaxBody {
		return nil, release, TooLarge(k.MaxBody)
	}
	r.Body = http.MaxBytesReader(w, r.Body, k.MaxBody)
	data, release, err = k.Bodies.Read(r)
	return data, release, BodyError(err)
}
