package main

import (
	"net/http"
	"strings"
)

// paths serve each edge at its path and below it, and the API everywhere else.
type paths struct {
	api   http.Handler
	edges []edgeAt
}

type edgeAt struct {
	path string
	edge http.Handler
}

func (p *paths) add(path string, edge http.Handler) { p.edges = append(p.edges, edgeAt{path, edge}) }

// ServeHTTP implements http.Handler.
func (p *paths) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, at := range p.edges {
		if below, is := strings.CutPrefix(r.URL.Path, at.path); is && (below == "" || below[0] == '/') {
			at.edge.ServeHTTP(w, r)
			return
		}
	}
	p.api.ServeHTTP(w, r)
}
