package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"

	"parley/config"
	"parley/internal/racedetector"
)

// instruction is one of a Dockerfile: its name in capitals, its options, and the rest.
type instruction struct {
	name    string
	options map[string]string
	words   []string
}

// lastStage reads what the image is made of.
func lastStage(t *testing.T) []instruction {
	t.Helper()
	content, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	var stage []instruction
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		next := instruction{name: words[0], options: map[string]string{}}
		for _, word := range words[1:] {
			if name, value, ok := strings.Cut(strings.TrimPrefix(word, "--"), "="); ok && strings.HasPrefix(word, "--") {
				next.options[name] = value
				continue
			}
			next.words = append(next.words, word)
		}
		if next.name == "FROM" {
			stage = nil
		}
		stage = append(stage, next)
	}
	return stage
}

// exec reads the words of an instruction in its form of a JSON list.
func (i instruction) exec(t *testing.T) []string {
	t.Helper()
	text := strings.TrimPrefix(strings.Join(i.words, " "), "CMD ") // of a health check
	var words []string
	if err := yaml.Unmarshal([]byte(text), &words); err != nil {
		t.Fatalf("%s %s: %v", i.name, text, err)
	}
	return words
}

// image is a folder with what the image holds, and how its program is run.
type image struct {
	root, folder  string
	user          uint32
	environ       []string
	health, serve []string
}

// newImage follows the instructions of the image with the program under test in the place of the one that they build.
func newImage(t *testing.T) image {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may change the root of a process")
	}
	made := image{root: t.TempDir()}
	var entry []string
	for _, next := range lastStage(t) {
		switch next.name {
		case "FROM":
			if next.words[0] != "scratch" {
				t.Fatalf("the image begins with %s", next.words[0])
			}
		case "COPY":
			made.copy(t, next)
		case "ENV":
			made.environ = next.words
		case "WORKDIR":
			made.folder = next.words[0]
		case "USER":
			made.user = number(t, strings.Split(next.words[0], ":")[0])
		case "HEALTHCHECK":
			made.health = next.exec(t)
		case "ENTRYPOINT":
			entry = next.exec(t)
		case "CMD":
			made.serve = slices.Concat(entry, next.exec(t))
		case "EXPOSE", "VOLUME":
		default:
			t.Fatalf("%s is unknown here", next.name)
		}
	}
	return made
}

func number(t *testing.T, text string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(text, 0, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// copy puts a file or an empty folder in its place.
func (m image) copy(t *testing.T, i instruction) {
	t.Helper()
	from, to := i.words[0], filepath.Join(m.root, i.words[1])
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	switch from {
	case "/out/data":
		if err := os.Mkdir(to, os.FileMode(number(t, i.options["chmod"]))); err != nil {
			t.Fatal(err)
		}
		owner := int(number(t, strings.Split(i.options["chown"], ":")[0]))
		if err := os.Chown(to, owner, owner); err != nil {
			t.Fatal(err)
		}
		return
	case "/out/parley":
		from = binary
	case "/etc/ssl/certs/ca-certificates.crt": // of this machine
	default:
		t.Fatalf("%s is unknown here", from)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o755); err != nil {
		t.Fatal(err)
	}
}

// command prepares a program of the image as its user, with nothing of this machine but its network.
func (m image) command(t *testing.T, args []string, environ ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), args[0], args[1:]...)
	command.Dir, command.Env = m.folder, slices.Concat(m.environ, environ)
	command.SysProcAttr = &syscall.SysProcAttr{Chroot: m.root, Credential: &syscall.Credential{Uid: m.user, Gid: m.user}}
	return command
}

