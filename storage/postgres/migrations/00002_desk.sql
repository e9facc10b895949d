-- +goose Up

CREATE TABLE proposals (
    id                  TEXT COLLATE "C" PRIMARY KEY,
    owner               TEXT COLLATE "C" NOT NULL,
    status              TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending_approval', 'accepted', 'counter_offered', 'rejected', 'booked',
                            'withdrawn', 'expired', 'failed')),
    recommendation      TEXT COLLATE "C" NOT NULL CHECK (recommendation IN ('accept', 'counter', 'reject')),
    product_id          TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    product_name        TEXT COLLATE "C" NOT NULL,
    inventory_type      TEXT COLLATE "C" NOT NULL,
    deal_type           TEXT COLLATE "C" NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    proposed_micros     BIGINT NOT NULL CHECK (proposed_micros > 0),
    currency            TEXT COLLATE "C" NOT NULL,
    impressions         BIGINT NOT NULL CHECK (impressions > 0),
    flight_start        INTEGER NOT NULL,
    flight_end          INTEGER NOT NULL,
    ask                 JSON NOT NULL,
    agreed_micros       BIGINT CHECK (agreed_micros > 0),
    agreed_impressions  BIGINT CHECK (agreed_impressions > 0),
    counter_terms       JSON,
    negotiation_id      TEXT COLLATE "C",
    approval_id         TEXT COLLATE "C",
    deal_id             TEXT COLLATE "C" UNIQUE REFERENCES deals (id),
    pricing_verified    BOOLEAN NOT NULL,
    verification_reason TEXT COLLATE "C" NOT NULL,
    errors              JSON NOT NULL,
    trace               JSON NOT NULL,
    tier                TEXT COLLATE "C" NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    identity            JSON NOT NULL,
    carried             JSON NOT NULL,
    version             BIGINT NOT NULL CHECK (version > 0),
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    expires_at          BIGINT NOT NULL,
    CHECK (flight_start <= flight_end),
    CHECK ((agreed_micros IS NULL) = (agreed_impressions IS NULL)),
    CHECK (status <> 'accepted' OR agreed_micros IS NOT NULL),
    CHECK (status <> 'booked' OR deal_id IS NOT NULL)
);
CREATE INDEX proposals_by_owner ON proposals (owner, id);
CREATE INDEX proposals_by_product ON proposals (product_id, id);
CREATE INDEX proposals_by_status ON proposals (status, id);
CREATE INDEX proposals_to_expire ON proposals (expires_at)
    WHERE status IN ('pending_approval', 'accepted', 'counter_offered');

CREATE INDEX quotes_that_verify ON quotes (owner, product_id, final_micros) WHERE status = 'available';

CREATE TABLE negotiations (
    id            TEXT COLLATE "C" PRIMARY KEY,
    owner         TEXT COLLATE "C" NOT NULL,
    status        TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'pending_approval', 'accepted', 'rejected', 'expired')),
    proposal_id   TEXT COLLATE "C" UNIQUE REFERENCES proposals (id),
    quote_id      TEXT COLLATE "C" UNIQUE REFERENCES quotes (id),
    product_id    TEXT COLLATE "C" NOT NULL REFERENCES products (id),
    deal_type     TEXT COLLATE "C" NOT NULL CHECK (deal_type IN ('PG', 'PD', 'PA')),
    impressions   BIGINT NOT NULL CHECK (impressions >= 0),
    flight_start  INTEGER NOT NULL,
    flight_end    INTEGER NOT NULL,
    tier          TEXT COLLATE "C" NOT NULL CHECK (tier IN ('public', 'seat', 'agency', 'advertiser')),
    currency      TEXT COLLATE "C" NOT NULL,
    base_micros   BIGINT NOT NULL CHECK (base_micros > 0),
    floor_micros  BIGINT NOT NULL CHECK (floor_micros >= 0),
    limits        JSON NOT NULL,
    lowest_micros BIGINT NOT NULL CHECK (lowest_micros >= 0),
    agreed_micros BIGINT CHECK (agreed_micros > 0),
    approval_id   TEXT COLLATE "C",
    version       BIGINT NOT NULL CHECK (version > 0),
    started_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    ended_at      BIGINT,
    expires_at    BIGINT NOT NULL,
    CHECK ((proposal_id IS NULL) <> (quote_id IS NULL)),
    CHECK (flight_start <= flight_end),
    CHECK ((status = 'accepted') = (agreed_micros IS NOT NULL)),
    CHECK (agreed_micros IS NULL OR agreed_micros >= floor_micros)
);
CREATE INDEX negotiations_by_owner ON negotiations (owner, id);
CREATE INDEX negotiations_by_product ON negotiations (product_id, owner, started_at);
CREATE INDEX negotiations_by_status ON negotiations (status, id);
CREATE INDEX negotiations_to_expire ON negotiations (expires_at) WHERE status = 'active';

CREATE TABLE negotiation_rounds (
    negotiation_id TEXT COLLATE "C" NOT NULL REFERENCES negotiations (id),
    number         INTEGER NOT NULL CHECK (number > 0),
    action         TEXT COLLATE "C" NOT NULL CHECK (action IN ('accept', 'counter', 'final_offer', 'reject')),
    buyer_micros   BIGINT NOT NULL CHECK (buyer_micros >= 0),
    seller_micros  BIGINT NOT NULL CHECK (seller_micros > 0),
    concession_ppm BIGINT NOT NULL,
    cumulative_ppm BIGINT NOT NULL,
    rationale      TEXT COLLATE "C" NOT NULL,
    buyer_reason   TEXT COLLATE "C" NOT NULL,
    trace          JSON,
    at             BIGINT NOT NULL,
    PRIMARY KEY (negotiation_id, number)
);

