-- +goose Up

-- Which side asked for a change, and until when an approved one can be applied.
ALTER TABLE change_requests ADD COLUMN asked_by TEXT COLLATE "C" NOT NULL DEFAULT 'buyer' CHECK (asked_by IN ('buyer', 'seller'));
ALTER TABLE change_requests ADD COLUMN lapses_at BIGINT;
CREATE INDEX change_requests_by_lapse ON change_requests (lapses_at) WHERE status = 'approved';

-- The flight that both sides last agreed to, of a deal that has been shifted since without anybody being asked.
ALTER TABLE deals ADD COLUMN agreed_start INTEGER;
ALTER TABLE deals ADD COLUMN agreed_end INTEGER;
