-- +goose Up

-- What a key's identity names, as names are compared: the letters A to Z in one case. owner is whose what the key buys is.
ALTER TABLE keys ADD COLUMN party_seat TEXT GENERATED ALWAYS AS (CASE role WHEN 'buyer' THEN lower(COALESCE(json_extract(identity, '$.seat_id'), '')) ELSE '' END) VIRTUAL;
ALTER TABLE keys ADD COLUMN party_dsp TEXT GENERATED ALWAYS AS (CASE role WHEN 'buyer' THEN lower(COALESCE(json_extract(identity, '$.dsp_platform'), '')) ELSE '' END) VIRTUAL;
ALTER TABLE keys ADD COLUMN party_agency TEXT GENERATED ALWAYS AS (CASE role WHEN 'buyer' THEN lower(COALESCE(json_extract(identity, '$.agency_id'), '')) ELSE '' END) VIRTUAL;
ALTER TABLE keys ADD COLUMN party_advertiser TEXT GENERATED ALWAYS AS (CASE role WHEN 'buyer' THEN lower(COALESCE(json_extract(identity, '$.advertiser_id'), '')) ELSE '' END) VIRTUAL;
ALTER TABLE keys ADD COLUMN owner TEXT GENERATED ALWAYS AS (CASE
    WHEN role <> 'buyer' THEN ''
    WHEN COALESCE(json_extract(identity, '$.seat_id'), '') || COALESCE(json_extract(identity, '$.agency_id'), '')
        || COALESCE(json_extract(identity, '$.advertiser_id'), '') = '' THEN id
    ELSE 'buyer/' || replace(replace(COALESCE(json_extract(identity, '$.seat_id'), ''), '%', '%25'), '/', '%2F')
        || '/' || replace(replace(COALESCE(json_extract(identity, '$.agency_id'), ''), '%', '%25'), '/', '%2F')
        || '/' || replace(replace(COALESCE(json_extract(identity, '$.advertiser_id'), ''), '%', '%25'), '/', '%2F')
    END) VIRTUAL;
CREATE INDEX keys_by_seat ON keys (party_seat, party_dsp, owner);
CREATE INDEX keys_by_agency ON keys (party_agency, owner);
CREATE INDEX keys_by_advertiser ON keys (party_advertiser, owner);
CREATE INDEX keys_by_owner ON keys (owner, id);

