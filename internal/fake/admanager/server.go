package admanager

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Network is the code of the one network that there is, and the rest what is in it from the beginning.
const (
	Network     = "4711"
	Currency    = "USD"
	TimeZone    = "America/New_York"
	Root        = "1000"
	Trafficker  = "2000"
	DealKey     = "hb_deal_north"
	DealKeyID   = "3000"
	KeyID       = "3001"
	ValueID     = "3002"
	AdUnit      = "1001"
	Placement   = "1100"
	Advertiser  = "5000"
	Buyer       = "6000"
	GeoUS       = "2840"
	Email       = "parley@north.iam.example"
	mostPerPage = 1000
)

// Fault is what goes wrong in a call.
type Fault string

// The faults. Those that lose an answer cut the connection.
const (
	None        Fault = ""
	DropsBefore Fault = "drops before" // nothing is done
	DropsAfter  Fault = "drops after"  // all is done
	Cuts        Fault = "cuts"         // all is done, and the answer ends in the middle
	Answers     Fault = "answers "     // with a status, as in Answers + "503", and nothing is done
	Huge        Fault = "huge"         // all is done, and the answer never ends
	Slow        Fault = "slow"         // nothing is done until the test says so
)

// Server is a network. It is safe for concurrent use.
type Server struct {
	*httptest.Server

	clock func() time.Time
	key   *rsa.PrivateKey

	mu         sync.Mutex
	resources  map[string]object // by name
	made       []string          // names, in the order of their making
	next       int64
	tokens     map[string]time.Time // until when they are taken
	faults     func(method, path string) Fault
	twist      func(answer []byte) []byte
	released   chan struct{} // slow calls wait for it
	calls      []string      // method and path
	perPage    int
	unforecast bool
	available  int64
	closed     map[string]bool // collections in which nothing can be made
	live       bool            // whether what is made and approved has its creatives
}

var accountKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// New starts a network at an address of this machine, without TLS. The clock decides what is past.
func New(clock func() time.Time) *Server {
	s := &Server{
		clock: clock, key: accountKey(), resources: map[string]object{}, next: 90_000, tokens: map[string]time.Time{}, perPage: mostPerPage,
		closed: map[string]bool{}, released: make(chan struct{}),
	}
	for collection, ids := range map[string][]string{
		"adUnits": {Root, AdUnit}, "users": {Trafficker}, "placements": {Placement}, "companies": {Advertiser}, "programmaticBuyers": {Buyer},
	} {
		for _, id := range ids {
			s.put(collection, id, object{})
		}
	}
	s.resources["networks/"+Network] = object{
		"name": "networks/" + Network, "currencyCode": Currency, "timeZone": TimeZone, "networkCode": Network, "displayName": "North",
		"effectiveRootAdUnit": "networks/" + Network + "/adUnits/" + Root,
	}
	s.put("companies", Advertiser, object{"displayName": "House", "type": "ADVERTISER"})
	s.put("customTargetingKeys", DealKeyID, object{"adTagName": DealKey, "status": "ACTIVE"})
	s.put("customTargetingKeys", KeyID, object{"adTagName": "section", "status": "ACTIVE"})
	s.put("customTargetingValues", ValueID, object{"adTagName": "sport", "status": "ACTIVE", "customTargetingKey": name("customTargetingKeys", KeyID), "matchType": "EXACT"})
	s.put("geoTargets", GeoUS, object{"displayName": "United States", "regionCode": "US", "type": "Country", "targetable": true})
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// name is the name of a resource in the network.
func name(collection, id string) string { return "networks/" + Network + "/" + collection + "/" + id }

func (s *Server) put(collection, id string, o object) {
	o["name"] = name(collection, id)
	s.resources[name(collection, id)] = o
}

// Credential is the JSON key of the service account that may use the network. Its token_uri leads elsewhere.
func (s *Server) Credential() []byte {
	raw, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(map[string]string{ //nolint:gosec // a key that was made for the test
		"type": "service_account", "client_email": Email, "private_key_id": "key-1", "token_uri": "https://elsewhere.example/token",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})),
	})
	if err != nil {
		panic(err)
	}
	return text
}

// TokenURL is where tokens are given.
func (s *Server) TokenURL() string { return s.URL + "/token" }

// Breaks has calls go wrong in some way, until another is set; nil: none does. It is not asked about tokens.
func (s *Server) Breaks(how func(method, path string) Fault) { s.set(func() { s.faults = how }) }

// Twists has answers that say yes be others, though all is done; nil: they are as they are. It is not asked about tokens.
func (s *Server) Twists(how func(answer []byte) []byte) { s.set(func() { s.twist = how }) }

