-- +goose Up

-- At which DSP the seat of a key's owner is: an id of a seat means something at its DSP alone. '-': it is not said, and keys at a DSP have
-- the owner without it. Keys from before own what they owned, and have none. belongs_to is whose what the key buys is, as the programs
-- after this have it; owner is what it was before.
ALTER TABLE keys ADD COLUMN owner_dsp TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (owner_dsp NOT LIKE '%/%');
ALTER TABLE keys ADD COLUMN belongs_to TEXT COLLATE "C" GENERATED ALWAYS AS (CASE
    WHEN role <> 'buyer' THEN ''
    WHEN COALESCE(((identity->>'seat_id') COLLATE "C"), '') || COALESCE(((identity->>'agency_id') COLLATE "C"), '')
        || COALESCE(((identity->>'advertiser_id') COLLATE "C"), '') = '' THEN id
    ELSE 'buyer/' || replace(replace(COALESCE(((identity->>'seat_id') COLLATE "C"), ''), '%', '%25'), '/', '%2F')
        || '/' || replace(replace(COALESCE(((identity->>'agency_id') COLLATE "C"), ''), '%', '%25'), '/', '%2F')
        || '/' || replace(replace(COALESCE(((identity->>'advertiser_id') COLLATE "C"), ''), '%', '%25'), '/', '%2F')
        || CASE owner_dsp WHEN '' THEN '' ELSE '/' || owner_dsp END
    END) STORED;
CREATE INDEX keys_by_belonging ON keys (belongs_to, id);
