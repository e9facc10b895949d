package remote

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"parley"
	"parley/activation"
)

// slow has a transport connect to a system that answers each request after a while.
func slow(t *testing.T, after time.Duration) *http.Transport {
	over := transport(true)
	over.DialContext = func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer func() { _ = there.Close() }() // the other side has gone, or has what it needs
			request, err := http.ReadRequest(bufio.NewReader(there))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := io.Copy(io.Discard, request.Body); err != nil {
				t.Error(err)
			}
			select {
			case <-time.After(after):
			case <-t.Context().Done():
			}
			_, _ = io.WriteString(there, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}") // nobody may wait any more
		}()
		return here, nil
	}
	return over
}

// TestASlowAnswerIsHeard has answers that take far longer than a connection may, up to the longest that a call takes; after that
// it is not known whether what was written was done.
func TestASlowAnswerIsHeard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after time.Duration
		heard bool
	}{{0, true}, {ConnectTime - time.Second, true}, {ConnectTime + time.Second, true}, {CallTime - time.Second, true}, {CallTime + time.Second, false}} {
		for method, class := range map[string]parley.ActivationClass{http.MethodGet: parley.ClassTransient, http.MethodPost: parley.ClassUnsure} {
			t.Run(method+" "+c.after.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), CallTime)
					defer cancel()
					request, err := http.NewRequestWithContext(ctx, method, "http://system.example/", strings.NewReader("{}"))
					if err != nil {
						t.Fatal(err)
					}
					over := slow(t, c.after)
					defer over.CloseIdleConnections()
					answer, err := Call(&http.Client{Transport: over}, request, method != http.MethodGet)
					if c.heard {
						if err != nil || answer.Status != http.StatusOK || string(answer.Text) != "{}" || time.Since(began) != c.after {
							t.Errorf("after %v: %+v %v", time.Since(began), answer, err)
						}
						return
					}
					if failure := activation.Failure(err); failure.Class != class || failure.Code != "no_answer" || !strings.Contains(failure.Text, "took too long") {
						t.Errorf("failed with %+v", failure)
					}
					if time.Since(began) != CallTime {
						t.Errorf("waited %v", time.Since(began))
					}
				})
			})
		}
	}
}