// Releases has the slow calls go on.
func (s *Server) Releases() { s.set(func() { close(s.released); s.released = make(chan struct{}) }) }

// Pages has lists come in pages of n.
func (s *Server) Pages(n int) { s.set(func() { s.perPage = n }) }

// Forecasts decides what standard line items can have; none tells that there is no forecast yet.
func (s *Server) Forecasts(available int64, none bool) {
	s.set(func() { s.available, s.unforecast = available, none })
}

// Closes has nothing made in a collection by programs.
func (s *Server) Closes(collection string) { s.set(func() { s.closed[collection] = true }) }

// Serves has line items of approved orders have their creatives, so that they are ready.
func (s *Server) Serves() { s.set(func() { s.live = true; s.settle() }) }

// Revokes has no token taken any more that was given.
func (s *Server) Revokes() { s.set(func() { clear(s.tokens) }) }

func (s *Server) set(do func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do()
}

// Calls are the calls that came, but for tokens.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Tokens counts the tokens that were given and not revoked.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tokens)
}

// Made are the resources of a collection that were made, as they are.
func (s *Server) Made(collection string) []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []map[string]any
	for _, n := range s.made {
		if o, there := s.resources[n]; there && strings.HasPrefix(n, name(collection, "")) {
			found = append(found, maps.Clone(o))
		}
	}
	return found
}

// Edits changes a resource as somebody else does.
func (s *Server) Edits(name string, change map[string]any) {
	s.set(func() { maps.Copy(s.resources[name], change) })
}

// Forgets removes a resource.
func (s *Server) Forgets(name string) { s.set(func() { delete(s.resources, name) }) }

// Adds makes a resource as somebody else does, and answers its name.
func (s *Server) Adds(collection string, o map[string]any) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.insert(collection, maps.Clone(o))
}

func (s *Server) insert(collection string, o object) string {
	s.next++
	id := strconv.FormatInt(s.next, 10)
	s.put(collection, id, o)
	s.made = append(s.made, name(collection, id))
	return name(collection, id)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Path == "/token" {
		s.token(w, r, body)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/v1/networks/"+Network+"/")
	s.calls = append(s.calls, r.Method+" "+path)
	fault := None
	if s.faults != nil {
		fault = s.faults(r.Method, path)
	}
	if fault == Slow {
		released := s.released
		s.mu.Unlock()
		<-released
		s.mu.Lock()
	}
	if fault == DropsBefore {
		panic(http.ErrAbortHandler)
	}
	status, answer := s.answer(r, body, fault)
	if s.twist != nil && status == http.StatusOK {
		answer = s.twist(answer)
	}
	switch fault {
	case DropsAfter:
		panic(http.ErrAbortHandler)
	case Huge:
		answer = append(bytes.Repeat([]byte(" "), 8<<20), answer...)
	case Cuts:
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		answer = answer[:len(answer)/2]
	case None, DropsBefore, Answers, Slow:
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "90")
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer) //nolint:gosec // who asks may be gone, and is no browser
}

// token gives a token to whoever signs with the account's key, for this address and the API's scope.
func (s *Server) token(w http.ResponseWriter, r *http.Request, body []byte) {
	refuse := func(why string) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"error": "invalid_grant", "error_description": %q}`, why)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Method != http.MethodPost || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		refuse("no grant")
		return
	}
	parts := strings.Split(form.Get("assertion"), ".")
	if len(parts) != 3 {
		refuse("no assertion")
		return
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], signature) != nil {
		refuse("the signature is another's")
		return
	}
	var head, claims struct {
		Alg, Kid, Iss, Scope, Aud string
		Iat, Exp                  int64
	}
	for i, into := range []any{&head, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(raw, into) != nil {
			refuse("no assertion")
			return
		}
	}
	now := s.clock()
	if head.Alg != "RS256" || head.Kid != "key-1" || claims.Iss != Email || claims.Scope != "https://www.googleapis.com/auth/admanager" ||
		claims.Aud != s.URL+"/token" || claims.Exp-claims.Iat > 3600 || time.Unix(claims.Exp, 0).Before(now) {
		refuse("the claims are others")
		return
	}
	s.next++
	given := fmt.Sprintf("ya29.%d", s.next)
	s.tokens[given] = now.Add(time.Hour)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"access_token": %q, "expires_in": 3599, "token_type": "Bearer"}`, given)
}

