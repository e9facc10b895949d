package edge

import (
	"net/http"
	"strings"

	"parley"
)

var errCredentialForm = parley.Errorf(parley.CodeUnauthorized,
	"Send one API key, as 'Authorization: Bearer KEY' or as 'X-Api-Key: KEY'.")

// Secret answers the API key that a request presents, or "". A key that is too long to be one is refused here.
func Secret(r *http.Request) (string, error) {
	const longest = 256
	secret := ""
	for _, value := range r.Header.Values("Authorization") {
		scheme, key, _ := strings.Cut(value, " ")
		key = strings.TrimSpace(key)
		if !strings.EqualFold(scheme, "Bearer") || key == "" || secret != "" && key != secret {
			return "", errCredentialForm
		}
		secret = key
	}
	for _, key := range r.Header.Values("X-Api-Key") {
		key = strings.TrimSpace(key)
		if key == "" || secret != "" && key != secret {
			return "", errCredentialForm
		}
		secret = key
	}
	if len(secret) > longest {
		return "", errCredentialForm
	}
	return secret, nil
}
