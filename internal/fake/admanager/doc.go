// Package admanager is a Google Ad Manager for tests: a real HTTP server with the part of the REST API v1 that the adapter uses, and
// the endpoint that gives tokens. It is as strict as the published contract, of which Revision and Rules say what each member of a
// resource is held to.
package admanager
