package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// Session is a conversation between a buyer's agent and a seller's.
type Session struct {
	SessionID            string           `json:"session_id"`
	Status               string           `json:"status"`
	BuyerIdentity        BuyerIdentity    `json:"buyer_identity"`
	Messages             []SessionMessage `json:"messages"`
	ActiveNegotiationIDs []string         `json:"active_negotiation_ids"`
	ActiveDealIDs        []string         `json:"active_deal_ids"`
	Metadata             json.RawMessage  `json:"metadata"`
	CreatedAt            time.Time        `json:"created_at"`
	UpdatedAt            time.Time        `json:"updated_at"`
	ExpiresAt            *time.Time       `json:"expires_at"`
	ClosedAt             *time.Time       `json:"closed_at"`
}

// BuyerIdentityOf is the contract's form of who a buyer is.
func BuyerIdentityOf(i parley.Identity) BuyerIdentity {
	return BuyerIdentity{
		SeatID: Optional(i.SeatID), SeatName: Optional(i.SeatName), DSPPlatform: Optional(i.DSPPlatform), AgencyID: Optional(i.AgencyID),
		AgencyName: Optional(i.AgencyName), AgencyHoldingCompany: Optional(i.AgencyHoldingCompany), AdvertiserID: Optional(i.AdvertiserID),
		AdvertiserName: Optional(i.AdvertiserName), AdvertiserIndustry: Optional(i.AdvertiserIndustry), CampaignID: Optional(i.CampaignID),
		CampaignName: Optional(i.CampaignName),
	}
}

// SessionMessage is one turn of a conversation.
type SessionMessage struct {
	Role        string          `json:"role"`
	Content     string          `json:"content"`
	MessageType string          `json:"message_type"`
	Metadata    json.RawMessage `json:"metadata"`
	Timestamp   time.Time       `json:"timestamp"`
}
