// Package docs_test holds the documentation to the truth: every console example of the README and of the pages in this
// folder is executed, in order, against a running server, and what it prints is compared with what the page shows.
//
// A block marked "console" holds commands after "$ " (continued on lines that follow a trailing backslash) and what each
// prints. Instants and dates differ from run to run and are compared by their place; so do identifiers and keys, of which
// the same one has to stand in the same places of the whole page. Run
//
//	go test ./docs -update
//
// to print the present answers into the pages. Each page is walked through on a server of its own, and then all of them on one, in any order
// and again the day after; -order N picks another order.
package docs_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/internal/racedetector"
)

var update = flag.Bool("update", false, "print the present answers into the pages")

// shown is the address that the pages show; the test's server has another port.
const shown = "127.0.0.1:8080"

func TestExamples(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	for _, tool := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is needed to run the examples: %v", tool, err)
			}
			t.Skipf("%s is needed to run the examples: %v", tool, err)
		}
	}
	binary := filepath.Join(t.TempDir(), "parley")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags", "faultclock", "-o", binary, "../cmd/parley")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released, but for a clock that can be moved on
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	var walked []string
	for _, page := range append([]string{"../README.md"}, pages...) {
		source, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		parts := parse(string(source))
		if !hasCommands(parts) {
			continue
		}
		walked = append(walked, page)
		t.Run(filepath.Base(page), func(t *testing.T) { runPage(t, binary, page, parts) })
	}
	if !*update {
		t.Run("all on one server", func(t *testing.T) { inAnyOrder(t, binary, walked) })
	}
}

func runPage(t *testing.T, binary, page string, parts []part) {
	server := serve(t, binary)
	shell := startShell(t, server)
	answered := slices.Clone(parts)
	changed := false
	var inPage, inAnswers names
	for i, p := range parts {
		if p.command == "" {
			continue
		}
		printed := shell.run(t, strings.ReplaceAll(p.command, shown, server.address))
		answered[i].output = strings.ReplaceAll(printed, server.address, shown)
		want, got := inPage.replace(p.output), inAnswers.replace(answered[i].output)
		if want == got {
			continue
		}
		changed = true
		if !*update {
			t.Errorf("%s line %d: $ %s\n(-shown +printed)\n%s", page, p.line, p.command, cmp.Diff(want, got))
		}
	}
	if changed && *update { // all of them, as what one command prints is named by others
		if err := os.WriteFile(page, []byte(render(answered)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// part is a piece of a page: text as it is, or a command with its output.
type part struct {
	text    string
	command string // with line continuations
	output  string
	line    int
}

func hasCommands(parts []part) bool {
	for _, p := range parts {
		if p.command != "" {
			return true
		}
	}
	return false
}

// parse splits a page. Joining the parts again gives the page.
func parse(source string) []part {
	var parts []part
	var text strings.Builder
	inConsole := false
	lines := strings.SplitAfter(source, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case !inConsole:
			inConsole = strings.HasPrefix(line, "```console")
		case strings.HasPrefix(line, "```"):
			inConsole = false
		case strings.HasPrefix(line, "$ "):
			parts = append(parts, part{text: text.String()})
			text.Reset()
			p := part{line: i + 1, command: strings.TrimPrefix(line, "$ ")}
			for strings.HasSuffix(lines[i], "\\\n") {
				i++
				p.command += lines[i]
			}
			for i+1 < len(lines) && !strings.HasPrefix(lines[i+1], "$ ") && !strings.HasPrefix(lines[i+1], "```") {
				i++
				p.output += lines[i]
			}
			parts = append(parts, p)
			continue
		}
		text.WriteString(line)
	}
	return append(parts, part{text: text.String()})
}

func render(parts []part) string {
	var page strings.Builder
	for _, p := range parts {
		if p.command == "" {
			page.WriteString(p.text)
			continue
		}
		page.WriteString("$ " + p.command + p.output)
		if p.output != "" && !strings.HasSuffix(p.output, "\n") {
			page.WriteString("\n")
		}
	}
	return page.String()
}

// volatile is what differs between two runs that are equal.
var volatile = regexp.MustCompile(`ask_live_[0-9a-z]+` +
	`|\b(?:qt|prop|neg|apr|evt|key|rule|gate|hook|req|prof|agt|dst|dpf|acct)-[0-9a-z]{10,}\b` +
	`|\b(?:ORD|CR)-[0-9A-Z]{10,}\b` +
	`|\b[A-Z]{2,8}-[34679ACDEFGHJKMNPQRTVWXY]{5}-[34679ACDEFGHJKMNPQRTVWXY]{5}\b` +
	`|\d{4}-\d\d-\d\dT[0-9:.]+Z` +
	`|\b\d{4}-\d\d-\d\d\b` +
	`|"[0-9a-f]{32,64}"`)

// names numbers the identifiers of a page in the order in which they are seen, so that two runs compare equal when the
// same identifier stands in the same places of both, over the whole page.
type names map[string]string

// replace puts what is volatile by its kind, and by its number when it identifies something.
func (n *names) replace(output string) string {
	if *n == nil {
		*n = names{}
	}
	return strings.TrimRight(volatile.ReplaceAllStringFunc(output, func(found string) string {
		kind := kindOf(found)
		if kind == "time" {
			return "<time>"
		}
		if (*n)[found] == "" {
			(*n)[found] = fmt.Sprintf("<%s %d>", kind, len(*n)+1)
		}
		return (*n)[found]
	}), "\n")
}

func kindOf(found string) string {
	switch {
	case found[0] == '"':
		return "hash"
	case found[0] >= '0' && found[0] <= '9':
		return "time"
	case strings.HasPrefix(found, "ask_"):
		return "key"
	}
	kind, _, _ := strings.Cut(found, "-")
	return kind
}

func TestTheSameIDIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	const first, second = `"deal_id": "PRLY-MMC3V-HK7PC" at 2026-11-23T05:42:30Z`, `PRLY-VK6CD-3FYED`
	render := func(outputs ...string) string {
		var n names
		var page strings.Builder
		for _, output := range outputs {
			page.WriteString(n.replace(output) + "\n")
		}
		return page.String()
	}
	want := "\"deal_id\": \"<PRLY 1>\" at <time>\n<PRLY 1>\n"
	if got := render(first, "PRLY-MMC3V-HK7PC"); got != want {
		t.Errorf("one id twice: %s", cmp.Diff(want, got))
	}
	if got := render(first, second); got == want {
		t.Error("two ids pass for one")
	}
	if got := render(strings.ReplaceAll(first, "MMC3V", "AAAAA"), "PRLY-AAAAA-HK7PC\n"); got != want {
		t.Errorf("the ids of another run: %s", cmp.Diff(want, got))
	}
}

// running is a server with the demo catalog and its keys.
type running struct {
	address string
	folder  string
	environ []string // beside this process's
	keys    map[string]string
}

var listening = regexp.MustCompile(`listening on http://(\S+)`)

func serve(t *testing.T, binary string, environ ...string) running {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(folder, "bin", "parley")); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, "bin/parley", "serve", "--demo", "--listen", "127.0.0.1:0")
	command.Dir, command.Env = folder, append(os.Environ(), environ...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 20 * time.Second
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var problems bytes.Buffer
	command.Stderr = &problems
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if found := listening.FindStringSubmatch(lines.Text()); found != nil {
				ready <- found[1]
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		if command.ProcessState != nil {
			return // it was waited for when it did not start
		}
		if err := command.Wait(); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the server ended with %v\n%s", err, problems.String())
		}
	})
	select {
	case address := <-ready:
		return running{address: address, folder: folder, environ: environ, keys: demoKeys(t, filepath.Join(folder, "data", "demo-keys"))}
	case <-ended:
		err := command.Wait() // what it said is whole then
		t.Fatalf("the server did not start: %v\n%s", err, problems.String())
	}
	return running{}
}

