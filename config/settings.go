// Package config reads the settings of a Parley process from its flags, its environment and its YAML file, and describes
// them for people.
//
// The fields of Settings are the one list of them. A field's tags are all that is known of a setting:
//
//	name         of its flag, "quote-ttl"; its variable is PARLEY_QUOTE_TTL and its key in the file is quote_ttl
//	initial      its value when nobody sets it
//	help         what it decides, for --help and the reference page
//	placeholder  what kind of value it takes
//	least, most  bounds of a number or a duration
//	file:"-"     not a setting of the file
//
// A flag wins over a variable, a variable over the file. Whatever is wrong, in any of the three and whether or not it
// would win, is told at once.
package config

import (
	"log/slog"
	"time"

	"parley"
)

// Settings are everything that can be decided about a process without changing its database.
type Settings struct {
	Listen Address `name:"listen" initial:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve HTTP on. Port 0 takes a free one, and an empty host every address of the machine."`
	Database
	AdminListen           AdminAddress   `name:"admin-listen" initial:"none" placeholder:"HOST:PORT" help:"A second address, which serves /metrics, /healthz and /readyz alone, for networks where the first one is public. /metrics is then served there only. 'none': everything is served at listen."`
	PublicURL             PublicURL      `name:"public-url" initial:"none" placeholder:"URL" help:"Where clients reach the server, such as https://seller.example.com: what the agent card and the API's description name. With https the cookies of the deal desk's page are kept to TLS. 'none': where each client says that it does."`
	TrustedProxies        Proxies        `name:"trusted-proxies" initial:"none" placeholder:"CIDR,..." help:"Networks of the proxies in front of the server, such as 127.0.0.1,10.0.0.0/8. Where a request comes from one of them, its client is the right-most address of the X-Forwarded-For or Forwarded header that is not one of them: by it callers without a key are told apart, limited and logged. 'none': forwarding headers are not read."`
	NetworkKeys           NetworkKeys    `name:"network-keys" initial:"none" placeholder:"CIDR=KEY_ID,..." help:"For trials and private networks: callers of these networks that present no key act as these buyer keys, named by id, such as 127.0.0.1=key-01abc. Only loopback and private networks are taken, and only buyers' keys. Requests of browsers, and those through a proxy that is not in trusted-proxies, act as nobody. 'none': who presents no key is anonymous."`
	QuoteTTL              time.Duration  `name:"quote-ttl" initial:"24h" placeholder:"DURATION" least:"1s" most:"365d" help:"How long a quote can be booked."`
	QuoteRetention        time.Duration  `name:"quote-retention" initial:"90d" placeholder:"DURATION" least:"1s" most:"3650d" help:"How long an expired quote that nothing came of is kept, or answer-ttl when that is longer. Until then reading it answers 410, afterwards 404."`
	KeepEvents            time.Duration  `name:"keep-events" initial:"0s" placeholder:"DURATION" least:"0s" most:"3650d" help:"How long events are kept, at least 7d; 0s: for good. Those of open trades, and those that a webhook has not had yet, stay longer, with what its owner saw after them. Who goes on reading from before what is kept is told to begin anew."`
	KeepAudits            time.Duration  `name:"keep-audits" initial:"0s" placeholder:"DURATION" least:"0s" most:"3650d" help:"How long entries of the audit trail are kept, at least 7d; 0s: for good. Those about deals and orders that are under way stay longer."`
	KeepNegotiations      time.Duration  `name:"keep-negotiations" initial:"0s" placeholder:"DURATION" least:"0s" most:"3650d" help:"How long proposals and negotiations that ended without a deal are kept after their time was over, at least 7d; 0s: for good. Those that an approval was about stay. Reports of negotiations reach back as far."`
	ProposalTTL           time.Duration  `name:"proposal-ttl" initial:"7d" placeholder:"DURATION" least:"1s" most:"365d" help:"How long a proposal can become a deal."`
	NegotiationTTL        time.Duration  `name:"negotiation-ttl" initial:"72h" placeholder:"DURATION" least:"1s" most:"365d" help:"How long a negotiation waits for the buyer's next word."`
	NegotiationsPerDay    int            `name:"negotiations-per-day" initial:"20" placeholder:"N" least:"1" most:"1000000" help:"How many negotiations a buyer may open over one product on one day before further ones yield nothing new: they hold to the lowest price that the buyer has heard that day."`
	WaitingCount          int            `name:"waiting-count" initial:"50" placeholder:"N" least:"1" most:"100000" help:"How many bookings and proposals of one product a buyer can have waiting for the deal desk at a time, by all keys of its accounts: of an agency or its holding, and of an advertiser or its. Bookings that wait reserve their impressions."`
	HoldCount             int            `name:"hold-count" initial:"2" placeholder:"N" least:"0" most:"1000" help:"How many quotes of one product a buyer can have held at a time, by all keys of its accounts: of an agency or its holding, and of an advertiser or its. 0: buyers hold nothing."`
	HoldTime              time.Duration  `name:"hold-time" initial:"48h" placeholder:"DURATION" least:"1m" most:"365d" help:"How long a buyer's hold lasts at most; it ends with its quote at the latest. In any 7 days what a buyer holds of a product lasts no longer together than hold-count times this, so that a hold cannot be renewed for ever."`
	HoldShare             int            `name:"hold-share" initial:"10" placeholder:"PERCENT" least:"1" most:"100" help:"How much of what is free of a product on each day of a flight, in percent, the holds of one buyer can have together. What they have on other days does not count."`
	DeskHoldCount         int            `name:"desk-hold-count" initial:"20" placeholder:"N" least:"0" most:"1000" help:"How many quotes of one product the deal desk can hold for one buyer at a time. 0: it holds nothing."`
	DeskHoldTime          time.Duration  `name:"desk-hold-time" initial:"14d" placeholder:"DURATION" least:"1m" most:"365d" help:"How long a hold of the deal desk lasts at most. It keeps its quote open for as long. How often it holds again is its own affair."`
	DeskHoldShare         int            `name:"desk-hold-share" initial:"100" placeholder:"PERCENT" least:"1" most:"100" help:"How much of what is free of a product on each day of a flight, in percent, the deal desk can hold for one buyer."`
	AnswerTTL             time.Duration  `name:"answer-ttl" initial:"30d" placeholder:"DURATION" least:"1s" most:"3650d" help:"How long the answer to an idempotency key is kept; at least as long as a quote and a proposal."`
	RateLimit             RateLimit      `name:"rate-limit" initial:"50/s" placeholder:"N/s|N/m|N/h|off" help:"How many requests each API key, or each address without a key, may make; as many may come at once. 'off' is no limit."`
	MaxRequests           int            `name:"max-requests" initial:"128" placeholder:"N" least:"1" most:"1000000" help:"How many requests are worked on at a time. As many more wait for a place, for a second at most; the rest are answered 503 with Retry-After. Open event streams and clients that are still sending do not count."`
	MaxStreams            int            `name:"max-streams" initial:"1000" placeholder:"N" least:"1" most:"1000000" help:"How many event streams, long polls and live pages of the deal desk are open at a time, of which one API key has 20 at most; further ones are answered 503 with Retry-After."`
	SellerID              SellerID       `name:"seller-id" initial:"parley" placeholder:"ID" help:"How the publisher names itself to buyer agents; letters, digits, dots, dashes and underscores."`
	SellerName            SellerName     `name:"seller-name" initial:"Parley" placeholder:"NAME" help:"The publisher's name, for people."`
	DealPrefix            DealPrefix     `name:"deal-prefix" initial:"PRLY" placeholder:"LETTERS" help:"What every deal id begins with: 2 to 8 capital letters."`
	TimeZone              TimeZone       `name:"time-zone" initial:"UTC" placeholder:"ZONE" help:"The publisher's IANA time zone, in which flights begin and end, such as America/New_York."`
	Anonymous             Anonymous      `name:"anonymous" initial:"catalog,quotes,proposals" placeholder:"LIST" help:"What callers without a key may do at the public tier: a list of catalog, quotes and proposals, or 'none'."`
	OpenSeats             bool           `name:"open-seats" initial:"false" placeholder:"BOOL" help:"Whether a PG or PD deal may be open to every seat. Without it booking one needs the seat that the buyer bids in, from its key or else from the request."`
	SelfApproval          bool           `name:"self-approval" initial:"false" placeholder:"BOOL" help:"Whether operators may decide approvals of what they asked for themselves, such as a change to a deal: for a desk of one person."`
	AnonymousLimit        int            `name:"anonymous-limit" initial:"50000" placeholder:"N" least:"1" most:"100000000" help:"How many quotes, and as many proposals, of callers without a key are stored at a time. Further ones are answered 429 with Retry-After; callers with a key do not notice. It is counted every ten seconds, by each node."`
	AnonymousRetention    time.Duration  `name:"anonymous-retention" initial:"24h" placeholder:"DURATION" least:"1s" most:"3650d" help:"How long quotes, proposals and negotiations of callers without a key are kept after their time is over, where nothing came of them."`
	SeveralOrdersPerDeal  bool           `name:"several-orders-per-deal" initial:"false" placeholder:"BOOL" help:"Whether one deal may carry several orders."`
	A2A                   bool           `name:"a2a" initial:"true" placeholder:"BOOL" help:"Whether agents can trade through the Agent2Agent protocol, under /a2a, with their card at /.well-known/agent-card.json. They reach it by the host of public-url, or on this machine."`
	MCP                   bool           `name:"mcp" initial:"true" placeholder:"BOOL" help:"Whether agents and models can trade through the Model Context Protocol, under /mcp. They reach it by the host of public-url, or on this machine."`
	Console               bool           `name:"console" initial:"true" placeholder:"BOOL" help:"Whether the deal desk's page is served, under /console."`
	ConsoleIdle           time.Duration  `name:"console-idle" initial:"8h" placeholder:"DURATION" least:"1m" most:"30d" help:"How long a person stays signed in to the deal desk's page without using it. Sessions outlive a restart: the secret that seals them is in the database."`
	ConsoleKeys           bool           `name:"console-keys" initial:"true" placeholder:"BOOL" help:"Whether operators' keys sign in to the deal desk's page. Without it people sign in at oidc-issuer alone, keys of operators are for machines, and sessions that began with a key end."`
	OIDCIssuer            Issuer         `name:"oidc-issuer" initial:"none" placeholder:"URL" help:"The OpenID Connect provider at which people sign in to the deal desk's page, such as https://login.example.com/realms/acme: as its tokens name it. It sends them back to public-url with /console/signin/oidc/return. 'none': nobody signs in by one."`
	OIDCClientID          Word           `name:"oidc-client-id" initial:"none" placeholder:"ID" help:"How oidc-issuer knows this server."`
	OIDCClientSecret      Password       `name:"oidc-client-secret" initial:"none" placeholder:"SECRET" help:"The secret of oidc-client-id. Better set by a file that PARLEY_OIDC_CLIENT_SECRET_FILE names than here. 'none': a public client, which PKCE protects alone."`
	OIDCScopes            Words          `name:"oidc-scopes" initial:"openid,profile" placeholder:"SCOPE,..." help:"What is asked for of a person at oidc-issuer. Providers that tell groups only when asked need one more, often 'groups'."`
	OIDCGroupsClaim       Word           `name:"oidc-groups-claim" initial:"groups" placeholder:"CLAIM" help:"The claim of the token, or else of what the provider tells when asked, that has a person's groups; with dots where it is below others, as realm_access.roles is."`
	OIDCRoles             OIDCRoles      `name:"oidc-roles" initial:"none" placeholder:"ROLE=GROUP;..." help:"Which groups at oidc-issuer have which role at the desk: viewer, approver, finance, legal or admin, such as 'admin=desk-admins;approver=desk'. A role may be named more than once, and a person has those of all their groups. Who is in none of them does not get in."`
	OIDCSession           time.Duration  `name:"oidc-session" initial:"12h" placeholder:"DURATION" least:"1m" most:"7d" help:"How long a session that began at oidc-issuer lasts at most, whether it is used or not: until then a group that was taken from somebody is not noticed."`
	SecondLook            int            `name:"second-look" initial:"100000" placeholder:"N" least:"0" most:"1000000000000" help:"The value of a deal, in units of its currency, from which on the deal desk's page shows once more what accepting it, or a change of it, means before that is done. 0: it never does."`
	TrustForwardedProto   bool           `name:"trust-forwarded-proto" initial:"false" placeholder:"BOOL" help:"Whether to believe the X-Forwarded-Proto header about TLS, which decides whether the cookies of the deal desk's page are kept to TLS. Only behind a proxy that sets the header itself."`
	ApprovalRules         ApprovalRules  `name:"approval-rules" initial:"[]" placeholder:"JSON|FILE" help:"Rules that hold a proposal, a negotiated price, a deal or an order until a person decides: a JSON list of rules, or the name of a file with a JSON or YAML list; in the file of settings also the list itself. They hold beside the rules that operators make."`
	DiscoverPrivateAgents bool           `name:"discover-private-agents" initial:"false" placeholder:"BOOL" help:"Whether buyer agents may be discovered at private addresses, such as this machine's or its network's. Only where whoever may discover agents may also reach everything that this process reaches."`
	PrivateWebhooks       bool           `name:"private-webhooks" initial:"false" placeholder:"BOOL" help:"Whether webhooks may be at private addresses, such as this machine's or its network's, and without TLS. Only where every buyer may also reach everything that this process reaches."`
	SMTPServer            AdminAddress   `name:"smtp-server" initial:"none" placeholder:"HOST:PORT" help:"The server that takes the e-mail that tells the publisher's people what waits for them, such as smtp.example.com:587. 'none': nobody is told by e-mail."`
	SMTPTLS               parley.MailTLS `name:"smtp-tls" initial:"starttls" placeholder:"starttls|tls|none" help:"How the connection to smtp-server is protected: by TLS from the STARTTLS command on, as at port 587; from its beginning, as at port 465; or not at all, as to a relay on this machine."`
	SMTPUser              Word           `name:"smtp-user" initial:"none" placeholder:"NAME" help:"Whom smtp-server knows this process as (AUTH PLAIN), with smtp-password. 'none': it asks for nobody."`
	SMTPPassword          Password       `name:"smtp-password" initial:"none" placeholder:"PASSWORD" help:"The password of smtp-user. Better set by a file that PARLEY_SMTP_PASSWORD_FILE names than here."`
	SMTPFrom              Mailbox        `name:"smtp-from" initial:"none" placeholder:"MAILBOX" help:"Whom e-mail comes from, such as 'Deal desk <desk@example.com>'."`
	TrafficFolder         Folder         `name:"traffic-folder" initial:"none" placeholder:"FOLDER" help:"The folder below which destinations of the kind file_drop write trafficking sheets, on each node that sends deals. 'none': there are no such destinations."`
	SealingKey            Folder         `name:"sealing-key" initial:"none" placeholder:"FILE" help:"The path of the file with the key that credentials of destinations are sealed under: 32 random bytes, which nobody but its owner may read, the same on each node. 'none': none can be sealed."`
	SecretsFolder         Folder         `name:"secrets-folder" initial:"none" placeholder:"FOLDER" help:"The folder below which credentials of destinations are read that are set as file:PATH. 'none': there are none."`
	PrivateDestinations   bool           `name:"private-destinations" initial:"false" placeholder:"BOOL" help:"Whether destinations may be at private addresses, such as this machine's or its network's, and without TLS. Only where every admin may also reach everything that this process reaches."`
	Activation            Activation     `name:"activation" initial:"on" placeholder:"off|preview|on" help:"Whether this process sends booked deals to their destinations. 'preview' plans them, keeps each plan with what is wrong with it, and sends nothing; 'off' leaves them to wait, for another node or for later. Without a destination nothing is sent in any case."`
	BillingSource         Source         `name:"billing-source" initial:"none" placeholder:"NAME" help:"Whose figures of what a deal delivered count, where it has sent any, by the name under which they are imported. 'none': of those who have, the one that has sent figures, of any deal, for longest."`
	ActivationPatience    time.Duration  `name:"activation-patience" initial:"3d" placeholder:"DURATION" least:"1m" most:"365d" help:"How long sending a deal may fail, and be tried again, before a person is asked."`
	DestinationRate       RateLimit      `name:"destination-rate" initial:"2/s" placeholder:"N/s|N/m|N/h|off" help:"How many requests one destination gets over a network, whatever is due there; as many may come at once. 'off' is no limit."`
	DestinationSends      int            `name:"destination-sends" initial:"2" placeholder:"N" least:"1" most:"32" help:"How many deals are sent to one destination at a time."`
	LogLevel              slog.Level     `name:"log-level" initial:"info" placeholder:"LEVEL" help:"The least important log records to write: debug (also health checks), info (also every request), warn or error."`
	LogFormat             LogFormat      `name:"log-format" initial:"text" placeholder:"text|json" help:"How log records are written to standard error."`
	ShutdownDelay         time.Duration  `name:"shutdown-delay" initial:"0s" placeholder:"DURATION" least:"0s" most:"1h" help:"How long to go on taking requests after SIGTERM, SIGINT or SIGHUP while /readyz already answers 503, so that a load balancer turns elsewhere first."`
	ShutdownTimeout       time.Duration  `name:"shutdown-timeout" initial:"20s" placeholder:"DURATION" least:"0s" most:"1h" help:"How long requests under way may then take to finish, and after them calls to destinations."`
}

