package dealsapi

// Revision is the document that the rules are of.
const Revision = "IAB Tech Lab, Deal Sync API Specification, version 1.0"

// Rule is what one member of a document is held to.
type Rule struct {
	Kind     string // string, int, float, strings, ints or object
	Required bool
	Most     int // of an int: the greatest number of the standard's list; 0: any
}

// Rules are the members of each object, by its path. A member that is not here is refused, but below ext.
var Rules = map[string]map[string]Rule{
	"": {
		"id": {"string", true, 0}, "name": {"string", false, 0}, "created": {"string", false, 0}, "sellerstatus": {"int", false, 4},
		"origin": {"string", true, 0}, "seller": {"string", false, 0}, "desc": {"string", false, 0}, "wseat": {"strings", false, 0},
		"bseat": {"strings", false, 0}, "adtypes": {"ints", false, 4}, "auxdata": {"int", false, 4}, "pubcount": {"int", false, 2},
		"dinventory": {"int", false, 2}, "terms": {"object", true, 0}, "inventory": {"object", false, 0}, "curation": {"object", false, 0},
		"ext": {"object", false, 0},
	},
	"terms": {
		"startdate": {"string", false, 0}, "enddate": {"string", false, 0}, "countries": {"strings", false, 0}, "dealfloor": {"float", false, 0},
		"cur": {"string", false, 0}, "guar": {"int", false, 1}, "pricetype": {"int", false, 3}, "units": {"int", false, 0},
		"totalcost": {"float", false, 0}, "ext": {"object", false, 0},
	},
	"inventory": {
		"inclinventory": {"ints", false, 6}, "devicetype": {"ints", false, 0}, "sellerids": {"strings", false, 0}, "sitedomains": {"strings", false, 0},
		"appbundles": {"strings", false, 0}, "cat": {"strings", false, 0}, "cattax": {"int", false, 0}, "ext": {"object", false, 0},
	},
	"curation": {
		"curator": {"string", false, 0}, "cdealid": {"string", false, 0}, "curfeetype": {"int", false, 4}, "ext": {"object", false, 0},
	},
}
