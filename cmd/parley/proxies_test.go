package main_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// proxied starts a proxy with the file that the repository has for it, in front of a server, and answers the proxy's URL.
type proxied func(t *testing.T, upstream string) (base string)

// behindNginx runs nginx with its addresses and its certificate in the place of those of the file.
func behindNginx(t *testing.T, upstream string) string {
	folder, address := t.TempDir(), free(t)
	key, certificate := selfSigned(t, folder)
	conf := repositoryFile(t, "deploy/nginx/parley.conf")
	conf = strings.NewReplacer("127.0.0.1:8080", upstream, "listen 443", "listen "+address,
		"/etc/ssl/seller.example.com.pem", certificate, "/etc/ssl/seller.example.com.key", key).Replace(conf)
	name := filepath.Join(folder, "nginx.conf")
	main := "daemon off; user root; pid nginx.pid; error_log stderr; events {} http { access_log off;\n" + conf + "}\n"
	if err := os.WriteFile(name, []byte(main), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, address, exec.CommandContext(t.Context(), "nginx", "-p", folder, "-c", name))
	return "https://" + address
}

// behindCaddy runs Caddy with a certificate of its own authority.
func behindCaddy(t *testing.T, upstream string) string {
	folder, address := t.TempDir(), free(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(folder, "Caddyfile")
	global := "{\nadmin off\nskip_install_trust\nauto_https disable_redirects\nlocal_certs\n}\n"
	if err := os.WriteFile(name, []byte(global+repositoryFile(t, "deploy/caddy/Caddyfile")), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "caddy", "run", "--config", name, "--adapter", "caddyfile")
	command.Env = append(os.Environ(), "HOME="+folder, "XDG_DATA_HOME="+folder, "XDG_CONFIG_HOME="+folder,
		"PARLEY_HOST=localhost:"+port, "PARLEY_UPSTREAM="+upstream)
	start(t, address, command)
	return "https://localhost:" + port
}

func repositoryFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// selfSigned writes a key and its certificate into a folder.
func selfSigned(t *testing.T, folder string) (key, certificate string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	key, certificate = filepath.Join(folder, "key.pem"), filepath.Join(folder, "certificate.pem")
	for name, block := range map[string]*pem.Block{key: {Type: "PRIVATE KEY", Bytes: encoded}, certificate: {Type: "CERTIFICATE", Bytes: signed}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return key, certificate
}

// trusting takes any certificate: they are the tests' own.
var trusting = &tls.Config{InsecureSkipVerify: true, ServerName: "localhost"}

// start runs a proxy until the test ends and waits until it has its certificate.
func start(t *testing.T, address string, command *exec.Cmd) {
	t.Helper()
	log := &lockedBuffer{}
	command.Stdout, command.Stderr = log, log
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Skipf("%s is not here: %v", command.Args[0], err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // its context has ended by then
	ended, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dialer := tls.Dialer{Config: trusting}
	for {
		conn, err := dialer.DialContext(ended, "tcp", address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if ended.Err() != nil {
			t.Fatalf("%s does not listen on %s:\n%s", command.Args[0], address, log)
		}
	}
}

// TestBehindAProxy trades through the proxies for which the repository has files.
func TestBehindAProxy(t *testing.T) {
	t.Parallel()
	for name, proxy := range map[string]proxied{"nginx": behindNginx, "caddy": behindCaddy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(name); err != nil {
				t.Skipf("%s is not installed; scripts/need proxies installs it", name)
			}
			at := newPlace(t)
			server := at.serve(t, "--demo", "--trusted-proxies", "127.0.0.1,::1", "--public-url", "https://seller.example.com")
			base := proxy(t, strings.TrimPrefix(server.base, "http://"))
			client := &http.Client{Transport: &http.Transport{TLSClientConfig: trusting}}
			defer client.CloseIdleConnections()
			call := func(method, path, key, body string) *http.Response {
				t.Helper()
				request, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Forwarded", "for=203.0.113.9") // a client's own word, which the proxy takes away
				if key != "" {
					request.Header.Set("Authorization", "Bearer "+key)
				}
				response, err := client.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				return response
			}
			keys := demoKeys(t, at)
			stream := call("GET", "/events/stream", keys["OPERATOR_KEY"], "")
			defer func() { _ = stream.Body.Close() }()
			if stream.StatusCode != http.StatusOK {
				t.Fatalf("the stream is answered with %s", stream.Status)
			}
			quote := call("POST", "/api/v1/quotes", keys["AGENCY_KEY"], `{"product_id": "ctv-sports-live", "deal_type": "PG", "impressions": 1000000}`)
			_ = quote.Body.Close()
			if quote.StatusCode != http.StatusCreated {
				t.Errorf("a quote is answered with %s", quote.Status)
			}
			for lines := bufio.NewScanner(stream.Body); ; {
				if !lines.Scan() {
					t.Fatalf("the stream ended without the quote: %v", lines.Err())
				}
				if strings.Contains(lines.Text(), "quote.") {
					break
				}
			}
			_ = call("GET", "/docs", "", "").Body.Close()
			server.log.await(t, "path=/docs")
			if log := server.log.String(); !strings.Contains(log, "client=127.0.0.1") || strings.Contains(log, "203.0.113.9") {
				t.Errorf("the log does not tell the client behind the proxy:\n%s", log)
			}
		})
	}
}
