package notice

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"parley"
	"parley/seller"
)

// Message is what a person is told.
type Message struct {
	ID      string // the same for the same things, by which a repetition is recognized
	At      time.Time
	Subject string
	Parts   []Part
}

// Part is what a message tells of a kind.
type Part struct {
	Heading string
	Lines   []Line
	Link    string // to all of the kind; empty: there is no such page
	More    int    // how many there are beside the lines
}

// Line tells one thing.
type Line struct {
	Text string
	Link string // to its page
}

const (
	longestName = 80 // characters of what others call something
)

// pages is where the deal desk's page is.
const pages = "/console"

// compose writes a message. It tells no more than a line of the inbox does: no floor, no limits, and nothing of who buys but a name.
func compose(due seller.NoticeDue, s seller.Settings, now time.Time) Message {
	at := s.Notices.Pages + pages
	m := Message{ID: id(due), At: now}
	var subject []string
	add := func(n int, one, many string, part Part) {
		if n == 0 {
			return
		}
		words := fmt.Sprintf(many, n)
		if n == 1 {
			words = one
		}
		subject = append(subject, words)
		part.Heading = strings.ToUpper(words[:1]) + words[1:]
		part.More = n - len(part.Lines)
		m.Parts = append(m.Parts, part)
	}
	questions := func(items []parley.InboxItem) Part {
		part := Part{Link: at + "/inbox"}
		for _, q := range items[:min(len(items), seller.NoticeNames)] {
			part.Lines = append(part.Lines, Line{question(q, s.TimeZone), at + "/inbox/" + url.PathEscape(q.ID)})
		}
		return part
	}
	add(len(due.Expiring), "1 question is soon out of time", "%d questions are soon out of time", questions(due.Expiring))
	add(len(due.Waiting), "1 question waits for you", "%d questions wait for you", questions(due.Waiting))
	failing := Part{Link: at + "/inbox"}
	for _, f := range due.Failing[:min(len(due.Failing), seller.NoticeNames)] {
		words := "Deliveries to the webhook at " + named(f.Name) + " fail"
		if f.Kind == "destination" {
			words = "The destination " + named(f.Name) + " is paused, since sending to it failed"
		}
		failing.Lines = append(failing.Lines, Line{words, at + "/" + f.Kind + "s/" + url.PathEscape(f.ID)})
	}
	add(len(due.Failing), "1 webhook or destination fails", "%d webhooks and destinations fail", failing)
	if due.Greets {
		greeting := Part{Heading: "From now on you are told here what waits for you", Link: at + "/notices"}
		if m.Parts = append(m.Parts, greeting); len(subject) == 0 {
			subject = append(subject, "you are told here what waits for you")
		}
	}
	m.Subject = named(s.SellerName) + ": " + strings.Join(subject, ", ")
	return m
}

// numbers are written as a message has them, for readers of any language.
var numbers = parley.PlainNumbers()

// question is a question in a line: what, for whom, its value, what the buyer named and what a yes makes of it, and until when.
func question(q parley.InboxItem, zone *time.Location) string {
	product, buyer := q.Called()
	words := named(product) + " for " + named(buyer)
	if value := numbers.Valued(q); value != "" {
		words += ", " + value
	}
	words += ", CPM " + numbers.Terms(q)
	return words + ", until " + q.TimeoutAt.In(zone).Format("2 Jan 2006 15:04 MST")
}

// named is what others call something, on one line and not too long.
func named(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	letters := []rune(strings.Join(strings.Fields(name), " "))
	if len(letters) > longestName {
		letters = append(letters[:longestName-1], '…')
	}
	return string(letters)
}

// id is one for each person, way and set of things.
func id(due seller.NoticeDue) string {
	parts := []string{due.Choice.KeyID, string(due.Choice.Way)}
	for _, t := range due.Items() {
		parts = append(parts, fmt.Sprintf("%s %s %d", t.Kind, t.ItemID, t.Since))
	}
	if due.Greets {
		parts = append(parts, fmt.Sprint("greeting ", due.Choice.Version))
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:16])
}
