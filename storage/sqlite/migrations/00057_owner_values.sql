-- +goose Up

-- What owners have booked in a month, by the day of booking: how many deals, and their value, in whole units and micros. Deals that
-- wait, and those that were cancelled or came to nothing, count for nothing.
CREATE TABLE owner_values (
    owner    TEXT NOT NULL,
    currency TEXT NOT NULL,
    month    INTEGER NOT NULL, -- of the year 1970 and those after it
    deals    INTEGER NOT NULL,
    units    INTEGER NOT NULL,
    micros   INTEGER NOT NULL,
    PRIMARY KEY (owner, currency, month)
) STRICT, WITHOUT ROWID;

-- What each deal counts for.
CREATE VIEW owner_deal_values AS
    SELECT v.id, d.owner, v.currency, v.units, v.micros, (CAST(strftime('%Y', v.day * 86400, 'unixepoch') AS INTEGER) - 1970) * 12
        + CAST(strftime('%m', v.day * 86400, 'unixepoch') AS INTEGER) - 1 AS month
    FROM deal_values AS v JOIN deals AS d ON d.id = v.id WHERE v.kind = 'booked' AND d.owner <> '';

-- The sums move with the deals, whoever writes these.
-- +goose StatementBegin
CREATE TRIGGER owner_values_begin AFTER INSERT ON deals BEGIN
    INSERT INTO owner_values (owner, currency, month, deals, units, micros)
        SELECT owner, currency, month, 1, units, micros FROM owner_deal_values WHERE id = new.id
        ON CONFLICT (owner, currency, month) DO UPDATE SET deals = deals + 1, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owner_values_leave BEFORE UPDATE ON deals BEGIN
    INSERT INTO owner_values (owner, currency, month, deals, units, micros)
        SELECT owner, currency, month, -1, -units, -micros FROM owner_deal_values WHERE id = old.id
        ON CONFLICT (owner, currency, month) DO UPDATE SET deals = deals - 1, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER owner_values_follow AFTER UPDATE ON deals BEGIN
    INSERT INTO owner_values (owner, currency, month, deals, units, micros)
        SELECT owner, currency, month, 1, units, micros FROM owner_deal_values WHERE id = new.id
        ON CONFLICT (owner, currency, month) DO UPDATE SET deals = deals + 1, units = units + excluded.units, micros = micros + excluded.micros;
END;
-- +goose StatementEnd
INSERT INTO owner_values (owner, currency, month, deals, units, micros)
    SELECT owner, currency, month, COUNT(*), SUM(units), SUM(micros) FROM owner_deal_values GROUP BY owner, currency, month;
