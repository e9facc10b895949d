-- +goose Up

-- What a column may hold is compared with each value in the place of a list: of more than two values SQLite makes a table for each row that is
-- written, which took a seventh of the time of a quote's rows. Both refuse the same. The text of the schema is changed in the way that SQLite's
-- documentation has for constraints without a name, which no statement changes; the tables' rows stay as they are.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'status IN (''available'', ''booked'', ''expired'', ''declined'')',
    'status = ''available'' OR status = ''booked'' OR status = ''expired'' OR status = ''declined'''),
    'deal_type IN (''PG'', ''PD'', ''PA'')',
    'deal_type = ''PG'' OR deal_type = ''PD'' OR deal_type = ''PA'''),
    'tier IN (''public'', ''seat'', ''agency'', ''advertiser'')',
    'tier = ''public'' OR tier = ''seat'' OR tier = ''agency'' OR tier = ''advertiser''')
    WHERE type = 'table' AND name = 'quotes';
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'status IN (''proposed'', ''negotiating'', ''accepted'', ''booked'', ''active'', ''makegood_pending'',
                       ''partially_cancelled'', ''completed'', ''cancelled'', ''rejected'', ''expired'')',
    'status = ''proposed'' OR status = ''negotiating'' OR status = ''accepted'' OR status = ''booked'' OR status = ''active'' OR status = ''makegood_pending'' OR status = ''partially_cancelled'' OR status = ''completed'' OR status = ''cancelled'' OR status = ''rejected'' OR status = ''expired'''),
    'deal_type IN (''PG'', ''PD'', ''PA'')',
    'deal_type = ''PG'' OR deal_type = ''PD'' OR deal_type = ''PA'''),
    'tier IN (''public'', ''seat'', ''agency'', ''advertiser'')',
    'tier = ''public'' OR tier = ''seat'' OR tier = ''agency'' OR tier = ''advertiser''')
    WHERE type = 'table' AND name = 'deals';
UPDATE sqlite_schema SET sql = replace(replace(replace(replace(sql,
    'status IN (''pending_approval'', ''accepted'', ''counter_offered'', ''rejected'', ''booked'',
                            ''withdrawn'', ''expired'', ''failed'')',
    'status = ''pending_approval'' OR status = ''accepted'' OR status = ''counter_offered'' OR status = ''rejected'' OR status = ''booked'' OR status = ''withdrawn'' OR status = ''expired'' OR status = ''failed'''),
    'recommendation IN (''accept'', ''counter'', ''reject'')',
    'recommendation = ''accept'' OR recommendation = ''counter'' OR recommendation = ''reject'''),
    'deal_type IN (''PG'', ''PD'', ''PA'')',
    'deal_type = ''PG'' OR deal_type = ''PD'' OR deal_type = ''PA'''),
    'tier IN (''public'', ''seat'', ''agency'', ''advertiser'')',
    'tier = ''public'' OR tier = ''seat'' OR tier = ''agency'' OR tier = ''advertiser''')
    WHERE type = 'table' AND name = 'proposals';
UPDATE sqlite_schema SET sql = replace(replace(replace(sql,
    'status IN (''active'', ''pending_approval'', ''accepted'', ''rejected'', ''expired'')',
    'status = ''active'' OR status = ''pending_approval'' OR status = ''accepted'' OR status = ''rejected'' OR status = ''expired'''),
    'deal_type IN (''PG'', ''PD'', ''PA'')',
    'deal_type = ''PG'' OR deal_type = ''PD'' OR deal_type = ''PA'''),
    'tier IN (''public'', ''seat'', ''agency'', ''advertiser'')',
    'tier = ''public'' OR tier = ''seat'' OR tier = ''agency'' OR tier = ''advertiser''')
    WHERE type = 'table' AND name = 'negotiations';
UPDATE sqlite_schema SET sql = replace(sql,
    'action IN (''accept'', ''counter'', ''final_offer'', ''reject'')',
    'action = ''accept'' OR action = ''counter'' OR action = ''final_offer'' OR action = ''reject''')
    WHERE type = 'table' AND name = 'negotiation_rounds';
-- The sums of deals are moved by triggers, which ask the same of each deal.
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''booked'', ''active'', ''makegood_pending'', ''partially_cancelled'')',
    '(status = ''booked'' OR status = ''active'' OR status = ''makegood_pending'' OR status = ''partially_cancelled'')')
    WHERE type = 'view' AND name = 'deal_values';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''booked'', ''active'', ''makegood_pending'', ''partially_cancelled'', ''completed'')',
    '(status = ''booked'' OR status = ''active'' OR status = ''makegood_pending'' OR status = ''partially_cancelled'' OR status = ''completed'')')
    WHERE type = 'view' AND name = 'stated_deal_values';
UPDATE sqlite_schema SET sql = replace(sql,
    'status IN (''booked'', ''active'', ''makegood_pending'', ''partially_cancelled'', ''completed'', ''cancelled'')',
    '(status = ''booked'' OR status = ''active'' OR status = ''makegood_pending'' OR status = ''partially_cancelled'' OR status = ''completed'' OR status = ''cancelled'')')
    WHERE type = 'view' AND name = 'booked_day_deals';
UPDATE sqlite_schema SET sql = replace(sql,
    'new.status IN (''booked'', ''active'', ''makegood_pending'', ''partially_cancelled'', ''completed'')',
    '(new.status = ''booked'' OR new.status = ''active'' OR new.status = ''makegood_pending'' OR new.status = ''partially_cancelled'' OR new.status = ''completed'')')
    WHERE type = 'trigger' AND name IN ('booked_months_begin', 'booked_months_follow');
UPDATE sqlite_schema SET sql = replace(sql,
    'old.status IN (''booked'', ''active'', ''makegood_pending'', ''partially_cancelled'', ''completed'')',
    '(old.status = ''booked'' OR old.status = ''active'' OR old.status = ''makegood_pending'' OR old.status = ''partially_cancelled'' OR old.status = ''completed'')')
    WHERE type = 'trigger' AND name = 'booked_months_leave';
PRAGMA writable_schema = RESET;
-- A change by a statement is what has other connections read the schema again.
-- +goose StatementBegin
CREATE TRIGGER values_are_compared AFTER INSERT ON months BEGIN SELECT 1; END;
-- +goose StatementEnd
DROP TRIGGER values_are_compared;
