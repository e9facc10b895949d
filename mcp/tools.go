package mcp

import (
	"encoding/json"
	"slices"

	"parley"
)

// buyerTools are what buyers are offered, and callers without a key.
func buyerTools() []tool {
	return slices.Concat(productTools, quoteTools, dealTools, proposalTools, orderTools, []tool{waitForChange})
}

// operatorTools are what the publisher's people are offered. As the API does, those that buy refuse an operator's key.
func operatorTools() []tool { return slices.Concat(buyerTools(), deskTools, publisherTools) }

// idIn reads an id out of a document of our own.
func idIn(document []byte, name string) (string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(document, &members); err != nil {
		return "", parley.Internal(err)
	}
	var id string
	if err := json.Unmarshal(members[name], &id); err != nil {
		return "", parley.Internal(err)
	}
	return id, nil
}
