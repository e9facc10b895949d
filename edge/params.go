package edge

import (
	"encoding/json"
	"errors"
	"reflect"

	"parley"
)

// ReadParams reads the parameters of a message, decoded JSON with its numbers as they were written, into the type that a protocol's
// library reads them into. The library would refuse what it cannot read in the words of its own code, and send it back: here the error,
// CodeValidation, names the field.
func ReadParams(params, form any) error {
	if _, isObject := params.(map[string]any); params != nil && !isObject {
		return parley.Invalid("params", "must be an object")
	}
	encoded, err := json.Marshal(params)
	if err != nil {
		return parley.Internal(err)
	}
	err = json.Unmarshal(encoded, form)
	var mistyped *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mistyped) && mistyped.Field != "":
		return parley.Invalid(mistyped.Field, "%s", mustBe(mistyped.Type))
	}
	return parley.Invalid("params", "are not those of this method")
}

// mustBe says what a field takes, by the type that it is read into.
func mustBe(field reflect.Type) string {
	switch field.Kind() {
	case reflect.Bool:
		return "must be true or false"
	case reflect.Int:
		return "must be a whole number"
	case reflect.Float64:
		return "holds a number too large to be read"
	case reflect.String:
		return "must be a text"
	case reflect.Slice:
		return "must be a list"
	default:
		return "must be an object"
	}
}
