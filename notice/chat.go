package notice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"parley/outbound"
)

// Chat brings messages to chats that take them as incoming webhooks of Slack do: an object with a text, by POST.
type Chat struct{ http *http.Client }

const (
	chatTimeout = 10 * time.Second
	mostAnswer  = 64 << 10 // bytes of an answer that are read, so that its connection can be used again
)

// NewChat makes one. Unless private is true it connects to public addresses alone.
func NewChat(private bool) *Chat {
	return &Chat{&http.Client{
		Transport: outbound.Traced(outbound.Transport(private, chatTimeout)), Timeout: chatTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Send brings a message to a chat. It implements Sender. Its error tells nothing of the address, which is a secret.
func (c *Chat) Send(ctx context.Context, to string, message Message) error {
	body, err := json.Marshal(map[string]string{"text": message.marked()})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address is no URL")
	}
	if err := outbound.CheckURL(request.URL); err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "parley")
	response, err := c.http.Do(request)
	if err != nil {
		return errors.New(outbound.Reason(err))
	}
	defer func() { _ = response.Body.Close() }()                                 // nothing in it decides
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, int64(mostAnswer))) // likewise
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the chat's answer is %d", response.StatusCode)
	}
	return nil
}

// escaped takes the meaning from the characters that have one in a chat's text: a name cannot call a channel or be a link.
var escaped = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// marked is the message as text with links.
func (m Message) marked() string {
	text := []string{"*" + escaped.Replace(m.Subject) + "*"}
	for _, part := range m.Parts {
		text = append(text, escaped.Replace(part.Heading)+":")
		for _, line := range part.Lines {
			text = append(text, "• <"+line.Link+"|"+strings.ReplaceAll(escaped.Replace(line.Text), "|", "/")+">")
		}
		if part.Link != "" && (part.More > 0 || len(part.Lines) == 0) {
			words := "Open"
			if part.More > 0 {
				words = fmt.Sprintf("and %d more", part.More)
			}
			text = append(text, "<"+part.Link+"|"+words+">")
		}
	}
	return strings.Join(text, "\n")
}
