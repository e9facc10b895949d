package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// fieldKind is how a member of an object is typed.
type fieldKind int

const (
	aText fieldKind = iota
	aNumber
	aTick
	texts       // between commas or on lines of their own
	numbers     // likewise
	pairs       // name=value, on lines of their own
	keyValues   // name=value, value, on lines of their own: a list of objects with key and values
	numberLists // name=number, number, on lines of their own
	columnHeads // column=heading, or column, on lines of their own: a list of objects with those members
)

// member is one member of a JSON object that people type in fields: a mapping, or the settings of a destination.
type member struct {
	Name, Label, Hint string
	Kind              fieldKind
	Choices           []string // value=label; none: any text
	Needed            bool
}

// object is what an object is typed as: its fields, each called by a prefix and the member's name. Without members it is typed as
// JSON, in the one field that has the prefix's name.
type object struct {
	prefix  string // such as "settings"
	members []member
}

func (o object) field(m member) string { return o.prefix + "." + m.Name }

// values are the fields of a form for what an object has.
func (o object) values(raw json.RawMessage) url.Values {
	values := url.Values{}
	if len(o.members) == 0 {
		values.Set(o.prefix, "{}")
		if len(raw) > 0 {
			values.Set(o.prefix, pretty(raw))
		}
		return values
	}
	has := membersOf(raw)
	for _, m := range o.members {
		switch member := has[m.Name].(type) {
		case nil:
		case bool:
			if member {
				values.Set(o.field(m), "on")
			}
		case []any:
			lines := make([]string, len(member))
			for i, item := range member {
				lines[i] = shownMember(item)
			}
			separator := "\n"
			if m.Kind == numbers {
				separator = ", "
			}
			values.Set(o.field(m), strings.Join(lines, separator))
		case map[string]any:
			var lines []string
			for _, name := range slices.Sorted(maps.Keys(member)) {
				lines = append(lines, name+"="+shownMember(member[name]))
			}
			values.Set(o.field(m), strings.Join(lines, "\n"))
		default:
			values.Set(o.field(m), shownMember(member))
		}
	}
	return values
}

// membersOf are those of an object; none of what is no object.
func membersOf(raw json.RawMessage) map[string]any {
	var members map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&members) != nil || members == nil {
		return map[string]any{}
	}
	return members
}

func shownMember(member any) string {
	switch value := member.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case []any:
		shown := make([]string, len(value))
		for i, v := range value {
			shown[i] = shownMember(v)
		}
		return strings.Join(shown, ", ")
	case map[string]any: // a key with its values, or a column with its heading
		if column, is := value["column"]; is {
			return strings.TrimSuffix(shownMember(column)+"="+shownMember(value["heading"]), "=")
		}
		return shownMember(value["key"]) + "=" + shownMember(value["values"])
	case nil:
		return ""
	}
	return pretty(member)
}

// fields are the inputs of a form for an object.
func (o object) fields(f *form, label, hint string) []Field {
	if len(o.members) == 0 {
		return []Field{f.Area(o.prefix, label, hint)}
	}
	o.place(f)
	var inputs []Field
	for _, m := range o.members {
		name := o.field(m)
		var input Field
		switch {
		case m.Kind == aTick:
			input = f.Check(name, m.Label, m.Hint)
		case len(m.Choices) > 0:
			input = f.Choice(name, m.Label, m.Hint, m.Choices)
		case m.Kind == aText || m.Kind == aNumber || m.Kind == numbers:
			input = f.Text(name, m.Label, m.Hint)
		default:
			input = f.Area(name, m.Label, m.Hint)
		}
		input.Required = m.Needed
		inputs = append(inputs, input)
	}
	return inputs
}

// place tells what is wrong with a part of a member, such as "settings.columns[2].heading", at the field that has it all.
func (o object) place(f *form) {
	for path, message := range f.Errors {
		rest, is := strings.CutPrefix(path, o.prefix+".")
		if !is {
			continue
		}
		if end := strings.IndexAny(rest, ".["); end >= 0 {
			if name := o.prefix + "." + rest[:end]; f.Errors[name] == "" {
				f.Errors[name] = message
			}
		}
	}
}

// object reads what a form says that an object has. What the object had before that has no field stays.
func (r *reader) object(o object, before json.RawMessage) json.RawMessage {
	if len(o.members) == 0 {
		return json.RawMessage(r.text(o.prefix))
	}
	members := membersOf(before)
	for _, m := range o.members {
		name := o.field(m)
		delete(members, m.Name)
		if r.text(name) == "" {
			continue
		}
		members[m.Name] = r.member(name, m.Kind)
	}
	raw, err := json.Marshal(members)
	if err != nil {
		r.problems.Add(o.prefix, "cannot be written: %v", err)
	}
	return raw
}

// member reads a field.
func (r *reader) member(name string, kind fieldKind) any {
	switch kind {
	case aNumber:
		return r.number(name)
	case aTick:
		return true
	case texts:
		return r.list(name)
	case numbers:
		return r.numbers(name, r.list(name))
	case pairs:
		members := map[string]string{}
		for _, pair := range r.pairs(name) {
			members[pair[0]] = pair[1]
		}
		return members
	case numberLists:
		members := map[string][]int64{}
		for _, pair := range r.pairs(name) {
			members[pair[0]] = r.numbers(name, parts(pair[1]))
		}
		return members
	case keyValues:
		type keyed struct {
			Key    string   `json:"key"`
			Values []string `json:"values"`
		}
		keys := []keyed{}
		for _, pair := range r.pairs(name) {
			keys = append(keys, keyed{pair[0], parts(pair[1])})
		}
		return keys
	case columnHeads:
		type column struct {
			Column  string `json:"column"`
			Heading string `json:"heading,omitempty"`
		}
		columns := []column{}
		for _, line := range r.list(name) {
			name, heading, _ := strings.Cut(line, "=")
			columns = append(columns, column{strings.TrimSpace(name), strings.TrimSpace(heading)})
		}
		return columns
	case aText:
	}
	return r.text(name)
}

// parts are the values between commas.
func parts(text string) []string {
	values := []string{}
	for value := range strings.SplitSeq(text, ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

// numbers reads whole numbers of a field.
func (r *reader) numbers(name string, texts []string) []int64 {
	read := []int64{}
	for _, text := range texts {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			r.problems.Add(name, "must be whole numbers: %q is none", text)
		}
		read = append(read, n)
	}
	return read
}

// pairs reads name=value on lines of their own.
func (r *reader) pairs(name string) [][2]string {
	var pairs [][2]string
	for line := range strings.Lines(r.values.Get(name)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			r.problems.Add(name, "must be name=value on each line: %q is not", line)
		}
		pairs = append(pairs, [2]string{strings.TrimSpace(key), strings.TrimSpace(value)})
	}
	return pairs
}
