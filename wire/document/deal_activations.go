package document

import (
	"time"

	"parley"
)

// DealActivations are how far a deal has come at the systems that serve it, as its buyer may know it.
type DealActivations struct {
	DealID      string           `json:"deal_id"`
	Activations []DealActivation `json:"activations"`
}

// DealActivation is how far a deal has come at one of them.
type DealActivation struct {
	ActivationID string                  `json:"activation_id"`
	System       string                  `json:"system" doc:"The kind of system."`
	Status       parley.ActivationStatus `json:"status"`
	Applied      bool                    `json:"applied" doc:"Whether the deal is there as it is now. A change or an end that has not arrived is not."`
	Paused       bool                    `json:"paused" doc:"Whether the deal rests there until the publisher resumes it."`
	Since        time.Time               `json:"since"`
}
