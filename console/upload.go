package console

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"

	"parley"
)

// packed is a file that travels through the browser.
func packed(content []byte) ([]byte, error) {
	var into bytes.Buffer
	w := gzip.NewWriter(&into)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return into.Bytes(), nil
}

// unpacked is the file again.
func unpacked(content []byte) ([]byte, error) {
	from, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(from)
}

// sealUpload seals what was looked at, for this session and for the page that does it.
func (x *exchange) sealUpload(path string, upload any) (string, error) {
	plain, err := json.Marshal(upload)
	if err != nil {
		return "", err
	}
	return x.sealer.seal(path+x.session.ID, plain), nil
}

// openUpload opens what the form brings back sealed.
func (x *exchange) openUpload(path string, into any) error {
	plain, err := x.sealer.open(path+x.session.ID, x.PostForm.Get("file"))
	if err != nil {
		return parley.Errorf(parley.CodeForbidden, "This preview belongs to another session. Choose the file again.")
	}
	return json.Unmarshal(plain, into)
}
