package parley

import (
	"cmp"
	"slices"
	"strings"
)

// Tier is how much of itself a buyer has revealed by its credential. Better tiers get better prices.
type Tier int

// The access tiers, from least to most.
const (
	TierPublic Tier = iota
	TierSeat
	TierAgency
	TierAdvertiser
)

var tierNames = [...]string{"public", "seat", "agency", "advertiser"}

// Tiers are all tiers, from public to advertiser.
var Tiers = [...]Tier{TierPublic, TierSeat, TierAgency, TierAdvertiser}

// String is the tier's name on the wire.
func (t Tier) String() string { return tierNames[t] }

// ParseTier reads a tier's name.
func ParseTier(name string) (Tier, bool) {
	for i, n := range tierNames {
		if n == name {
			return Tier(i), true
		}
	}
	return TierPublic, false
}

// AppendText implements encoding.TextAppender.
func (t Tier) AppendText(text []byte) ([]byte, error) { return append(text, t.String()...), nil }

// MarshalText implements encoding.TextMarshaler.
func (t Tier) MarshalText() ([]byte, error) { return t.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (t *Tier) UnmarshalText(text []byte) error {
	parsed, ok := ParseTier(string(text))
	if !ok {
		return Errorf(CodeValidation, "unknown tier %q: use public, seat, agency or advertiser", text)
	}
	*t = parsed
	return nil
}

// Identity says who a buyer is. In a credential it is a fact that an operator vouched for. In a request body it is a
// claim: kept and shown as claimed beside the facts, and no part of any price, rule or approval.
type Identity struct {
	SeatID               string `json:"seat_id,omitempty"`
	SeatName             string `json:"seat_name,omitempty"`
	DSPPlatform          string `json:"dsp_platform,omitempty"`
	AgencyID             string `json:"agency_id,omitempty"`
	AgencyName           string `json:"agency_name,omitempty"`
	AgencyHoldingCompany string `json:"agency_holding_company,omitempty"`
	AdvertiserID         string `json:"advertiser_id,omitempty"`
	AdvertiserName       string `json:"advertiser_name,omitempty"`
	AdvertiserIndustry   string `json:"advertiser_industry,omitempty"`
	AdvertiserDomain     string `json:"advertiser_domain,omitempty"`
	CampaignID           string `json:"campaign_id,omitempty"`
	CampaignName         string `json:"campaign_name,omitempty"`
}

// Tier is the tier that the identity reaches: the most specific party it names.
func (i Identity) Tier() Tier {
	switch {
	case i.AdvertiserID != "":
		return TierAdvertiser
	case i.AgencyID != "":
		return TierAgency
	case i.SeatID != "":
		return TierSeat
	}
	return TierPublic
}

// members are the identity's texts, in the order of its fields.
func (i *Identity) members() [12]*string {
	return [...]*string{
		&i.SeatID, &i.SeatName, &i.DSPPlatform, &i.AgencyID, &i.AgencyName, &i.AgencyHoldingCompany,
		&i.AdvertiserID, &i.AdvertiserName, &i.AdvertiserIndustry, &i.AdvertiserDomain, &i.CampaignID, &i.CampaignName,
	}
}

// Plain is the identity with its names and ids in their plain forms, so that what looks the same is the same.
func (i Identity) Plain() Identity {
	for _, member := range i.members() {
		*member = PlainName(*member)
	}
	return i
}

// Called is the name that tells a buyer best: of the advertiser, else of the agency, else of the seat.
func (i Identity) Called() string {
	return cmp.Or(i.AdvertiserName, i.AdvertiserID, i.AgencyName, i.AgencyID, i.SeatName, i.SeatID, "Unidentified buyer")
}

// Or is the identity with what it leaves open taken from another.
func (i Identity) Or(other Identity) Identity {
	own, others := i.members(), other.members()
	for n := range own {
		if *own[n] == "" {
			*own[n] = *others[n]
		}
	}
	return i
}

// Beyond is what a claim says that the facts do not: the members that add to them, and those that contradict them.
func (i Identity) Beyond(facts Identity) Identity {
	claims, known := i.members(), facts.members()
	for n := range claims {
		if *claims[n] == *known[n] {
			*claims[n] = ""
		}
	}
	return i
}

// Trust is what the publisher thinks of a buyer agent; it caps the tier that the agent's credential can reach.
type Trust string

// The trust levels of the agent registry. The empty value means a credential that no agent is registered for: the
// operator who issued it vouched for it, and nothing caps it.
const (
	TrustUnregistered Trust = ""
	TrustUnknown      Trust = "unknown"
	TrustRegistered   Trust = "registered"
	TrustApproved     Trust = "approved"
	TrustPreferred    Trust = "preferred"
	TrustBlocked      Trust = "blocked"
)

// Ceiling is the best tier that an agent of this trust reaches, and whether it may trade at all.
func (t Trust) Ceiling() (Tier, bool) {
	switch t {
	case TrustBlocked:
		return TierPublic, false
	case TrustUnknown:
		return TierPublic, true
	case TrustRegistered:
		return TierSeat, true
	case TrustUnregistered, TrustApproved, TrustPreferred:
		return TierAdvertiser, true
	}
	return TierPublic, true
}

// EffectiveTier is the lower of what the identity reaches and what the trust allows.
func EffectiveTier(identity Identity, trust Trust) Tier {
	ceiling, _ := trust.Ceiling()
	return min(identity.Tier(), ceiling)
}

// Role is what a credential is for.
type Role string

// The roles.
const (
	RoleAnonymous Role = "anonymous"
	RoleBuyer     Role = "buyer"
	RoleOperator  Role = "operator"
)

// Scope is what an operator may do. Viewers read; approver, finance and legal decide the approvals that name them; delivery takes in
// what deals delivered, and alone does nothing else; admin does everything.
type Scope string

// The scopes of an operator key.
const (
	ScopeViewer   Scope = "viewer"
	ScopeApprover Scope = "approver"
	ScopeFinance  Scope = "finance"
	ScopeLegal    Scope = "legal"
	ScopeDelivery Scope = "delivery"
	ScopeAdmin    Scope = "admin"
)

// ParseScope reads a scope's name.
func ParseScope(name string) (Scope, bool) {
	switch s := Scope(name); s {
	case ScopeViewer, ScopeApprover, ScopeFinance, ScopeLegal, ScopeDelivery, ScopeAdmin:
		return s, true
	}
	return "", false
}

// RolesInWords are the roles of which one is needed.
func RolesInWords(scopes []Scope) string {
	words := make([]string, len(scopes))
	for i, scope := range scopes {
		words[i] = string(scope)
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

// NeedsRole is what an operator is told who has none of the roles of which one is needed.
func NeedsRole(scopes []Scope) *Error {
	return Errorf(CodeForbidden, "This key's roles do not allow it; it needs the role %s.", RolesInWords(scopes))
}

// Principal is who a request acts for, as its credential says.
type Principal struct {
	Role     Role
	KeyID    string
	Label    string
	Scopes   []Scope
	Identity Identity
	OwnerDSP string // at which DSP the seat of its owner is: see Key.OwnerDSP
	Trust    Trust
	Accounts []AccountRef // of a buyer who changes something: whom its identity names, and those above them
}

// Anonymous is the caller without a credential.
var Anonymous = Principal{Role: RoleAnonymous}

// Tier is the principal's effective tier. Operators see what the best tier sees.
func (p Principal) Tier() Tier {
	if p.Role == RoleOperator {
		return TierAdvertiser
	}
	return EffectiveTier(p.Identity, p.Trust)
}

// Owner names the buyer that a resource belongs to: the identity of the credential, so that a key can be replaced
// without losing what was bought with it, or the key alone when it names nobody. Operators and anonymous callers own
// nothing.
func (p Principal) Owner() string {
	if p.Role != RoleBuyer {
		return ""
	}
	i := p.Identity
	if i.Tier() == TierPublic {
		return p.KeyID
	}
	owner := i.owner()
	if p.OwnerDSP != "" {
		owner += "/" + p.OwnerDSP
	}
	return owner
}

// owner is the owner of those with an identity, without the DSP.
func (i Identity) owner() string {
	return "buyer/" + OwnerPart(i.SeatID) + "/" + OwnerPart(i.AgencyID) + "/" + OwnerPart(i.AdvertiserID)
}

var escapeOwnerPart = strings.NewReplacer("%", "%25", "/", "%2F")

// OwnerPart is a seat, agency or advertiser id as it stands between the slashes of an owner: buyer/SEAT/AGENCY/ADVERTISER/DSP, of which the
// last is there where Key.OwnerDSP is.
func OwnerPart(party string) string { return escapeOwnerPart.Replace(party) }

// OwnerParties are the seat, the agency and the advertiser of an owner, as they stand in it; there are none in an owner that is no
// identity.
func OwnerParties(owner string) (seat, agency, advertiser string, named bool) {
	parts := strings.Split(owner, "/")
	if len(parts) < 4 || len(parts) > 5 || parts[0] != "buyer" {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}

// OwnerPublisher owns what an operator made for no buyer, such as a quote to look at: no buyer sees it.
const OwnerPublisher = "publisher"

// Payer is whom an owner's money counts for: its advertiser, through whichever agency and seat; else the agency; else the
// seat, with a slash before its DSP where the owner has one; else the owner itself.
func Payer(owner string) string {
	seat, agency, advertiser, named := OwnerParties(owner)
	switch {
	case !named:
		return owner
	case advertiser != "":
		return "advertiser/" + advertiser
	case agency != "":
		return "agency/" + agency
	}
	return "seat/" + seat + strings.TrimPrefix(owner, "buyer/"+seat+"//")
}

// Actor names the principal in audit entries and histories.
func (p Principal) Actor() string {
	if p.Role == RoleAnonymous {
		return "anonymous"
	}
	return string(p.Role) + ":" + p.KeyID
}

// IsOperator tells whether the principal works for the publisher.
func (p Principal) IsOperator() bool { return p.Role == RoleOperator }

// OnlyDelivers tells whether an operator may take in what deals delivered, and nothing else: not even look at them.
func (p Principal) OnlyDelivers() bool {
	return p.Role == RoleOperator && len(p.Scopes) > 0 && !slices.ContainsFunc(p.Scopes, func(s Scope) bool { return s != ScopeDelivery })
}

// Has tells whether an operator holds a scope; admin holds all, and every operator may view but one who only delivers.
func (p Principal) Has(scope Scope) bool {
	if p.Role != RoleOperator {
		return false
	}
	if scope == ScopeViewer {
		return !p.OnlyDelivers()
	}
	for _, s := range p.Scopes {
		if s == scope || s == ScopeAdmin {
			return true
		}
	}
	return false
}

// MaySee tells whether the principal may see a resource of this owner. What an anonymous caller created belongs to
// nobody and is reached by its unguessable id.
func (p Principal) MaySee(owner string) bool {
	return p.Role == RoleOperator || owner == "" || owner == p.Owner()
}

// OwnerName is the most specific id of an owner, for where the identity itself is not at hand.
func OwnerName(owner string) string {
	seat, agency, advertiser, isBuyer := OwnerParties(owner)
	if owner == OwnerPublisher {
		return "The publisher's own"
	}
	if !isBuyer {
		return cmp.Or(owner, "Anonymous buyer")
	}
	return cmp.Or(plainOwnerPart.Replace(cmp.Or(advertiser, agency, seat)), owner)
}

// plainOwnerPart takes back what OwnerPart does.
var plainOwnerPart = strings.NewReplacer("%2F", "/", "%25", "%")