// failure is an answer in Google's form.
func failure(status int, err error) (int, []byte) {
	names := map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
		429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE"}
	said := object{"code": status, "message": err.Error(), "status": names[status]}
	if w := (*wrong)(nil); errors.As(err, &w) {
		said["details"] = []any{object{
			"@type": "type.googleapis.com/google.ads.admanager.v1.AdManagerError", "errorCode": w.code, "message": w.text, "fieldPath": w.path,
		}}
	}
	text, _ := json.Marshal(object{"error": said}) // maps of texts can be written
	return status, text
}

func refuse(err error) (int, []byte) {
	w := (*wrong)(nil)
	switch {
	case errors.As(err, &w) && w.code == "NOT_FOUND":
		return failure(http.StatusBadRequest, err)
	case errors.As(err, &w) && w.code == "ALREADY_EXISTS":
		return failure(http.StatusConflict, err)
	}
	return failure(http.StatusBadRequest, err)
}

func done(value any) (int, []byte) {
	text, err := json.Marshal(value)
	if err != nil {
		return failure(http.StatusInternalServerError, err)
	}
	return http.StatusOK, text
}

func (s *Server) answer(r *http.Request, body []byte, fault Fault) (int, []byte) {
	if code, is := strings.CutPrefix(string(fault), string(Answers)); is {
		if status, err := strconv.Atoi(code); err == nil {
			return failure(status, errors.New("a test"))
		}
	}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ends, given := s.tokens[bearer]; !given || !s.clock().Before(ends) {
		return failure(http.StatusUnauthorized, errors.New("the token is not taken"))
	}
	path, is := strings.CutPrefix(r.URL.Path, "/v1/")
	if !is || path != "networks/"+Network && !strings.HasPrefix(path, "networks/"+Network+"/") {
		return failure(http.StatusForbidden, errors.New("there is no such network for the account"))
	}
	if (r.Method == http.MethodGet) != (len(body) == 0) {
		return failure(http.StatusBadRequest, errors.New("only what is read has no body"))
	}
	switch inside := strings.TrimPrefix(strings.TrimPrefix(path, "networks/"+Network), "/"); {
	case r.Method == http.MethodGet && s.resources[path] != nil:
		return done(s.resources[path])
	case r.Method == http.MethodGet && collections[inside].message != "":
		return s.list(inside, r.URL.Query())
	case r.Method == http.MethodPatch && s.resources[path] != nil:
		return s.patch(path, r.URL.Query().Get("updateMask"), body)
	case r.Method == http.MethodPost:
		return s.post(inside, body)
	}
	return failure(http.StatusNotFound, errors.New("there is no "+path))
}

// condition is what a filter has: a field, and a text that may begin with a star.
var condition = regexp.MustCompile(`^([A-Za-z.]+) = "((?:[^"\\]|\\["\\])*)"$`)

func (s *Server) list(collection string, query url.Values) (int, []byte) {
	var tests []func(object) bool
	for _, part := range strings.Split(query.Get("filter"), " AND ") {
		found := condition.FindStringSubmatch(part)
		if found == nil || !slices.Contains(collections[collection].filters, found[1]) {
			return failure(http.StatusBadRequest, fmt.Errorf("the filter %q cannot be read", part))
		}
		field, value := found[1], strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(found[2])
		if tail, star := strings.CutPrefix(value, "*"); star {
			tests = append(tests, func(o object) bool { return strings.HasSuffix(text(o, field), tail) })
			continue
		}
		tests = append(tests, func(o object) bool { return strings.EqualFold(text(o, field), value) })
	}
	var all []any
	for _, n := range slices.Sorted(maps.Keys(s.resources)) {
		o := s.resources[n]
		if strings.HasPrefix(n, name(collection, "")) && !slices.ContainsFunc(tests, func(t func(object) bool) bool { return !t(o) }) {
			all = append(all, o)
		}
	}
	from, _ := strconv.Atoi(query.Get("pageToken"))
	size, err := strconv.Atoi(query.Get("pageSize"))
	if err != nil || size < 1 {
		size = 50
	}
	to := min(from+min(size, s.perPage), len(all))
	page := object{}
	if from < to {
		page[collection] = all[from:to]
	}
	if to < len(all) {
		page["nextPageToken"] = strconv.Itoa(to)
	}
	return done(page)
}

func decode(body []byte) (object, error) {
	var o object
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	err := decoder.Decode(&o)
	return o, err
}

