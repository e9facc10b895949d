-- +goose Up

-- Texts compare byte by byte (COLLATE "C"), as ids and lists rely on, whatever the database's locale.

CREATE TABLE agents (
    agent_url  TEXT COLLATE "C" PRIMARY KEY,
    id         TEXT COLLATE "C" NOT NULL UNIQUE,
    trust      TEXT COLLATE "C" NOT NULL CHECK (trust IN ('unknown', 'registered', 'approved', 'preferred', 'blocked')),
    card       JSON,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE keys (
    id           TEXT COLLATE "C" PRIMARY KEY,
    hash         TEXT COLLATE "C" NOT NULL UNIQUE,
    hint         TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL CHECK (role IN ('buyer', 'operator')),
    scopes       JSON NOT NULL,
    label        TEXT COLLATE "C" NOT NULL,
    identity     JSON NOT NULL,
    agent_url    TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    last_used_at BIGINT
);
CREATE INDEX keys_by_role ON keys (role, id);

CREATE TABLE answers (
    scope           TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint     TEXT COLLATE "C" NOT NULL,
    status          INTEGER NOT NULL,
    body            BYTEA NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (scope, idempotency_key)
);
CREATE INDEX answers_by_age ON answers (created_at);

CREATE TABLE products (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    name                TEXT COLLATE "C" NOT NULL,
    description         TEXT COLLATE "C" NOT NULL,
    inventory_type      TEXT COLLATE "C" NOT NULL,
    deal_types          JSON NOT NULL,
    base_cpm            BIGINT CHECK (base_cpm >= 0),
    floor_cpm           BIGINT NOT NULL CHECK (floor_cpm >= 0),
    currency            TEXT COLLATE "C" NOT NULL,
    minimum_impressions BIGINT NOT NULL CHECK (minimum_impressions >= 0),
    daily_impressions   BIGINT CHECK (daily_impressions >= 0),
    ad_formats          JSON NOT NULL,
    device_types        JSON NOT NULL,
    geo_targets         JSON NOT NULL,
    content_categories  JSON NOT NULL,
    search              TEXT COLLATE "C" NOT NULL,
    version             BIGINT NOT NULL CHECK (version > 0),
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL
);
CREATE INDEX products_by_inventory_type ON products (inventory_type, id);

CREATE TABLE inventory_days (
    product_id TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    day        INTEGER NOT NULL,
    capacity   BIGINT CHECK (capacity >= 0),
    reserved   BIGINT NOT NULL CHECK (reserved >= 0),
    declared   BOOLEAN NOT NULL,
    PRIMARY KEY (product_id, day),
    CHECK (capacity IS NULL OR reserved <= capacity)
);

CREATE TABLE pricing_state (
    id      BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO pricing_state (id, version) VALUES (1, 1);

CREATE TABLE rate_cards (
    version         BIGINT PRIMARY KEY CHECK (version > 0),
    entries         JSON NOT NULL,
    global_floors   JSON NOT NULL,
    volume_brackets JSON NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by      TEXT COLLATE "C" NOT NULL
);

CREATE TABLE pricing_rules (
    id         TEXT COLLATE "C" PRIMARY KEY,
    version    BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    deleted_by TEXT COLLATE "C",
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
);

CREATE TABLE pricing_rule_versions (
    rule_id           TEXT COLLATE "C" NOT NULL REFERENCES pricing_rules (id),
    version           BIGINT NOT NULL CHECK (version > 0),
    name              TEXT COLLATE "C" NOT NULL,
    priority          BIGINT NOT NULL,
    enabled           BOOLEAN NOT NULL,
    tiers             JSON NOT NULL,
    agency_ids        JSON NOT NULL,
    advertiser_ids    JSON NOT NULL,
    holding_companies JSON NOT NULL,
    product_ids       JSON NOT NULL,
    inventory_types   JSON NOT NULL,
    deal_types        JSON NOT NULL,
    flight_from       INTEGER,
    flight_to         INTEGER,
    valid_from        INTEGER,
    valid_to          INTEGER,
    condition         TEXT COLLATE "C" NOT NULL,
    base_micros       BIGINT CHECK (base_micros >= 0),
    base_currency     TEXT COLLATE "C",
    discount_bp       BIGINT NOT NULL,
    floor_micros      BIGINT CHECK (floor_micros >= 0),
    floor_currency    TEXT COLLATE "C",
    ceiling_micros    BIGINT CHECK (ceiling_micros >= 0),
    ceiling_currency  TEXT COLLATE "C",
    volume_brackets   JSON NOT NULL,
    updated_at        BIGINT NOT NULL,
    updated_by        TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rule_id, version),
    CHECK ((base_micros IS NULL) = (base_currency IS NULL)),
    CHECK ((floor_micros IS NULL) = (floor_currency IS NULL)),
    CHECK ((ceiling_micros IS NULL) = (ceiling_currency IS NULL))
);

CREATE VIEW pricing_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM pricing_rules AS r JOIN pricing_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE quotes (
    id              TEXT COLLATE "C" PRIMARY KEY,
    owner           TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('available', 'booked', 'expired', 'declined')),
    product_id      TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    product_name    TEXT COLLATE "C" NOT NULL,
    inventory_type  TEXT COLLATE "C" NOT NULL,
    deal_type       TEXT COLLATE "C" NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    media_type      TEXT COLLATE "C" NOT NULL,
    impressions     BIGINT NOT NULL CHECK (impressions >= 0),
    flight_start    INTEGER NOT NULL,
    flight_end      INTEGER NOT NULL,
    target_micros   BIGINT,
    target_currency TEXT COLLATE "C",
    final_micros    BIGINT NOT NULL CHECK (final_micros >= 0),
    currency        TEXT COLLATE "C" NOT NULL,
    price           JSON NOT NULL,
    available       BIGINT,
    tier            TEXT COLLATE "C" NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity        JSON NOT NULL,
    carried         JSON NOT NULL,
    deal_id         TEXT COLLATE "C" UNIQUE,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK ((target_micros IS NULL) = (target_currency IS NULL)),
    CHECK (status <> 'booked' OR deal_id IS NOT NULL),
    CHECK (deal_type <> 'PG' OR impressions > 0)
);
CREATE INDEX quotes_by_owner ON quotes (owner, id);
CREATE INDEX quotes_by_product ON quotes (product_id, id);
CREATE INDEX quotes_to_expire ON quotes (expires_at) WHERE status = 'available';

