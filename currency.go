package parley

import (
	"maps"
	"slices"
	"strings"
)

// Currency is an ISO 4217 alphabetic code in upper case.
type Currency string

// USD is the currency of a row that names none.
const USD Currency = "USD"

// currencyDigits lists the ISO 4217 currencies in circulation by the digits of their minor unit.
var currencyDigits = func() map[Currency]int {
	table := map[Currency]int{}
	for digits, codes := range map[int]string{
		0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
		2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY " +
			"COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR " +
			"ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK " +
			"MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP " +
			"SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG",
		3: "BHD IQD JOD KWD LYD OMR TND",
	} {
		for _, code := range strings.Fields(codes) {
			table[Currency(code)] = digits
		}
	}
	return table
}()

// Currencies are all that prices can be stated in, in the order of their codes.
func Currencies() []Currency { return slices.Sorted(maps.Keys(currencyDigits)) }

// Valid tells whether the code is an ISO 4217 currency that prices can be stated in.
func (c Currency) Valid() bool {
	_, known := currencyDigits[c]
	return known
}

// MinorDigits is how many decimal places the currency's prices have; two for a code that is not known.
func (c Currency) MinorDigits() int {
	if digits, known := currencyDigits[c]; known {
		return digits
	}
	return 2
}

// MinorUnit is the currency's smallest coin in micros: 10,000 for USD, 1,000,000 for JPY.
func (c Currency) MinorUnit() int64 {
	unit := int64(MicrosPerUnit)
	for range c.MinorDigits() {
		unit /= 10
	}
	return unit
}
