package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"parley"
	"parley/storage"
	"parley/storage/backend"
)

// serveBare serves the yardsticks: handlers that do what no server of quotes can do without. One decodes, inserts a durable
// row through the same store, and answers; the other does so strictly, for a key, with the three rows of a quote.
func serveBare(ctx context.Context, database string, out io.Writer) (err error) {
	store, err := backend.Open(ctx, database, backend.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	handler := bareHandler{store: store, ids: parley.NewIDs(parley.SystemClock, rand.Reader)}
	routes := http.NewServeMux()
	routes.HandleFunc("POST /{$}", handler.one)
	routes.HandleFunc("POST "+rowsPath, handler.three)
	service := &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(listener) }()
	if _, err := fmt.Fprintln(out, announcement+listener.Addr().String()); err != nil {
		return errors.Join(err, service.Close())
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return service.Shutdown(context.WithoutCancel(ctx))
	}
}

type bareHandler struct {
	store *storage.Store
	ids   *parley.IDs
}

// asked is the request for a quote.
type asked struct {
	ProductID   string          `json:"product_id"`
	DealType    parley.DealType `json:"deal_type"`
	Impressions int64           `json:"impressions"`
	FlightStart string          `json:"flight_start"`
	FlightEnd   string          `json:"flight_end"`
}

// quote is what the request comes to, without a price.
func (h bareHandler) quote(a asked) parley.Quote {
	now := time.Now()
	return parley.Quote{
		ID: h.ids.New(parley.PrefixQuote), Status: parley.QuoteAvailable, ProductID: a.ProductID,
		DealType: a.DealType, MediaType: parley.MediaDigital, Impressions: a.Impressions,
		Price: parley.PriceDecision{Currency: parley.USD}, CreatedAt: now, ExpiresAt: now.Add(24 * time.Hour),
	}
}

// one decodes a request and inserts one row.
func (h bareHandler) one(w http.ResponseWriter, r *http.Request) {
	var a asked
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	quote := h.quote(a)
	err := h.store.Append(r.Context(), func(tx *storage.Tx) error {
		tx.InsertQuote(quote)
		return nil
	})
	answer(w, quote, err)
}

// rowsPath is where the yardstick writes as many rows as a quote does.
const rowsPath = "/rows"

// three reads the whole body, decodes it strictly, checks the key and inserts a quote, an event and an audit entry.
func (h bareHandler) three(w http.ResponseWriter, r *http.Request) {
	var a asked
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		http.Error(w, "more follows the request", http.StatusBadRequest)
		return
	}
	secret, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	quote := h.quote(a)
	err := h.store.Append(r.Context(), func(tx *storage.Tx) error {
		credential, err := tx.Credential(parley.HashSecret(secret)).Get(r.Context())
		if err != nil {
			return err
		}
		actor := "key:" + credential.Key.ID
		quote.Owner = credential.Key.ID
		tx.InsertQuote(quote)
		tx.InsertEvent(parley.Event{
			ID: h.ids.New(parley.PrefixEvent), Type: parley.EventQuoteCreated, OccurredAt: quote.CreatedAt, Owner: quote.Owner,
			Actor: actor, QuoteID: quote.ID,
		})
		tx.InsertAudit(parley.AuditEntry{
			At: quote.CreatedAt, Actor: actor, Action: "quote.create", Resource: "quote", ResourceID: quote.ID,
		})
		return nil
	})
	answer(w, quote, err)
}

func answer(w http.ResponseWriter, quote parley.Quote, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body, err := json.Marshal(map[string]any{"quote_id": quote.ID, "status": quote.Status})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(body) // the client is gone; there is nobody to tell
}
