-- +goose Up

CREATE TABLE change_requests (
    id               TEXT PRIMARY KEY,
    owner            TEXT NOT NULL,
    status           TEXT NOT NULL CHECK (status IN ('pending', 'validating', 'pending_approval', 'approved', 'rejected', 'applied', 'failed')),
    type             TEXT NOT NULL CHECK (type IN ('flight_dates', 'impressions', 'pricing', 'creative', 'targeting', 'cancellation',
                         'makegood', 'other')),
    severity         TEXT NOT NULL CHECK (severity IN ('minor', 'material', 'critical')),
    deal_id          TEXT NOT NULL REFERENCES deals (id),
    order_id         TEXT REFERENCES orders (id),
    reason           TEXT NOT NULL,
    proposed         TEXT NOT NULL CHECK (json_valid(proposed)),
    terms            TEXT NOT NULL CHECK (json_valid(terms)),
    expected         TEXT NOT NULL CHECK (json_valid(expected)),
    diffs            TEXT NOT NULL CHECK (json_valid(diffs)),
    makegood         TEXT CHECK (json_valid(makegood)),
    availability     TEXT CHECK (json_valid(availability)),
    impact           TEXT CHECK (json_valid(impact)),
    approval_id      TEXT,
    requested_by     TEXT NOT NULL,
    requested_at     INTEGER NOT NULL,
    approved_by      TEXT NOT NULL,
    approved_at      INTEGER,
    applied_by       TEXT NOT NULL,
    applied_at       INTEGER,
    rejection_reason TEXT NOT NULL,
    failure_reason   TEXT NOT NULL,
    before           TEXT CHECK (json_valid(before)),
    version          INTEGER NOT NULL CHECK (version > 0),
    updated_at       INTEGER NOT NULL,
    CHECK ((applied_at IS NOT NULL) = (status = 'applied')),
    CHECK (before IS NOT NULL OR status <> 'applied'),
    CHECK (approved_at IS NOT NULL OR status NOT IN ('approved', 'applied', 'failed')),
    CHECK ((type = 'makegood') = (makegood IS NOT NULL))
) STRICT;
CREATE INDEX change_requests_by_owner ON change_requests (owner, id);
CREATE INDEX change_requests_by_deal ON change_requests (deal_id, id);
CREATE INDEX change_requests_by_status ON change_requests (status, id);
