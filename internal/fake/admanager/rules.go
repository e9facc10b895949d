package admanager

// Revision is the contract that the rules are of: the definitions of google.ads.admanager.v1 as Google publishes them.
const Revision = "googleapis/googleapis, google/ads/admanager/v1, revision 794ca79a9886 (2026)"

// Behavior is what the contract says of a member beside its form.
type Behavior string

// The behaviors.
const (
	Optional   Behavior = ""
	Required   Behavior = "required"
	Output     Behavior = "output only"        // never sent
	Immutable  Behavior = "immutable"          // sent when the resource is made, and not changed
	Fixed      Behavior = "required immutable" // both
	Input      Behavior = "input only"         // never answered
	Identifier Behavior = "identifier"         // the resource's own name, which Google mints
)

// Rule is what one member is held to.
type Rule struct {
	// Kind is string, bool, int32, int64 (a text of digits), time, duration, name (of a resource of Of), enum (one of Values), or
	// message (of Of); many tells that it is a list of that.
	Kind   string
	Be     Behavior
	Of     string // a collection, or a message of Rules
	Most   int    // letters of a text; 0: any
	Many   bool
	Values []string
}

var (
	lineStatuses = []string{
		"CANCELED", "COMPLETED", "DELIVERING", "DELIVERY_EXTENDED", "DISAPPROVED", "DRAFT", "INACTIVE", "PAUSED", "PAUSED_INVENTORY_RELEASED",
		"PENDING_APPROVAL", "READY",
	}
	orderStatuses = []string{"DRAFT", "PENDING_APPROVAL", "APPROVED", "DISAPPROVED", "PAUSED", "CANCELED", "DELETED"}
	dealStatuses  = []string{"PENDING", "ACTIVE", "CANCELED", "SELLER_PAUSED", "BUYER_PAUSED"}
	lineTypes     = []string{
		"SPONSORSHIP", "STANDARD", "NETWORK", "BULK", "PRICE_PRIORITY", "HOUSE", "CLICK_TRACKING", "ADSENSE", "AD_EXCHANGE", "BUMPER",
		"PREFERRED_DEAL", "AUDIENCE_EXTENSION",
	}
)

