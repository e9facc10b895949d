package config

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"parley"
)

// Problem is one thing that is wrong with what was set.
type Problem struct {
	Where string // "--quote-ttl", "PARLEY_QUOTE_TTL" or "parley.yaml line 3: quote_ttl"
	What  string // what is right instead
}

// Problems are all that is wrong, flags first, then the environment, then the file.
type Problems []Problem

// Error has one line for each problem after a first one that counts them.
func (p Problems) Error() string {
	var text strings.Builder
	if len(p) == 1 {
		text.WriteString("a setting is wrong:")
	} else {
		fmt.Fprintf(&text, "%d settings are wrong:", len(p))
	}
	for _, problem := range p {
		fmt.Fprintf(&text, "\n  %s %s", problem.Where, problem.What)
	}
	return text.String()
}

// assignment is a setting as one source has it.
type assignment struct {
	setting Setting
	where   string
	text    string
	secret  bool     // the text may be one, and no problem repeats it
	node    ast.Node // instead of the text, where a file has more than a plain value
	unread  string   // why there is neither; empty: there is one
}

// Load reads the settings. Flags are the values given on the command line by the names of their settings, environ is as
// os.Environ has it. The error is Problems; the settings are then what is right of them.
func Load(flags map[string]string, environ []string) (Settings, error) {
	settings, _, problems := read(flags, environ)
	if len(problems) > 0 {
		return settings, problems
	}
	return settings, nil
}

// read reads the settings and answers the assignment of each, by name, that counts.
func read(flags map[string]string, environ []string) (Settings, map[string]assignment, Problems) {
	settings := Initial()
	var problems Problems
	fromFlags := assignFlags(flags)
	fromEnvironment, unknown := assignEnvironment(environ)
	fromFile, misfiled := assignFile(fileName(slices.Concat(fromEnvironment, fromFlags)))
	last, wrong := map[string]assignment{}, map[string]bool{}
	for _, source := range []struct {
		assignments []assignment
		unknown     Problems
	}{{fromFile, misfiled}, {fromEnvironment, unknown}, {fromFlags, nil}} {
		var own Problems
		for _, a := range source.assignments {
			what := a.problems(&settings)
			own = append(own, what...)
			last[a.setting.Name], wrong[a.setting.Name] = a, len(what) > 0
		}
		problems = slices.Concat(own, source.unknown, problems)
	}
	return settings, last, slices.Concat(problems, checkTogether(settings, last, wrong))
}

// fileName is the name of the file that flags and variables give; the last one counts.
func fileName(assignments []assignment) string {
	name := ""
	for _, a := range assignments {
		if a.setting.Name == "config" && a.unread == "" {
			name = a.text
		}
	}
	return name
}

// Initial are the settings when nobody sets any.
func Initial() Settings {
	var settings Settings
	for _, s := range All() {
		if s.Initial == "" {
			continue
		}
		if err := s.set(&settings, s.Initial); err != nil {
			panic("config: the initial value of " + s.Name + " " + err.Error())
		}
	}
	return settings
}

// problems sets what is right and answers what is not.
func (a assignment) problems(settings *Settings) Problems {
	if a.unread != "" {
		return Problems{{a.where, a.unread}}
	}
	var problems Problems
	for _, err := range each(a.assign(settings)) {
		what := err.Error()
		if a.secret {
			what, _, _ = strings.Cut(what, ", and not ")
		}
		problems = append(problems, Problem{a.where, what})
	}
	return problems
}

func (a assignment) assign(settings *Settings) error {
	if a.node != nil {
		return a.setting.rules(settings).unmarshalNode("", a.node)
	}
	return a.setting.set(settings, a.text)
}

// each takes joined errors apart.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func assignFlags(flags map[string]string) []assignment {
	var assignments []assignment
	for _, s := range All() {
		if text, given := flags[s.Name]; given {
			assignments = append(assignments, assignment{setting: s, where: "--" + s.Name, text: text})
		}
	}
	return assignments
}

// assignEnvironment reads the variables with the product's prefix. An empty one is taken as not set, as a shell and a
// container's description write it.
func assignEnvironment(environ []string) ([]assignment, Problems) {
	var assignments []assignment
	var wrong Problems
	all := All()
	for _, variable := range slices.Sorted(slices.Values(environ)) {
		name, text, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, VariablePrefix) || text == "" || notOurs(name, text) {
			continue
		}
		named, inFile := strings.CutSuffix(name, fileSuffix)
		i := slices.IndexFunc(all, func(s Setting) bool { return s.Variable == named })
		if i < 0 {
			wrong = append(wrong, Problem{name, notASetting(name, VariablePrefix, func(s Setting) string { return s.Variable })})
			continue
		}
		a := assignment{setting: all[i], where: name, text: text, secret: inFile}
		if inFile {
			a.text, a.unread = readSecret(text)
		}
		if a.unread == "" && slices.ContainsFunc(assignments, func(a assignment) bool { return a.setting.Name == all[i].Name }) {
			a.unread = "is set beside " + all[i].Variable + ", and one of them is enough"
		}
		assignments = append(assignments, a)
	}
	return assignments, wrong
}

// fileSuffix ends the name of a variable that names a file with the setting's value, as containers are given secrets.
const fileSuffix = "_FILE"

// readSecret reads a setting's value from a file, without the end of its line. problem is empty unless it cannot.
func readSecret(name string) (text, problem string) {
	const most = 1 << 20 // bytes, far above any setting
	file, err := os.Open(name)
	if err != nil {
		return "", "names a file that cannot be read: " + err.Error()
	}
	defer func() { _ = file.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	switch text = strings.TrimRight(string(content), "\r\n"); {
	case err != nil:
		return "", "names a file that cannot be read: " + err.Error()
	case len(content) > most:
		return "", fmt.Sprintf("names a file of more than %d bytes", most)
	case text == "":
		return "", "names a file with nothing in it"
	}
	return text, ""
}

// serviceVariable matches what Kubernetes sets in every container for a service whose name begins with "parley".
var serviceVariable = regexp.MustCompile(`_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$|_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$`)

// buyerVariables are what "parley buyer" reads; a terminal may have them beside the server's settings.
var buyerVariables = []string{VariablePrefix + "URL", VariablePrefix + "API_KEY"}

// notOurs tells variables with the product's prefix that are nobody's attempt at a setting: those of its own tests and of
// the buyer's commands, and those that Kubernetes sets unasked.
func notOurs(name, text string) bool {
	return strings.HasPrefix(name, VariablePrefix+"TEST_") || slices.Contains(buyerVariables, name) ||
		serviceVariable.MatchString(name) ||
		strings.HasSuffix(name, "_PORT") && strings.Contains(text, "://")
}

// notASetting says so, and names the setting that was probably meant. call is how the source names a setting, each with the
// same prefix.
func notASetting(name, prefix string, call func(Setting) string) string {
	var known []string
	for _, s := range All() {
		known = append(known, strings.TrimPrefix(call(s), prefix))
	}
	if meant := parley.Nearest(strings.TrimPrefix(name, prefix), known); meant != "" {
		return "is not a setting; did you mean " + prefix + meant + "?"
	}
	return "is not a setting; 'parley serve --help' lists them"
}