CREATE TABLE deals (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    id             TEXT COLLATE "C" PRIMARY KEY,
    owner          TEXT COLLATE "C" NOT NULL,
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('proposed', 'negotiating', 'accepted', 'booked', 'active', 'makegood_pending',
                       'partially_cancelled', 'completed', 'cancelled', 'rejected', 'expired')),
    quote_id       TEXT COLLATE "C" UNIQUE REFERENCES quotes (id),
    proposal_id    TEXT COLLATE "C" UNIQUE,
    negotiation_id TEXT COLLATE "C",
    product_id     TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    product_name   TEXT COLLATE "C" NOT NULL,
    inventory_type TEXT COLLATE "C" NOT NULL,
    deal_type      TEXT COLLATE "C" NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    media_type     TEXT COLLATE "C" NOT NULL,
    impressions    BIGINT NOT NULL CHECK (impressions >= 0),
    flight_start   INTEGER NOT NULL,
    flight_end     INTEGER NOT NULL,
    final_micros   BIGINT NOT NULL CHECK (final_micros >= 0),
    currency       TEXT COLLATE "C" NOT NULL,
    price          JSON NOT NULL,
    tier           TEXT COLLATE "C" NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity       JSON NOT NULL,
    carried        JSON NOT NULL,
    notes          TEXT COLLATE "C" NOT NULL,
    search         TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL CHECK (version > 0),
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK (deal_type <> 'PG' OR impressions > 0)
);
ALTER TABLE quotes ADD FOREIGN KEY (deal_id) REFERENCES deals (id);
CREATE INDEX deals_by_owner ON deals (owner, seq);
CREATE INDEX deals_by_status ON deals (status, seq);
CREATE INDEX deals_by_product ON deals (product_id, seq);
CREATE INDEX deals_by_negotiation ON deals (negotiation_id) WHERE negotiation_id IS NOT NULL;

