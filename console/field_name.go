package console

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley"
)

// fieldName says in words which field a path means: "entries[0].base_cpm" is "Base CPM in line 1".
func fieldName(path string) string {
	line := lineOf(path)
	names := strings.Split(path, ".")
	for i, name := range names {
		names[i], _, _ = strings.Cut(name, "[")
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
	if told.Code == parley.CodeIdempotencyConflict {
		return "This form was sent before, and what it said then was done. What you changed in it since is not. Open its page anew to change more."
	}
	if told.Code != parley.CodeValidation || len(told.Fields) == 0 {
		return worded(told.Message)
	}
	message := fieldMessage(told.Fields[0].Path, told.Fields[0].Message)
	if more := len(told.Fields) - 1; more > 0 {
		message += " (and " + strconv.Itoa(more) + " more)"
	}
	return message + "."
}

// fieldMessage is what is wrong with a field, as a sentence without its stop.
func fieldMessage(path, message string) string {
	message = strings.TrimSuffix(message, ".")
	if rest, declines := strings.CutPrefix(message, "must be reject"); path == "decision" && declines { // whose buttons are no field
		return "It can only be declined" + worded(rest)
	}
	if first, _ := utf8.DecodeRuneInString(message); unicode.IsUpper(first) { // a sentence of its own
		return worded(message)
	}
	if terms[path] {
		return "These terms " + worded(strings.ReplaceAll(message, "counter_cpm", "price"))
	}
	return labelled(path) + " " + worded(message)
}

// terms are what of a request is no field of a form, but all that it asks for.
var terms = map[string]bool{"modifications": true, "proposed_values": true}

// refusals are the messages of errors about a field, as parley.Error has them in one text.
var refusals = regexp.MustCompile(`^([a-z_]+(?:\[\d+\])?(?:\.[a-z_]+)*) ((?:must|is|are|can|cannot|has|have|make|makes|need|go|goes|leaves|gives) .*)$`)

// refusedWords is a refusal that was kept as a text, in sentences.
func refusedWords(text string) string {
	if path, rest, _ := strings.Cut(text, " "); terms[path] {
		return fieldMessage(path, rest) + "."
	}
	if found := refusals.FindStringSubmatch(text); found != nil && found[1] == strings.ToLower(found[1]) {
		return fieldMessage(found[1], found[2]) + "."
	}
	return worded(strings.TrimSuffix(text, ".")) + "."
}

// labelMark is before and after the path of a field that a page is to call by the label which it has there, and maybeLabel between that
// mark and a name which is left as it is where the page has no such field.
const (
	labelMark  = "\ue003"
	maybeLabel = "?"
)

// labelled is a field for a text on the page of its form.
func labelled(path string) string { return labelMark + path + labelMark }

// identifiers are names as programs write them, and paths to what a list has.
var identifiers = regexp.MustCompile(`"[^"]*"|[a-z_]+\[\d+\](?:\.[a-z_]+)*|[a-z]+(?:_[a-z0-9]+)+`)

// worded is a text of the program that is not the console's, with marks in its numbers and at the names of fields.
func worded(text string) string {
	text = strings.ReplaceAll(text, ", or null", ", or empty") // as a field has none
	return identifiers.ReplaceAllStringFunc(marked(text), func(found string) string {
		if found[0] == '"' { // what somebody wrote
			return found
		}
		return labelled(maybeLabel + found)
	})
}

// The labels of a page, as its templates write them: of an input, of an input in a table, of several boxes.
var (
	labelsFor   = regexp.MustCompile(`<label(?: class="[^"]*")? for="([^"]+)">([^<]*)</label>`)
	namedInputs = regexp.MustCompile(` id="([^"]+)" name="([^"]+)"`)
	cellLabels  = regexp.MustCompile(` name="([^"]+)"[^>]* aria-label="([^"]+)"`)
	boxLabels   = regexp.MustCompile(` data-field="([^"]+)"><legend>([^<]*)</legend>`)
)

// labelledFields are fields between marks. What somebody wrote with such a mark in it has more between two of them than a path.
var labelledFields = regexp.MustCompile(labelMark + `[^<>` + labelMark + `]{1,200}` + labelMark)

// withLabels has a page call its fields by the labels that it has for them.
func withLabels(page []byte) []byte {
	if !bytes.Contains(page, []byte(labelMark)) {
		return page
	}
	labels, byID := map[string]string{}, map[string]string{}
	for _, found := range labelsFor.FindAllSubmatch(page, -1) {
		byID[string(found[1])] = string(found[2])
	}
	for _, found := range namedInputs.FindAllSubmatch(page, -1) {
		if label := byID[string(found[1])]; label != "" {
			labels[string(found[2])] = label
		}
	}
	for _, pattern := range []*regexp.Regexp{cellLabels, boxLabels} {
		for _, found := range pattern.FindAllSubmatch(page, -1) {
			labels[string(found[1])] = string(found[2])
		}
	}
	return labelledFields.ReplaceAllFunc(page, func(found []byte) []byte {
		return []byte(labelOf(strings.Trim(string(found), labelMark), labels))
	})
}

// labelOf is the label of a field, of the one that it is a part of, or else its name in words.
func labelOf(path string, labels map[string]string) string {
	path, maybe := strings.CutPrefix(path, maybeLabel)
	if path == "file" { // whose label says what it has to be
		return "The file"
	}
	for part := path; part != ""; part = part[:max(strings.LastIndexAny(part, ".["), 0)] {
		if label, known := labels[part]; known {
			if n := lineOf(path); n > 0 {
				label += " in line " + strconv.Itoa(n)
			}
			return label
		}
	}
	if label, known := labels[path[strings.LastIndexByte(path, '.')+1:]]; known {
		return label
	}
	switch {
	case maybe && slices.Contains(states[:], path):
		return words(path)
	case path == "text": // of what the desk says among itself
		return "The comment"
	case maybe:
		return path
	}
	return fieldName(path)
}

// states are those of several words that a text of the program may tell of.
var states = [...]string{
	string(parley.DealPartiallyCancelled), string(parley.DealMakegoodPending), "pending_approval", "in_progress", "timed_out", "counter_offered", "final_offer",
}

// lineOf is the line of a list that a path names, from 1; 0: none.
func lineOf(path string) int {
	_, index, indexed := strings.Cut(path, "[")
	number, _, _ := strings.Cut(index, "]")
	if n, err := strconv.Atoi(number); indexed && err == nil {
		return n + 1
	}
	return 0
}