// Rules are the members of each message. A member that is not here is refused.
var Rules = map[string]map[string]Rule{
	"Company": {
		"name": {Kind: "name", Be: Identifier, Of: "companies"}, "companyId": {Kind: "int64", Be: Output},
		"displayName": {Kind: "string", Be: Required, Most: 127},
		"type":        {Kind: "enum", Be: Required, Values: []string{"ADVERTISER", "HOUSE_ADVERTISER", "AGENCY", "HOUSE_AGENCY", "AD_NETWORK"}},
		"address":     {Kind: "string", Most: 1024}, "email": {Kind: "string", Most: 128}, "externalId": {Kind: "string", Most: 255},
		"comment": {Kind: "string", Most: 1024}, "updateTime": {Kind: "time", Be: Output},
	},
	"Order": {
		"name": {Kind: "name", Be: Identifier, Of: "orders"}, "orderId": {Kind: "int64", Be: Output}, "displayName": {Kind: "string", Be: Required, Most: 255},
		"programmatic": {Kind: "bool"}, "trafficker": {Kind: "name", Be: Required, Of: "users"}, "advertiser": {Kind: "name", Be: Required, Of: "companies"},
		"agency": {Kind: "name", Of: "companies"}, "creator": {Kind: "name", Be: Output, Of: "users"}, "currencyCode": {Kind: "string", Be: Output},
		"startTime": {Kind: "time", Be: Output}, "endTime": {Kind: "time", Be: Output}, "unlimitedEndTime": {Kind: "bool", Be: Output},
		"externalOrderId": {Kind: "int64"}, "archived": {Kind: "bool", Be: Output}, "updateTime": {Kind: "time", Be: Output},
		"notes": {Kind: "string", Most: 65_535}, "poNumber": {Kind: "string", Most: 63}, "status": {Kind: "enum", Be: Output, Values: orderStatuses},
		"salesperson": {Kind: "name", Of: "users"},
	},
	"CustomTargetingValue": {
		"name":               {Kind: "name", Be: Identifier, Of: "customTargetingValues"},
		"customTargetingKey": {Kind: "name", Be: Fixed, Of: "customTargetingKeys"},
		"adTagName":          {Kind: "string", Be: Immutable, Most: 40}, "displayName": {Kind: "string"},
		"matchType": {Kind: "enum", Be: Fixed, Values: []string{"EXACT", "BROAD", "PREFIX", "BROAD_PREFIX", "SUFFIX", "CONTAINS"}},
		"status":    {Kind: "enum", Be: Output, Values: []string{"ACTIVE", "INACTIVE"}},
	},
	"LineItem": {
		"name": {Kind: "name", Be: Identifier, Of: "lineItems"}, "order": {Kind: "name", Be: Fixed, Of: "orders"},
		"displayName": {Kind: "string", Be: Required, Most: 255}, "externalLineItemId": {Kind: "string", Most: 255},
		"orderDisplayName": {Kind: "string", Be: Output}, "startTime": {Kind: "time", Be: Required}, "targetEndTime": {Kind: "time"},
		"endTime": {Kind: "time", Be: Output}, "endTimeUnlimited": {Kind: "bool"},
		"creativeRotationType": {Kind: "enum", Be: Required, Values: []string{"EVENLY", "OPTIMIZED", "SEQUENTIAL", "WEIGHTED"}},
		"deliveryRateType":     {Kind: "enum", Values: []string{"AS_FAST_AS_POSSIBLE", "EVENLY", "FRONTLOADED"}},
		"roadblockingType":     {Kind: "enum", Values: []string{"ALL_ROADBLOCK", "AS_MANY_AS_POSSIBLE", "CREATIVE_SET", "ONE_OR_MORE", "ONLY_ONE"}},
		"lineItemType":         {Kind: "enum", Be: Required, Values: lineTypes}, "priority": {Kind: "int32"},
		"rate": {Kind: "message", Be: Required, Of: "Money"}, "valueCpm": {Kind: "message", Of: "Money"},
		"costType":              {Kind: "enum", Be: Required, Values: []string{"CPC", "CPD", "CPM", "VCPM", "CPM_IN_TARGET", "CPF", "CPCV"}},
		"contractedUnitsBought": {Kind: "int64"}, "creativePlaceholders": {Kind: "message", Be: Required, Of: "CreativePlaceholder", Many: true},
		"environmentType": {Kind: "enum", Values: []string{"BROWSER", "VIDEO_PLAYER"}}, "allowOverbook": {Kind: "bool", Be: Input},
		"skipInventoryCheck": {Kind: "bool", Be: Input}, "reserveOnCreation": {Kind: "bool", Be: Input}, "budget": {Kind: "message", Be: Output, Of: "Money"},
		"status": {Kind: "enum", Be: Output, Values: lineStatuses}, "archived": {Kind: "bool", Be: Output}, "notes": {Kind: "string", Most: 65_535},
		"updateTime": {Kind: "time", Be: Output}, "createTime": {Kind: "time", Be: Output}, "missingCreatives": {Kind: "bool", Be: Output},
		"maxVideoCreativeDuration": {Kind: "duration"}, "goal": {Kind: "message", Of: "Goal"}, "targeting": {Kind: "message", Be: Required, Of: "Targeting"},
	},
	"PrivateAuction": {
		"name": {Kind: "name", Be: Identifier, Of: "privateAuctions"}, "privateAuctionId": {Kind: "int64", Be: Output},
		"displayName": {Kind: "string", Be: Required, Most: 255}, "description": {Kind: "string", Most: 4096},
		"sellerContactUsers": {Kind: "name", Of: "users", Many: true}, "archived": {Kind: "bool", Be: Output},
		"createTime": {Kind: "time", Be: Output}, "updateTime": {Kind: "time", Be: Output},
	},
	"PrivateAuctionDeal": {
		"name": {Kind: "name", Be: Identifier, Of: "privateAuctionDeals"}, "privateAuctionDealId": {Kind: "int64", Be: Output},
		"privateAuctionId": {Kind: "int64", Be: Immutable}, "privateAuctionDisplayName": {Kind: "string", Be: Output},
		"buyerAccountId": {Kind: "int64", Be: Immutable}, "externalDealId": {Kind: "int64", Be: Output},
		"targeting": {Kind: "message", Of: "Targeting"}, "startTime": {Kind: "time"}, "endTime": {Kind: "time"},
		"floorPrice": {Kind: "message", Be: Required, Of: "Money"}, "creativeSizes": {Kind: "message", Of: "Size", Many: true},
		"status": {Kind: "enum", Be: Output, Values: dealStatuses}, "auctionPriorityEnabled": {Kind: "bool"}, "blockOverrideEnabled": {Kind: "bool"},
		"archived": {Kind: "bool", Be: Output}, "createTime": {Kind: "time", Be: Output}, "updateTime": {Kind: "time", Be: Output},
	},
	"Money": {"currencyCode": {Kind: "string", Be: Required, Most: 3}, "units": {Kind: "int64"}, "nanos": {Kind: "int32"}},
	"Goal": {
		"goalType": {Kind: "enum", Values: []string{"NONE", "LIFETIME", "DAILY"}},
		"unitType": {Kind: "enum", Values: []string{"IMPRESSIONS", "CLICKS", "VIEWABLE_IMPRESSIONS", "IN_TARGET_IMPRESSIONS", "COMPLETED_VIEWS"}},
		"units":    {Kind: "int64"},
	},
	"Size": {
		"width": {Kind: "int32", Be: Required}, "height": {Kind: "int32", Be: Required},
		"sizeType": {Kind: "enum", Be: Required, Values: []string{"PIXEL", "ASPECT_RATIO", "INTERSTITIAL", "IGNORED", "NATIVE", "FLUID", "AUDIO"}},
	},
	"CreativePlaceholder": {
		"size": {Kind: "message", Be: Required, Of: "Size"}, "expectedCreativeCount": {Kind: "int32"}, "ampOnly": {Kind: "bool"},
	},
	"Targeting": {
		"geoTargeting": {Kind: "message", Of: "GeoTargeting"}, "inventoryTargeting": {Kind: "message", Of: "InventoryTargeting"},
		"customTargeting": {Kind: "message", Of: "CustomTargeting"},
	},
	"GeoTargeting": {
		"targetedGeos": {Kind: "name", Of: "geoTargets", Many: true}, "excludedGeos": {Kind: "name", Of: "geoTargets", Many: true},
	},
	"InventoryTargeting": {
		"targetedAdUnits": {Kind: "message", Of: "AdUnitTargeting", Many: true}, "excludedAdUnits": {Kind: "message", Of: "AdUnitTargeting", Many: true},
		"targetedPlacements": {Kind: "name", Of: "placements", Many: true},
	},
	"AdUnitTargeting": {"adUnit": {Kind: "name", Of: "adUnits"}, "includeDescendants": {Kind: "bool"}},
	"CustomTargeting": {"customTargetingClauses": {Kind: "message", Of: "CustomTargetingClause", Many: true}},
	"CustomTargetingClause": {
		"customTargetingLiterals": {Kind: "message", Of: "CustomTargetingLiteral", Many: true},
	},
	"CustomTargetingLiteral": {
		"negative": {Kind: "bool"}, "customTargetingKey": {Kind: "name", Of: "customTargetingKeys"},
		"customTargetingValues": {Kind: "name", Of: "customTargetingValues", Many: true},
	},
}

// collections are those of a network that have resources of a message, and what their lists can be filtered by.
var collections = map[string]struct {
	message string
	filters []string
}{
	"companies":             {"Company", []string{"displayName", "type", "name"}},
	"orders":                {"Order", []string{"poNumber", "displayName", "status", "archived", "advertiser", "name"}},
	"customTargetingValues": {"CustomTargetingValue", []string{"adTagName", "customTargetingKey", "matchType", "status", "name", "displayName"}},
	"lineItems":             {"LineItem", []string{"externalLineItemId", "order", "status", "archived", "displayName", "name", "notes"}},
	"privateAuctions":       {"PrivateAuction", []string{"displayName", "name"}},
	"privateAuctionDeals":   {"PrivateAuctionDeal", []string{"privateAuctionDisplayName", "buyerAccountId", "status", "name"}},
}
