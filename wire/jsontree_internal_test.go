package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
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
