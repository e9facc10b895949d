package console_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"parley/activation/admanager"
	"parley/activation/dealsapi"
	"parley/activation/filedrop"
	"parley/console"
)

// TestEverySettingHasAField holds the pages of destinations to what their kinds read.
func TestEverySettingHasAField(t *testing.T) {
	t.Parallel()
	for kind, settings := range map[string]any{
		filedrop.Kind: filedrop.Settings{}, dealsapi.Kind: dealsapi.Settings{}, admanager.Kind: admanager.Settings{},
	} {
		fields := console.SettingsFields(kind)
		read := map[string]bool{}
		for field := range reflect.TypeOf(settings).Fields() {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			read[name] = true
			if !slices.Contains(fields, name) {
				t.Errorf("%s has no field for %s", kind, name)
			}
		}
		for _, name := range fields {
			if !read[name] {
				t.Errorf("%s reads no %s", kind, name)
			}
		}
	}
}
