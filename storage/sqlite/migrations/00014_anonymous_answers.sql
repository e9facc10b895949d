-- +goose Up

-- What the removal of old answers to callers without a key looks at.
CREATE INDEX answers_of_sessions ON answers (created_at) WHERE scope >= 'session:' AND scope < 'session;';
