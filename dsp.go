package parley

import "strings"

// DSPSpellings are the common platforms that buyers trade in, each by its key, with the ways in which it is written, in small letters and
// without what sets them apart.
var DSPSpellings = map[string][]string{
	"ttd": {"ttd", "tradedesk", "thetradedesk", "thetradedeskttd", "kokai"},
	"dv360": {
		"dv360", "dv3", "displayvideo360", "displayandvideo360", "displayvideo", "google", "googledv360", "googledisplayvideo360",
		"googledisplayandvideo360", "dbm", "doubleclickbidmanager",
	},
	"xandr": {
		"xandr", "xandrinvest", "xandrinvestdsp", "appnexus", "microsoftinvest", "microsoftinvestdsp", "microsoftxandr", "invest",
	},
	"amazon": {"amazon", "amazondsp", "amazonads", "amazonadsdsp", "amazonadvertising", "aap", "adsp"},
}

var dspByWriting = func() map[string]string {
	keys := map[string]string{}
	for key, spellings := range DSPSpellings {
		for _, spelling := range spellings {
			keys[spelling] = key
		}
	}
	return keys
}()

// DSP is the one name of a platform, however it is written: its key, such as ttd, where it is a common one, else what was written, in
// small letters and without what only sets letters apart. Empty: no platform is said. Both databases have the same rule in
// keys.party_platform and account_names.platform, so that a spelling more is a migration more.
func DSP(written string) string {
	plain := plainDSP(written)
	if key, common := dspByWriting[plain]; common {
		return key
	}
	return plain
}

// setsApart are the signs that no name of a platform is told by.
const setsApart = "\t\n\r !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0\u00ae\u2013\u2014\u2122"

func plainDSP(written string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(setsApart, r) {
			return -1
		}
		return r
	}, AccountName(written))
}
