package wire

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley"
	"parley/delivery"
	"parley/wire/document"
)

// words are what members of these types say in answers.
var words = map[reflect.Type][]any{
	reflect.TypeFor[parley.Tier]():              {"public", "seat", "agency", "advertiser"},
	reflect.TypeFor[parley.Trust]():             {"unknown", "registered", "approved", "preferred", "blocked"},
	reflect.TypeFor[parley.DealType]():          {parley.ProgrammaticGuaranteed, parley.PreferredDeal, parley.PrivateAuction},
	reflect.TypeFor[parley.MediaType]():         {parley.MediaDigital, parley.MediaCTV, parley.MediaLinearTV},
	reflect.TypeFor[parley.QuoteStatus]():       {parley.QuoteAvailable, parley.QuoteBooked, parley.QuoteExpired, parley.QuoteDeclined},
	reflect.TypeFor[parley.DealStatus]():        listed(parley.DealStatuses[:]),
	reflect.TypeFor[parley.OrderStatus]():       listed(parley.OrderStatuses[:]),
	reflect.TypeFor[parley.NegotiationStatus](): {parley.NegotiationActive, parley.NegotiationPendingApproval, parley.NegotiationAccepted, parley.NegotiationRejected, parley.NegotiationExpired},
	reflect.TypeFor[parley.NegotiationAction](): {parley.ActionAccept, parley.ActionCounter, parley.ActionFinalOffer, parley.ActionReject},
	reflect.TypeFor[parley.ProposalStatus](): {
		parley.ProposalPendingApproval, parley.ProposalAccepted, parley.ProposalCounterOffered, parley.ProposalRejected, parley.ProposalBooked,
		parley.ProposalWithdrawn, parley.ProposalExpired, parley.ProposalFailed,
	},
	reflect.TypeFor[parley.Severity](): {parley.SeverityMinor, parley.SeverityMaterial, parley.SeverityCritical},
	reflect.TypeFor[parley.ChangeStatus](): {
		parley.ChangePending, parley.ChangeValidating, parley.ChangePendingApproval, parley.ChangeApproved, parley.ChangeRejected,
		parley.ChangeApplied, parley.ChangeFailed,
	},
	reflect.TypeFor[parley.ChangeType](): listed(parley.ChangeTypes[:]),
	reflect.TypeFor[parley.ApprovalStatus](): {
		parley.ApprovalPending, parley.ApprovalApproved, parley.ApprovalRejected, parley.ApprovalCountered, parley.ApprovalTimedOut,
		parley.ApprovalWithdrawn,
	},
	reflect.TypeFor[parley.Gate]():              listed(parley.Gates[:]),
	reflect.TypeFor[parley.OnTimeout]():         {parley.TimeoutRejects, parley.TimeoutEscalates},
	reflect.TypeFor[parley.WebhookStatus]():     {parley.WebhookActive, parley.WebhookDisabled},
	reflect.TypeFor[parley.EventType]():         listed(parley.EventTypes),
	reflect.TypeFor[parley.DestinationStatus](): {parley.DestinationActive, parley.DestinationPaused},
	reflect.TypeFor[parley.ActivationStatus]():  listed(parley.ActivationStatuses[:]),
	reflect.TypeFor[parley.ActivationTrigger](): listed(parley.ActivationTriggers[:]),
	reflect.TypeFor[parley.ActivationIntent]():  {parley.IntentRun, parley.IntentPause, parley.IntentEnd},
	reflect.TypeFor[parley.ActivationClass]():   listed(parley.ActivationClasses[:]),
	reflect.TypeFor[parley.ActivationRelease](): {parley.ReleaseAutomatic, parley.ReleaseByPerson},
	reflect.TypeFor[parley.AccountKind]():       {parley.AccountHolding, parley.AccountAgency, parley.AccountAdvertiser, parley.AccountSeat},
	reflect.TypeFor[parley.AccountStatus]():     {parley.AccountActive, parley.AccountPaused, parley.AccountBlocked},
	reflect.TypeFor[parley.Role]():              {parley.RoleBuyer, parley.RoleOperator},
	reflect.TypeFor[parley.Scope](): {
		parley.ScopeViewer, parley.ScopeApprover, parley.ScopeFinance, parley.ScopeLegal, parley.ScopeDelivery, parley.ScopeAdmin,
	},
	reflect.TypeFor[parley.Side]():           {parley.SideBuyer, parley.SideSeller},
	reflect.TypeFor[parley.HoldStatus]():     {parley.HoldActive, parley.HoldTaken, parley.HoldReleased, parley.HoldExpired},
	reflect.TypeFor[parley.SessionStatus]():  {parley.SessionActive, parley.SessionClosed, parley.SessionExpired},
	reflect.TypeFor[parley.PackageLayer]():   {parley.PackageSynced, parley.PackageCurated, parley.PackageDynamic},
	reflect.TypeFor[parley.PackageStatus]():  {parley.PackageDraft, parley.PackageActive, parley.PackageArchived},
	reflect.TypeFor[parley.ProductStatus]():  {parley.ProductActive, parley.ProductPaused, parley.ProductRetired},
	reflect.TypeFor[parley.MappingAbout]():   {parley.MapsProduct, parley.MapsSeat, parley.MapsAgency, parley.MapsAdvertiser, parley.MapsDSP},
	reflect.TypeFor[parley.NoticeWay]():      {parley.NoticeByMail, parley.NoticeByChat},
	reflect.TypeFor[parley.NoticeKind]():     {parley.NoticeWaiting, parley.NoticeExpiring, parley.NoticeFailing},
	reflect.TypeFor[parley.Recommendation](): {parley.RecommendAccept, parley.RecommendCounter, parley.RecommendReject},
	reflect.TypeFor[parley.Code]():           public(),
	reflect.TypeFor[document.RungName](): {
		delivery.RungSent, delivery.RungTaken, delivery.RungAccepted, delivery.RungSeat, delivery.RungBidRequests, delivery.RungBids,
		delivery.RungWins, delivery.RungImpressions, delivery.RungCreatives, delivery.RungPace,
	},
	reflect.TypeFor[document.RungResult]():  {delivery.RungHolds, delivery.RungFails, delivery.RungUnknown},
	reflect.TypeFor[document.RungActs]():    {delivery.PublisherActs, delivery.BuyerActs, delivery.BothAct},
	reflect.TypeFor[document.PacingState](): listed(delivery.States[:]),
}