// Database are the settings that every command needs which works on the database.
type Database struct {
	Config              string        `name:"config" file:"-" placeholder:"FILE" help:"YAML file with settings."`
	DatabaseURL         DatabaseURL   `name:"database-url" initial:"sqlite:data/parley.db" placeholder:"URL" help:"The database: sqlite:PATH for the embedded store, or postgres://USER:PASSWORD@HOST/DATABASE."`
	DirectURL           DirectURL     `name:"database-direct-url" initial:"none" placeholder:"none|URL" help:"Where database-url leads through a pooler that lends a connection for a transaction, such as PgBouncer's pool_mode=transaction: the same database without it, for migrations and imports, which need a connection for longer. 'none': there is no such pooler."`
	TestDatabase        TestDatabase  `name:"database-for-tests" initial:"none" placeholder:"none|beside|URL" help:"The database of the test world, in which keys that begin with ask_test_ trade: with products, prices and inventory of its own, a clock that can be moved, and no way to any ad server. 'beside' is one next to database-url: of data/parley.db the file data/parley.test.db, and of a database of PostgreSQL its schema parley_test. 'none': there is no test world, and such keys are refused."`
	DatabaseConnections int           `name:"database-connections" initial:"0" placeholder:"N" least:"0" most:"10000" help:"How many connections to the database are open at most; 0 lets the store choose."`
	DatabaseWait        time.Duration `name:"database-wait" initial:"0s" placeholder:"DURATION" least:"0s" most:"1h" help:"How long to wait at the start for a database that does not answer yet, such as one that starts beside this process."`
}
