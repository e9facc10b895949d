package notice

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"

	"parley"
)

// MailServer is who takes mail.
type MailServer struct {
	Address  string // HOST:PORT
	TLS      parley.MailTLS
	User     string // empty: nobody signs in
	Password string
	From     mail.Address
	// Trust are the settings of TLS; nil: the server shows a certificate for its name that this machine trusts.
	Trust *tls.Config
}

// Send brings a message to a mailbox. It implements Sender.
func (m MailServer) Send(ctx context.Context, to string, message Message) (err error) {
	host, _, err := net.SplitHostPort(m.Address)
	if err != nil {
		return errors.New("the server's address is not HOST:PORT")
	}
	conn, err := m.connect(ctx, host)
	if err != nil {
		return fmt.Errorf("the mail server cannot be reached: %w", err)
	}
	if deadline, bound := ctx.Deadline(); bound {
		if err := conn.SetDeadline(deadline); err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer func() { _ = client.Close() }() // the message was taken by then, or is sent again
	if err := m.enter(client, host); err != nil {
		return err
	}
	if err := client.Mail(m.From.Address); err != nil {
		return fmt.Errorf("the mail server refuses the sender: %w", err)
	}
	if err := client.Rcpt(to); err != nil {
		return fmt.Errorf("the mail server refuses the address: %w", err)
	}
	body, err := client.Data()
	if err == nil {
		_, err = body.Write(m.letter(to, message))
	}
	if err == nil {
		err = body.Close()
	}
	if err != nil {
		return fmt.Errorf("the mail server refuses the message: %w", err)
	}
	_ = client.Quit() // it was taken
	return nil
}

func (m MailServer) connect(ctx context.Context, host string) (net.Conn, error) {
	if m.TLS == parley.MailWithTLS {
		return (&tls.Dialer{Config: m.trust(host)}).DialContext(ctx, "tcp", m.Address)
	}
	return (&net.Dialer{}).DialContext(ctx, "tcp", m.Address)
}

func (m MailServer) trust(host string) *tls.Config {
	if m.Trust == nil {
		return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	config := m.Trust.Clone()
	config.ServerName = host
	return config
}

// enter greets the server, protects the connection and signs in.
func (m MailServer) enter(client *smtp.Client, host string) error {
	if err := client.Hello(m.domain()); err != nil {
		return fmt.Errorf("the mail server does not greet: %w", err)
	}
	if m.TLS == parley.MailStartTLS {
		if err := client.StartTLS(m.trust(host)); err != nil {
			return fmt.Errorf("TLS with the mail server does not begin: %w", err)
		}
	}
	if m.User == "" {
		return nil
	}
	if err := client.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
		return fmt.Errorf("the mail server refuses the user or the password: %w", err)
	}
	return nil
}

// domain is the one that mail comes from.
func (m MailServer) domain() string {
	return m.From.Address[strings.LastIndexByte(m.From.Address, '@')+1:]
}

func (m MailServer) letter(to string, message Message) []byte {
	var text bytes.Buffer
	header := func(name, value string) { text.WriteString(name + ": " + value + "\r\n") }
	header("From", m.From.String())
	header("To", "<"+to+">")
	header("Subject", mime.QEncoding.Encode("utf-8", message.Subject))
	header("Date", message.At.UTC().Format(time.RFC1123Z))
	header("Message-ID", "<"+message.ID+"@"+m.domain()+">")
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	header("Content-Type", "text/plain; charset=utf-8")
	header("Content-Transfer-Encoding", "quoted-printable")
	text.WriteString("\r\n")
	body := quotedprintable.NewWriter(&text)
	_, _ = body.Write([]byte(message.plain())) // a buffer takes everything
	_ = body.Close()
	return text.Bytes()
}

// plain is the message as text, with lines that end as mail's do.
func (m Message) plain() string {
	var text strings.Builder
	for i, part := range m.Parts {
		if i > 0 {
			text.WriteString("\r\n")
		}
		text.WriteString(part.Heading + "\r\n")
		for _, line := range part.Lines {
			text.WriteString("\r\n- " + line.Text + "\r\n  " + line.Link + "\r\n")
		}
		if part.More > 0 {
			fmt.Fprintf(&text, "\r\nand %d more\r\n", part.More)
		}
		if part.Link != "" && (part.More > 0 || len(part.Lines) == 0) {
			text.WriteString("  " + part.Link + "\r\n")
		}
	}
	return text.String()
}
