package config

import (
	"encoding"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"
	"time"

	"parley"
)

// Setting describes one setting.
type Setting struct {
	Name        string // of its flag, without the dashes
	Variable    string
	Key         string // in the file; empty: not there
	Initial     string // as it would be set; empty: unset
	Placeholder string
	Help        string

	index       []int // of its field in Settings
	least, most string
}

// VariablePrefix begins the name of every variable of the environment that is a setting.
const VariablePrefix = "PARLEY_"

// All lists the settings in the order of their fields.
func All() []Setting {
	var all []Setting
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if field.Anonymous {
			continue
		}
		name := field.Tag.Get("name")
		key := strings.ReplaceAll(name, "-", "_")
		s := Setting{
			Name: name, Variable: VariablePrefix + strings.ToUpper(key), Key: key,
			Initial: field.Tag.Get("initial"), Placeholder: field.Tag.Get("placeholder"), Help: field.Tag.Get("help"),
			index: field.Index, least: field.Tag.Get("least"), most: field.Tag.Get("most"),
		}
		if field.Tag.Get("file") == "-" {
			s.Key = ""
		}
		all = append(all, s)
	}
	return all
}

// set reads a value into the setting's field. The error says what is right, and follows the name of where it was set.
func (s Setting) set(settings *Settings, text string) error {
	field := reflect.ValueOf(settings).Elem().FieldByIndex(s.index)
	switch target := field.Addr().Interface().(type) {
	case *slog.Level:
		return s.setLevel(target, text)
	case encoding.TextUnmarshaler:
		return target.UnmarshalText([]byte(text))
	case *time.Duration:
		return s.setDuration(target, text)
	case *string:
		*target = text
		return nil
	case *bool:
		return s.setBool(target, text)
	case *int:
		return s.setInt(target, text)
	}
	panic("config: no way to read a " + field.Type().String())
}

// rules are the setting's field where a file may have it as more than a plain value, which rules alone are; nil: it may not.
func (s Setting) rules(settings *Settings) *ApprovalRules {
	rules, _ := reflect.ValueOf(settings).Elem().FieldByIndex(s.index).Addr().Interface().(*ApprovalRules)
	return rules
}

// setLevel takes the four names, and not the offsets such as "info+2" that slog has as well.
func (s Setting) setLevel(target *slog.Level, text string) error {
	switch text {
	case "debug", "info", "warn", "error":
		return target.UnmarshalText([]byte(text))
	}
	return fmt.Errorf("must be debug, info, warn or error, and not %q", text)
}

func (s Setting) setDuration(target *time.Duration, text string) error {
	d, err := parley.ParseSpan(text)
	if err != nil {
		return fmt.Errorf("must be a duration, such as 90s, 24h or 30d, and not %q", text)
	}
	least, most := mustDuration(s.least), mustDuration(s.most)
	if d < least || d > most {
		return fmt.Errorf("must be from %s to %s, and not %q", s.least, s.most, text)
	}
	*target = d
	return nil
}

// mustDuration reads a bound from a tag.
func mustDuration(text string) time.Duration {
	d, err := parley.ParseSpan(text)
	if err != nil {
		panic("config: " + err.Error())
	}
	return d
}

func (s Setting) setBool(target *bool, text string) error {
	switch text {
	case "true":
		*target = true
	case "false":
		*target = false
	default:
		return fmt.Errorf("must be true or false, and not %q", text)
	}
	return nil
}

func (s Setting) setInt(target *int, text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < mustInt(s.least) || n > mustInt(s.most) {
		return fmt.Errorf("must be a whole number from %s to %s, and not %q", s.least, s.most, text)
	}
	*target = n
	return nil
}

// mustInt reads a bound from a tag.
func mustInt(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("config: " + err.Error())
	}
	return n
}
