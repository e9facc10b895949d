package outbound

import (
	"net"
	"net/http"
	"testing"
	"time"
)

// TestReasonsTellNothingOfTheInside holds that whoever names a host learns the same of one that resolves inside as of one
// that does not resolve.
func TestReasonsTellNothingOfTheInside(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: Transport(false, 5*time.Second)}
	for _, address := range []string{"http://127.0.0.1:9", "http://localhost:9", "http://[::1]:9", "http://nobody.invalid"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err == nil {
			t.Fatalf("%s answered %s, %v", address, answer.Status, answer.Body.Close())
		}
		if got, want := Reason(err), "the host cannot be reached at a public address"; got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// TestAPortThatIsClosedIsSaidToBe has nobody listen at a host that may be reached.
func TestAPortThatIsClosedIsSaidToBe(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: Transport(true, 5*time.Second)}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err == nil {
		t.Fatalf("%s answered %s, %v", address, answer.Status, answer.Body.Close())
	}
	if got, want := Reason(err), "the host refused the connection"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
