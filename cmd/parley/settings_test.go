package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/config"
	"parley/seller"
)

func TestInitialSettingsAreThoseOfTheFlows(t *testing.T) {
	t.Parallel()
	got, want := sellerSettings(config.Initial()), seller.DefaultSettings()
	if got.TimeZone.String() != want.TimeZone.String() {
		t.Errorf("time zone %s, want %s", got.TimeZone, want.TimeZone)
	}
	got.TimeZone, want.TimeZone = nil, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