// create makes one resource.
func (s *Server) create(collection string, sent object) (object, error) {
	message := collections[collection].message
	at := strings.ToLower(message[:1]) + message[1:]
	if err := s.hold(message, at, sent, true); err != nil {
		return nil, err
	}
	if err := s.consider(message, sent, true); err != nil {
		return nil, err
	}
	made := maps.Clone(sent)
	for field, rule := range Rules[message] {
		if rule.Be == Input {
			delete(made, field)
		}
	}
	switch message {
	case "Order":
		made["status"], made["archived"], made["currencyCode"] = "DRAFT", false, Currency
	case "CustomTargetingValue":
		made["status"] = "ACTIVE"
	case "LineItem":
		made["status"], made["archived"], made["missingCreatives"] = "DRAFT", false, true
	case "PrivateAuction":
		made["archived"] = false
	case "PrivateAuctionDeal":
		made["status"], made["archived"], made["externalDealId"] = "PENDING", false, strconv.FormatInt(700_000_000+s.next, 10)
		made["privateAuctionDisplayName"] = text(s.resources[name("privateAuctions", text(sent, "privateAuctionId"))], "displayName")
	}
	s.insert(collection, made)
	s.settle()
	return made, nil
}

// settle has line items stand as their orders and creatives have it.
func (s *Server) settle() {
	for n, l := range s.resources {
		if !strings.HasPrefix(n, name("lineItems", "")) {
			continue
		}
		placed := s.resources[text(l, "order")]
		if status := text(l, "status"); text(placed, "status") == "APPROVED" && (status == "DRAFT" || status == "INACTIVE") {
			l["status"], l["missingCreatives"] = "INACTIVE", true
			if s.live {
				l["status"], l["missingCreatives"] = "READY", false
			}
		}
	}
}

func (s *Server) post(inside string, body []byte) (int, []byte) {
	collection, verb, _ := strings.Cut(inside, ":")
	message := collections[collection].message
	sent, err := decode(body)
	if err != nil || message == "" {
		return failure(http.StatusNotFound, errors.New("there is no "+inside))
	}
	if (verb == "" || verb == "batchCreate") && s.closed[collection] {
		return failure(http.StatusForbidden, errors.New("this method is not open to the network"))
	}
	switch {
	case verb == "" && (collection == "lineItems" || collection == "companies" || collection == "privateAuctions" || collection == "privateAuctionDeals"):
		made, err := s.create(collection, sent)
		if err != nil {
			return refuse(err)
		}
		return done(made)
	case verb == "batchCreate" && (collection == "orders" || collection == "customTargetingValues"):
		return s.batchCreate(collection, sent)
	case verb == "batchUpdate" && collection == "orders":
		return s.batchUpdate(sent)
	case strings.HasPrefix(verb, "batch"):
		return s.act(collection, verb, sent)
	}
	return failure(http.StatusNotFound, errors.New("there is no "+inside))
}

// requests are those of a batch, of one member each beside what is named.
func requests(sent object, also ...string) ([]object, error) {
	list, is := sent["requests"].([]any)
	if !is || len(list) == 0 || len(list) > 100 || len(sent) != 1 {
		return nil, bad("requests", "must be 1 to 100")
	}
	var all []object
	for _, one := range list {
		o, is := one.(object)
		if !is || len(o) != 1+len(also) {
			return nil, bad("requests", "must have %v and one more", also)
		}
		all = append(all, o)
	}
	return all, nil
}

func (s *Server) batchCreate(collection string, sent object) (int, []byte) {
	all, err := requests(sent, "parent")
	if err != nil {
		return refuse(err)
	}
	message := collections[collection].message
	var made []any
	for _, one := range all {
		inner, is := one[strings.ToLower(message[:1])+message[1:]].(object)
		if !is || one["parent"] != "networks/"+Network {
			return refuse(bad("requests", "must have a parent and a %s", message))
		}
		o, err := s.create(collection, inner)
		if err != nil {
			return refuse(err)
		}
		made = append(made, o)
	}
	return done(object{collection: made})
}

func (s *Server) batchUpdate(sent object) (int, []byte) {
	all, err := requests(sent, "updateMask")
	if err != nil {
		return refuse(err)
	}
	var changed []any
	for _, one := range all {
		inner, is := one["order"].(object)
		mask, isMask := one["updateMask"].(string)
		if !is || !isMask || s.resources[text(inner, "name")] == nil {
			return refuse(bad("requests", "must have an order that there is and an updateMask"))
		}
		o, err := s.change("Order", text(inner, "name"), mask, inner)
		if err != nil {
			return refuse(err)
		}
		changed = append(changed, o)
	}
	return done(object{"orders": changed})
}

