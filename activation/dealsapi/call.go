package dealsapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"parley"
	"parley/activation"
	"parley/activation/remote"
)

// post sends a document and answers what comes back. writes tells that the receiver may have done something when the answer is lost.
func (a *Adapter) post(ctx context.Context, address string, account activation.Account, s Settings, body []byte, writes bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, remote.CallTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, remote.Refused("address", "the address cannot be used")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json")
	if err := authorize(request, s, account.Credential); err != nil {
		return nil, err
	}
	answer, err := remote.Call(a.client, request, writes)
	if err != nil {
		return nil, err
	}
	if failure := answer.Judge("the receiver", writes); failure != nil {
		return nil, failure
	}
	if writes {
		return answer.Text, nil // the status alone counts
	}
	return answer.Text, answer.Whole(false)
}

// authorize puts the credential where the receiver wants it.
func authorize(request *http.Request, s Settings, credential []byte) error {
	if s.Auth == AuthNone {
		return nil
	}
	text := string(credential)
	if !oneWord(text) {
		return &activation.Error{Class: parley.ClassCredentials, Code: "credential", Field: "credential", Text: "the destination needs a credential of one word"}
	}
	if s.Auth == AuthBearer {
		request.Header.Set("Authorization", "Bearer "+text)
		return nil
	}
	request.Header.Set(s.Header, text)
	return nil
}

// oneWord tells whether a text can be sent in a header as it is.
func oneWord(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// ValidateCredential implements activation.CredentialReader.
func (a *Adapter) ValidateCredential(credential []byte) []activation.Problem {
	if oneWord(string(credential)) {
		return nil
	}
	return []activation.Problem{{Code: "invalid", Field: "credential", Text: "must be one word of ASCII, without blanks and line breaks"}}
}

// said is what a receiver says of a deal: the standard's BuyerSeat.
type said struct {
	Version     string `json:"version"`
	ID          string `json:"id"`
	BuyerStatus []struct {
		Seat   string `json:"buyerseatid"`
		Status *int   `json:"status"`
	} `json:"buyerstatus"`
}

const (
	mostBuyers = 100
	mostSeat   = 128 // bytes
)

// buyers are the statuses as they were told, of as many seats as are kept, whether the deal is offered to them or not. A seat of which no
// status is told says nothing.
func (s said) buyers() []parley.BuyerStatus {
	var told []parley.BuyerStatus
	for _, b := range s.BuyerStatus {
		if b.Status == nil {
			continue
		}
		if len(told) == mostBuyers {
			break
		}
		seat := activation.Shown(b.Seat)
		told = append(told, parley.BuyerStatus{Seat: strings.ToValidUTF8(seat[:min(len(seat), mostSeat)], ""), Status: *b.Status})
	}
	return told
}

// statuses are what the seats say that a deal is offered to: the one that it names, or any where it names none. A status without a seat
// is theirs only where no seat is named at all. A seat of which two things are told has not answered.
func (s said) statuses(offered string) []int {
	named := false
	for _, b := range s.BuyerStatus {
		named = named || parley.Folded(b.Seat) != ""
	}
	at := map[string]int{} // the place of a seat's status
	var statuses []int
	for _, b := range s.BuyerStatus {
		seat := parley.Folded(b.Seat)
		theirs := seat == "" && !named || seat != "" && (offered == "" || seat == parley.Folded(offered))
		if b.Status == nil || !theirs {
			continue
		}
		i, known := at[seat]
		switch {
		case !known:
			at[seat] = len(statuses)
			statuses = append(statuses, *b.Status)
		case statuses[i] != *b.Status:
			statuses[i] = buyerPending
		}
	}
	return statuses
}

// The buyer's statuses.
const (
	buyerPending  = 0
	buyerApproved = 1
	buyerRejected = 2
	buyerReady    = 3
	buyerActive   = 4
	buyerPaused   = 5
	buyerComplete = 6
)

// ask asks how a deal stands; there is none of it when found is false.
func (a *Adapter) ask(ctx context.Context, account activation.Account, s Settings, dealID string) (answer said, found bool, err error) {
	question, err := json.Marshal(map[string]string{"version": "1.0", "id": dealID})
	if err != nil {
		return answer, false, err
	}
	text, err := a.post(ctx, s.StatusURL, account, s, question, false)
	if err != nil && activation.Failure(err).Code == "not_found" {
		return answer, false, nil
	}
	if err != nil {
		return answer, false, err
	}
	answer, err = statusOf(text, dealID)
	return answer, err == nil, err
}

// statusOf reads what a receiver says of a deal. An answer that is none, or of another deal, says nothing of it: it is asked for again.
func statusOf(text []byte, dealID string) (answer said, err error) {
	if err := json.Unmarshal(text, &answer); err != nil || answer.ID == "" {
		return said{}, remote.Unread("the answer is no status of a deal", false)
	}
	if answer.ID != dealID {
		return said{}, remote.Unread("the answer is about another deal", false)
	}
	return answer, nil
}
