-- +goose Up

-- A name without the case of any letter, where that is another than its form with the letters A to Z in one case, which both databases
-- know by themselves; else empty. It is what parley.AlikeName answers. The program writes it for names that are there already.
ALTER TABLE account_names ADD COLUMN alike TEXT NOT NULL DEFAULT '';
CREATE INDEX account_names_by_alike ON account_names (alike, kind) WHERE alike <> '';
ALTER TABLE accounts ADD COLUMN alike TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_by_alike ON accounts (alike, kind) WHERE alike <> '';
