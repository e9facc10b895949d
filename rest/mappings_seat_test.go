package rest_test

import (
	"fmt"
	"testing"
)

// TestAMappingIsOfASeat refuses names of seats that no deal has, one by one and in a list.
func TestAMappingIsOfASeat(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		sheets := s.must(201, "POST", "/api/v1/destinations", s.operator, `{"kind": "file_drop", "name": "sheets", "trigger": "deal_booked"}`)
		path := "/api/v1/destinations/" + sheets.word("destination_id") + "/mappings"
		for name, status := range map[string]int{"x y": 422, "x,y": 422, "*": 422, "seat-one": 200} {
			got := s.must(status, "PUT", path, s.operator, fmt.Sprintf(`{"about": "seat", "name": %q, "refs": {"name": "One"}}`, name))
			if status == 422 && !got.names("name") {
				t.Errorf("%q: %s", name, got.text)
			}
		}
		s.must(200, "PUT", path, s.operator, `{"about": "agency", "name": "agency one", "refs": {"name": "One"}}`)
	})
}
