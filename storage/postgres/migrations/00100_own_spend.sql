-- +goose Up

-- Of a day on which a deal was paid for in several currencies, what was spent in the deal's is known, and counts: so far none of that day was.
INSERT INTO delivery_sums (deal_id, source, day, impressions, spend_micros, spent_on, currency, mixed, as_of, final)
    SELECT sums.deal_id, sums.source, sums.day, MAX(sums.impressions), CAST(SUM(days.spend_micros) AS BIGINT), CAST(SUM(days.impressions) AS BIGINT),
        MAX(days.currency), sums.mixed, MAX(sums.as_of), sums.final
    FROM delivery_sums AS sums JOIN deals ON deals.id = sums.deal_id
    JOIN delivery_days AS days ON days.deal_id = sums.deal_id AND days.source = sums.source AND days.day = sums.day AND days.currency = deals.currency
    WHERE sums.mixed GROUP BY sums.deal_id, sums.source, sums.day, sums.mixed, sums.final
ON CONFLICT (deal_id, source, day) DO UPDATE SET spend_micros = excluded.spend_micros, spent_on = excluded.spent_on, currency = excluded.currency;
