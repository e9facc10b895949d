package rest

import (
	"net/http"
	"slices"
	"strings"
)

// ignoredHeader names the members of a request that had no effect.
const ignoredHeader = "Ignored-Fields"

// Limits on the header that names what was ignored.
const (
	maxIgnored       = 20   // members that are named
	maxIgnoredHeader = 1024 // bytes of its value
)

// tellIgnored names the members of a body that were left, in the header Ignored-Fields.
func tellIgnored(header http.Header, ignored []string) {
	if len(ignored) == 0 {
		return
	}
	slices.Sort(ignored)
	var named strings.Builder
	for i, path := range ignored {
		path = strings.Map(headerLetter, path)
		if i == maxIgnored || named.Len()+len(path)+len(", ...") > maxIgnoredHeader {
			named.WriteString(", ...")
			break
		}
		if i > 0 {
			named.WriteString(", ")
		}
		named.WriteString(path)
	}
	told := strings.TrimPrefix(named.String(), ", ")
	if before := header.Get(ignoredHeader); before != "" {
		told = before + ", " + told
	}
	header.Set(ignoredHeader, told)
}

// headerLetter keeps the letters of paths, and puts a question mark in the place of what a header should not carry.
func headerLetter(letter rune) rune {
	if letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z' || letter >= '0' && letter <= '9' ||
		strings.ContainsRune("_-.[]$", letter) {
		return letter
	}
	return '?'
}

// tellIgnored adds members to those that the answer says to have had no effect.
func (x *exchange) tellIgnored(members ...string) {
	if len(members) == 0 {
		return
	}
	told := x.w.Header().Values(ignoredHeader)
	x.w.Header().Set(ignoredHeader, strings.Join(append(told, members...), ", "))
}
