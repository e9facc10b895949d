package console

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley"
)

// fieldName says in words which field a path means: "entries[0].base_cpm" is "Base CPM in line 1".
func fieldName(path string) string {
	line := 0
	names := strings.Split(path, ".")
	for i, name := range names {
		bare, index, indexed := strings.Cut(name, "[")
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); indexed && err == nil {
			line = n + 1
		}
		names[i] = bare
	}
	words := strings.Fields(strings.ReplaceAll(names[len(names)-1], "_", " "))
	for i, word := range words {
		switch word {
		case "cpm", "id", "url":
			words[i] = strings.ToUpper(word)
		case "pct":
			words[i] = "%"
		}
	}
	name := strings.Join(words, " ")
	if first, size := utf8.DecodeRuneInString(name); size > 0 {
		name = string(unicode.ToUpper(first)) + name[size:]
	}
	if line > 0 {
		name += " in line " + strconv.Itoa(line)
	}
	return name
}

// plainMessage is what an error tells people: of fields that are wrong their names in words, and not their paths.
func plainMessage(told *parley.Error) string {
	if told.Code == parley.CodePreconditionFailed {
		return "Somebody else changed this meanwhile, so that nothing was done. Look at it as it is now, then decide again."
	}
	if told.Code != parley.CodeValidation || len(told.Fields) == 0 {
		return marked(told.Message)
	}
	message := fieldName(told.Fields[0].Path) + " " + marked(told.Fields[0].Message)
	if more := len(told.Fields) - 1; more > 0 {
		message += " (and " + strconv.Itoa(more) + " more)"
	}
	return message + "."
}
