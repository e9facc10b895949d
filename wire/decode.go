package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/wire/document"
)

// Form is what a body is held against.
type Form struct {
	Registry huma.Registry
	Schema   *huma.Schema
	Echo     *huma.Schema   // what the operation answers; nil: nothing that could be sent back
	Zone     *time.Location // the publisher's
	Strict   bool           // members that the schema does not name are refused
}

// BareList is a body that may come as the list alone that one of its members holds: TakeList notes that it did, and names
// the member.
type BareList interface{ TakeList() string }

// Collector is a body that keeps a buyer's members that it does not name: Collects names the member that they are put into.
// One that is in there already under the same name stays as it is, and the other is ignored.
type Collector interface{ Collects() string }

// collect puts members that a schema does not name into one that it does.
func collect(s *huma.Schema, into string, body map[string]any) {
	kept, is := body[into].(map[string]any)
	if body[into] != nil && !is {
		return // which is refused
	}
	for name, member := range body {
		if _, there := kept[name]; there || s.Properties[name] != nil || member == nil {
			continue
		}
		if kept == nil {
			kept = map[string]any{}
			body[into] = kept
		}
		kept[name] = member
		delete(body, name)
	}
}

// Decode reads a body into a request type, held against its schema. ignored are the paths of the members that the
// schema does not name.
func Decode[B any](form Form, data []byte) (body *B, ignored []string, err error) {
	tree, err := ParseTree(data)
	if err != nil {
		return nil, nil, err
	}
	return DecodeTree[B](form, tree)
}

// DecodeTree is Decode of what ParseTree has read.
func DecodeTree[B any](form Form, tree any) (body *B, ignored []string, err error) {
	body = new(B)
	if bare, ok := any(body).(BareList); ok {
		if list, ok := tree.([]any); ok {
			tree = map[string]any{bare.TakeList(): list}
		}
	}
	check := Conformer{Registry: form.Registry, Zone: form.Zone, strict: form.Strict}
	if collector, ok := any(body).(Collector); ok && !form.Strict {
		if object, ok := tree.(map[string]any); ok {
			collect(check.resolve(form.Schema), collector.Collects(), object)
		}
	}
	known := check.Value(form.Schema, form.Echo, "", tree)
	if err := check.Problems.Err(); err != nil {
		return nil, check.ignored, err
	}
	canonical, err := appendTree(nil, known)
	if err != nil {
		return nil, check.ignored, parley.Internal(err)
	}
	if err := json.Unmarshal(canonical, body); err != nil {
		return nil, check.ignored, undecodable(err)
	}
	return body, check.ignored, nil
}

// undecodable names the field that a type refused although its schema allowed it.
func undecodable(err error) error {
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) && mistyped.Field != "" {
		return parley.Invalid(mistyped.Field, "has a value that cannot be read")
	}
	var known *parley.Error
	if errors.As(err, &known) {
		return known
	}
	return parley.Invalid("body", "%s", err.Error())
}

type (
	// Idempotency is embedded in the bodies of requests that may be repeated safely.
	Idempotency = document.Idempotency
	// Repeated is a body that takes nothing else.
	Repeated = document.Repeated
)

// contractual is a body that can tell that it is in the contract's dialect, and so held to the contract's rules.
type contractual interface{ ContractDialect() bool }

// IdempotencyOf answers the key of a request, from its body or as it is named beside it, and the fingerprint of what it asks for
// under it.
func IdempotencyOf(named []string, body any) (key, fingerprint string, err error) {
	if keyed, ok := body.(interface{ TakeKey() string }); ok {
		key = keyed.TakeKey()
	}
	for _, one := range named {
		if key != "" && one != key || one == "" {
			return "", "", parley.Invalid("idempotency_key", "is given twice, or is empty in the Idempotency-Key header; send one key")
		}
		key = one
	}
	if problem := keyProblem(key); problem != "" {
		return "", "", parley.Invalid("idempotency_key", "%s", problem)
	}
	if strict, ok := body.(contractual); ok && key == "" && strict.ContractDialect() {
		return "", "", parley.Invalid("idempotency_key", "is required")
	}
	if key == "" {
		return "", "", nil // nothing will be compared
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return "", "", parley.Internal(err)
	}
	sum := sha256.Sum256(encoded)
	return key, hex.EncodeToString(sum[:]), nil
}

func keyProblem(key string) string {
	if len(key) > 255 {
		return "must be at most 255 characters long"
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return "must be printable ASCII"
		}
	}
	return ""
}