// TestTheImageServes runs what the Dockerfile puts together, without an engine: the program alone in a root of its own.
func TestTheImageServes(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	m := newImage(t)
	// The test's folders are this user's alone; an image's root is for everybody.
	for folder := m.root; strings.HasPrefix(folder, os.TempDir()+"/"); folder = filepath.Dir(folder) {
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	listen := "PARLEY_LISTEN=" + free(t)
	if out, err := m.command(t, m.health, listen).CombinedOutput(); err == nil {
		t.Fatalf("it is healthy before it runs: %s", out)
	}
	server := m.command(t, m.serve, listen)
	log := &lockedBuffer{}
	server.Stdout, server.Stderr = log, log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	log.await(t, `"msg":"serving"`)
	if out, err := m.command(t, m.health, listen).CombinedOutput(); err != nil {
		t.Errorf("it is not healthy: %v, %s\n%s", err, out, log)
	}
	if out, err := m.command(t, []string{"/parley", "keys", "create", "--role", "operator", "--label", "First"}).CombinedOutput(); err != nil || !keyLine.Match(out) {
		t.Errorf("a key: %v, %s", err, out)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log)
	}
	if _, err := os.Stat(filepath.Join(m.root, "data", "parley.db")); err != nil {
		t.Error(err)
	}
}

// TestDeploymentsNameSettings has every setting in the files that start a server be one, with a value that is right.
func TestDeploymentsNameSettings(t *testing.T) {
	t.Parallel()
	read := func(name string, into any) {
		t.Helper()
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	load := func(name string, environ []string) config.Settings {
		t.Helper()
		settings, err := config.Load(nil, environ)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return settings
	}
	for _, next := range lastStage(t) {
		if next.name == "ENV" {
			load("Dockerfile", next.words)
		}
	}

	var compose struct {
		Services map[string]struct{ Environment map[string]string }
	}
	read("compose.yaml", &compose)
	var environ []string
	for name, value := range compose.Services["parley"].Environment {
		value = regexp.MustCompile(`\$\{PARLEY_HOST[^}]*\}`).ReplaceAllString(value, "seller.example.com")
		value = regexp.MustCompile(`\$\{POSTGRES_PASSWORD[^}]*\}`).ReplaceAllString(value, "secret")
		environ = append(environ, name+"="+value)
	}
	if s := load("compose.yaml", environ); s.PublicURL != "https://seller.example.com" || len(environ) < 5 {
		t.Errorf("compose.yaml: %v", environ)
	}

	var values struct{ Settings map[string]any }
	read("deploy/helm/parley/values.yaml", &values)
	content, err := yaml.Marshal(values.Settings)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "parley.yaml")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if s := load("values.yaml", []string{"PARLEY_CONFIG=" + name}); s.PublicURL == "" || len(values.Settings) < 3 {
		t.Errorf("values.yaml: %s", content)
	}
	deployment, err := os.ReadFile("../../deploy/helm/parley/templates/deployment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"PARLEY_DATABASE_URL_FILE"}
	for _, s := range config.All() {
		known = append(known, s.Variable)
	}
	for _, variable := range regexp.MustCompile(`PARLEY_[A-Z_]+`).FindAllString(string(deployment), -1) {
		if !slices.Contains(known, variable) {
			t.Errorf("deployment.yaml: %s is not a setting", variable)
		}
	}

	unit, err := os.ReadFile("../../deploy/systemd/parley.service")
	if err != nil {
		t.Fatal(err)
	}
	var set []string
	for _, variable := range regexp.MustCompile(`PARLEY_[A-Z_]+=\S+`).FindAllString(string(unit), -1) {
		if !strings.HasPrefix(variable, "PARLEY_CONFIG=") { // which is not there
			set = append(set, variable)
		}
	}
	load("parley.service", set)
}

// TestTheUnitIsOneOfSystemd has systemd read the unit, with the program under test in its place.
func TestTheUnitIsOneOfSystemd(t *testing.T) {
	t.Parallel()
	racedetector.Serial(t)
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd here")
	}
	unit, err := os.ReadFile("../../deploy/systemd/parley.service")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "parley.service")
	text := strings.ReplaceAll(string(unit), "/usr/local/bin/parley", binary)
	text = strings.NewReplacer("User=parley", "User=daemon", "Group=parley", "Group=daemon", "file:/usr/local/share/doc/parley", "man:true").Replace(text)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), verify, "verify", "--recursive-errors=no", name).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
