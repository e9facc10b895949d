-- +goose Up

-- The sums of deals are moved by what the triggers are given of each row. To ask the table for it, through the views that say what a
-- deal counts for, took three quarters of what the sums cost a booking: these queries were planned anew at each of them. What is
-- counted is the same, and a test holds the sums to the views.

-- What an account and an owner have booked is kept in sixteen parts, by the connection that moves it, so that bookings of one account
-- seldom wait for each other's commit; a lock keeps two that share a part from waiting for each other in a circle. What counts is the
-- sum of all parts, of which one alone may be below zero. Programs before, too, ask for sums.
ALTER TABLE booked_values ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE booked_values DROP CONSTRAINT booked_values_pkey, ADD PRIMARY KEY (account, currency, kind, day, part);
ALTER TABLE stated_values ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stated_values DROP CONSTRAINT stated_values_pkey, ADD PRIMARY KEY (owner, currency, month, day, part);

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION booked_values_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ #variable_conflict use_column
    DECLARE deal deals; sign BIGINT := 1; mine BIGINT := pg_backend_pid() % 16; volume BIGINT; value BIGINT;
    BEGIN
        IF TG_WHEN = 'BEFORE' THEN deal := OLD; sign := -1; ELSE deal := NEW; END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('booked values ' || COALESCE(NEW.account, NEW.owner), mine));
        IF deal.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') THEN
            volume := CASE WHEN deal.impressions > 0 THEN deal.impressions ELSE deal.assumed_impressions END;
            value := (deal.final_micros / 1000) * volume + ((deal.final_micros % 1000) * volume + 500) / 1000;
            INSERT INTO booked_values AS held (account, currency, kind, day, part, units, micros)
                VALUES (COALESCE(deal.account, deal.owner), deal.currency, 'booked',
                    COALESCE(deal.booked_on, CAST(deal.created_at / 86400000000 AS INTEGER)), mine,
                    sign * (value / 1000000), sign * (value % 1000000))
                ON CONFLICT (account, currency, kind, day, part)
                    DO UPDATE SET units = held.units + excluded.units, micros = held.micros + excluded.micros;
            IF deal.status <> 'completed' THEN
                INSERT INTO booked_values AS held (account, currency, kind, day, part, units, micros)
                    VALUES (COALESCE(deal.account, deal.owner), deal.currency, 'open', deal.flight_end, mine,
                        sign * (value / 1000000), sign * (value % 1000000))
                    ON CONFLICT (account, currency, kind, day, part)
                        DO UPDATE SET units = held.units + excluded.units, micros = held.micros + excluded.micros;
            END IF;
        END IF;
        RETURN NEW;
    END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION stated_values_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ #variable_conflict use_column
    DECLARE deal deals; sign BIGINT := 1; mine BIGINT := pg_backend_pid() % 16; booked INTEGER; value BIGINT;
    BEGIN
        IF TG_WHEN = 'BEFORE' THEN deal := OLD; sign := -1; ELSE deal := NEW; END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('owner values ' || NEW.owner, mine));
        IF deal.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed') THEN
            booked := COALESCE(deal.booked_on, CAST(deal.created_at / 86400000000 AS INTEGER));
            value := (deal.final_micros / 1000) * deal.impressions + ((deal.final_micros % 1000) * deal.impressions + 500) / 1000;
            INSERT INTO stated_values AS held (owner, currency, month, day, part, deals, unstated, units, micros)
                VALUES (deal.owner, deal.currency, CAST((EXTRACT(YEAR FROM DATE '1970-01-01' + booked) - 1970) * 12
                        + EXTRACT(MONTH FROM DATE '1970-01-01' + booked) - 1 AS BIGINT), booked, mine,
                    sign, CASE WHEN deal.impressions > 0 THEN 0 ELSE sign END, sign * (value / 1000000), sign * (value % 1000000))
                ON CONFLICT (owner, currency, month, day, part)
                    DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                        units = held.units + excluded.units, micros = held.micros + excluded.micros;
        END IF;
        RETURN NEW;
    END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION booked_days_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ #variable_conflict use_column
    DECLARE deal deals; sign BIGINT := 1; base BIGINT; net BIGINT; list BIGINT;
    BEGIN
        IF TG_WHEN = 'BEFORE' THEN deal := OLD; sign := -1; ELSE deal := NEW; END IF;
        IF deal.status IN ('booked', 'active', 'makegood_pending', 'partially_cancelled', 'completed', 'cancelled') THEN
            base := COALESCE(CAST(deal.price->>'base_micros' AS BIGINT), 0);
            net := (deal.final_micros / 1000) * deal.impressions + ((deal.final_micros % 1000) * deal.impressions + 500) / 1000;
            list := CASE WHEN deal.impressions > 0 AND base / 1000 > 9000000000000000000 / deal.impressions THEN 9223372036854775807
                ELSE (base / 1000) * deal.impressions + ((base % 1000) * deal.impressions + 500) / 1000 END;
            INSERT INTO booked_days AS held (day, product_id, currency, kind, part, deals, unstated, impressions, list_units, list_micros, units, micros)
                VALUES (deal.booked_on, deal.product_id, deal.currency, CASE deal.status WHEN 'cancelled' THEN 'cancelled' ELSE 'booked' END,
                    pg_backend_pid(), sign, CASE WHEN deal.impressions > 0 THEN 0 ELSE sign END, sign * deal.impressions,
                    sign * (list / 1000000), sign * (list % 1000000), sign * (net / 1000000), sign * (net % 1000000))
                ON CONFLICT (day, product_id, currency, kind, part)
                    DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                        impressions = held.impressions + excluded.impressions, list_units = held.list_units + excluded.list_units,
                        list_micros = held.list_micros + excluded.list_micros, units = held.units + excluded.units,
                        micros = held.micros + excluded.micros;
        END IF;
        RETURN NEW;
    END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION booked_months_move() RETURNS TRIGGER LANGUAGE plpgsql AS
    $$ #variable_conflict use_column
    DECLARE deal deals; sign BIGINT := 1; base BIGINT; net BIGINT; list BIGINT;
        days BIGINT; begins INTEGER; ends INTEGER; since BIGINT; until BIGINT; share BIGINT;
    BEGIN
        IF TG_WHEN = 'BEFORE' THEN deal := OLD; sign := -1; ELSE deal := NEW; END IF;
        base := COALESCE(CAST(deal.price->>'base_micros' AS BIGINT), 0);
        days := deal.flight_end - deal.flight_start + 1;
        begins := CAST(date_trunc('month', DATE '1970-01-01' + deal.flight_start) AS DATE) - DATE '1970-01-01';
        WHILE begins <= deal.flight_end LOOP
            ends := CAST(DATE '1970-01-01' + begins + INTERVAL '1 month' AS DATE) - DATE '1970-01-01';
            since := GREATEST(begins - deal.flight_start, 0);
            until := LEAST(ends - deal.flight_start, days);
            share := deal.impressions / days * (until - since) + LEAST(until, deal.impressions % days) - LEAST(since, deal.impressions % days);
            net := (deal.final_micros / 1000) * share + ((deal.final_micros % 1000) * share + 500) / 1000;
            list := CASE WHEN share > 0 AND base / 1000 > 9000000000000000000 / share THEN 9223372036854775807
                ELSE (base / 1000) * share + ((base % 1000) * share + 500) / 1000 END;
            INSERT INTO booked_months AS held (month, currency, part, deals, unstated, impressions, list_units, list_micros, units, micros)
                VALUES (begins, deal.currency, pg_backend_pid(), sign, CASE WHEN deal.impressions > 0 THEN 0 ELSE sign END, sign * share,
                    sign * (list / 1000000), sign * (list % 1000000), sign * (net / 1000000), sign * (net % 1000000))
                ON CONFLICT (month, currency, part)
                    DO UPDATE SET deals = held.deals + excluded.deals, unstated = held.unstated + excluded.unstated,
                        impressions = held.impressions + excluded.impressions, list_units = held.list_units + excluded.list_units,
                        list_micros = held.list_micros + excluded.list_micros, units = held.units + excluded.units,
                        micros = held.micros + excluded.micros;
            begins := ends;
        END LOOP;
        RETURN NEW;
    END $$;
-- +goose StatementEnd
