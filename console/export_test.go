package console

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

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

// reading finds the page of a path.
var reading = sync.OnceValue(func() *http.ServeMux {
	mux := http.NewServeMux()
	for _, page := range Pages() {
		mux.Handle(page, http.NotFoundHandler())
	}
	return mux
})

// PageLabels are what the navigation calls its pages.
func PageLabels() []string {
	var labels []string
	for _, to := range goTos {
		labels = append(labels, to.Label)
	}
	return labels
}

// PageOf is the one of Pages that a path below the root is of; empty: none.
func PageOf(path string) string {
	request, err := http.NewRequest(http.MethodGet, path, http.NoBody) //nolint:noctx // it is sent nowhere
	if err != nil {
		return ""
	}
	_, pattern := reading().Handler(request)
	return pattern
}

// sending finds the route that a form is sent to, and who may send it.
var sending = sync.OnceValues(func() (*http.ServeMux, map[string]func(parley.Principal) error) {
	mux, anybody := http.NewServeMux(), func(parley.Principal) error { return nil }
	checks := map[string]func(parley.Principal) error{"POST /theme": anybody, "POST /keyboard": anybody}
	for _, r := range (&console{}).routes() {
		checks[r.method+" "+r.path] = r.may.check
	}
	for pattern := range checks {
		mux.Handle(pattern, http.NotFoundHandler())
	}
	return mux, checks
})

// MaySend tells whether an operator with one role may send the form of a path below the root.
func MaySend(path string, scope parley.Scope) bool {
	mux, checks := sending()
	request, err := http.NewRequest(http.MethodPost, path, http.NoBody) //nolint:noctx // it is sent nowhere
	if err != nil {
		return false
	}
	_, pattern := mux.Handler(request)
	check := checks[pattern]
	return check != nil && check(parley.Principal{Role: parley.RoleOperator, Scopes: []parley.Scope{scope}}) == nil
}

// FormOf is the one of Writes that a path below the root is sent to; empty: none.
func FormOf(path string) string {
	mux, _ := sending()
	request, err := http.NewRequest(http.MethodPost, path, http.NoBody) //nolint:noctx // it is sent nowhere
	if err != nil {
		return ""
	}
	_, pattern := mux.Handler(request)
	return strings.TrimPrefix(pattern, "POST ")
}

// SettingsFields are the settings of a kind of destination that have a field on its page.
func SettingsFields(kind string) []string {
	var names []string
	for _, m := range settingsForms[kind] {
		names = append(names, m.Name)
	}
	return names
}

// SumsOf writes what a page of the list of deals says that they come to.
func SumsOf(deals []parley.Deal) string {
	return fmt.Sprint(dealListPage{listPage: listPage[parley.Deal]{Rows: deals}}.Sums())
}
