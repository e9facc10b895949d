package console

// settingsForms are the settings of the kinds of destinations that have fields here; those of others are typed as JSON.
var settingsForms = map[string][]member{
	"file_drop": {
		{Name: "folder", Label: "Folder", Hint: "Below the folder of trafficking sheets. Empty: that folder itself."},
		{Name: "format", Label: "Format", Choices: []string{"=CSV, as nothing is said", "csv=CSV", "json=JSON", "both=Both"}},
		{Name: "columns", Label: "Columns", Hint: "In their order, one on each line, with = before a heading of your own, such as cpm=Rate. Empty: all.", Kind: columnHeads},
	},
	"deals_api": {
		{Name: "push_url", Label: "Address of deals", Hint: "That deals are posted to.", Needed: true},
		{Name: "status_url", Label: "Address of statuses", Hint: "Empty: a person says how a deal stands."},
		{Name: "origin", Label: "Origin", Hint: "The domain that bid responses go to.", Needed: true},
		{Name: "seller", Label: "Seller", Hint: "The domain of who sold the deal."},
		{Name: "seller_name", Label: "Name of the seller", Hint: "A deal's name begins with it. Empty: the seller's domain."},
		{Name: "auth", Label: "Credential is sent", Choices: []string{"=not at all", "bearer=as a bearer token", "header=in a header of its own", "none=not at all, and that is meant"}},
		{Name: "header", Label: "Header", Hint: "That the credential is sent in, where it is one of its own."},
		{Name: "updates", Label: "What changes", Choices: []string{"=is posted again, as nothing is said", "repost=is posted again", "none=is changed there by hand"}},
		{Name: "country_form", Label: "Countries", Choices: []string{"=three letters, as nothing is said", "alpha3=three letters", "alpha2=two letters"}},
		{Name: "accepted_when", Label: "A deal can serve with", Hint: "The buyer's statuses by deal type, such as PG=3, 4 on each line. Empty: as the standard means them.", Kind: numberLists},
		{Name: "status_every", Label: "Statuses are asked every", Hint: "Such as 15m, from 1m to 24h. Empty: 5 minutes for a day, then an hour."},
		{Name: "any_seat", Label: "Deals without a seat are sent too", Hint: "Any seat can buy them.", Kind: aTick},
		{Name: "static_inventory", Label: "The inventory is listed with the deal", Kind: aTick},
	},
	"ad_manager": {
		{Name: "network", Label: "Network code", Needed: true},
		{Name: "mode", Label: "Deals run by", Choices: []string{"=header bidding, as nothing is said", "header_bidding=header bidding", "private_auction=private auctions"}},
		{Name: "currency", Label: "Currency", Hint: "Of the network, or one of its secondary ones.", Needed: true},
		{Name: "trafficker", Label: "Trafficker", Hint: "The id of the user who answers for the orders."},
		{Name: "salesperson", Label: "Salesperson", Hint: "The id of the user who sold them."},
		{Name: "advertiser", Label: "Advertiser", Hint: "The company of deals that name none. Empty: those are not sent."},
		{Name: "deal_key", Label: "Deal key", Hint: "The key whose value is the deal's id."},
		{Name: "deal_key_id", Label: "Id of that key"},
		{Name: "order_name", Label: "Name of orders", Hint: "Before the deal's id. Empty: {advertiser}, {product}, {flight}."},
		{Name: "geo_targets", Label: "Places", Hint: "Country or region and the id of it there, such as US=2840, one on each line.", Kind: pairs},
		{Name: "create_advertisers", Label: "Advertisers without a mapping are made", Hint: "By their names.", Kind: aTick},
		{Name: "approve", Label: "Orders are approved by the agent", Hint: "Else by somebody in Ad Manager.", Kind: aTick},
		{Name: "contracted_units", Label: "The network has contracted units", Kind: aTick},
		{Name: "allow_overbook", Label: "Overbooking is allowed", Kind: aTick},
		{Name: "skip_inventory_check", Label: "Inventory is not checked", Kind: aTick},
		{Name: "allow_root_ad_unit", Label: "Deals may run everywhere", Kind: aTick},
	},
}

// settingsObject is what the settings of a kind of destination are typed as.
func settingsObject(kind string) object { return object{"settings", settingsForms[kind]} }
