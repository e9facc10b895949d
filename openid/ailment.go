package openid

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// statusOf is the HTTP status that an error tells of; 0: none.
func statusOf(err error) int {
	found := toldStatus.FindStringSubmatch(err.Error())
	if found == nil {
		return 0
	}
	status, _ := strconv.Atoi(found[1])
	return status
}

// toldStatus finds the status in what the library says of an answer, such as "404 Not Found: no page". It has no other place.
var toldStatus = regexp.MustCompile(`(?:^|get keys failed: )([1-5][0-9][0-9])[ :]`)

// ill tells whether a status says that a provider cannot answer now, whatever it was asked.
func ill(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// ailment says what is wrong with a provider, for the log: a time that ran out, a connection, a status, or an answer that cannot be read. It
// has no word of an answer, which may repeat what was sent.
func ailment(err error) string {
	if unreached, is := errors.AsType[net.Error](err); is && unreached.Timeout() {
		return "no answer in time"
	}
	if unreached, is := errors.AsType[*net.OpError](err); is {
		return "no connection: " + unreached.Error()
	}
	if _, is := errors.AsType[*url.Error](err); is {
		return "no answer"
	}
	text := err.Error() // of keys the library has the words alone
	if strings.Contains(text, "Client.Timeout") || strings.Contains(text, context.DeadlineExceeded.Error()) {
		return "no answer in time"
	}
	if strings.Contains(text, "get keys failed Get") {
		return "no answer"
	}
	if status := statusOf(err); status != 0 {
		return "status " + strconv.Itoa(status)
	}
	if _, is := errors.AsType[*json.SyntaxError](err); is {
		return "an answer that is no JSON"
	}
	return "an answer that cannot be read"
}
