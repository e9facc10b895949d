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
	"time"

	"parley"
	"parley/storage"
	"parley/storage/backend"
)

// serveBare serves the yardstick: a handler that does what no server of quotes can do without. It decodes, inserts one
// durable row through the same store, and answers.
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
	service := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
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

// ServeHTTP implements http.Handler.
func (h bareHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		ProductID   string          `json:"product_id"`
		DealType    parley.DealType `json:"deal_type"`
		Impressions int64           `json:"impressions"`
		FlightStart string          `json:"flight_start"`
		FlightEnd   string          `json:"flight_end"`
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	now := time.Now()
	quote := parley.Quote{
		ID: h.ids.New(parley.PrefixQuote), Status: parley.QuoteAvailable, ProductID: asked.ProductID,
		DealType: asked.DealType, MediaType: parley.MediaDigital, Impressions: asked.Impressions,
		Price: parley.PriceDecision{Currency: parley.USD}, CreatedAt: now, ExpiresAt: now.Add(24 * time.Hour),
	}
	err := h.store.Append(r.Context(), func(tx *storage.Tx) error {
		tx.InsertQuote(quote)
		return nil
	})
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