CREATE TABLE orders (
    id                TEXT COLLATE "C" PRIMARY KEY,
    owner             TEXT COLLATE "C" NOT NULL,
    status            TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'submitted', 'pending_approval', 'approved', 'rejected',
                          'in_progress', 'syncing', 'booked', 'unbooked', 'completed', 'cancelled', 'failed')),
    deal_id           TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    exclusive_deal_id TEXT COLLATE "C" UNIQUE CHECK (exclusive_deal_id = deal_id),
    quote_id          TEXT COLLATE "C" REFERENCES quotes (id),
    metadata          JSON,
    version           BIGINT NOT NULL CHECK (version > 0),
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);
CREATE INDEX orders_by_owner ON orders (owner, id);
CREATE INDEX orders_by_status ON orders (status, id);
CREATE INDEX orders_by_deal ON orders (deal_id, id);

CREATE TABLE order_transitions (
    order_id    TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    from_status TEXT COLLATE "C" NOT NULL,
    to_status   TEXT COLLATE "C" NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    metadata    JSON,
    at          BIGINT NOT NULL,
    PRIMARY KEY (order_id, number)
);

-- xact is the transaction that wrote the event. Places in seq are given out before the commit, so a smaller one can appear
-- after a larger one; readers that must miss nothing go by (xact, seq) and stop at the oldest transaction under way.
CREATE TABLE events (
    seq            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact           XID8 NOT NULL DEFAULT pg_current_xact_id(),
    id             TEXT COLLATE "C" NOT NULL UNIQUE,
    type           TEXT COLLATE "C" NOT NULL,
    occurred_at    BIGINT NOT NULL,
    owner          TEXT COLLATE "C" NOT NULL,
    actor          TEXT COLLATE "C" NOT NULL,
    flow_id        TEXT COLLATE "C",
    quote_id       TEXT COLLATE "C",
    proposal_id    TEXT COLLATE "C",
    negotiation_id TEXT COLLATE "C",
    deal_id        TEXT COLLATE "C",
    order_id       TEXT COLLATE "C",
    approval_id    TEXT COLLATE "C",
    data           JSON,
    detail         JSON
);
CREATE INDEX events_by_commit ON events (xact, seq);
CREATE INDEX events_by_owner ON events (owner, seq);
CREATE INDEX events_by_type ON events (type, seq);
CREATE INDEX events_by_flow ON events (flow_id, seq) WHERE flow_id IS NOT NULL;
CREATE INDEX events_by_quote ON events (quote_id, seq) WHERE quote_id IS NOT NULL;
CREATE INDEX events_by_proposal ON events (proposal_id, seq) WHERE proposal_id IS NOT NULL;
CREATE INDEX events_by_negotiation ON events (negotiation_id, seq) WHERE negotiation_id IS NOT NULL;
CREATE INDEX events_by_deal ON events (deal_id, seq) WHERE deal_id IS NOT NULL;
CREATE INDEX events_by_order ON events (order_id, seq) WHERE order_id IS NOT NULL;

CREATE TABLE audits (
    seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          BIGINT NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    action      TEXT COLLATE "C" NOT NULL,
    resource    TEXT COLLATE "C" NOT NULL,
    resource_id TEXT COLLATE "C" NOT NULL,
    request_id  TEXT COLLATE "C" NOT NULL,
    before      JSON,
    after       JSON
);
CREATE INDEX audits_by_resource ON audits (resource, resource_id, seq);
CREATE INDEX audits_by_actor ON audits (actor, seq);
CREATE INDEX audits_by_time ON audits (at);

CREATE TABLE leases (
    name       TEXT COLLATE "C" PRIMARY KEY,
    holder     TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