-- Who buys: holdings, the agencies and advertisers that belong to them, and the seats of these at DSPs. A parent is of a kind
-- above, so that no account is above itself. code is the id by which keys name it; of a holding, its name.
CREATE TABLE accounts (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('holding', 'agency', 'advertiser', 'seat')),
    name        TEXT NOT NULL CHECK (name <> ''),
    code        TEXT NOT NULL CHECK (code <> ''),
    dsp         TEXT NOT NULL DEFAULT '' CHECK (kind = 'seat' OR dsp = ''),
    parent_id   TEXT,
    parent_kind TEXT,
    status      TEXT NOT NULL CHECK (status IN ('active', 'paused', 'blocked')),
    steward     TEXT NOT NULL DEFAULT '',
    notes       TEXT NOT NULL DEFAULT '',
    contacts    TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(contacts)),
    version     INTEGER NOT NULL CHECK (version > 0),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    UNIQUE (id, kind),
    FOREIGN KEY (parent_id, parent_kind) REFERENCES accounts (id, kind),
    CHECK ((parent_id IS NULL) = (parent_kind IS NULL)),
    CHECK (parent_kind IS NULL OR kind IN ('agency', 'advertiser') AND parent_kind = 'holding'
        OR kind = 'seat' AND parent_kind IN ('agency', 'advertiser'))
) STRICT;
CREATE INDEX accounts_by_kind ON accounts (kind, id);
CREATE INDEX accounts_by_parent ON accounts (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX accounts_by_status ON accounts (status, id);

-- The ids and names by which buyers write an account: each is of one account of its kind, and a seat's of one at its DSP.
CREATE TABLE account_names (
    kind       TEXT NOT NULL,
    dsp        TEXT NOT NULL CHECK (kind = 'seat' OR dsp = ''),
    folded     TEXT NOT NULL CHECK (folded <> ''),
    written    TEXT NOT NULL,
    account_id TEXT NOT NULL,
    PRIMARY KEY (kind, dsp, folded),
    FOREIGN KEY (account_id, kind) REFERENCES accounts (id, kind)
) STRICT;
CREATE INDEX account_names_by_account ON account_names (account_id, folded);

-- Which advertisers an agency acts for.
CREATE TABLE account_clients (
    agency_id       TEXT NOT NULL,
    agency_kind     TEXT NOT NULL DEFAULT 'agency' CHECK (agency_kind = 'agency'),
    advertiser_id   TEXT NOT NULL,
    advertiser_kind TEXT NOT NULL DEFAULT 'advertiser' CHECK (advertiser_kind = 'advertiser'),
    PRIMARY KEY (agency_id, advertiser_id),
    FOREIGN KEY (agency_id, agency_kind) REFERENCES accounts (id, kind),
    FOREIGN KEY (advertiser_id, advertiser_kind) REFERENCES accounts (id, kind)
) STRICT;
CREATE INDEX account_clients_by_advertiser ON account_clients (advertiser_id, agency_id);

-- The version moves with every change of accounts and their names, so that what is known of them can be kept in memory.
CREATE TABLE account_state (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
) STRICT;
INSERT INTO account_state (id, version) VALUES (1, 1);

-- Whose things are an account's own: those of the keys that name it. Nothing is written anew; the keys' identities tell, and
-- all that is owned is owned by a key's identity, since no key is ever removed.
CREATE VIEW account_owners AS
    SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_agency = w.folded WHERE w.kind = 'agency'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_advertiser = w.folded WHERE w.kind = 'advertiser'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_seat = w.folded AND k.party_dsp = w.dsp
        WHERE w.kind = 'seat';

-- The identities that there are become accounts, each with the time of its first key.
INSERT INTO accounts (id, kind, name, code, status, version, created_at, updated_at)
    SELECT 'acct-00' || lower(hex(randomblob(13))), 'holding', MIN(written), MIN(written), 'active', 1, MIN(created_at), MIN(created_at)
    FROM (SELECT json_extract(identity, '$.agency_holding_company') AS written, created_at FROM keys WHERE role = 'buyer' AND party_agency <> '') AS h
    WHERE written <> '' GROUP BY lower(written);
INSERT INTO account_names (kind, dsp, folded, written, account_id)
    SELECT kind, '', lower(code), code, id FROM accounts WHERE kind = 'holding';

INSERT INTO accounts (id, kind, name, code, parent_id, parent_kind, status, version, created_at, updated_at)
    SELECT 'acct-00' || lower(hex(randomblob(13))), 'agency', COALESCE(a.name, a.code), a.code, n.account_id, n.kind, 'active', 1, a.since, a.since
    FROM (
        SELECT MIN(json_extract(identity, '$.agency_id')) AS code, MIN(NULLIF(json_extract(identity, '$.agency_name'), '')) AS name,
            MIN(created_at) AS since, MIN(lower(NULLIF(json_extract(identity, '$.agency_holding_company'), ''))) AS holding,
            MAX(lower(NULLIF(json_extract(identity, '$.agency_holding_company'), ''))) AS another
        FROM keys WHERE party_agency <> '' GROUP BY party_agency
    ) AS a LEFT JOIN account_names AS n ON n.kind = 'holding' AND n.dsp = '' AND n.folded = a.holding AND a.holding = a.another;
INSERT INTO accounts (id, kind, name, code, status, version, created_at, updated_at)
    SELECT 'acct-00' || lower(hex(randomblob(13))), 'advertiser',
        COALESCE(MIN(NULLIF(json_extract(identity, '$.advertiser_name'), '')), MIN(json_extract(identity, '$.advertiser_id'))),
        MIN(json_extract(identity, '$.advertiser_id')), 'active', 1, MIN(created_at), MIN(created_at)
    FROM keys WHERE party_advertiser <> '' GROUP BY party_advertiser;
INSERT INTO account_names (kind, dsp, folded, written, account_id)
    SELECT kind, '', lower(code), code, id FROM accounts WHERE kind IN ('agency', 'advertiser');

-- A seat is of the one agency that its keys name, or, where they name none, of the one advertiser.
INSERT INTO accounts (id, kind, name, code, dsp, parent_id, parent_kind, status, version, created_at, updated_at)
    SELECT 'acct-00' || lower(hex(randomblob(13))), 'seat', COALESCE(s.name, s.code), s.code, s.dsp, n.account_id, n.kind, 'active', 1, s.since, s.since
    FROM (
        SELECT MIN(json_extract(identity, '$.seat_id')) AS code, MIN(NULLIF(json_extract(identity, '$.seat_name'), '')) AS name,
            MIN(COALESCE(json_extract(identity, '$.dsp_platform'), '')) AS dsp, MIN(created_at) AS since,
            MIN(NULLIF(party_agency, '')) AS agency, MAX(NULLIF(party_agency, '')) AS other_agency,
            MIN(NULLIF(party_advertiser, '')) AS advertiser, MAX(NULLIF(party_advertiser, '')) AS other_advertiser
        FROM keys WHERE party_seat <> '' GROUP BY party_seat, party_dsp
    ) AS s LEFT JOIN account_names AS n ON n.dsp = '' AND (n.kind = 'agency' AND n.folded = s.agency AND s.agency = s.other_agency
        OR n.kind = 'advertiser' AND n.folded = s.advertiser AND s.advertiser = s.other_advertiser AND s.agency IS NULL);
INSERT INTO account_names (kind, dsp, folded, written, account_id)
    SELECT kind, lower(dsp), lower(code), code, id FROM accounts WHERE kind = 'seat';

-- The names of agencies and advertisers find them too, where one alone has the name.
INSERT INTO account_names (kind, dsp, folded, written, account_id)
    SELECT kind, '', lower(name), MIN(name), MIN(id) FROM accounts WHERE kind IN ('agency', 'advertiser')
    GROUP BY kind, lower(name) HAVING COUNT(*) = 1
    ON CONFLICT (kind, dsp, folded) DO NOTHING;

INSERT INTO account_clients (agency_id, advertiser_id)
    SELECT DISTINCT g.account_id, v.account_id FROM keys AS k
        JOIN account_names AS g ON g.kind = 'agency' AND g.folded = k.party_agency
        JOIN account_names AS v ON v.kind = 'advertiser' AND v.folded = k.party_advertiser
    WHERE k.party_agency <> '' AND k.party_advertiser <> '';
