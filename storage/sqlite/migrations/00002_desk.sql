-- +goose Up

CREATE TABLE proposals (
    id                  TEXT PRIMARY KEY,
    owner               TEXT NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('pending_approval', 'accepted', 'counter_offered', 'rejected', 'booked',
                            'withdrawn', 'expired', 'failed')),
    recommendation      TEXT NOT NULL CHECK (recommendation IN ('accept', 'counter', 'reject')),
    product_id          TEXT NOT NULL REFERENCES products (id),
    product_name        TEXT NOT NULL,
    inventory_type      TEXT NOT NULL,
    deal_type           TEXT NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    proposed_micros     INTEGER NOT NULL CHECK (proposed_micros > 0),
    currency            TEXT NOT NULL,
    impressions         INTEGER NOT NULL CHECK (impressions > 0),
    flight_start        INTEGER NOT NULL,
    flight_end          INTEGER NOT NULL,
    ask                 TEXT NOT NULL CHECK (json_valid(ask)),
    agreed_micros       INTEGER CHECK (agreed_micros > 0),
    agreed_impressions  INTEGER CHECK (agreed_impressions > 0),
    counter_terms       TEXT CHECK (json_valid(counter_terms)),
    negotiation_id      TEXT,
    approval_id         TEXT,
    deal_id             TEXT UNIQUE REFERENCES deals (id),
    pricing_verified    INTEGER NOT NULL CHECK (pricing_verified IN (0, 1)),
    verification_reason TEXT NOT NULL,
    errors              TEXT NOT NULL CHECK (json_valid(errors)),
    trace               TEXT NOT NULL CHECK (json_valid(trace)),
    tier                TEXT NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity            TEXT NOT NULL CHECK (json_valid(identity)),
    carried             TEXT NOT NULL CHECK (json_valid(carried)),
    version             INTEGER NOT NULL CHECK (version > 0),
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    expires_at          INTEGER NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK ((agreed_micros IS NULL) = (agreed_impressions IS NULL)),
    CHECK (status <> 'accepted' OR agreed_micros IS NOT NULL),
    CHECK (status <> 'booked' OR deal_id IS NOT NULL)
) STRICT;
CREATE INDEX proposals_by_owner ON proposals (owner, id);
CREATE INDEX proposals_by_product ON proposals (product_id, id);
CREATE INDEX proposals_by_status ON proposals (status, id);
CREATE INDEX proposals_to_expire ON proposals (expires_at)
    WHERE status IN ('pending_approval', 'accepted', 'counter_offered');

CREATE INDEX quotes_that_verify ON quotes (owner, product_id, final_micros) WHERE status = 'available';

CREATE TABLE negotiations (
    id            TEXT PRIMARY KEY,
    owner         TEXT NOT NULL,
    status        TEXT NOT NULL CHECK (status IN ('active', 'pending_approval', 'accepted', 'rejected', 'expired')),
    proposal_id   TEXT UNIQUE REFERENCES proposals (id),
    quote_id      TEXT UNIQUE REFERENCES quotes (id),
    product_id    TEXT NOT NULL REFERENCES products (id),
    deal_type     TEXT NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    impressions   INTEGER NOT NULL CHECK (impressions >= 0),
    flight_start  INTEGER NOT NULL,
    flight_end    INTEGER NOT NULL,
    tier          TEXT NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    currency      TEXT NOT NULL,
    base_micros   INTEGER NOT NULL CHECK (base_micros > 0),
    floor_micros  INTEGER NOT NULL CHECK (floor_micros >= 0),
    limits        TEXT NOT NULL CHECK (json_valid(limits)),
    lowest_micros INTEGER NOT NULL CHECK (lowest_micros >= 0),
    agreed_micros INTEGER CHECK (agreed_micros > 0),
    approval_id   TEXT,
    version       INTEGER NOT NULL CHECK (version > 0),
    started_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    expires_at    INTEGER NOT NULL,
    CHECK ((proposal_id IS NULL) <> (quote_id IS NULL)),
    CHECK (flight_start <= flight_end),
    CHECK ((status = 'accepted') = (agreed_micros IS NOT NULL)),
    CHECK (agreed_micros IS NULL OR agreed_micros >= floor_micros)
) STRICT;
CREATE INDEX negotiations_by_owner ON negotiations (owner, id);
CREATE INDEX negotiations_by_product ON negotiations (product_id, owner, started_at);
CREATE INDEX negotiations_by_status ON negotiations (status, id);
CREATE INDEX negotiations_to_expire ON negotiations (expires_at) WHERE status = 'active';

