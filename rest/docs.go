package rest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/edge"
	"parley/wire"
	"parley/wire/contract"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle string

// mountDocuments serves the OpenAPI document and the page made from it. Each is made when it is first asked for, since
// that takes longer than everything else a server does before it listens, and once, since the operations do not change
// while the process runs. They need nothing from any other host.
func (s *server) mountDocuments() {
	s.mountDocument("/openapi.json", "application/json", func() ([]byte, error) { return json.MarshalIndent(s.openapi(), "", "  ") })
	s.mountDocument("/openapi.yaml", "application/yaml", func() ([]byte, error) { return s.openapi().YAML() })
	s.mountDocument("/docs", "text/html; charset=utf-8", s.renderDocs)
}

// servedDocument is one that is served, as it is and compressed, and what each is called.
type servedDocument struct {
	body, packed   []byte
	tag, packedTag string
}

func newServedDocument(body []byte) (servedDocument, error) {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:16])
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, err := packer.Write(body)
	if err == nil {
		err = packer.Close()
	}
	return servedDocument{body: body, packed: packed.Bytes(), tag: `"` + hash + `"`, packedTag: `"` + hash + `-gzip"`}, err
}

func (s *server) mountDocument(path, contentType string, make func() ([]byte, error)) {
	style := sha256.Sum256([]byte(docsStyle))
	policy := "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(style[:]) + "'"
	made := sync.OnceValues(func() (servedDocument, error) {
		body, err := make()
		if err != nil {
			return servedDocument{}, fmt.Errorf("rest: make %s: %w", path, err)
		}
		return newServedDocument(body)
	})
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		requestID := edge.NoteOf(r.Context()).ID
		if err := s.options.Take(r); err != nil {
			s.fail(w, r, requestID, err)
			return
		}
		shown, err := made()
		if err != nil {
			s.fail(w, r, requestID, parley.Internal(err))
			return
		}
		header := w.Header()
		header.Set("Content-Type", contentType)
		header.Set("Content-Security-Policy", policy)
		header.Set("Cache-Control", "no-cache")
		header.Set("Vary", "Accept-Encoding")
		body, tag, packed := shown.body, shown.tag, edge.TakesGzip(r.Header.Values("Accept-Encoding"))
		if packed {
			body, tag = shown.packed, shown.packedTag
		}
		header.Set("ETag", tag)
		if matches(r.Header.Values("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		if packed {
			header.Set("Content-Encoding", "gzip")
		}
		header.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // the client is gone; there is nobody to tell
	})
}

// The page shows what the document says, cut down to what a reader of HTML needs.
type docsView struct {
	Title   string
	Version string
	Intro   []string
	Style   template.CSS
	Groups  []docsGroup
	Schemas []docsSchema
}

type docsGroup struct {
	Name        string
	Description string
	Operations  []docsOperation
}

type docsOperation struct {
	ID          string
	Method      string
	Path        string
	Summary     string
	Description []string
	Parameters  []docsField
	Body        []docsField
	Example     string
	Responses   []docsResponse
}

type docsResponse struct {
	Status      string
	Description string
	Schema      string
	Example     string
}

type docsSchema struct {
	Name   string
	Fields []docsField
}

type docsField struct {
	Name        string
	In          string
	Type        string
	Ref         string
	Required    bool
	Description string
}

