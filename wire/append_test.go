package wire_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley"
	"parley/wire"
	"parley/wire/contract"
	"parley/wire/document"
)

type embedded struct {
	Within string `json:"within"`
}

// byPointer writes itself only where it is pointed to.
type byPointer struct{ N int }

// MarshalJSON implements json.Marshaler.
func (b *byPointer) MarshalJSON() ([]byte, error) { return json.Marshal([]int{b.N}) }

// written has a member of each kind that answers have.
type written struct {
	Text     string            `json:"text"`
	Maybe    *string           `json:"maybe"`
	Left     string            `json:"left,omitempty"`
	Listed   []string          `json:"listed,omitempty"`
	List     []int64           `json:"list"`
	Named    map[string]any    `json:"named"`
	Words    map[string]string `json:"words,omitempty"`
	Yes      bool              `json:"yes,omitempty"`
	Count    int               `json:"count,omitempty"`
	Float    float64           `json:"float"`
	Bytes    []byte            `json:"bytes"`
	Raw      json.RawMessage   `json:"raw"`
	Number   json.Number       `json:"number"`
	At       time.Time         `json:"at"`
	Until    *time.Time        `json:"until,omitempty"`
	Day      parley.Date       `json:"day"`
	Tier     parley.Tier       `json:"tier"`
	Price    *contract.Decimal `json:"price"`
	Exact    contract.Decimal  `json:"exact"`
	Rate     contract.Percent  `json:"rate"`
	Share    contract.Share    `json:"share"`
	Moved    document.Concession
	Tenths   document.Tenths `json:"tenths"`
	Curve    wire.Exponent   `json:"curve"`
	Object   document.Object `json:"object"`
	Inner    *written        `json:"inner,omitempty"`
	Several  []written       `json:"several"`
	Rows     []any           `json:"rows"`
	Pointed  *byPointer      `json:"pointed"`
	Pointers []byPointer     `json:"pointers"`
	Embeds   struct{ embedded }
	Hidden   string `json:"-"`
	Quoted   int64  `json:"quoted,string"`
	unlisted int
}

// standard is what encoding/json writes.
func standard(t interface{ Fatal(...any) }, v any) string {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return body.String()
}

func TestAnswersAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	t.Parallel()
	texts := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`), rapid.Map(rapid.SliceOf(rapid.Byte()),
		func(b []byte) string { return string(b) }), rapid.SampledFrom([]string{"<&>", "\u2028", "\"\\", "\x7f"}))
	moments := rapid.Map(rapid.Int64Range(-1<<55, 1<<57), func(micros int64) time.Time {
		return time.UnixMicro(micros).In(time.FixedZone("", int(micros%50_000/60*60)))
	})
	var one func(*rapid.T, int) written
	one = func(t *rapid.T, depth int) written {
		w := written{
			Text: texts.Draw(t, "text"), Left: texts.Draw(t, "left"), Listed: rapid.SliceOf(texts).Draw(t, "listed"),
			List: rapid.SliceOf(rapid.Int64()).Draw(t, "list"), Words: rapid.MapOf(texts, texts).Draw(t, "words"),
			Yes: rapid.Bool().Draw(t, "yes"), Count: rapid.IntRange(-1, 1).Draw(t, "count"),
			Float: rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "float"), Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"),
			Number: "12.50", At: moments.Draw(t, "at"), Day: parley.Date(rapid.Int32Range(-800_000, 3_000_000).Draw(t, "day")),
			Tier:  rapid.SampledFrom([]parley.Tier{parley.TierPublic, parley.TierSeat, parley.TierAdvertiser}).Draw(t, "tier"),
			Exact: contract.Decimal{Money: parley.Money{Micros: rapid.Int64().Draw(t, "micros"), Currency: "JPY"}},
			Rate:  contract.Percent(rapid.IntRange(0, 10_000).Draw(t, "rate")), Share: contract.Share(rapid.Int64Range(0, 1_000_000).Draw(t, "share")),
			Moved: document.Concession(rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "moved")), Tenths: document.Tenths(rapid.Int64Range(0, 1000).Draw(t, "tenths")),
			Curve: wire.Exponent(rapid.IntRange(0, 100_000).Draw(t, "curve")), Hidden: "never", unlisted: 1, Quoted: rapid.Int64().Draw(t, "quoted"),
		}
		w.Embeds.Within = texts.Draw(t, "within")
		if rapid.Bool().Draw(t, "full") {
			w.Maybe, w.Until, w.Price = &w.Text, &w.At, contract.DecimalOf(parley.Money{Micros: rapid.Int64().Draw(t, "price"), Currency: "USD"})
			w.Raw, w.Object = json.RawMessage("{ \"a\" : [1, \"<\"] }"), document.Object(`{"b":  null}`)
			w.Named = map[string]any{"day": w.Day, "price": w.Price, "none": nil, w.Text: w.List, "<": w.Words}
			w.Rows = []any{nil, 1.5, w.Text, w.Day, &w.At, w.Rate, &byPointer{1}}
			w.Pointed, w.Pointers = &byPointer{2}, []byPointer{{3}}
		}
		if depth > 0 {
			inner := one(t, depth-1)
			w.Inner, w.Several = &inner, []written{inner}
			w.Rows = append(w.Rows, inner, &inner)
		}
		return w
	}
	rapid.Check(t, func(t *rapid.T) {
		w := one(t, rapid.IntRange(0, 2).Draw(t, "depth"))
		for _, v := range []any{w, &w, []any{w}, map[string]any{"w": w}} {
			body, err := wire.Encode(v)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(standard(t, v), string(body)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
	for _, v := range []any{nil, (*written)(nil), []string(nil), map[string]any(nil), 1, "x", true, json.RawMessage(nil)} {
		body, err := wire.Encode(v)
		if want := standard(t, v); err != nil || string(body) != want {
			t.Errorf("%#v is written %s instead of %s: %v", v, body, want, err)
		}
	}
	for _, v := range []any{func() {}, math.Inf(1), json.RawMessage("{"), time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if body, err := wire.Encode(map[string]any{"v": v}); err == nil {
			t.Errorf("%T is written %s", v, body)
		}
	}
}
