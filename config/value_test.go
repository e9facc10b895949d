package config_test

import (
	"testing"

	"parley/config"
)

// TestActivationWasABool reads what former versions' settings said.
func TestActivationWasABool(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]config.Activation{
		"true": config.ActivationOn, "false": config.ActivationOff, "on": config.ActivationOn, "off": config.ActivationOff, "preview": config.ActivationPreview,
	} {
		var mode config.Activation
		if err := mode.UnmarshalText([]byte(text)); err != nil || mode != want {
			t.Errorf("%s is %s: %v", text, mode, err)
		}
	}
}
