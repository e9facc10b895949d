package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"parley/outbound"
)

// Chat brings messages to chats that take them as incoming webhooks of Slack do: an object with a text, by POST.
type Chat struct{ *outbound.Poster }

const chatTimeout = 10 * time.Second

// NewChat makes one. Unless private is true it connects to public addresses alone.
func NewChat(private bool) *Chat { return &Chat{outbound.NewPoster(private, chatTimeout)} }

// Send brings a message to a chat. It implements Sender. Its error tells nothing of the address, which is a secret.
func (c *Chat) Send(ctx context.Context, to string, message Message) error {
	body, err := json.Marshal(map[string]string{"text": message.marked()})
	if err != nil {
		return err
	}
	answer, err := c.Post(ctx, to, body, nil)
	if err == nil && !answer.Accepted() {
		return fmt.Errorf("the chat's answer is %d", answer.Status)
	}
	return err
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
