package contract

import (
	"encoding/json"
	"time"

	"parley"
)

// Session is a conversation between a buyer's agent and a seller's.
type Session struct {
	SessionID            string               `json:"session_id"`
	Status               parley.SessionStatus `json:"status"`
	BuyerIdentity        BuyerIdentity        `json:"buyer_identity"`
	Messages             []SessionMessage     `json:"messages"`
	ActiveNegotiationIDs []string             `json:"active_negotiation_ids"`
	ActiveDealIDs        []string             `json:"active_deal_ids"`
	Metadata             json.RawMessage      `json:"metadata"`
	CreatedAt            time.Time            `json:"created_at"`
	UpdatedAt            time.Time            `json:"updated_at"`
	ExpiresAt            *time.Time           `json:"expires_at"`
	ClosedAt             *time.Time           `json:"closed_at"`
}

// BuyerIdentity is who a buyer says it is. It proves nothing: only a credential raises the tier.
type BuyerIdentity struct {
	SeatID               *string `json:"seat_id"`
	SeatName             *string `json:"seat_name"`
	DSPPlatform          *string `json:"dsp_platform"`
	AgencyID             *string `json:"agency_id"`
	AgencyName           *string `json:"agency_name"`
	AgencyHoldingCompany *string `json:"agency_holding_company"`
	AdvertiserID         *string `json:"advertiser_id"`
	AdvertiserName       *string `json:"advertiser_name"`
	AdvertiserIndustry   *string `json:"advertiser_industry"`
	CampaignID           *string `json:"campaign_id"`
	CampaignName         *string `json:"campaign_name"`
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
	Role        string          `json:"role" enum:"user,assistant"`
	Content     string          `json:"content"`
	MessageType string          `json:"message_type"`
	Metadata    json.RawMessage `json:"metadata"`
	Timestamp   time.Time       `json:"timestamp"`
}
