-- +goose Up

-- At which DSP the seat of a key's owner is: an id of a seat means something at its DSP alone. '-': it is not said, and keys at a DSP have
-- the owner without it. Keys from before own what they owned, and have none. belongs_to is whose what the key buys is, as the programs
-- after this have it; owner is what it was before.
ALTER TABLE keys ADD COLUMN owner_dsp TEXT NOT NULL DEFAULT '' CHECK (owner_dsp NOT LIKE '%/%');
ALTER TABLE keys ADD COLUMN belongs_to TEXT GENERATED ALWAYS AS (CASE owner_dsp WHEN '' THEN owner ELSE owner || '/' || owner_dsp END) VIRTUAL;
CREATE INDEX keys_by_belonging ON keys (belongs_to, id);
