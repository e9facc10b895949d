package contract

import (
	"bytes"
	"encoding/json"

	"parley"
)

// decode reads a message of the contract: required members must be there and not null, and members that are not known
// are ignored, as the contract asks of every reader. A missing member is a parley.CodeValidation that names it.
func decode(raw []byte, message any, required ...string) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return err
	}
	var problems parley.Problems
	for _, name := range required {
		if value := bytes.TrimSpace(members[name]); len(value) == 0 || string(value) == "null" {
			problems.Add(name, "is required")
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	return json.Unmarshal(raw, message)
}
