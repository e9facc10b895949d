package contract_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// goldenVector is one example of a message in the shared contract.
type goldenVector struct {
	Name     string          `json:"name"`
	Mode     string          `json:"mode"` // valid, must_ignore or invalid
	Data     json.RawMessage `json:"data"`
	Expected json.RawMessage `json:"expected"` // of must_ignore: what is left of data
}

// goldenSequence is one example of a state machine's moves.
type goldenSequence struct {
	Name    string   `json:"name"`
	Expect  string   `json:"expect"` // legal or illegal
	FailsAt int      `json:"fails_at"`
	States  []string `json:"states"`
}

// goldenFolder is where the shared contract lies, relative to this package.
var goldenFolder = filepath.Join("..", "..", "..", "shared", "contract")

// readGolden reads a file of the shared contract, such as protocol/QuoteResponse.golden.json. The test is skipped where the
// contract is not at hand.
func readGolden(t *testing.T, name string, file any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(goldenFolder, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared contract's golden vectors are not beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, file); err != nil {
		t.Fatal(err)
	}
}

// replay holds a message's type against the vectors of its golden file, such as protocol/QuoteResponse: a valid one is read and
// written again without loss, and unknown members are dropped.
func replay[Message any](t *testing.T, name string) {
	t.Helper()
	var file struct {
		Vectors []goldenVector `json:"vectors"`
	}
	readGolden(t, name+".golden.json", &file)
	if len(file.Vectors) == 0 {
		t.Fatalf("%s has no vectors", name)
	}
	for _, vector := range file.Vectors {
		if vector.Mode == "invalid" {
			continue // which a writer does not write
		}
		t.Run(vector.Name, func(t *testing.T) {
			var message Message
			err := json.Unmarshal(vector.Data, &message)
			want := vector.Data
			switch vector.Mode {
			case "must_ignore":
				want = vector.Expected
			case "valid":
			default:
				t.Fatalf("the mode %q is not known", vector.Mode)
			}
			if err != nil {
				t.Fatal(err)
			}
			written, err := json.Marshal(message)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, want), tree(t, written), sameNumber); diff != "" {
				t.Errorf("(-contract +written again)\n%s", diff)
			}
		})
	}
}

// replayStates holds a state machine against every sequence of its golden file, such as state/DealLifecycle.
func replayStates[State ~string](t *testing.T, name string, allows func(from, to State) bool) {
	t.Helper()
	var file struct {
		Sequences []goldenSequence `json:"sequences"`
	}
	readGolden(t, name+".golden.json", &file)
	if len(file.Sequences) == 0 {
		t.Fatalf("%s has no sequences", name)
	}
	for _, sequence := range file.Sequences {
		t.Run(sequence.Name, func(t *testing.T) {
			fails := len(sequence.States) - 1
			if sequence.Expect == "illegal" {
				fails = sequence.FailsAt
			}
			for i := range fails {
				if from, to := State(sequence.States[i]), State(sequence.States[i+1]); !allows(from, to) {
					t.Errorf("%s->%s is refused", from, to)
				}
			}
			if sequence.Expect == "legal" {
				return
			}
			if from, to := State(sequence.States[fails]), State(sequence.States[fails+1]); allows(from, to) {
				t.Errorf("%s->%s is allowed", from, to)
			}
		})
	}
}

// tree is a JSON value with its numbers as they are written.
func tree(t *testing.T, raw []byte) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

// sameNumber compares numbers by what they are worth: 12 and 12.00 are the same.
var sameNumber = cmp.Comparer(func(a, b json.Number) bool {
	first, okA := new(big.Rat).SetString(string(a))
	second, okB := new(big.Rat).SetString(string(b))
	return okA && okB && first.Cmp(second) == 0
})
