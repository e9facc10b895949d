package activation_test

import (
	"slices"
	"testing"

	"parley"
	"parley/activation"
)

// TestASheetHasWhatSomebodyEnters hands over one step of three, the first of which is there.
func TestASheetHasWhatSomebodyEnters(t *testing.T) {
	t.Parallel()
	plan := activation.Plan{Intent: parley.IntentRun}
	for name, body := range map[string]any{
		"order": map[string]any{"name": "o"},
		"line":  map[string]any{"order": activation.RefOf("order"), "rate": map[string]any{"units": "19", "nanos": 1000}, "sizes": []any{"640x480", "1x1"}, "none": nil},
	} {
		step, err := activation.NewStep(name, "PRLY-1", parley.IntentRun, true, body)
		if err != nil {
			t.Fatal(err)
		}
		plan.Steps = append(plan.Steps, step)
	}
	begun := []parley.ActivationStep{{Name: "order", Ref: "orders/7"}, {Name: "line", Ref: activation.ByHand + "PRLY-1"}}
	want := []activation.SheetRow{
		{Step: "line", Field: "order", Value: "orders/7"}, {Step: "line", Field: "rate.nanos", Value: "1000"}, {Step: "line", Field: "rate.units", Value: "19"},
		{Step: "line", Field: "sizes[0]", Value: "640x480"}, {Step: "line", Field: "sizes[1]", Value: "1x1"},
	}
	if got := activation.Sheet(plan, begun); !slices.Equal(got, want) {
		t.Errorf("the sheet is %v, want %v", got, want)
	}
	begun[1].Ref = "lineItems/8"
	if got := activation.Sheet(plan, begun); len(got) != 0 {
		t.Errorf("of what is there the sheet has %v", got)
	}
}
