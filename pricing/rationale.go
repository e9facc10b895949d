package pricing

import (
	"strconv"

	"parley"
)

// rationale says in one sentence how the price came about. Where a floor or a ceiling moved the price, the discounts
// would not lead to it, and the difference would tell the floor: the sentence then states the price alone.
func rationale(d *parley.PriceDecision) string {
	text := appendPrice(make([]byte, 0, 192), d)
	if cut(d) {
		text = append(text, " The volume counts as the "...)
		text = parley.AppendCount(text, d.CountedImpressions)
		text = append(text, " impressions that are available."...)
	}
	return string(text)
}

// cut tells whether a volume discount was looked for with less than the volume asked, because no more is available.
func cut(d *parley.PriceDecision) bool {
	return d.CountedImpressions < d.Impressions && VolumeDiscounts(d.Tier)
}

func appendPrice(text []byte, d *parley.PriceDecision) []byte {
	if !d.AddsUp() {
		text = append(text, "Price for "...)
		text = append(text, d.Tier.String()...)
		text = append(text, " buyers: "...)
		text = appendCPM(text, d.FinalCPM, d.Currency)
		return append(text, '.')
	}
	if d.FinalCPM == d.BaseCPM {
		text = append(text, "Base price: "...)
		text = appendCPM(text, d.BaseCPM, d.Currency)
		return append(text, '.')
	}
	text = append(text, "Base "...)
	text = appendCPM(text, d.BaseCPM, d.Currency)
	if d.TierDiscount > 0 {
		text = appendLess(text, d.TierDiscount)
		text = append(text, " for "...)
		text = append(text, d.Tier.String()...)
		text = append(text, " buyers"...)
	}
	if d.RuleDiscount > 0 {
		text = appendLess(text, d.RuleDiscount)
		text = append(text, " by special terms"...)
	}
	if d.VolumeDiscount > 0 {
		text = appendLess(text, d.VolumeDiscount)
		text = append(text, " for "...)
		text = parley.AppendCount(text, d.CountedImpressions)
		text = append(text, " impressions"...)
	}
	text = append(text, ": "...)
	text = appendCPM(text, d.FinalCPM, d.Currency)
	return append(text, '.')
}

func appendCPM(text []byte, micros int64, currency parley.Currency) []byte {
	text = append(text, parley.FormatMicros(micros, currency.MinorDigits())...)
	text = append(text, ' ')
	text = append(text, currency...)
	return append(text, " CPM"...)
}

// appendLess writes a discount in percent, without zeros at the end: ", less 12.5%".
func appendLess(text []byte, discount parley.BasisPoints) []byte {
	text = append(text, ", less "...)
	text = strconv.AppendInt(text, int64(discount/100), 10)
	if hundredths := discount % 100; hundredths > 0 {
		text = append(text, '.', byte('0'+hundredths/10))
		if hundredths%10 > 0 {
			text = append(text, byte('0'+hundredths%10))
		}
	}
	return append(text, '%')
}