// public are the codes that clients read, in the order of their words.
func public() []any {
	codes := slices.Collect(maps.Values(publicCodes))
	slices.Sort(codes)
	return listed(slices.Compact(codes))
}

func listed[T any](all []T) []any {
	values := make([]any, len(all))
	for i, one := range all {
		values[i] = one
	}
	return values
}

// MarkWords says, of the members of the schemas of these names, which words each can be, and of JSON that is handed on that it is an object:
// its members are its sender's, or those of the kind of thing that it is about. They are those of answers: what is asked with another word
// is refused with a message of its own.
func MarkWords(registry huma.Registry, names func(string) bool) {
	for name, schema := range registry.Map() {
		t := registry.TypeFromRef(schemas + name)
		if !names(name) || t == nil {
			continue
		}
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			continue
		}
		for _, field := range reflect.VisibleFields(t) {
			member, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			property, of := schema.Properties[member], field.Type
			for property != nil && of != reflect.TypeFor[json.RawMessage]() && (of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice) {
				if of.Kind() == reflect.Slice {
					property = property.Items
				}
				of = of.Elem()
			}
			if property != nil && of == reflect.TypeFor[json.RawMessage]() && property.Type == "" && !strings.HasSuffix(member, "_value") { // of any member
				property.Type, property.Nullable = huma.TypeObject, !strings.Contains(options, "omitempty")
			}
			if property == nil || property.Ref != "" || len(property.Enum) > 0 || words[of] == nil {
				continue
			}
			property.Enum = spelled(words[of])
			if property.Nullable {
				property.Enum = append(property.Enum, nil)
			}
		}
	}
}

// spelled are words as an answer writes them.
func spelled(values []any) []any {
	texts := make([]any, len(values))
	for i, value := range values {
		texts[i] = reflect.ValueOf(value).String()
	}
	return slices.Clip(texts)
}
