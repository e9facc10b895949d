package tool

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"parley"
	"parley/wire"
)

// keyForm is what an API key of ours looks like, wherever it stands in a text.
var keyForm = regexp.MustCompile(`(?i)` + `(?:` + regexp.QuoteMeta(parley.KeySecretPrefix) + `|` + regexp.QuoteMeta(parley.TestKeySecretPrefix) + `)[0-9a-z]`)

// credentialNames are members that clients put a key under, in small letters with - for _.
var credentialNames = []string{"authorization", "api-key", "x-api-key"}

const misplaced = "has a credential in it. Send it as a header, 'Authorization: Bearer KEY'"

// CheckCredentials refuses arguments that have a credential in them, however deep: it would be kept and shown with what was asked.
// The error is validation and has the path of each, and never what stands there.
func CheckCredentials(arguments map[string]any) error {
	var problems parley.Problems
	checkCredentials("", arguments, &problems)
	return problems.Err()
}

func checkCredentials(path string, value any, problems *parley.Problems) {
	switch value := value.(type) {
	case string:
		if keyForm.MatchString(value) {
			problems.Add(path, misplaced)
		}
	case []any:
		for i, element := range value {
			checkCredentials(fmt.Sprintf("%s[%d]", path, i), element, problems)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			member := value[name]
			switch {
			case keyForm.MatchString(name) && path == "":
				problems.Add("arguments", "have a credential for a name. Send it as a header, 'Authorization: Bearer KEY'")
			case keyForm.MatchString(name): // its own path would show it
				problems.Add(path, misplaced)
			case isCredentialName(name) && member != nil && member != "":
				problems.Add(wire.JoinPath(path, name), misplaced)
			default:
				checkCredentials(wire.JoinPath(path, name), member, problems)
			}
		}
	}
}

func isCredentialName(name string) bool {
	return slices.Contains(credentialNames, strings.ReplaceAll(strings.ToLower(name), "_", "-"))
}
