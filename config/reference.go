package config

import (
	"fmt"
	"io"
	"strings"
)

const referenceHead = `<!-- Written by "make docs" from the struct that the program reads its settings into. Do not edit. -->

# Configuration

Every setting can be given as a flag, as a variable of the environment, and as a key of the YAML file that ` + "`--config`" + `
names. A flag wins over the variable, the variable over the file, the file over the initial value. An empty variable counts
as not set. A variable with ` + "`_FILE`" + ` after its name, such as ` + "`PARLEY_DATABASE_URL_FILE`" + `, names a file that holds the value, as
containers are given secrets. ` + "`parley config`" + ` prints every setting with what set it, without passwords.

An unknown flag, variable with the prefix ` + "`" + VariablePrefix + "`" + ` or key, and a malformed value anywhere, stop the start
with exit code 2. All such problems are told at once, each with the place where it was set.

` + "`parley serve`" + ` takes all flags; the commands that work on the database take ` + "`--config`" + `, ` + "`--database-url`" + ` and
` + "`--database-connections`" + `, and read variables and file as ` + "`serve`" + ` does.

Durations are numbers with a unit: ` + "`90s`, `15m`, `24h`, `30d`" + `.

| flag | variable | key | initial |
| --- | --- | --- | --- |
`

// WriteReference writes the reference page of all settings, in Markdown.
func WriteReference(w io.Writer) error {
	var page strings.Builder
	page.WriteString(referenceHead)
	for _, s := range All() {
		fmt.Fprintf(&page, "| [`--%s`](#%s) | `%s` | %s | %s |\n", s.Name, s.Name, s.Variable, code(s.Key), code(s.Initial))
	}
	for _, s := range All() {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n", s.Name, s.Help)
		fmt.Fprintf(&page, "`--%s %s`", s.Name, s.Placeholder)
		if s.least != "" {
			fmt.Fprintf(&page, ", from %s to %s", code(s.least), code(s.most))
		}
		if s.Initial != "" {
			fmt.Fprintf(&page, "; %s when nobody sets it", code(s.Initial))
		}
		page.WriteString("\n")
	}
	page.WriteString("\n## A file with every setting\n\n```yaml\n")
	for _, s := range All() {
		if s.Key != "" {
			fmt.Fprintf(&page, "%s: %s\n", s.Key, s.Initial)
		}
	}
	page.WriteString("```\n")
	_, err := io.WriteString(w, page.String())
	return err
}

func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}