// demoKeys reads NAME=KEY lines.
func demoKeys(t *testing.T, file string) map[string]string {
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for line := range strings.Lines(string(content)) {
		if name, key, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			keys[name] = key
		}
	}
	return keys
}

// shell is one bash in which a page's commands run one after the other, so that a variable set by one is there for the next.
type shell struct {
	in  io.Writer
	out *bufio.Reader
}

const endMark = "-- end of output --"

func startShell(t *testing.T, server running) *shell {
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "bash", "--norc", "--noprofile") // ends with its input
	command.Dir = server.folder
	command.Env = append(os.Environ(), "PATH="+filepath.Join(server.folder, "bin")+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8")
	command.Env = append(command.Env, server.environ...)
	for name, key := range server.keys {
		command.Env = append(command.Env, name+"="+key)
	}
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), command.Wait()); err != nil {
			t.Errorf("the shell ended with %v", err)
		}
	})
	return &shell{in: in, out: bufio.NewReader(out)}
}

func (s *shell) run(t *testing.T, command string) string {
	if _, err := fmt.Fprintf(s.in, "{ %s\n} 2>&1 </dev/null; echo; echo '%s'\n", strings.TrimRight(command, "\n"), endMark); err != nil {
		t.Fatal(err)
	}
	var output strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		if err != nil {
			t.Fatalf("the shell ended in %q: %v\n%s", command, err, output.String())
		}
		if strings.TrimRight(line, "\n") == endMark {
			break
		}
		output.WriteString(line)
	}
	printed := strings.TrimRight(output.String(), "\n")
	if printed == "" {
		return ""
	}
	return printed + "\n"
}
