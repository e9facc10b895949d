// Package docs has no code of its own: it is where the documents are, whose examples its tests run.
package docs
