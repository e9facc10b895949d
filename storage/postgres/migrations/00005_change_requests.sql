-- +goose Up

CREATE TABLE change_requests (
    id               TEXT COLLATE "C" PRIMARY KEY,
    owner            TEXT COLLATE "C" NOT NULL,
    status           TEXT COLLATE "C" NOT NULL CHECK (status IN ('pending', 'validating', 'pending_approval', 'approved', 'rejected', 'applied', 'failed')),
    type             TEXT COLLATE "C" NOT NULL CHECK (type IN ('flight_dates', 'impressions', 'pricing', 'creative', 'targeting', 'cancellation',
                         'makegood', 'other')),
    severity         TEXT COLLATE "C" NOT NULL CHECK (severity IN ('minor', 'material', 'critical')),
    deal_id          TEXT COLLATE "C" NOT NULL REFERENCES deals (id),
    order_id         TEXT COLLATE "C" REFERENCES orders (id),
    reason           TEXT COLLATE "C" NOT NULL,
    proposed         JSON NOT NULL,
    terms            JSON NOT NULL,
    expected         JSON NOT NULL,
    diffs            JSON NOT NULL,
    makegood         JSON,
    availability     JSON,
    impact           JSON,
    approval_id      TEXT COLLATE "C",
    requested_by     TEXT COLLATE "C" NOT NULL,
    requested_at     BIGINT NOT NULL,
    approved_by      TEXT COLLATE "C" NOT NULL,
    approved_at      BIGINT,
    applied_by       TEXT COLLATE "C" NOT NULL,
    applied_at       BIGINT,
    rejection_reason TEXT COLLATE "C" NOT NULL,
    failure_reason   TEXT COLLATE "C" NOT NULL,
    before           JSON,
    version          BIGINT NOT NULL CHECK (version > 0),
    updated_at       BIGINT NOT NULL,
    CHECK ((applied_at IS NOT NULL) = (status = 'applied')),
    CHECK (before IS NOT NULL OR status <> 'applied'),
    CHECK (approved_at IS NOT NULL OR status NOT IN ('approved', 'applied', 'failed')),
    CHECK ((type = 'makegood') = (makegood IS NOT NULL))
);
CREATE INDEX change_requests_by_owner ON change_requests (owner, id);
CREATE INDEX change_requests_by_deal ON change_requests (deal_id, id);
CREATE INDEX change_requests_by_status ON change_requests (status, id);
