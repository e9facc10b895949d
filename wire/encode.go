package wire

import (
	"bytes"
	"encoding/json"
)

// Encode writes a body: one line of JSON, in which < and > stay what they are, since no browser is made to read it as HTML.
func Encode(v any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if page, ok := v.(Page); ok {
		v = page.members() // what MarshalJSON answers is read once more, which for a whole page takes as long as writing it
	}
	err := encoder.Encode(v)
	return body.Bytes(), err
}
