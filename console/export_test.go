package console

import (
	"net/http"

	"parley"
)

// Writes are the paths, below the root, of what the pages' forms do.
func Writes() []string {
	var paths []string
	for _, r := range (&console{}).routes() {
		if r.method != http.MethodGet {
			paths = append(paths, r.path)
		}
	}
	return paths
}

// Pages are the paths, below the root, of what browsers read.
func Pages() []string {
	var paths []string
	for _, r := range (&console{}).routes() {
		if r.method == http.MethodGet {
			paths = append(paths, r.path)
		}
	}
	return paths
}

// Versioned are the paths, below the root, of what the forms do that were made from a version.
func Versioned() []string {
	var paths []string
	for _, r := range (&console{}).routes() {
		if r.now != nil {
			paths = append(paths, r.path)
		}
	}
	return paths
}

// PageOf is the one of Pages that a path below the root is of; empty: none.
func PageOf(path string) string {
	mux := http.NewServeMux()
	for _, page := range Pages() {
		mux.Handle(page, http.NotFoundHandler())
	}
	request, err := http.NewRequest(http.MethodGet, path, http.NoBody) //nolint:noctx // it is sent nowhere
	if err != nil {
		return ""
	}
	_, pattern := mux.Handler(request)
	return pattern
}

// MaySend tells whether an operator with one role may send the form of a path below the root.
func MaySend(path string, scope parley.Scope) bool {
	mux, who := http.NewServeMux(), parley.Principal{Role: parley.RoleOperator, Scopes: []parley.Scope{scope}}
	allowed := map[string]bool{"POST /theme": true, "POST /keyboard": true} // anybody's
	for pattern := range allowed {
		mux.Handle(pattern, http.NotFoundHandler())
	}
	for _, r := range (&console{}).routes() {
		pattern := r.method + " " + r.path
		mux.Handle(pattern, http.NotFoundHandler())
		allowed[pattern] = r.may.check(who) == nil
	}
	request, err := http.NewRequest(http.MethodPost, path, http.NoBody) //nolint:noctx // it is sent nowhere
	if err != nil {
		return false
	}
	_, pattern := mux.Handler(request)
	return allowed[pattern]
}

// SettingsFields are the settings of a kind of destination that have a field on its page.
func SettingsFields(kind string) []string {
	var names []string
	for _, m := range settingsForms[kind] {
		names = append(names, m.Name)
	}
	return names
}
