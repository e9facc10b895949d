package client_test

import (
	"context"
	"errors"
	"testing"

	"parley"
	"parley/client"
	"parley/internal/stores"
	"parley/storage"
	"parley/wire/contract"
	"parley/wire/document"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		ctx := context.Background()
		s := openShopOver(t, store)
		buyer := s.buyer()
		opened, err := buyer.OpenSession(ctx, document.SessionRequest{Conversation: document.Conversation{ContextID: "autumn"}, Metadata: []byte(`{"planner":"Kim"}`)})
		if err != nil || opened.Status != parley.SessionActive || contract.TextOf(opened.ContextID) != "autumn" || string(opened.Metadata) != `{"planner":"Kim"}` ||
			contract.TextOf(opened.BuyerIdentity.AgencyID) != "agency-1" {
			t.Fatalf("%+v (%v)", opened, err)
		}
		within := buyer.InSession(opened.SessionID)
		quote, err := within.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal, Impressions: 100_000})
		if err != nil {
			t.Fatal(err)
		}
		deal, err := within.BookDeal(ctx, document.BookingRequest{QuoteID: quote.QuoteID})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := buyer.CreateQuote(ctx, document.QuoteRequest{ProductID: "display-news", DealType: parley.PreferredDeal}); err != nil {
			t.Fatal(err)
		}
		for event, err := range buyer.AllEvents(ctx, client.EventList{EventFilter: client.EventFilter{SessionID: opened.SessionID}}) {
			if err != nil || contract.TextOf(event.SessionID) != opened.SessionID || event.QuoteID != nil && *event.QuoteID != quote.QuoteID {
				t.Errorf("%+v (%v)", event, err)
			}
		}
		for i, said := range []string{"Which live sports do you have in October?", "And in November?"} {
			sent, err := buyer.SendMessage(ctx, opened.SessionID, document.MessageRequest{Content: said, Type: "inquiry"})
			if err != nil || sent.MessageCount != i+1 || sent.Message.Content != said || sent.Message.Role != parley.RoleOfBuyer {
				t.Errorf("%+v (%v)", sent, err)
			}
		}
		read, err := buyer.Session(ctx, opened.SessionID)
		if err != nil || read.MessageCount != 2 || len(read.Messages) != 2 || read.Messages[0].MessageType != "inquiry" ||
			len(read.ActiveDealIDs) != 1 || read.ActiveDealIDs[0] != deal.DealID {
			t.Errorf("%+v (%v)", read, err)
		}
		page, err := buyer.SessionMessages(ctx, opened.SessionID, document.Paging{Limit: 1})
		if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Next == "" {
			t.Errorf("%+v (%v)", page, err)
		}
		closed, err := buyer.CloseSession(ctx, opened.SessionID)
		if err != nil || closed.Status != parley.SessionClosed || closed.ClosedAt == nil {
			t.Errorf("%+v (%v)", closed, err)
		}
		if _, err := buyer.SendMessage(ctx, opened.SessionID, document.MessageRequest{Content: "Hello?"}); err == nil {
			t.Error("a closed session takes messages")
		}
		for status, want := range map[parley.SessionStatus]int{"": 1, parley.SessionClosed: 1, parley.SessionActive: 0} {
			found := 0
			for session, err := range buyer.AllSessions(ctx, document.SessionFilter{Status: status}) {
				if err != nil || session.SessionID != opened.SessionID {
					t.Errorf("%+v (%v)", session, err)
				}
				found++
			}
			if found != want {
				t.Errorf("%d sessions are %q, want %d", found, status, want)
			}
		}
		key, err := buyerKey(s.service, "agency-2")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.New(s.url, key).Session(ctx, opened.SessionID); !errors.Is(err, client.ErrNotFound) {
			t.Errorf("another buyer's session: %v", err)
		}
	})
}
