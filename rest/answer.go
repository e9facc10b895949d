package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley"
	"parley/edge"
	"parley/seller"
	"parley/wire"
)

// versioned is a body whose version is its entity tag, so that If-Match names what a change was made from.
type versioned interface{ Revision() int64 }

// writeFound answers a read, or 304 when the client holds the same body.
func (x *exchange) writeFound(found any) error {
	body, err := wire.Encode(found)
	if err != nil {
		return parley.Internal(err)
	}
	tag := entityTag(found, body)
	header := x.w.Header()
	// What has a version is small, and its tag says nothing else.
	_, whole := found.(versioned)
	packed := !whole && edge.Packs(x.r, len(body), leastPacked)
	if !whole {
		header.Add("Vary", "Accept-Encoding")
	}
	if packed {
		tag = strings.TrimSuffix(tag, `"`) + `-gzip"`
	}
	header.Set("ETag", tag)
	// Only GET and HEAD can be told that nothing changed; a question in a POST is answered.
	if x.r.Method != http.MethodPost && matches(x.r.Header.Values("If-None-Match"), tag) {
		x.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	if packed {
		x.place.GiveBack()
		header.Set("Content-Type", "application/json")
		_ = edge.WritePacked(x.w, http.StatusOK, body) // the client is gone; there is nobody to tell
		return nil
	}
	x.write(http.StatusOK, body)
	return nil
}

// leastPacked is the size from which on what is read is compressed for clients that take that, in bytes: pages of lists, and documents.
const leastPacked = 4096

// writeAnswer answers a change with the bytes that are stored for its replay.
func (x *exchange) writeAnswer(answer seller.Answer) {
	if answer.Replayed {
		x.w.Header().Set("Idempotency-Replayed", "true")
	}
	x.write(answer.Status, answer.Body)
}

func (x *exchange) write(status int, body []byte) {
	x.place.GiveBack()
	header := x.w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	x.w.WriteHeader(status)
	_, _ = x.w.Write(body) // the client is gone; there is nobody to tell
}

// entityTag is strong: the version of what has one, else a hash of the body.
func entityTag(found any, body []byte) string {
	if v, ok := found.(versioned); ok {
		return `"v` + strconv.FormatInt(v.Revision(), 10) + `"`
	}
	sum := sha256.Sum256(body)
	return `"` + hex.EncodeToString(sum[:16]) + `"`
}

// matches tells whether a list of entity tags names one, weakly as RFC 9110 compares for If-None-Match.
func matches(lists []string, tag string) bool {
	return slices.ContainsFunc(lists, func(list string) bool {
		for _, named := range strings.Split(list, ",") {
			named = strings.TrimSpace(named)
			if named == "*" || strings.TrimPrefix(named, "W/") == tag {
				return true
			}
		}
		return false
	})
}

// Precondition is embedded in the parameters of operations that replace something versioned.
type Precondition struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the version that the change was made from; refused with 412 when it is no longer the current one."`
}

// expected is what is taken to be there.
func (p Precondition) expected() (seller.Expected, error) {
	expected := seller.Expected{Present: p.IfMatch == "*"}
	if p.IfMatch == "" || expected.Present {
		return expected, nil
	}
	digits, ok := strings.CutPrefix(strings.Trim(p.IfMatch, `"`), "v")
	version, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return expected, parley.Errorf(parley.CodePreconditionFailed,
			"If-Match names no version of it. Read it again, then repeat the change with its ETag.")
	}
	expected.Version = &version
	return expected, nil
}

// idChange names what is changed, and the version that the change was made from.
type idChange struct {
	idPath
	Precondition
}

// idDeletion names what is deleted, and the version that is meant: there is no body to name it in.
type idDeletion struct {
	idPath
	Version int64 `query:"version" minimum:"1" doc:"The version to delete; If-Match says the same."`
	Precondition
}
