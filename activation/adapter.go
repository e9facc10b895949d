package activation

import (
	"context"
	"encoding/json"
	"time"

	"parley"
)

// Adapter speaks to one kind of destination. It keeps nothing; it is used by many goroutines at once.
type Adapter interface {
	// Kind names the kind.
	Kind() string

	// Validate finds what is wrong with a destination's settings.
	Validate(settings json.RawMessage) []Problem

	// ValidateMapping finds what is wrong with what a product, or a party, is called at a destination. Fields begin with refs.
	ValidateMapping(about parley.MappingAbout, refs json.RawMessage) []Problem

	// Place names where a destination with sound settings keeps what it is sent, as far as another one there would write over it; empty:
	// nowhere. No two destinations have the same place.
	Place(settings json.RawMessage) string

	// Plan is what has to be there for what is wanted. It reaches nobody, and the same want has the same plan. With a problem
	// there is no plan.
	Plan(want Want) (Plan, []Problem)

	// Check tells what is wrong with an account. It only reads.
	Check(ctx context.Context, account Account) []Finding

	// Look finds what is there by a step's anchor. Where the destination does not tell what is there it fails with ErrBlind.
	Look(ctx context.Context, account Account, step Step) ([]Remote, error)

	// Create makes a step's object and answers its name.
	Create(ctx context.Context, account Account, step Step) (ref string, err error)

	// Update brings an object to what the step says, and answers its name, which may be another one.
	Update(ctx context.Context, account Account, ref string, step Step) (now string, err error)

	// Pause keeps an object from serving, and brings what else it has to what the step says, until an update; it answers its name, which may
	// be another one.
	Pause(ctx context.Context, account Account, ref string, step Step) (now string, err error)

	// End ends an object, and answers its name, which may be another one.
	End(ctx context.Context, account Account, ref string, step Step) (now string, err error)

	// Standing tells how what was sent stands.
	Standing(ctx context.Context, account Account, want Want, refs []string) (Standing, error)

	// Certain tells that a look finds whatever was made before it, however shortly, so that after a lost answer one is enough.
	Certain() bool
}

// Sheeter is an adapter of a kind that sends sheets, which people can also have without a destination.
type Sheeter interface {
	Adapter
	// Sheet is the sheet of what is wanted, as CSV, with the name of its file. It reaches nobody.
	Sheet(want Want) (name string, csv []byte, problems []Problem)
}

// CredentialReader is an adapter of a kind that cannot use every credential.
type CredentialReader interface {
	Adapter
	// ValidateCredential finds what is wrong with a credential, without telling it.
	ValidateCredential(credential []byte) []Problem
}

// Account is what a call to a destination needs.
type Account struct {
	Settings   json.RawMessage
	Credential []byte // opened; nil: none. It is in no error, finding or ref.

	// For Check alone: the publisher's time zone, and what products and parties are called there, as far as it is looked at.
	TimeZone string
	Mappings []parley.Mapping
}

// Finding is something that a check found.
type Finding struct {
	Problem bool   `json:"problem"` // nothing can be sent until it is mended; false: it is worth knowing
	Field   string `json:"field,omitempty"`
	Text    string `json:"text"`
}

// Remote is an object that a look found.
type Remote struct {
	Ref  string
	Hash string // of the step that it is just as wanted as; empty: it differs, or that is not known
}

// State is how an object stands at a destination.
type State string

// The states.
const (
	StateWaiting State = "waiting" // something outside is due
	StateLive    State = "live"
	StatePaused  State = "paused" // it rests, as is wanted
	StateEnded   State = "ended"  // it has run its course
	StateAnswer  State = "answer" // a person answers for it: see parley.Acknowledgement
)

// Standing is how what was sent stands.
type Standing struct {
	State State
	Text  string        // for people: what is waited for
	Again time.Duration // when to ask again; 0: not by itself
	// Accepted tells that the buyer has accepted the deal; false: not, or that is not asked there.
	Accepted bool
	Buyers   []parley.BuyerStatus // what the buyer's seats say, where they say something
	Alias    Alias                // what the deal is called there, where the destination gives it an id of its own
}

// Alias is the id that a system gave a deal, under which its buyers bid.
type Alias struct {
	System string // google, ...; empty: there is none
	ID     string
	Seat   string // that may bid; empty: not told
}
