-- +goose Up

-- Which page a saved view is a look at.
ALTER TABLE saved_views ADD COLUMN page TEXT NOT NULL DEFAULT 'inbox' CHECK (page IN ('inbox', 'reports', 'negotiations', 'finance'));
