package wire

import (
	"reflect"
	"sync"
)

// bodies are slices that answers are put together in.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// mostKept is how large a slice is that waits for the next answer at most, in bytes.
const mostKept = 64 << 10

// Encode writes a body: one line of JSON, in which < and > stay what they are, since no browser is made to read it as HTML.
func Encode(v any) ([]byte, error) {
	if page, ok := v.(Page); ok {
		v = page.members() // its MarshalJSON is encoding/json's
	}
	if v == nil {
		return []byte("null\n"), nil
	}
	lent, _ := bodies.Get().(*[]byte) // nothing else is put there
	text, err := appendValue((*lent)[:0], reflect.ValueOf(v))
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	body := make([]byte, len(text))
	copy(body, text)
	if cap(text) <= mostKept {
		*lent = text
		bodies.Put(lent)
	}
	return body, nil
}
