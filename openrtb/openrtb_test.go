package openrtb_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley"
	"parley/openrtb"
)

func deal(dealType parley.DealType, change func(*parley.Deal)) parley.Deal {
	d := parley.Deal{
		Status:   parley.DealBooked,
		ID:       "NORTH-7K4MC-X9TRP",
		DealType: dealType,
		Price:    parley.PriceDecision{FinalCPM: 22_500_000, Currency: "USD"},
	}
	if change != nil {
		change(&d)
	}
	return d
}

func TestDealObject(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		deal parley.Deal
		want string
	}{
		{
			"guaranteed, with seat and domain",
			deal("PG", func(d *parley.Deal) {
				d.Identity = parley.Identity{SeatID: "seat-42", AdvertiserDomain: "example.com"}
			}),
			`{"id":"NORTH-7K4MC-X9TRP","bidfloor":22.50,"bidfloorcur":"USD","at":3,"wseat":["seat-42"],` +
				`"wadomain":["example.com"],"guar":1}`,
		},
		{
			"preferred",
			deal("PD", nil),
			`{"id":"NORTH-7K4MC-X9TRP","bidfloor":22.50,"bidfloorcur":"USD","at":3,"guar":0}`,
		},
		{
			"private auction",
			deal("PA", nil),
			`{"id":"NORTH-7K4MC-X9TRP","bidfloor":22.50,"bidfloorcur":"USD","at":1,"guar":0}`,
		},
		{
			"a currency without a minor unit",
			deal("PD", func(d *parley.Deal) { d.Price.FinalCPM, d.Price.Currency = 1_250_000_000, "JPY" }),
			`{"id":"NORTH-7K4MC-X9TRP","bidfloor":1250,"bidfloorcur":"JPY","at":3,"guar":0}`,
		},
		{
			"every digit of an agreed price",
			deal("PD", func(d *parley.Deal) { d.Price.FinalCPM = 999_999_999_999 }),
			`{"id":"NORTH-7K4MC-X9TRP","bidfloor":999999.999999,"bidfloorcur":"USD","at":3,"guar":0}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := json.Marshal(openrtb.DealOf(test.deal))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestActivationInstructionsByPlatform(t *testing.T) {
	t.Parallel()
	common := []string{"amazon", "dv360", "ttd", "xandr"}
	tests := []struct {
		platform string
		want     []string
	}{
		{"", common},
		{"  ", common},
		{"ttd", []string{"ttd"}},
		{"The Trade Desk", []string{"ttd"}},
		{"the-trade-desk", []string{"ttd"}},
		{"TradeDesk", []string{"ttd"}},
		{"DV360", []string{"dv360"}},
		{"Display & Video 360", []string{"dv360"}},
		{"google_dv360", []string{"dv360"}},
		{"Google Display & Video 360", []string{"dv360"}},
		{"AppNexus", []string{"xandr"}},
		{"Microsoft Invest", []string{"xandr"}},
		{"amazon_dsp", []string{"amazon"}},
		{"Amazon Ads DSP", []string{"amazon"}},
		{" MediaMath ", []string{"MediaMath"}},
	}
	for _, test := range tests {
		t.Run(test.platform, func(t *testing.T) {
			got := openrtb.ActivationInstructions(deal("PG", func(d *parley.Deal) { d.Identity.DSPPlatform = test.platform }))
			if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, test.want) {
				t.Errorf("got %v, want %v", keys, test.want)
			}
			for platform, steps := range got {
				if !strings.Contains(steps, "NORTH-7K4MC-X9TRP") || !strings.Contains(steps, "22.50 USD CPM, fixed") ||
					strings.Contains(steps, "%!") {
					t.Errorf("%s: %q does not name the deal and its price", platform, steps)
				}
			}
		})
	}
}

func TestAPlatformIsToldTheIdOfItsOwnSystem(t *testing.T) {
	t.Parallel()
	booked := deal("PA", func(d *parley.Deal) {
		d.Aliases = []parley.DealAlias{{DealID: d.ID, System: "google", ID: "700000001"}, {DealID: d.ID, System: "elsewhere", ID: "x-1"}}
	})
	for platform, steps := range openrtb.ActivationInstructions(booked) {
		if own := platform == "dv360"; strings.Contains(steps, "700000001") != own || strings.Contains(steps, booked.ID) == own || strings.Contains(steps, "x-1") {
			t.Errorf("%s: %s", platform, steps)
		}
	}
	if openrtb.DealOf(booked).ID != booked.ID {
		t.Error("the deal object has another id")
	}
}

func TestWhatTheBuyerSaysChoosesThePlatformAndOpensNothing(t *testing.T) {
	t.Parallel()
	booked := deal("PG", func(d *parley.Deal) {
		d.Identity = parley.Identity{DSPPlatform: "The Trade Desk", AdvertiserDomain: "brand.example"}
		d.Claimed = parley.Identity{DSPPlatform: "DV360", AdvertiserDomain: "rival.example"}
	})
	if got := slices.Sorted(maps.Keys(openrtb.ActivationInstructions(booked))); !slices.Equal(got, []string{"dv360"}) {
		t.Errorf("instructions for %v, want the platform that was asked for", got)
	}
	if got := openrtb.DealOf(booked).Domains; !slices.Equal(got, []string{"brand.example"}) {
		t.Errorf("domains %v, want the credential's", got)
	}
	booked.Identity, booked.Claimed.DSPPlatform = parley.Identity{DSPPlatform: "The Trade Desk"}, " "
	if got := slices.Sorted(maps.Keys(openrtb.ActivationInstructions(booked))); !slices.Equal(got, []string{"ttd"}) {
		t.Errorf("instructions for %v, want the credential's platform", got)
	}
	if got := openrtb.DealOf(booked).Domains; !slices.Equal(got, []string{"rival.example"}) {
		t.Errorf("domains %v, want the one that the buyer narrowed its deal to", got)
	}
}

func TestActivationInstructionsNameAPrivateAuctionsPriceAsAStart(t *testing.T) {
	t.Parallel()
	for platform, steps := range openrtb.ActivationInstructions(deal("PA", nil)) {
		if !strings.Contains(steps, "22.50 USD CPM or more") || strings.Contains(steps, "fixed") {
			t.Errorf("%s: %q", platform, steps)
		}
	}
}

// TestWhatIsNotBookedIsNotActivated: what a DSP needs is told once there is something to run.
func TestWhatIsNotBookedIsNotActivated(t *testing.T) {
	t.Parallel()
	told := map[parley.DealStatus]bool{
		parley.DealProposed: false, parley.DealNegotiating: false, parley.DealAccepted: false, parley.DealBooked: true,
		parley.DealActive: true, parley.DealMakegoodPending: true, parley.DealPartiallyCancelled: true,
		parley.DealCompleted: true, parley.DealCancelled: false, parley.DealRejected: false, parley.DealExpired: false,
	}
	for status, want := range told {
		d := deal("PG", func(d *parley.Deal) { d.Status = status })
		if params, steps := openrtb.ParamsOf(d), openrtb.ActivationInstructions(d); (params != nil) != want || (len(steps) > 0) != want {
			t.Errorf("%s: told %v and %v", status, params, steps)
		}
	}
}
