package parley

import (
	"fmt"
	"time"
)

// NoticeWay is a way by which the publisher's people are told what waits for them.
type NoticeWay string

// The ways. A chat takes messages as incoming webhooks of Slack do.
const (
	NoticeByMail NoticeWay = "email"
	NoticeByChat NoticeWay = "chat"
)

// NoticeWays are all of them.
var NoticeWays = [...]NoticeWay{NoticeByMail, NoticeByChat}

// MailTLS is how the connection to a mail server is protected.
type MailTLS string

// The ways: TLS begins by a command, or with the connection, or never.
const (
	MailStartTLS MailTLS = "starttls"
	MailWithTLS  MailTLS = "tls"
	MailPlain    MailTLS = "none"
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *MailTLS) UnmarshalText(text []byte) error {
	switch way := MailTLS(text); way {
	case MailStartTLS, MailWithTLS, MailPlain:
		*m = way
		return nil
	}
	return fmt.Errorf("must be starttls, tls or none, and not %q", text)
}

// NoticeKind is a kind of thing that people are told of.
type NoticeKind string

// The kinds: a question that waits for the person, one of these whose time is soon over, and a webhook or a destination that fails.
const (
	NoticeWaiting  NoticeKind = "waiting"
	NoticeExpiring NoticeKind = "expiring"
	NoticeFailing  NoticeKind = "failing"
)

// NoticeKinds are all of them.
var NoticeKinds = [...]NoticeKind{NoticeWaiting, NoticeExpiring, NoticeFailing}

// NoticeChoice is what one of the publisher's people has chosen to be told by a way, and how far that has come. Who chose nothing is
// told nothing.
type NoticeChoice struct {
	KeyID   string // the first of the person's keys: those that it was rotated into are the same person's
	Way     NoticeWay
	Address string        // as it is kept: an e-mail address, or a chat's sealed
	Shown   string        // the address for people; of a chat, whose address is a secret, the host
	Kinds   []NoticeKind  // at least one
	Every   time.Duration // between two messages, at least
	Within  time.Duration // how long before its timeout a question's time is soon over

	Version   int64 // counts the changes that the person made, from 1
	UpdatedAt time.Time

	GreetedAt    *time.Time // when a message said what is told from then on; nil: none did since the last change
	Claim        int64      // counts who was to send a message; what an earlier one has to say is void
	ClaimedUntil *time.Time // until when nobody else sends one; nil: nobody sends
	DueAt        *time.Time // when there may be a next message; nil: not before the person saves the choice anew
	SentAt       *time.Time // of the last message; nil: there was none
	Failures     int        // in a row
	FailingSince *time.Time
	LastError    string
}

// ToldNotice is something that a person was told of.
type ToldNotice struct {
	Kind   NoticeKind
	ItemID string // the question's, webhook's or destination's
	Since  int64  // tells the times apart at which the same thing comes up
}
