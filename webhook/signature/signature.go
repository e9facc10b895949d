// Package signature signs what is delivered to webhooks, in the way of Standard Webhooks 1.0: the sender and the receiver share
// a key, and a delivery is signed with it over its event's id, the time of the attempt and the body.
//
// It is for both ends: the seller's couriers sign, and a buyer's program holds what it receives to the same.
package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// prefix starts a signing key; base64 of its bytes follows.
const prefix = "whsec_"

// Key is a signing key of one webhook, of which a rotation makes the next; they are numbered from 1. It is made from a secret of the
// seller's own, the seal, so that none is kept by itself.
func Key(seal []byte, webhookID string, number int64) string {
	mac := hmac.New(sha256.New, seal)
	mac.Write([]byte(webhookID))
	if number > 1 {
		mac.Write([]byte("/" + strconv.FormatInt(number, 10)))
	}
	return prefix + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Timestamp is the time of an attempt as it is sent and signed: in seconds since 1970.
func Timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// Sign is the signature of a delivery, of the standard's version 1. The error is that of a key that is none.
func Sign(key, eventID string, at time.Time, body []byte) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, prefix))
	if err != nil {
		return "", errors.New("the signing key is not base64")
	}
	mac := hmac.New(sha256.New, raw)
	for _, part := range [...]string{eventID, ".", Timestamp(at), ".", string(body)} {
		mac.Write([]byte(part))
	}
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
