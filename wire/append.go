package wire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Answers are appended to one slice, each type by a function that is made when its first value is written. encoding/json reads
// anew what each MarshalJSON has answered, and a price has a dozen of these. What is not one of the plain kinds of documents it
// writes still: the bytes are the same either way.

// Appender is what writes itself to the end of a body, as its MarshalJSON would: a number, or text that needs no escapes in
// quotes.
type Appender interface{ AppendJSON(body []byte) []byte }

// appends writes a value that can be addressed.
type appends func(body []byte, v reflect.Value) ([]byte, error)

// kind is how values of a type are written.
type kind struct {
	write appends
	held  sync.Pool // of pointers to values of it, which are zero
}

var kinds sync.Map // by type

func kindOf(t reflect.Type) *kind {
	if known, there := kinds.Load(t); there {
		of, _ := known.(*kind) // nothing else is stored
		return of
	}
	made := &kind{write: newAppender(t), held: sync.Pool{New: func() any { return reflect.New(t).Interface() }}}
	kinds.Store(t, made)
	return made
}

func appenderOf(t reflect.Type) appends { return kindOf(t).write }

// lazily makes the function for what a type leads to when it is first met there, since a type may lead to itself.
func lazily(t reflect.Type) func() appends {
	return sync.OnceValue(func() appends { return appenderOf(t) })
}

var (
	ownKind  = reflect.TypeFor[Appender]()
	jsonKind = reflect.TypeFor[json.Marshaler]()
	textKind = reflect.TypeFor[encoding.TextMarshaler]()
	wordKind = reflect.TypeFor[encoding.TextAppender]()
)

func newAppender(t reflect.Type) appends {
	pointer := reflect.PointerTo(t)
	switch {
	case t == reflect.TypeFor[time.Time]():
		return appendTime
	case t.Kind() == reflect.Pointer:
		return pointerAppender(t)
	case pointer.Implements(ownKind):
		return func(body []byte, v reflect.Value) ([]byte, error) {
			own, _ := v.Addr().Interface().(Appender) // it has just been found to be one
			return own.AppendJSON(body), nil
		}
	case t == reflect.TypeFor[json.RawMessage]():
		return appendRaw
	case pointer.Implements(jsonKind):
		return appendStandard
	case pointer.Implements(wordKind):
		return appendWord
	case pointer.Implements(textKind), t == reflect.TypeFor[json.Number]():
		return appendStandard
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(body []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(body, v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(body []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(body, v.Int(), 10), nil }
	case reflect.String:
		return func(body []byte, v reflect.Value) ([]byte, error) { return appendText(body, v.String()) }
	case reflect.Interface:
		return appendHeld
	case reflect.Struct:
		return structAppender(t)
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return sliceAppender(t)
		}
	case reflect.Map:
		if t.Key() == reflect.TypeFor[string]() {
			return mapAppender(t)
		}
	default: // encoding/json knows the others
	}
	return appendStandard
}

// appendStandard has encoding/json write a value, with the methods that a pointer to it has.
func appendStandard(body []byte, v reflect.Value) ([]byte, error) {
	text := bytes.NewBuffer(body)
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	if v.CanAddr() {
		v = v.Addr()
	}
	if err := encoder.Encode(v.Interface()); err != nil {
		return body, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

func appendTime(body []byte, v reflect.Value) ([]byte, error) {
	began := len(body)
	at, _ := v.Addr().Interface().(*time.Time) // it is for no other type
	text, err := at.AppendText(append(body, '"'))
	if err != nil {
		return appendStandard(body[:began], v)
	}
	return append(text, '"'), nil
}

// appendText writes text in quotes. What has to be escaped, and all beyond ASCII, is encoding/json's.
func appendText(body []byte, text string) ([]byte, error) {
	if !plain(text) {
		return appendStandard(body, reflect.ValueOf(text))
	}
	return append(append(append(body, '"'), text...), '"'), nil
}

func plain[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// appendWord writes what appends its own text, such as a day.
func appendWord(body []byte, v reflect.Value) ([]byte, error) {
	began := len(body)
	word, _ := v.Addr().Interface().(encoding.TextAppender) // it is for no other type
	text, err := word.AppendText(append(body, '"'))
	if err != nil || !plain(text[began+1:]) {
		return appendStandard(body[:began], v)
	}
	return append(text, '"'), nil
}

// appendRaw writes JSON as it was received, which encoding/json checks and has without spaces.
func appendRaw(body []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(body, "null"...), nil
	}
	return appendStandard(body, v)
}

func pointerAppender(t reflect.Type) appends {
	to := lazily(t.Elem())
	return func(body []byte, v reflect.Value) ([]byte, error) {
		if v.IsNil() {
			return append(body, "null"...), nil
		}
		return to()(body, v.Elem())
	}
}

// appendHeld writes what an interface holds.
func appendHeld(body []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(body, "null"...), nil
	}
	return appendValue(body, v.Elem())
}

// appendValue writes a value that may have no address, and is lent one.
func appendValue(body []byte, v reflect.Value) ([]byte, error) {
	of := kindOf(v.Type())
	if v.Kind() == reflect.Pointer {
		return of.write(body, v)
	}
	lent := of.held.Get()
	held := reflect.ValueOf(lent).Elem()
	held.Set(v)
	body, err := of.write(body, held)
	held.SetZero()
	of.held.Put(lent)
	return body, err
}

func sliceAppender(t reflect.Type) appends {
	element := lazily(t.Elem())
	return func(body []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(body, "null"...), nil
		}
		body = append(body, '[')
		for i := range v.Len() {
			if i > 0 {
				body = append(body, ',')
			}
			if body, err = element()(body, v.Index(i)); err != nil {
				return body, err
			}
		}
		return append(body, ']'), nil
	}
}

func mapAppender(t reflect.Type) appends {
	element := lazily(t.Elem())
	return func(body []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(body, "null"...), nil
		}
		names := make([]string, 0, v.Len())
		for members := v.MapRange(); members.Next(); {
			names = append(names, members.Key().String())
		}
		slices.Sort(names)
		member := reflect.New(t.Elem()).Elem()
		body = append(body, '{')
		for i, name := range names {
			if i > 0 {
				body = append(body, ',')
			}
			if body, err = appendText(body, name); err != nil {
				return body, err
			}
			member.Set(v.MapIndex(reflect.ValueOf(name)))
			if body, err = element()(append(body, ':'), member); err != nil {
				return body, err
			}
		}
		return append(body, '}'), nil
	}
}

// field is a member of an object.
type field struct {
	index     int
	name      string // in quotes, with a colon
	omitEmpty bool
	write     appends
}

func structAppender(t reflect.Type) appends {
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if f.Anonymous || options != "" && options != "omitempty" {
			return appendStandard // it knows which of several fields of a name counts, and the other options
		}
		if !f.IsExported() || tag == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		fields = append(fields, field{i, `"` + name + `":`, options != "", appenderOf(f.Type)})
	}
	return func(body []byte, v reflect.Value) (_ []byte, err error) {
		body = append(body, '{')
		first := true
		for i := range fields {
			f := &fields[i]
			member := v.Field(f.index)
			if f.omitEmpty && empty(member) {
				continue
			}
			if !first {
				body = append(body, ',')
			}
			first = false
			if body, err = f.write(append(body, f.name...), member); err != nil {
				return body, err
			}
		}
		return append(body, '}'), nil
	}
}

// empty tells whether omitempty leaves a value out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}