CREATE TABLE negotiation_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO negotiation_state (id, version) VALUES (1, 1);

CREATE TABLE negotiation_profiles (
    id         TEXT COLLATE "C" PRIMARY KEY,
    version    BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    deleted_by TEXT COLLATE "C",
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
);

CREATE TABLE negotiation_profile_versions (
    rule_id              TEXT COLLATE "C" NOT NULL REFERENCES negotiation_profiles (id),
    version              BIGINT NOT NULL CHECK (version > 0),
    name                 TEXT COLLATE "C" NOT NULL,
    priority             INTEGER NOT NULL,
    enabled              BOOLEAN NOT NULL,
    tiers                JSON NOT NULL,
    product_ids          JSON NOT NULL,
    inventory_types      JSON NOT NULL,
    deal_types           JSON NOT NULL,
    agency_ids           JSON NOT NULL,
    advertiser_ids       JSON NOT NULL,
    strategy             TEXT COLLATE "C",
    max_rounds           INTEGER,
    round_cap            BIGINT,
    total_cap            BIGINT,
    buyer_share          BIGINT,
    acceptance_threshold BIGINT,
    exponent             INTEGER,
    tolerance            BIGINT,
    updated_at           BIGINT NOT NULL,
    updated_by           TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rule_id, version)
);

CREATE VIEW negotiation_profiles_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM negotiation_profiles AS r JOIN negotiation_profile_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE approval_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL
);
INSERT INTO approval_state (id, version) VALUES (1, 1);

CREATE TABLE approval_rules (
    id         TEXT COLLATE "C" PRIMARY KEY,
    version    BIGINT NOT NULL CHECK (version > 0),
    created_at BIGINT NOT NULL,
    deleted_at BIGINT,
    deleted_by TEXT COLLATE "C",
    CHECK ((deleted_at IS NULL) = (deleted_by IS NULL))
);

CREATE TABLE approval_rule_versions (
    rule_id        TEXT COLLATE "C" NOT NULL REFERENCES approval_rules (id),
    version        BIGINT NOT NULL CHECK (version > 0),
    name           TEXT COLLATE "C" NOT NULL,
    priority       INTEGER NOT NULL,
    enabled        BOOLEAN NOT NULL,
    gate           TEXT COLLATE "C" NOT NULL,
    condition      TEXT COLLATE "C" NOT NULL,
    role           TEXT COLLATE "C" NOT NULL,
    timeout_micros BIGINT NOT NULL CHECK (timeout_micros > 0),
    on_timeout     TEXT COLLATE "C" NOT NULL CHECK (on_timeout IN ('reject', 'escalate')),
    escalate_to    TEXT COLLATE "C" NOT NULL,
    updated_at     BIGINT NOT NULL,
    updated_by     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (rule_id, version)
);

CREATE VIEW approval_rules_in_use AS
    SELECT r.id, r.created_at, v.*
    FROM approval_rules AS r JOIN approval_rule_versions AS v ON v.rule_id = r.id AND v.version = r.version
    WHERE r.deleted_at IS NULL;

CREATE TABLE approvals (
    id             TEXT COLLATE "C" PRIMARY KEY,
    gate           TEXT COLLATE "C" NOT NULL CHECK (gate IN ('proposal_decision', 'negotiation_accept', 'deal_booking', 'order_submission',
                       'change_request')),
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'countered', 'timed_out', 'withdrawn')),
    rule_id        TEXT COLLATE "C" NOT NULL,
    rule_name      TEXT COLLATE "C" NOT NULL,
    role           TEXT COLLATE "C" NOT NULL,
    owner          TEXT COLLATE "C" NOT NULL,
    proposal_id    TEXT COLLATE "C",
    negotiation_id TEXT COLLATE "C",
    quote_id       TEXT COLLATE "C",
    deal_id        TEXT COLLATE "C",
    order_id       TEXT COLLATE "C",
    change_id      TEXT COLLATE "C",
    facts          JSON NOT NULL,
    snapshot       JSON,
    requested_at   BIGINT NOT NULL,
    timeout_at     BIGINT NOT NULL,
    on_timeout     TEXT COLLATE "C" NOT NULL CHECK (on_timeout IN ('reject', 'escalate')),
    escalate_to    TEXT COLLATE "C" NOT NULL,
    decided_by     TEXT COLLATE "C" NOT NULL,
    decided_at     BIGINT,
    reason         TEXT COLLATE "C" NOT NULL,
    modifications  JSON,
    resumed_at     BIGINT,
    outcome        JSON,
    version        BIGINT NOT NULL CHECK (version > 0),
    CHECK ((decided_at IS NOT NULL) = (status IN ('approved', 'rejected', 'countered'))),
    CHECK ((resumed_at IS NULL) = (outcome IS NULL)),
    CHECK (resumed_at IS NULL OR status <> 'pending')
);
CREATE INDEX approvals_by_status ON approvals (status, id);
CREATE INDEX approvals_by_proposal ON approvals (proposal_id, id) WHERE proposal_id IS NOT NULL;
CREATE INDEX approvals_by_negotiation ON approvals (negotiation_id, id) WHERE negotiation_id IS NOT NULL;
CREATE INDEX approvals_by_quote ON approvals (quote_id, id) WHERE quote_id IS NOT NULL;
CREATE INDEX approvals_by_deal ON approvals (deal_id, id) WHERE deal_id IS NOT NULL;
CREATE INDEX approvals_overdue ON approvals (timeout_at) WHERE status = 'pending';

ALTER TABLE deals ADD FOREIGN KEY (proposal_id) REFERENCES proposals (id);
ALTER TABLE deals ADD FOREIGN KEY (negotiation_id) REFERENCES negotiations (id);
