package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// connection is a client's connection, kept open. Requests are written as they were prepared, and each answer is read where
// it is asked for: http.Client, with goroutines of its own for each connection, would take much more of the machine from
// what is measured.
type connection struct {
	net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

func dial(ctx context.Context, address string) (*connection, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c, in: bufio.NewReaderSize(c, 8<<10)}, nil
}

// request is one as it goes over the wire. An empty API key and a body of nil are left out.
func request(method, path, key string, body []byte, idempotencyKey ...string) []byte {
	r := http.Request{
		Method: method, URL: &url.URL{Opaque: path}, Host: "bench", Header: http.Header{}, ContentLength: int64(len(body)),
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for _, named := range idempotencyKey {
		r.Header.Set("Idempotency-Key", named)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		panic(err) // a buffer takes everything, and all that is asked for is known beforehand
	}
	return text.Bytes()
}

// reply is an answer. The next one on its connection overwrites its body.
type reply struct {
	status     int
	body       []byte
	retryAfter time.Duration
}

// ask sends a request and reads its answer.
func (c *connection) ask(request []byte) (reply, error) {
	if _, err := c.Write(request); err != nil {
		return reply{}, err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return reply{}, err
	}
	c.body.Reset()
	if _, err := c.body.ReadFrom(response.Body); err != nil {
		return reply{}, err
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 where there is none
	return reply{response.StatusCode, c.body.Bytes(), time.Duration(seconds) * time.Second}, response.Body.Close()
}
