package notice_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"parley"
	"parley/internal/racedetector"
	"parley/notice"
)

// mailbox is a server that takes mail over a socket.
type mailbox struct {
	t       *testing.T
	address string
	trust   *tls.Config

	mu      sync.Mutex
	letters []letter
	refuses error // every recipient; nil: none
}

// letter is a mail that was taken.
type letter struct {
	from, to, id, subject, body, raw string
	protected, signedIn              bool
}

// certificate is one for 127.0.0.1, with who trusts it.
func certificate(t *testing.T) (of tls.Certificate, trust *tls.Config) {
	server := httptest.NewTLSServer(nil)
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return server.TLS.Certificates[0], &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
}

// openMailbox serves with TLS from the beginning, or after STARTTLS where it is offered.
func openMailbox(t *testing.T, fromBeginning, offers bool) *mailbox {
	of, trust := certificate(t)
	m := &mailbox{t: t, trust: trust}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{box: m, conn: c}, nil }))
	server.Domain, server.AllowInsecureAuth = "mail.example.com", true
	secured := &tls.Config{Certificates: []tls.Certificate{of}, MinVersion: tls.VersionTLS12}
	if offers {
		server.TLSConfig = secured
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = listener.Addr().String()
	if fromBeginning {
		listener = tls.NewListener(listener, secured)
	}
	go func() { _ = server.Serve(listener) }() // it ends with the test
	t.Cleanup(func() { _ = server.Close() })
	return m
}

func (m *mailbox) server(way parley.MailTLS, user, password string) notice.MailServer {
	return notice.MailServer{
		Address: m.address, TLS: way, User: user, Password: password, Trust: m.trust,
		From: mail.Address{Name: "Deal dësk", Address: "desk@seller.example.com"},
	}
}

func (m *mailbox) take() []letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	letters := m.letters
	m.letters = nil
	return letters
}

// session is one conversation.
type session struct {
	box    *mailbox
	conn   *smtp.Conn
	letter letter
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "desk" || password != "pässword" {
			return smtp.ErrAuthFailed
		}
		s.letter.signedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.letter.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.letter.to = to
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	return s.box.refuses
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	read, err := mail.ReadMessage(strings.NewReader(string(raw)))
	if err != nil {
		s.box.t.Errorf("what came is no mail: %v\n%s", err, raw)
		return err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
	subject, wrong := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err := errors.Join(err, wrong); err != nil {
		s.box.t.Errorf("%v\n%s", err, raw)
	}
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		if strings.ContainsAny(line, "\r\n") || len(line) > 998 {
			s.box.t.Errorf("a line ends otherwise, or is too long: %q", line)
		}
	}
	l := s.letter
	l.id, l.subject, l.body, l.raw = read.Header.Get("Message-Id"), subject, string(body), string(raw)
	_, l.protected = s.conn.TLSConnectionState()
	if bcc := read.Header.Get("Bcc"); bcc != "" || read.Header.Get("To") != "<"+l.to+">" {
		s.box.t.Errorf("the head goes to others: %s", raw)
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.letters = append(s.box.letters, l)
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error { return nil }

// TestMailServers sends a message by every way of a connection to servers that take it, and to ones that do not.
func TestMailServers(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	message := notice.Message{ID: "m1", Subject: "Häufen: 2 warten", Parts: []notice.Part{
		{Heading: "2 warten", Lines: []notice.Line{{Text: ".dot, " + strings.Repeat("löng ", 300), Link: "https://seller.example.com/console/inbox/1"}}, More: 1, Link: "https://seller.example.com/console/inbox"},
	}}
	for name, c := range map[string]struct {
		fromBeginning, offers bool
		way                   parley.MailTLS
		user, password        string
		refused               string // part of the error; empty: it is taken
	}{
		"plain":                  {false, false, parley.MailPlain, "", "", ""},
		"STARTTLS, signed in":    {false, true, parley.MailStartTLS, "desk", "pässword", ""},
		"TLS, signed in":         {true, false, parley.MailWithTLS, "desk", "pässword", ""},
		"STARTTLS not offered":   {false, false, parley.MailStartTLS, "desk", "pässword", "TLS with the mail server does not begin"},
		"another password":       {false, true, parley.MailStartTLS, "desk", "password", "refuses the user or the password"},
		"TLS where there is not": {false, false, parley.MailWithTLS, "", "", "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := openMailbox(t, c.fromBeginning, c.offers)
			err := box.server(c.way, c.user, c.password).Send(t.Context(), "noa@example.com", message)
			letters := box.take()
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) || len(letters) > 0 {
					t.Errorf("%v, and %d letters", err, len(letters))
				}
				return
			}
			if err != nil || len(letters) != 1 {
				t.Fatalf("%v, and %d letters", err, len(letters))
			}
			got := letters[0]
			if got.from != "desk@seller.example.com" || got.to != "noa@example.com" || got.subject != message.Subject || got.id != "<m1@seller.example.com>" {
				t.Errorf("got %+v", got)
			}
			if got.protected != (c.way != parley.MailPlain) || got.signedIn != (c.user != "") {
				t.Errorf("protected %v, signed in %v", got.protected, got.signedIn)
			}
			if !strings.Contains(got.body, "löng löng") || !strings.Contains(got.body, "and 1 more\r\n") || !strings.Contains(got.raw, "Auto-Submitted: auto-generated") {
				t.Errorf("got\n%s", got.raw)
			}
		})
	}
}
