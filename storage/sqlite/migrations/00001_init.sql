-- +goose Up

-- 'PRLY': tells a file of this product from any other database.
PRAGMA application_id = 1347570777;

CREATE TABLE agents (
    agent_url  TEXT PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,
    trust      TEXT NOT NULL CHECK (trust IN ('unknown', 'registered', 'approved', 'preferred', 'blocked')),
    card       TEXT CHECK (json_valid(card)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE keys (
    id           TEXT PRIMARY KEY,
    hash         TEXT NOT NULL UNIQUE,
    hint         TEXT NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('buyer', 'operator')),
    scopes       TEXT NOT NULL CHECK (json_valid(scopes)),
    label        TEXT NOT NULL,
    identity     TEXT NOT NULL CHECK (json_valid(identity)),
    agent_url    TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    expires_at   INTEGER,
    revoked_at   INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX keys_by_role ON keys (role, id);

CREATE TABLE answers (
    scope           TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    status          INTEGER NOT NULL,
    body            BLOB NOT NULL,
    created_at      INTEGER NOT NULL,
    PRIMARY KEY (scope, idempotency_key)
) STRICT;
CREATE INDEX answers_by_age ON answers (created_at);

CREATE TABLE products (
    id                  TEXT PRIMARY KEY,
    name                TEXT NOT NULL,
    description         TEXT NOT NULL,
    inventory_type      TEXT NOT NULL,
    deal_types          TEXT NOT NULL CHECK (json_valid(deal_types)),
    base_cpm            INTEGER CHECK (base_cpm >= 0),
    floor_cpm           INTEGER NOT NULL CHECK (floor_cpm >= 0),
    currency            TEXT NOT NULL,
    minimum_impressions INTEGER NOT NULL CHECK (minimum_impressions >= 0),
    daily_impressions   INTEGER CHECK (daily_impressions >= 0),
    ad_formats          TEXT NOT NULL CHECK (json_valid(ad_formats)),
    device_types        TEXT NOT NULL CHECK (json_valid(device_types)),
    geo_targets         TEXT NOT NULL CHECK (json_valid(geo_targets)),
    content_categories  TEXT NOT NULL CHECK (json_valid(content_categories)),
    search              TEXT NOT NULL,
    version             INTEGER NOT NULL CHECK (version > 0),
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL
) STRICT;
CREATE INDEX products_by_inventory_type ON products (inventory_type, id);

CREATE TABLE inventory_days (
    product_id TEXT NOT NULL REFERENCES products (id),
    day        INTEGER NOT NULL,
    capacity   INTEGER CHECK (capacity >= 0),
    reserved   INTEGER NOT NULL CHECK (reserved >= 0),
    declared   INTEGER NOT NULL CHECK (declared IN (0, 1)),
    PRIMARY KEY (product_id, day),
    CHECK (capacity IS NULL OR reserved <= capacity)
) STRICT, WITHOUT ROWID;

CREATE TABLE pricing_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO pricing_state (id, version) VALUES (1, 1);

CREATE TABLE rate_cards (
    version         INTEGER PRIMARY KEY CHECK (version > 0),
    entries         TEXT NOT NULL CHECK (json_valid(entries)),
    global_floors   TEXT NOT NULL CHECK (json_valid(global_floors)),
    volume_brackets TEXT NOT NULL CHECK (json_valid(volume_brackets)),
    updated_at      INTEGER NOT NULL,
    updated_by      TEXT NOT NULL
) STRICT;

CREATE TABLE pricing_rules (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by TEXT,
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
) STRICT;

CREATE TABLE pricing_rule_versions (
    rule_id           TEXT NOT NULL REFERENCES pricing_rules (id),
    version           INTEGER NOT NULL CHECK (version > 0),
    name              TEXT NOT NULL,
    priority          INTEGER NOT NULL,
    enabled           INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    tiers             TEXT NOT NULL CHECK (json_valid(tiers)),
    agency_ids        TEXT NOT NULL CHECK (json_valid(agency_ids)),
    advertiser_ids    TEXT NOT NULL CHECK (json_valid(advertiser_ids)),
    holding_companies TEXT NOT NULL CHECK (json_valid(holding_companies)),
    product_ids       TEXT NOT NULL CHECK (json_valid(product_ids)),
    inventory_types   TEXT NOT NULL CHECK (json_valid(inventory_types)),
    deal_types        TEXT NOT NULL CHECK (json_valid(deal_types)),
    flight_from       INTEGER,
    flight_to         INTEGER,
    valid_from        INTEGER,
    valid_to          INTEGER,
    condition         TEXT NOT NULL,
    base_micros       INTEGER CHECK (base_micros >= 0),
    base_currency     TEXT,
    discount_bp       INTEGER NOT NULL,
    floor_micros      INTEGER CHECK (floor_micros >= 0),
    floor_currency    TEXT,
    ceiling_micros    INTEGER CHECK (ceiling_micros >= 0),
    ceiling_currency  TEXT,
    volume_brackets   TEXT NOT NULL CHECK (json_valid(volume_brackets)),
    updated_at        INTEGER NOT NULL,
    updated_by        TEXT NOT NULL,
    PRIMARY KEY (rule_id, version),
    CHECK ((base_micros IS NULL) = (base_currency IS NULL)),
    CHECK ((floor_micros IS NULL) = (floor_currency IS NULL)),
    CHECK ((ceiling_micros IS NULL) = (ceiling_currency IS NULL))
) STRICT;

CREATE VIEW pricing_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM pricing_rules AS r JOIN pricing_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE quotes (
    id              TEXT PRIMARY KEY,
    owner           TEXT NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('available', 'booked', 'expired', 'declined')),
    product_id      TEXT NOT NULL REFERENCES products (id),
    product_name    TEXT NOT NULL,
    inventory_type  TEXT NOT NULL,
    deal_type       TEXT NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    media_type      TEXT NOT NULL,
    impressions     INTEGER NOT NULL CHECK (impressions >= 0),
    flight_start    INTEGER NOT NULL,
    flight_end      INTEGER NOT NULL,
    target_micros   INTEGER,
    target_currency TEXT,
    final_micros    INTEGER NOT NULL CHECK (final_micros >= 0),
    currency        TEXT NOT NULL,
    price           TEXT NOT NULL CHECK (json_valid(price)),
    available       INTEGER,
    tier            TEXT NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity        TEXT NOT NULL CHECK (json_valid(identity)),
    carried         TEXT NOT NULL CHECK (json_valid(carried)),
    deal_id         TEXT UNIQUE REFERENCES deals (id),
    created_at      INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK ((target_micros IS NULL) = (target_currency IS NULL)),
    CHECK (status <> 'booked' OR deal_id IS NOT NULL),
    CHECK (deal_type <> 'PG' OR impressions > 0)
) STRICT;
CREATE INDEX quotes_by_owner ON quotes (owner, id);
CREATE INDEX quotes_by_product ON quotes (product_id, id);
CREATE INDEX quotes_to_expire ON quotes (expires_at) WHERE status = 'available';

-- The foreign keys to proposals and negotiations, which the next migration creates, cannot be added to the table later.
CREATE TABLE deals (
    seq            INTEGER NOT NULL UNIQUE,
    id             TEXT PRIMARY KEY,
    owner          TEXT NOT NULL,
    status         TEXT NOT NULL CHECK (status IN ('proposed', 'negotiating', 'accepted', 'booked', 'active', 'makegood_pending',
                       'partially_cancelled', 'completed', 'cancelled', 'rejected', 'expired')),
    quote_id       TEXT UNIQUE REFERENCES quotes (id),
    proposal_id    TEXT UNIQUE REFERENCES proposals (id),
    negotiation_id TEXT REFERENCES negotiations (id),
    product_id     TEXT NOT NULL REFERENCES products (id),
    product_name   TEXT NOT NULL,
    inventory_type TEXT NOT NULL,
    deal_type      TEXT NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    media_type     TEXT NOT NULL,
    impressions    INTEGER NOT NULL CHECK (impressions >= 0),
    flight_start   INTEGER NOT NULL,
    flight_end     INTEGER NOT NULL,
    final_micros   INTEGER NOT NULL CHECK (final_micros >= 0),
    currency       TEXT NOT NULL,
    price          TEXT NOT NULL CHECK (json_valid(price)),
    tier           TEXT NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity       TEXT NOT NULL CHECK (json_valid(identity)),
    carried        TEXT NOT NULL CHECK (json_valid(carried)),
    notes          TEXT NOT NULL,
    search         TEXT NOT NULL,
    version        INTEGER NOT NULL CHECK (version > 0),
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK (deal_type <> 'PG' OR impressions > 0)
) STRICT;
CREATE INDEX deals_by_owner ON deals (owner, seq);
CREATE INDEX deals_by_status ON deals (status, seq);
CREATE INDEX deals_by_product ON deals (product_id, seq);
CREATE INDEX deals_by_negotiation ON deals (negotiation_id) WHERE negotiation_id IS NOT NULL;

CREATE TABLE orders (
    id                TEXT PRIMARY KEY,
    owner             TEXT NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('draft', 'submitted', 'pending_approval', 'approved', 'rejected',
                          'in_progress', 'syncing', 'booked', 'unbooked', 'completed', 'cancelled', 'failed')),
    deal_id           TEXT NOT NULL REFERENCES deals (id),
    exclusive_deal_id TEXT UNIQUE CHECK (exclusive_deal_id = deal_id),
    quote_id          TEXT REFERENCES quotes (id),
    metadata          TEXT CHECK (json_valid(metadata)),
    version           INTEGER NOT NULL CHECK (version > 0),
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_by_owner ON orders (owner, id);
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_deal ON orders (deal_id, id);

CREATE TABLE order_transitions (
    order_id    TEXT NOT NULL REFERENCES orders (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    from_status TEXT NOT NULL,
    to_status   TEXT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    metadata    TEXT CHECK (json_valid(metadata)),
    at          INTEGER NOT NULL,
    PRIMARY KEY (order_id, number)
) STRICT;

-- AUTOINCREMENT: a place in the order is never given twice, not even after the newest event is gone.
CREATE TABLE events (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT,
    id             TEXT NOT NULL UNIQUE,
    type           TEXT NOT NULL,
    occurred_at    INTEGER NOT NULL,
    owner          TEXT NOT NULL,
    actor          TEXT NOT NULL,
    flow_id        TEXT,
    quote_id       TEXT,
    proposal_id    TEXT,
    negotiation_id TEXT,
    deal_id        TEXT,
    order_id       TEXT,
    approval_id    TEXT,
    data           TEXT CHECK (json_valid(data)),
    detail         TEXT CHECK (json_valid(detail))
) STRICT;
CREATE INDEX events_by_owner ON events (owner, seq);
CREATE INDEX events_by_type ON events (type, seq);
CREATE INDEX events_by_flow ON events (flow_id, seq) WHERE flow_id IS NOT NULL;
CREATE INDEX events_by_quote ON events (quote_id, seq) WHERE quote_id IS NOT NULL;
CREATE INDEX events_by_proposal ON events (proposal_id, seq) WHERE proposal_id IS NOT NULL;
CREATE INDEX events_by_negotiation ON events (negotiation_id, seq) WHERE negotiation_id IS NOT NULL;
CREATE INDEX events_by_deal ON events (deal_id, seq) WHERE deal_id IS NOT NULL;
CREATE INDEX events_by_order ON events (order_id, seq) WHERE order_id IS NOT NULL;

CREATE TABLE audits (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    action      TEXT NOT NULL,
    resource    TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    before      TEXT CHECK (json_valid(before)),
    after       TEXT CHECK (json_valid(after))
) STRICT;
CREATE INDEX audits_by_resource ON audits (resource, resource_id, seq);
CREATE INDEX audits_by_actor ON audits (actor, seq);
CREATE INDEX audits_by_time ON audits (at);

CREATE TABLE leases (
    name       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