func (s *server) renderDocs() ([]byte, error) {
	page, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, err
	}
	openapi := s.openapi()
	view := docsView{
		Title: openapi.Info.Title, Version: openapi.Info.Version, Intro: paragraphs(openapi.Info.Description),
		Style: template.CSS(docsStyle), //nolint:gosec // our own file, embedded
	}
	for _, tag := range openapi.Tags {
		group := docsGroup{Name: tag.Name, Description: tag.Description}
		for _, route := range Routes() {
			if route.Tag != tag.Name {
				continue
			}
			operation, err := s.api.docsOperation(route)
			if err != nil {
				return nil, err
			}
			group.Operations = append(group.Operations, operation)
		}
		view.Groups = append(view.Groups, group)
	}
	schemas := s.api.registry.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		view.Schemas = append(view.Schemas, docsSchema{Name: name, Fields: docsFields(schemas[name])})
	}
	var out bytes.Buffer
	if err := page.Execute(&out, view); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func (a *api) docsOperation(route Route) (docsOperation, error) {
	described := operationOf(a.document.Paths[route.Path], route.Method)
	operation := docsOperation{
		ID: route.ID, Method: route.Method, Path: route.Path, Summary: route.Summary,
		Description: paragraphs(described.Description),
	}
	for _, p := range described.Parameters {
		operation.Parameters = append(operation.Parameters, docsFieldOf(p.Name, p.In, p.Schema, p.Required))
	}
	if described.RequestBody != nil {
		body := described.RequestBody.Content["application/json"]
		operation.Body = docsFields(a.resolve(body.Schema))
		operation.Example = route.Example
		if formatted, err := indented(body.Example); err == nil {
			operation.Example = formatted
		}
	}
	for _, status := range slices.Sorted(maps.Keys(described.Responses)) {
		answer := described.Responses[status]
		shown := docsResponse{Status: status, Description: answer.Description}
		for media, body := range answer.Content { // one
			shown.Schema = refName(body.Schema.Ref)
			if text, plain := body.Example.(string); plain && media != "application/json" {
				shown.Example = text
			} else if body.Example != nil {
				var err error
				if shown.Example, err = indented(body.Example); err != nil {
					return operation, err
				}
			}
		}
		operation.Responses = append(operation.Responses, shown)
	}
	return operation, nil
}

func operationOf(item *huma.PathItem, method string) *huma.Operation {
	switch method {
	case http.MethodPost:
		return item.Post
	case http.MethodPut:
		return item.Put
	case http.MethodPatch:
		return item.Patch
	case http.MethodDelete:
		return item.Delete
	}
	return item.Get
}

func indented(value any) (string, error) {
	if value == nil {
		return "", nil
	}
	raw, err := json.MarshalIndent(value, "", "  ")
	return string(raw), err
}

func docsFields(schema *huma.Schema) []docsField {
	fields := make([]docsField, 0, len(schema.Properties))
	for _, name := range wire.SortedNames(schema.Properties) {
		fields = append(fields, docsFieldOf(name, "", schema.Properties[name], slices.Contains(schema.Required, name)))
	}
	return fields
}

func docsFieldOf(name, in string, schema *huma.Schema, required bool) docsField {
	field := docsField{Name: name, In: in, Required: required, Description: schema.Description, Type: typeName(schema), Ref: refName(schema.Ref)}
	switch {
	case len(schema.AnyOf) > 0:
		field.Ref = refName(schema.AnyOf[0].Ref)
	case schema.Type == huma.TypeArray && schema.Items != nil:
		field.Ref = refName(schema.Items.Ref)
	}
	return field
}

// typeName says in a few words what a value is.
func typeName(schema *huma.Schema) string {
	switch {
	case schema.Ref != "":
		return refName(schema.Ref)
	case len(schema.AnyOf) > 0:
		return typeName(schema.AnyOf[0])
	case schema.Format == contract.PriceFormat:
		return "price"
	case schema.Type == huma.TypeArray && schema.Items != nil:
		return "list of " + typeName(schema.Items)
	case schema.Type == "":
		return "any"
	case len(schema.Enum) > 0:
		return "one of " + wire.ListEnum(schema.Enum)
	case schema.Type == huma.TypeString && schema.Format != "":
		return schema.Format
	}
	return schema.Type
}

func refName(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// paragraphs splits a description; the little Markdown in ours reads well as it is.
func paragraphs(text string) []string {
	return strings.Split(strings.NewReplacer("**", "", "`", "").Replace(text), "\n\n")
}
