package storage

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	fastjson "github.com/go-json-experiment/json"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"parley"
)

// The types below receive a column in database/sql's way, which pgx follows too.

type instantColumn struct{ into *time.Time }

// instant receives microseconds since 1970.
func instant(into *time.Time) *instantColumn { return &instantColumn{into} }

// Scan implements sql.Scanner.
func (c *instantColumn) Scan(source any) error {
	micros, is := source.(int64)
	if !is {
		return fmt.Errorf("an instant came as %T", source)
	}
	*c.into = time.UnixMicro(micros).UTC()
	return nil
}

type maybeInstantColumn struct{ into **time.Time }

// maybeInstant receives microseconds since 1970, or NULL.
func maybeInstant(into **time.Time) *maybeInstantColumn { return &maybeInstantColumn{into} }

// Scan implements sql.Scanner.
func (c *maybeInstantColumn) Scan(source any) error {
	if source == nil {
		*c.into = nil
		return nil
	}
	var t time.Time
	*c.into = &t
	return instant(&t).Scan(source)
}

type jsonColumn struct{ into any }

// decoded receives JSON; NULL leaves the value as it is.
func decoded(into any) *jsonColumn { return &jsonColumn{into} }

// Scan implements sql.Scanner.
func (c *jsonColumn) Scan(source any) error {
	raw, err := bytesOf(source)
	if err != nil || raw == nil {
		return err
	}
	return fastjson.Unmarshal(raw, c.into, storedJSON)
}

// storedJSON reads what encoding/json and the databases have written, as encoding/json does, in less than half the time.
var storedJSON = jsonv1.DefaultOptionsV1()

type specsColumn struct{ into **parley.CreativeSpecs }

// specs receives creative specs; an empty text is none.
func specs(into **parley.CreativeSpecs) *specsColumn { return &specsColumn{into} }

// Scan implements sql.Scanner.
func (c *specsColumn) Scan(source any) error {
	raw, err := bytesOf(source)
	*c.into = nil
	if err != nil || len(raw) == 0 {
		return err
	}
	*c.into, err = parley.ParseCreativeSpecs(string(raw))
	return err
}

type rawColumn struct{ into *json.RawMessage }

// raw receives JSON as it is; NULL is nil.
func raw(into *json.RawMessage) *rawColumn { return &rawColumn{into} }

// Scan implements sql.Scanner.
func (c *rawColumn) Scan(source any) error {
	text, err := bytesOf(source)
	*c.into = json.RawMessage(strings.Clone(string(text)))
	if text == nil {
		*c.into = nil
	}
	return err
}

type textColumn struct{ into encoding.TextUnmarshaler }

// named receives a value from its name.
func named(into encoding.TextUnmarshaler) *textColumn { return &textColumn{into} }

// Scan implements sql.Scanner.
func (c *textColumn) Scan(source any) error {
	text, err := bytesOf(source)
	if err != nil {
		return err
	}
	return c.into.UnmarshalText(text)
}

func bytesOf(source any) ([]byte, error) {
	switch s := source.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(s), nil
	case []byte:
		return s, nil
	}
	return nil, fmt.Errorf("text came as %T", source)
}

// micros is an instant as it is stored.
func micros(t time.Time) int64 { return t.UnixMicro() }

func maybeMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

// maybeText stores an empty text as NULL.
func maybeText[S ~string](s S) any {
	if s == "" {
		return nil
	}
	return string(s)
}

// rawText stores JSON as it is, and none as NULL.
func rawText(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return string(raw)
}

// orEmpty keeps an absent list apart from nothing: it is stored as an empty one.
func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// folded is text as a search compares it: in one case.
func folded(parts ...string) string {
	each := make([]string, len(parts))
	for i, part := range parts {
		each[i] = parley.Searched(part)
	}
	return strings.Join(each, "\n")
}

var escapePattern = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// hasText is a condition on columns of text in one case, one of which contains what is searched in a form that it may be stored in, and the
// values that each ? in it stands for.
func hasText(search string, columns ...string) (condition string, values []any) {
	if parley.Searched(search) == "" {
		return "FALSE", nil // of nothing that is seen
	}
	var either []string
	for _, form := range parley.Spellings(search) {
		for _, column := range columns {
			either, values = append(either, column+` LIKE ? ESCAPE '\'`), append(values, "%"+escapePattern.Replace(form)+"%")
		}
	}
	return "(" + strings.Join(either, " OR ") + ")", values
}

type moneyMicrosColumn struct{ into **parley.Money }

type moneyCurrencyColumn struct{ into **parley.Money }

// moneyFields receive an optional amount from its two columns, the amount first.
func moneyFields(into **parley.Money) (*moneyMicrosColumn, *moneyCurrencyColumn) {
	return &moneyMicrosColumn{into}, &moneyCurrencyColumn{into}
}

// Scan implements sql.Scanner.
func (c *moneyMicrosColumn) Scan(source any) error {
	micros, is := source.(int64)
	if !is {
		*c.into = nil
		return nil
	}
	*c.into = &parley.Money{Micros: micros}
	return nil
}

// Scan implements sql.Scanner.
func (c *moneyCurrencyColumn) Scan(source any) error {
	text, err := bytesOf(source)
	if *c.into != nil {
		(*c.into).Currency = parley.Currency(text)
	}
	return err
}

// maybeMoney stores an optional amount in two columns.
func maybeMoney(m *parley.Money) (amount, currency any) {
	if m == nil {
		return nil, nil
	}
	return m.Micros, string(m.Currency)
}

type maybeDateColumn struct{ into **parley.Date }

// maybeDateField receives days since 1970, or NULL.
func maybeDateField(into **parley.Date) *maybeDateColumn { return &maybeDateColumn{into} }

// Scan implements sql.Scanner.
func (c *maybeDateColumn) Scan(source any) error {
	*c.into = nil
	if days, is := source.(int64); is {
		day := parley.Date(days)
		*c.into = &day
	}
	return nil
}

func maybeDate(d *parley.Date) any {
	if d == nil {
		return nil
	}
	return int64(*d)
}

// maybeJSON stores an absent nested value as NULL.
func (r *Reader) maybeJSON(value any) any {
	if encoded := r.json(value); encoded != "null" {
		return encoded
	}
	return nil
}

type durationColumn struct{ into *time.Duration }

// duration receives microseconds.
func duration(into *time.Duration) *durationColumn { return &durationColumn{into} }

// Scan implements sql.Scanner.
func (c *durationColumn) Scan(source any) error {
	micros, is := source.(int64)
	if !is {
		return fmt.Errorf("a duration came as %T", source)
	}
	*c.into = time.Duration(micros) * time.Microsecond
	return nil
}

type rateColumn struct{ into **parley.BasisPoints }

// rate receives an optional rate in basis points.
func rate(into **parley.BasisPoints) *rateColumn { return &rateColumn{into} }

// Scan implements sql.Scanner.
func (c *rateColumn) Scan(source any) error {
	switch s := source.(type) {
	case nil:
		*c.into = nil
	case int64:
		value := parley.BasisPoints(s)
		*c.into = &value
	default:
		return fmt.Errorf("a rate came as %T", source)
	}
	return nil
}
