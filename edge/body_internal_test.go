package edge

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/iotest"

	"parley/admission"
)

func TestBodiesShareTheirMemory(t *testing.T) {
	t.Parallel()
	const size = 8 << 10
	bodies := NewBodies(size)
	text := bytes.Repeat([]byte("x"), 3<<10)
	request := func() *http.Request {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", iotest.OneByteReader(bytes.NewReader(text)))
		r.ContentLength = 1 << 40 // what a client announces takes nothing
		return r
	}
	first, releaseFirst, err := bodies.Read(request())
	if err != nil || !bytes.Equal(first, text) {
		t.Fatalf("read %d bytes: %v", len(first), err)
	}
	_, releaseSecond, err := bodies.Read(request())
	if err != nil {
		t.Fatal(err)
	}
	_, releaseThird, err := bodies.Read(request())
	if !errors.Is(err, admission.ErrOverloaded) {
		t.Errorf("a third body was read: %v", err)
	}
	releaseThird()
	releaseFirst()
	_, releaseFourth, err := bodies.Read(request())
	if err != nil {
		t.Errorf("what was given back is not there: %v", err)
	}
	releaseSecond()
	releaseFourth()
	if left := bodies.left.Load(); left != size {
		t.Errorf("%d bytes are left of %d", left, size)
	}
}
