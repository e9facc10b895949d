// Package rest is the HTTP edge.
package rest
