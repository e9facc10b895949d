package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
)

// FuzzParseTree holds the reader of bodies against encoding/json: what it accepts it reads as that does.
func FuzzParseTree(f *testing.F) {
	for _, seed := range []string{
		`{"a":[1,-2.5e+3,{"b":null}],"c":"\u00e4\"\\/\n😀", "d":true ,"e":false}`, " [ ] ", "\ufeff{}", `"\ud83d\ude00"`, "0", `""`,
		`{"":{"":[[],{}]}}`, `"\ud800"`, `"a\u0000"`, "\"\xff\"", `{"a":1,"a":2}`, "\t-0.0\r\n", `[true,false,null,1 ,2]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := ParseTree(data)
		if err != nil {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatalf("%q was read as %#v; encoding/json: %v", data, tree, err)
		}
		if _, err := decoder.Token(); err != io.EOF {
			t.Fatalf("%q was read although more follows", data)
		}
		if !reflect.DeepEqual(tree, want) {
			t.Fatalf("%q was read as %#v, and is %#v", data, tree, want)
		}
	})
}

// TestParseTreeRefuses has what encoding/json lets pass, what it does not, and how each is named.
func TestParseTreeRefuses(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":{"b":"\ud800"}}`:                   "a.b must not contain half surrogates",
		`{"\ud800":1}`:                           "body must not contain half surrogates",
		"[\"x\xff\"]":                            "[0] must be valid UTF-8",
		`{"a":"\u0000"}`:                         "a must not contain NUL characters",
		`{"a":1,"b":{"c":1,"c":2},"a":"\u0000"}`: "b.c comes twice (and 2 more",
		strings.Repeat("[", 33) + strings.Repeat("]", 33): "nests more than 32 levels deep",
		strings.Repeat("[", 33):                           "It breaks after byte 3",
		`{"a":`:                                           "It breaks after byte 5",
		`{"a" 1}`:                                         "It breaks after byte 5",
		`{} x`:                                            "It breaks after byte 3",
		`{}{}`:                                            "It breaks after byte",
		`[1,]`:                                            "It breaks after byte 2",
		`{"a":01}`:                                        "It breaks after byte 6",
		`{1:2}`:                                           "It breaks after byte 1",
		"nul":                                             "It breaks after byte 3",
		"\"a\nb\"":                                        "It breaks after byte 2",
		"":                                                "It breaks after byte 0",
		" ":                                               "It breaks after byte 0",
	} {
		tree, err := ParseTree([]byte(body))
		if err == nil || tree != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %v, and %v; want an error with %q", body, tree, err, want)
		}
	}
	if tree, err := ParseTree([]byte(`"\ufffd\ud83d\ude00"`)); err != nil || tree != "\ufffd\U0001f600" {
		t.Errorf("a written U+FFFD is read as %q, and %v", tree, err)
	}
}

// FuzzAppendTree holds what is written of a tree to what Encode writes of it.
func FuzzAppendTree(f *testing.F) {
	for _, seed := range []string{
		`{"b":[1,-2.5e+3,{"z":null,"a":"<&>"}],"a":"\u00e4\"\\/\n😀\u2028\u007f", "":true ,"e":false}`, " [ ] ", `{}`, `[[],{}]`, "-0.0", `""`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := ParseTree(data)
		if err != nil {
			return
		}
		want, err := Encode(tree)
		if err != nil {
			t.Fatal(err)
		}
		got, err := appendTree(nil, tree)
		if err != nil || string(got)+"\n" != string(want) {
			t.Fatalf("%q is written as %s (%v), and is %s", data, got, err, want)
		}
	})
}
