-- +goose Up

-- Whose figures count of deals at a destination, and how much it is asked for; 0: as any other.
ALTER TABLE destinations ADD COLUMN billing_source TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE destinations ADD COLUMN requests_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (requests_per_minute >= 0);
ALTER TABLE destinations ADD COLUMN sends INTEGER NOT NULL DEFAULT 0 CHECK (sends >= 0);
