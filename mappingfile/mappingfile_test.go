package mappingfile_test

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley"
	"parley/mappingfile"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	want := []parley.Mapping{
		{About: parley.MapsProduct, Name: "=ctv", Refs: json.RawMessage(`{"ad_units":["a;b","\"c\""]}`)},
		{About: parley.MapsSeat, Name: "seat, 1", Refs: json.RawMessage(`{"name":"Käufer"}`)},
	}
	for name, write := range map[string]func(io.Writer, []parley.Mapping) error{"csv": mappingfile.WriteCSV, "json": mappingfile.WriteJSON} {
		for n := range len(want) + 1 {
			var file bytes.Buffer
			if err := write(&file, want[:n]); err != nil {
				t.Fatal(err)
			}
			got, err := mappingfile.Read(&file)
			if diff := cmp.Diff(append([]parley.Mapping{}, want[:n]...), append([]parley.Mapping{}, got...)); err != nil || diff != "" {
				t.Errorf("%s of %d: %v %s", name, n, err, diff)
			}
		}
	}
}

func TestFilesAreChecked(t *testing.T) {
	t.Parallel()
	for file, field := range map[string]string{
		"": "line 1", "about,name\n": "line 1", "about,name,refs,more\n": "line 1", "about,name,refs\na,b\n": "file",
		"about,name,refs\nseat,b,x\n": "line 2", "about,name,refs\nseat,b,\n": "line 2", "[{}": "file", `[{"about": 1}]`: "file",
		`[{"secret": 1}]`: "file", "[] []": "file", strings.Repeat(" ", mappingfile.MostBytes+1): "file",
		"\ufeffRefs, NAME ,about\n{},s,seat\n": "", " []": "",
	} {
		_, err := mappingfile.Read(strings.NewReader(file))
		if field == "" && err != nil || field != "" && (!parley.Is(err, parley.CodeValidation) || !strings.Contains(err.Error(), field)) {
			t.Errorf("%.40q: %v, want %q", file, err, field)
		}
	}
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]int{
		"about,name,refs\nseat,a,{}\nseat,b,\"{\n}\"\nseat,c,{}\n":                                 {2, 3, 5},
		"\n[\n{\"about\": \"seat\", \"name\": \"a\", \"refs\": {}},\n\n{\"about\": \"seat\"}, {}]": {3, 5, 5},
	} {
		if _, lines, err := mappingfile.ReadLines(strings.NewReader(file)); err != nil || !cmp.Equal(lines, want) {
			t.Errorf("%q begins on %v, want %v: %v", file, lines, want, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("about,name,refs\nseat,s,{}\n"))
	f.Add([]byte(`[{"about": "seat", "name": "s", "refs": {}}]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		mappings, err := mappingfile.Read(bytes.NewReader(file))
		if err != nil && !parley.Is(err, parley.CodeValidation) {
			t.Error(err)
		}
		for _, m := range mappings {
			if len(m.Refs) > 0 && !json.Valid(m.Refs) {
				t.Errorf("refs %q", m.Refs)
			}
		}
	})
}