CREATE TABLE negotiation_rounds (
    negotiation_id TEXT NOT NULL REFERENCES negotiations (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    action         TEXT NOT NULL CHECK (action IN ('accept', 'counter', 'final_offer', 'reject')),
    buyer_micros   INTEGER NOT NULL CHECK (buyer_micros >= 0),
    seller_micros  INTEGER NOT NULL CHECK (seller_micros > 0),
    concession_ppm INTEGER NOT NULL,
    cumulative_ppm INTEGER NOT NULL,
    rationale      TEXT NOT NULL,
    buyer_reason   TEXT NOT NULL,
    trace          TEXT CHECK (json_valid(trace)),
    at             INTEGER NOT NULL,
    PRIMARY KEY (negotiation_id, number)
) STRICT;

CREATE TABLE negotiation_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO negotiation_state (id, version) VALUES (1, 1);

CREATE TABLE negotiation_profiles (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by TEXT,
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
) STRICT;

CREATE TABLE negotiation_profile_versions (
    rule_id              TEXT NOT NULL REFERENCES negotiation_profiles (id),
    version              INTEGER NOT NULL CHECK (version > 0),
    name                 TEXT NOT NULL,
    priority             INTEGER NOT NULL,
    enabled              INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    tiers                TEXT NOT NULL CHECK (json_valid(tiers)),
    product_ids          TEXT NOT NULL CHECK (json_valid(product_ids)),
    inventory_types      TEXT NOT NULL CHECK (json_valid(inventory_types)),
    deal_types           TEXT NOT NULL CHECK (json_valid(deal_types)),
    agency_ids           TEXT NOT NULL CHECK (json_valid(agency_ids)),
    advertiser_ids       TEXT NOT NULL CHECK (json_valid(advertiser_ids)),
    strategy             TEXT,
    max_rounds           INTEGER,
    round_cap            INTEGER,
    total_cap            INTEGER,
    buyer_share          INTEGER,
    acceptance_threshold INTEGER,
    exponent             INTEGER,
    tolerance            INTEGER,
    updated_at           INTEGER NOT NULL,
    updated_by           TEXT NOT NULL,
    PRIMARY KEY (rule_id, version)
) STRICT;

CREATE VIEW negotiation_profiles_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM negotiation_profiles AS r JOIN negotiation_profile_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE approval_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO approval_state (id, version) VALUES (1, 1);

CREATE TABLE approval_rules (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    deleted_at INTEGER,
    deleted_by TEXT,
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
) STRICT;

CREATE TABLE approval_rule_versions (
    rule_id        TEXT NOT NULL REFERENCES approval_rules (id),
    version        INTEGER NOT NULL CHECK (version > 0),
    name           TEXT NOT NULL,
    priority       INTEGER NOT NULL,
    enabled        INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    gate           TEXT NOT NULL,
    condition      TEXT NOT NULL,
    role           TEXT NOT NULL,
    timeout_micros INTEGER NOT NULL CHECK (timeout_micros > 0),
    on_timeout     TEXT NOT NULL CHECK (on_timeout IN ('reject', 'escalate')),
    escalate_to    TEXT NOT NULL,
    updated_at     INTEGER NOT NULL,
    updated_by     TEXT NOT NULL,
    PRIMARY KEY (rule_id, version)
) STRICT;

CREATE VIEW approval_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM approval_rules AS r JOIN approval_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE approvals (
    id             TEXT PRIMARY KEY,
    gate           TEXT NOT NULL CHECK (gate IN ('proposal_decision', 'negotiation_accept', 'deal_booking', 'order_submission',
                       'change_request')),
    status         TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'countered', 'timed_out', 'withdrawn')),
    rule_id        TEXT NOT NULL,
    rule_name      TEXT NOT NULL,
    role           TEXT NOT NULL,
    owner          TEXT NOT NULL,
    proposal_id    TEXT,
    negotiation_id TEXT,
    quote_id       TEXT,
    deal_id        TEXT,
    order_id       TEXT,
    change_id      TEXT,
    facts          TEXT NOT NULL CHECK (json_valid(facts)),
    snapshot       TEXT CHECK (json_valid(snapshot)),
    requested_at   INTEGER NOT NULL,
    timeout_at     INTEGER NOT NULL,
    on_timeout     TEXT NOT NULL CHECK (on_timeout IN ('reject', 'escalate')),
    escalate_to    TEXT NOT NULL,
    decided_by     TEXT NOT NULL,
    decided_at     INTEGER,
    reason         TEXT NOT NULL,
    modifications  TEXT CHECK (json_valid(modifications)),
    resumed_at     INTEGER,
    outcome        TEXT CHECK (json_valid(outcome)),
    version        INTEGER NOT NULL CHECK (version > 0),
    CHECK ((decided_at IS NOT NULL) = (status IN ('approved', 'rejected', 'countered'))),
    CHECK ((resumed_at IS NULL) = (outcome IS NULL)),
    CHECK (resumed_at IS NULL OR status <> 'pending')
) STRICT;
CREATE INDEX approvals_by_status ON approvals (status, id);
CREATE INDEX approvals_by_proposal ON approvals (proposal_id, id) WHERE proposal_id IS NOT NULL;
CREATE INDEX approvals_by_negotiation ON approvals (negotiation_id, id) WHERE negotiation_id IS NOT NULL;
CREATE INDEX approvals_by_quote ON approvals (quote_id, id) WHERE quote_id IS NOT NULL;
CREATE INDEX approvals_by_deal ON approvals (deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX approvals_overdue ON approvals (timeout_at) WHERE status = 'pending';
