package client

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"parley/wire/document"
)

// FromTheBeginning is the position before all events.
const FromTheBeginning = "0"

// Follow hands over this buyer's events as they happen: none is missed and none comes twice, over broken connections and
// the seller's restarts. after is the id of the last event that the program knows, FromTheBeginning, or "" for what is yet
// to come. The sequence ends with the context, whose end is no error, or with a refusal that coming back would not mend.
func (c *Client) Follow(ctx context.Context, after string, filter EventFilter) iter.Seq2[document.Event, error] {
	return func(yield func(document.Event, error) bool) {
		if c.wrong != nil {
			yield(document.Event{}, c.wrong)
			return
		}
		s := &stream{client: c, position: after, query: query(filter), yield: yield}
		for failures := 1; ; failures++ {
			err := s.connect(ctx)
			if ctx.Err() != nil || s.ended {
				return
			}
			if s.heard {
				failures, s.heard = 1, false
			}
			patient := c.retry // a stream outlives any number of failures that may pass
			patient.Attempts = failures + 1
			wait, again := patient.pause(failures, err)
			if !again {
				yield(document.Event{}, fmt.Errorf("client: follow the events: %w", err))
				return
			}
			if c.wait(ctx, wait) != nil {
				return
			}
		}
	}
}

// stream is a sequence of events over one connection after the other.
type stream struct {
	client   *Client
	position string
	query    url.Values
	yield    func(document.Event, error) bool
	heard    bool // something came over the present connection
	ended    bool // whoever reads the sequence wants no more
	alive    *time.Timer
}

// connect reads one connection to its end. The seller ends none without need, so that an end is a broken connection.
func (s *stream) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.alive = time.AfterFunc(silence, cancel)
	defer s.alive.Stop()
	request, err := s.client.request(ctx, http.MethodGet, "/events/stream", s.query, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "text/event-stream")
	if s.position != "" {
		request.Header.Set("Last-Event-ID", s.position)
	}
	response, err := s.client.http.Do(request)
	if err != nil {
		return unwrapped(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return s.client.refused(response)
	}
	return s.read(response.Body)
}

// silence is how long a connection may say nothing before it counts as broken; sellers send a comment now and then.
const silence = time.Minute

// maxLine bounds a line of the stream, in bytes.
const maxLine = 1 << 20

// read takes the stream apart: fields of a block are on lines of their own, and an empty line ends it.
func (s *stream) read(body io.Reader) error {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, maxLine)
	id, data := "", ""
	for lines.Scan() {
		line := lines.Text()
		s.heard = true
		s.alive.Reset(silence)
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if id != "" {
				s.position = id
			}
			if data != "" && !s.hand(data) {
				return nil
			}
			id, data = "", ""
		case name == "id":
			id = value
		case name == "data":
			data += value
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return io.ErrUnexpectedEOF
}

func (s *stream) hand(data string) bool {
	var event document.Event
	if err := json.Unmarshal([]byte(data), &event); err != nil {
		s.ended = true
		s.yield(document.Event{}, fmt.Errorf("client: follow the events: %w", &unreadableError{err}))
		return false
	}
	s.ended = !s.yield(event, nil)
	return !s.ended
}

// AwaitEvents is the long poll, for programs behind something that breaks streams: it answers the events after a position
// as soon as there are any, or none after the wait, which is cut to whole seconds and to a minute. It answers the position to go
// on from; begin with "".
func (c *Client) AwaitEvents(ctx context.Context, position string, filter EventFilter, wait time.Duration) ([]document.Event, string, error) {
	const longest = 60
	seconds := min(int(wait/time.Second), longest)
	found, err := list[document.Event](ctx, c, "/events", "events", struct {
		EventFilter
		Wait   *int   `query:"wait"`
		Cursor string `query:"cursor"`
	}{filter, &seconds, position})
	return found.Items, found.Next, err
}
