package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/admission"
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

// bodyForm is what a body is held against.
type bodyForm struct {
	registry huma.Registry
	schema   *huma.Schema
	echo     *huma.Schema   // what the operation answers; nil: nothing that could be sent back
	zone     *time.Location // the publisher's
	strict   bool           // members that the schema does not name are refused
}

// form is how this caller's body is read: an operator's strictly, since a selector that is misspelt and ignored would mean
// everybody.
func (x *exchange) form(registry huma.Registry, schema, echo *huma.Schema) bodyForm {
	return bodyForm{registry: registry, schema: schema, echo: echo, zone: x.Settings.TimeZone, strict: x.Caller.IsOperator()}
}

// BareList is a body that may come as the list alone that one of its members holds: takeList notes that it did, and names
// the member.
type BareList interface{ TakeList() string }

// decodeBody reads a body into a request type, held against its schema. ignored are the paths of the members that the
// schema does not name.
func decodeBody[B any](form bodyForm, data []byte) (body *B, ignored []string, err error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, nil, err
	}
	body = new(B)
	if bare, ok := any(body).(BareList); ok {
		if list, ok := tree.([]any); ok {
			tree = map[string]any{bare.TakeList(): list}
		}
	}
	check := conformer{registry: form.registry, zone: form.zone, strict: form.strict}
	known := check.value(form.schema, form.echo, "", tree)
	if err := check.problems.Err(); err != nil {
		return nil, check.ignored, err
	}
	canonical, err := encode(known)
	if err != nil {
		return nil, check.ignored, parley.Internal(err)
	}
	if err := json.Unmarshal(canonical, body); err != nil {
		return nil, check.ignored, undecodable(err)
	}
	return body, check.ignored, nil
}

// takeBody reads the body of a request, and tells its sender what of it was ignored.
func takeBody[B any](x *exchange, registry huma.Registry, schema, echo *huma.Schema) (*B, error) {
	data, err := x.readBody()
	if err != nil {
		return nil, err
	}
	body, ignored, err := decodeBody[B](x.form(registry, schema, echo), data)
	tellIgnored(x.w.Header(), ignored)
	return body, err
}

// undecodable names the field that a type refused although its schema allowed it.
func undecodable(err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) && mistyped.Field != "" {
		return parley.Invalid(mistyped.Field, "has a value that cannot be read")
	}
	var known *parley.Error
	if errors.As(err, &known) {
		return known
	}
	return parley.Invalid("body", "%s", err.Error())
}

// Idempotency is embedded in the bodies of requests that may be repeated safely.
type Idempotency struct {
	IdempotencyKey string `json:"idempotency_key,omitempty" maxLength:"255" doc:"Makes a retry safe: the same key with the same body has one effect and one answer. The Idempotency-Key header does the same."`
}

// takeKey answers the key and removes it, so that it does not count when bodies are compared.
func (i *Idempotency) takeKey() string {
	key := i.IdempotencyKey
	i.IdempotencyKey = ""
	return key
}

// contractual is a body that can tell that it is in the contract's dialect, and so held to the contract's rules.
type contractual interface{ contractDialect() bool }

// idempotency answers the key of a request, from its body or as it is named beside it, and the fingerprint of what it asks for
// under it.
func idempotency(named []string, body any) (key, fingerprint string, err error) {
	if keyed, ok := body.(interface{ takeKey() string }); ok {
		key = keyed.takeKey()
	}
	for _, one := range named {
		if key != "" && one != key || one == "" {
			return "", "", parley.Invalid("idempotency_key", "is given twice, or is empty in the Idempotency-Key header; send one key")
		}
		key = one
	}
	if problem := keyProblem(key); problem != "" {
		return "", "", parley.Invalid("idempotency_key", "%s", problem)
	}
	if strict, ok := body.(contractual); ok && key == "" && strict.contractDialect() {
		return "", "", parley.Invalid("idempotency_key", "is required")
	}
	if key == "" {
		return "", "", nil // nothing will be compared
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return "", "", parley.Internal(err)
	}
	sum := sha256.Sum256(encoded)
	return key, hex.EncodeToString(sum[:]), nil
}

func keyProblem(key string) string {
	if len(key) > 255 {
		return "must be at most 255 characters long"
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return "must be printable ASCII"
		}
	}
	return ""
}
