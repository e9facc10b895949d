-- +goose Up

-- Where a seat is, in one name for each platform: the key of a common one, however it is written, else what was written without the
-- signs that set letters apart. It is what parley.DSP answers.
ALTER TABLE keys ADD COLUMN party_platform TEXT COLLATE "C" GENERATED ALWAYS AS (CASE translate(CASE role WHEN 'buyer' THEN lower(COALESCE(((identity->>'dsp_platform') COLLATE "C"), '')) ELSE '' END, E'\u0009\u000A\u000D\u0020\u0021\u0022\u0023\u0024\u0025\u0026\u0027\u0028\u0029\u002A\u002B\u002C\u002D\u002E\u002F\u003A\u003B\u003C\u003D\u003E\u003F\u0040\u005B\u005C\u005D\u005E\u005F\u0060\u007B\u007C\u007D\u007E\u00A0\u00AE\u2013\u2014\u2122', '')
    WHEN 'tradedesk' THEN 'ttd' WHEN 'thetradedesk' THEN 'ttd' WHEN 'thetradedeskttd' THEN 'ttd'
    WHEN 'kokai' THEN 'ttd' WHEN 'dv3' THEN 'dv360' WHEN 'displayvideo360' THEN 'dv360'
    WHEN 'displayandvideo360' THEN 'dv360' WHEN 'displayvideo' THEN 'dv360' WHEN 'google' THEN 'dv360'
    WHEN 'googledv360' THEN 'dv360' WHEN 'googledisplayvideo360' THEN 'dv360'
    WHEN 'googledisplayandvideo360' THEN 'dv360' WHEN 'dbm' THEN 'dv360' WHEN 'doubleclickbidmanager' THEN 'dv360'
    WHEN 'xandrinvest' THEN 'xandr' WHEN 'xandrinvestdsp' THEN 'xandr' WHEN 'appnexus' THEN 'xandr'
    WHEN 'microsoftinvest' THEN 'xandr' WHEN 'microsoftinvestdsp' THEN 'xandr' WHEN 'microsoftxandr' THEN 'xandr'
    WHEN 'invest' THEN 'xandr' WHEN 'amazondsp' THEN 'amazon' WHEN 'amazonads' THEN 'amazon'
    WHEN 'amazonadsdsp' THEN 'amazon' WHEN 'amazonadvertising' THEN 'amazon' WHEN 'aap' THEN 'amazon'
    WHEN 'adsp' THEN 'amazon'
    ELSE translate(CASE role WHEN 'buyer' THEN lower(COALESCE(((identity->>'dsp_platform') COLLATE "C"), '')) ELSE '' END, E'\u0009\u000A\u000D\u0020\u0021\u0022\u0023\u0024\u0025\u0026\u0027\u0028\u0029\u002A\u002B\u002C\u002D\u002E\u002F\u003A\u003B\u003C\u003D\u003E\u003F\u0040\u005B\u005C\u005D\u005E\u005F\u0060\u007B\u007C\u007D\u007E\u00A0\u00AE\u2013\u2014\u2122', '') END) STORED;
ALTER TABLE account_names ADD COLUMN platform TEXT COLLATE "C" GENERATED ALWAYS AS (CASE translate(dsp, E'\u0009\u000A\u000D\u0020\u0021\u0022\u0023\u0024\u0025\u0026\u0027\u0028\u0029\u002A\u002B\u002C\u002D\u002E\u002F\u003A\u003B\u003C\u003D\u003E\u003F\u0040\u005B\u005C\u005D\u005E\u005F\u0060\u007B\u007C\u007D\u007E\u00A0\u00AE\u2013\u2014\u2122', '')
    WHEN 'tradedesk' THEN 'ttd' WHEN 'thetradedesk' THEN 'ttd' WHEN 'thetradedeskttd' THEN 'ttd'
    WHEN 'kokai' THEN 'ttd' WHEN 'dv3' THEN 'dv360' WHEN 'displayvideo360' THEN 'dv360'
    WHEN 'displayandvideo360' THEN 'dv360' WHEN 'displayvideo' THEN 'dv360' WHEN 'google' THEN 'dv360'
    WHEN 'googledv360' THEN 'dv360' WHEN 'googledisplayvideo360' THEN 'dv360'
    WHEN 'googledisplayandvideo360' THEN 'dv360' WHEN 'dbm' THEN 'dv360' WHEN 'doubleclickbidmanager' THEN 'dv360'
    WHEN 'xandrinvest' THEN 'xandr' WHEN 'xandrinvestdsp' THEN 'xandr' WHEN 'appnexus' THEN 'xandr'
    WHEN 'microsoftinvest' THEN 'xandr' WHEN 'microsoftinvestdsp' THEN 'xandr' WHEN 'microsoftxandr' THEN 'xandr'
    WHEN 'invest' THEN 'xandr' WHEN 'amazondsp' THEN 'amazon' WHEN 'amazonads' THEN 'amazon'
    WHEN 'amazonadsdsp' THEN 'amazon' WHEN 'amazonadvertising' THEN 'amazon' WHEN 'aap' THEN 'amazon'
    WHEN 'adsp' THEN 'amazon'
    ELSE translate(dsp, E'\u0009\u000A\u000D\u0020\u0021\u0022\u0023\u0024\u0025\u0026\u0027\u0028\u0029\u002A\u002B\u002C\u002D\u002E\u002F\u003A\u003B\u003C\u003D\u003E\u003F\u0040\u005B\u005C\u005D\u005E\u005F\u0060\u007B\u007C\u007D\u007E\u00A0\u00AE\u2013\u2014\u2122', '') END) STORED;
CREATE INDEX account_names_by_folded ON account_names (folded, kind, account_id);

-- Whose things are an account's own, as account_owners has it, with seats told apart by their platforms alone: an id without one is that
-- of the seats at all platforms, whether the key says none or the account.
CREATE VIEW owners_of_accounts AS
    SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_agency = w.folded WHERE w.kind = 'agency'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_advertiser = w.folded WHERE w.kind = 'advertiser'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_seat = w.folded
        AND (k.party_platform = w.platform OR k.party_platform = '' OR w.platform = '') WHERE w.kind = 'seat';
