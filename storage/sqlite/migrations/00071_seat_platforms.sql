-- +goose Up

-- Where a seat is, in one name for each platform: the key of a common one, however it is written, else what was written without the
-- signs that set letters apart. It is what parley.DSP answers.
ALTER TABLE keys ADD COLUMN party_dsp_plain TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(party_dsp, char(9), ''), char(10), ''), char(13), ''), char(32), ''), char(33), ''), char(34), ''), char(35), ''), char(36), ''), char(37), '')
    , char(38), ''), char(39), ''), char(40), ''), char(41), ''), char(42), ''), char(43), ''), char(44), ''), char(45), ''), char(46), '')
    , char(47), ''), char(58), ''), char(59), ''), char(60), ''), char(61), ''), char(62), ''), char(63), ''), char(64), ''), char(91), '')
    , char(92), ''), char(93), ''), char(94), ''), char(95), ''), char(96), ''), char(123), ''), char(124), ''), char(125), ''), char(126), '')
    , char(160), ''), char(174), ''), char(8211), ''), char(8212), ''), char(8482), '')) VIRTUAL;
ALTER TABLE keys ADD COLUMN party_platform TEXT GENERATED ALWAYS AS (CASE
    WHEN party_dsp_plain IN ('tradedesk', 'thetradedesk', 'thetradedeskttd', 'kokai') THEN 'ttd'
    WHEN party_dsp_plain IN ('dv3', 'displayvideo360', 'displayandvideo360', 'displayvideo', 'google', 'googledv360', 'googledisplayvideo360', 'googledisplayandvideo360', 'dbm', 'doubleclickbidmanager') THEN 'dv360'
    WHEN party_dsp_plain IN ('xandrinvest', 'xandrinvestdsp', 'appnexus', 'microsoftinvest', 'microsoftinvestdsp', 'microsoftxandr', 'invest') THEN 'xandr'
    WHEN party_dsp_plain IN ('amazondsp', 'amazonads', 'amazonadsdsp', 'amazonadvertising', 'aap', 'adsp') THEN 'amazon'
    ELSE party_dsp_plain END) VIRTUAL;
ALTER TABLE account_names ADD COLUMN dsp_plain TEXT GENERATED ALWAYS AS (replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(dsp, char(9), ''), char(10), ''), char(13), ''), char(32), ''), char(33), ''), char(34), ''), char(35), ''), char(36), ''), char(37), '')
    , char(38), ''), char(39), ''), char(40), ''), char(41), ''), char(42), ''), char(43), ''), char(44), ''), char(45), ''), char(46), '')
    , char(47), ''), char(58), ''), char(59), ''), char(60), ''), char(61), ''), char(62), ''), char(63), ''), char(64), ''), char(91), '')
    , char(92), ''), char(93), ''), char(94), ''), char(95), ''), char(96), ''), char(123), ''), char(124), ''), char(125), ''), char(126), '')
    , char(160), ''), char(174), ''), char(8211), ''), char(8212), ''), char(8482), '')) VIRTUAL;
ALTER TABLE account_names ADD COLUMN platform TEXT GENERATED ALWAYS AS (CASE
    WHEN dsp_plain IN ('tradedesk', 'thetradedesk', 'thetradedeskttd', 'kokai') THEN 'ttd'
    WHEN dsp_plain IN ('dv3', 'displayvideo360', 'displayandvideo360', 'displayvideo', 'google', 'googledv360', 'googledisplayvideo360', 'googledisplayandvideo360', 'dbm', 'doubleclickbidmanager') THEN 'dv360'
    WHEN dsp_plain IN ('xandrinvest', 'xandrinvestdsp', 'appnexus', 'microsoftinvest', 'microsoftinvestdsp', 'microsoftxandr', 'invest') THEN 'xandr'
    WHEN dsp_plain IN ('amazondsp', 'amazonads', 'amazonadsdsp', 'amazonadvertising', 'aap', 'adsp') THEN 'amazon'
    ELSE dsp_plain END) VIRTUAL;
CREATE INDEX account_names_by_folded ON account_names (folded, kind, account_id);

-- Whose things are an account's own, as account_owners has it, with seats told apart by their platforms alone: an id without one is that
-- of the seats at all platforms, whether the key says none or the account.
CREATE VIEW owners_of_accounts AS
    SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_agency = w.folded WHERE w.kind = 'agency'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_advertiser = w.folded WHERE w.kind = 'advertiser'
    UNION SELECT w.account_id, k.owner FROM account_names AS w JOIN keys AS k ON k.party_seat = w.folded
        AND (k.party_platform = w.platform OR k.party_platform = '' OR w.platform = '') WHERE w.kind = 'seat';