func (s *Server) patch(n, mask string, body []byte) (int, []byte) {
	sent, err := decode(body)
	if err != nil {
		return failure(http.StatusBadRequest, err)
	}
	collection := strings.Split(n, "/")[2]
	message := collections[collection].message
	if message == "" || message == "Order" || message == "CustomTargetingValue" {
		return failure(http.StatusNotFound, errors.New("it cannot be patched"))
	}
	o, err := s.change(message, n, mask, sent)
	if err != nil {
		return refuse(err)
	}
	return done(o)
}

// change sets the members that a mask names, and empties those of them that were not sent.
func (s *Server) change(message, n, mask string, sent object) (object, error) {
	at := strings.ToLower(message[:1]) + message[1:]
	masked := strings.Split(mask, ",")
	part := object{}
	for _, field := range masked {
		rule, known := Rules[message][field]
		if !known || rule.Be == Output || rule.Be == Identifier {
			return nil, bad("updateMask", "%q cannot be changed", field)
		}
		if value, there := sent[field]; there {
			part[field] = value
		} else if rule.Be == Required {
			return nil, bad(at+"."+field, "is required")
		}
	}
	for field := range sent {
		if _, known := Rules[message][field]; !known {
			return nil, bad(at+"."+field, "Unknown name %q: Cannot find field", field)
		}
	}
	if err := s.hold(message, at, part, false); err != nil {
		return nil, err
	}
	present := s.resources[n]
	if present["archived"] == true {
		return nil, bad(at, "is archived")
	}
	after := maps.Clone(present)
	for _, field := range masked {
		if value, there := part[field]; there {
			after[field] = value
		} else {
			delete(after, field)
		}
	}
	if starts := text(part, "startTime"); starts != "" && s.past(starts) {
		return nil, bad(at+".startTime", "must be in the future")
	}
	if err := s.consider(message, after, false); err != nil {
		return nil, err
	}
	for field, rule := range Rules[message] {
		if rule.Be == Input {
			delete(after, field)
		}
	}
	s.resources[n] = after
	return after, nil
}

// act does what a verb says to each named resource.
func (s *Server) act(collection, verb string, sent object) (int, []byte) {
	names, err := acted(sent)
	if err != nil {
		return refuse(err)
	}
	for _, n := range names {
		o := s.resources[n]
		if o == nil || !strings.HasPrefix(n, name(collection, "")) {
			return failure(http.StatusNotFound, errors.New("there is no "+n))
		}
		if err := s.actOn(collection+" "+verb, n, o); err != nil {
			return refuse(err)
		}
	}
	s.settle()
	return done(object{})
}

func acted(sent object) ([]string, error) {
	var names []string
	list, _ := sent["names"].([]any)
	inner, _ := sent["requests"].([]any)
	for _, one := range inner {
		if o, is := one.(object); is {
			list = append(list, o["name"])
		}
	}
	for field := range sent {
		if field != "names" && field != "requests" && field != "skipInventoryCheck" {
			return nil, bad(field, "Unknown name %q: Cannot find field", field)
		}
	}
	for _, one := range list {
		n, is := one.(string)
		if !is {
			return nil, bad("names", "must be names")
		}
		names = append(names, n)
	}
	if len(names) == 0 {
		return nil, bad("names", "is required")
	}
	return names, nil
}

func (s *Server) actOn(what, n string, o object) error {
	status := text(o, "status")
	switch what {
	case "orders batchApprove", "orders batchApproveAndOverbook":
		if status != "DRAFT" && status != "PENDING_APPROVAL" {
			return bad("order.status", "is %s", status)
		}
		o["status"] = "APPROVED"
	case "orders batchArchive", "orders batchUnarchive":
		o["archived"] = what == "orders batchArchive"
		for _, l := range s.resources {
			if text(l, "order") == n {
				l["archived"] = o["archived"]
			}
		}
	case "lineItems batchArchive", "lineItems batchUnarchive":
		if status == "READY" || status == "DELIVERING" {
			return bad("lineItem.status", "is %s", status)
		}
		o["archived"] = what == "lineItems batchArchive"
	case "lineItems batchPause":
		if slices.Contains([]string{"DRAFT", "PENDING_APPROVAL", "PAUSED", "COMPLETED", "CANCELED", "DISAPPROVED"}, status) {
			return bad("lineItem.status", "is %s", status)
		}
		o["status"] = "PAUSED"
	case "lineItems batchResume":
		if status != "PAUSED" || o["archived"] == true {
			return bad("lineItem.status", "is %s", status)
		}
		o["status"] = "READY"
	case "customTargetingValues batchActivate":
		o["status"] = "ACTIVE"
	default:
		return bad("", "there is no %s", what)
	}
	return nil
}
