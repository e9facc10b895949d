-- +goose Up

-- A form of a name in which keys or accounts write it, with the letters A to Z in one case, and the same without the case of any letter, which
-- is what parley.AlikeName answers: of those of which the two differ, and of the second itself. The program writes it.
CREATE TABLE spellings (
    folded TEXT COLLATE "C" PRIMARY KEY,
    alike  TEXT COLLATE "C" NOT NULL CHECK (alike <> '')
);
CREATE INDEX spellings_by_alike ON spellings (alike, folded);

-- Each spelling that is alike to a name of an account finds the account, so that keys are found from it however they write it. 1: it is none
-- of the names that the account was given, and goes with the last of them that it is alike to.
ALTER TABLE account_names ADD COLUMN implied BIGINT NOT NULL DEFAULT 0 CHECK (implied IN (0, 1));
