package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds the body of an answer, in bytes.
const maxAnswer = 32 << 20

// unreadableError is a successful answer that is not what the call answers. Trying again would not change it.
type unreadableError struct{ cause error }

func (e *unreadableError) Error() string {
	return "the seller's answer cannot be read: " + e.cause.Error()
}
func (e *unreadableError) Unwrap() error { return e.cause }

// get reads what is at a path.
func get[T any](ctx context.Context, c *Client, path string, parameters url.Values) (T, error) {
	var answer T
	err := c.call(ctx, http.MethodGet, path, parameters, nil, &answer)
	return answer, err
}

// post sends a body. Whatever changes something has its idempotency key in the body already, so that each try is the same.
func post[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	var answer T
	encoded, err := json.Marshal(body)
	if err != nil {
		return answer, fmt.Errorf("client: POST %s: encode the request: %w", path, err)
	}
	err = c.call(ctx, http.MethodPost, path, nil, encoded, &answer)
	return answer, err
}

// call asks for an answer that is one document.
func (c *Client) call(ctx context.Context, method, path string, query url.Values, body []byte, answer any) error {
	return c.again(ctx, method, path, func() error { return c.try(ctx, method, path, query, body, answer) })
}

// again tries a request until it is answered, refused for good, or out of tries.
func (c *Client) again(ctx context.Context, method, path string, try func() error) error {
	if c.wrong != nil {
		return c.wrong
	}
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("client: %s %s: %w", method, path, context.Cause(ctx))
		}
		wait, again := c.retry.pause(attempt, err)
		if again {
			ended := c.wait(ctx, wait)
			if ended == nil {
				continue
			}
			return fmt.Errorf("client: %s %s: %w; the last try: %w", method, path, ended, err)
		}
		if attempt > 1 {
			return fmt.Errorf("client: %s %s: tried %d times: %w", method, path, attempt, err)
		}
		return fmt.Errorf("client: %s %s: %w", method, path, err)
	}
}

// try sends a request once. A body that breaks off is a broken connection, not a short answer.
func (c *Client) try(ctx context.Context, method, path string, query url.Values, body []byte, answer any) error {
	request, err := c.request(ctx, method, path, query, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return unwrapped(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case len(read) > maxAnswer:
		return &unreadableError{fmt.Errorf("it is over %d bytes long", maxAnswer)}
	case response.StatusCode < 200 || response.StatusCode > 299:
		return refusal(response, read, c.now())
	}
	if err := json.Unmarshal(read, answer); err != nil {
		return &unreadableError{err}
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, body []byte) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	target := c.base.String() + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return nil, &unreadableError{err}
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", c.agent)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	c.joinSession(request.Header)
	if c.key != "" {
		request.Header.Set("Authorization", "Bearer "+c.key)
	} else {
		request.Header.Set("Parley-Session", c.session)
	}
	return request, nil
}

// unwrapped takes off the *url.Error, which repeats method and address and would show them twice.
func unwrapped(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// at is a path with the ids in it escaped: at("/api/v1/deals/", id).
func at(parts ...string) string {
	var path strings.Builder
	for i, part := range parts {
		if i%2 == 1 {
			part = url.PathEscape(part)
		}
		path.WriteString(part)
	}
	return path.String()
}
