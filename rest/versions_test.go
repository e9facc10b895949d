package rest_test

import (
	"fmt"
	"testing"
)

// TestWhatWasSeenIsWhatIsChanged changes what has a version twice from the same one: by its entity tag, by the version in the body, and
// by both where they disagree. Only who has seen the last change goes on.
func TestWhatWasSeenIsWhatIsChanged(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		_, order := s.bookedDeal()
		agent := "/registry/agents/" + s.must(201, "POST", "/registry/agents/discover", s.operator, `{"url": "https://buyer.example.com/a2a"}`).word("agent_id")
		for name, c := range map[string]struct {
			read, method, path, key string
			bodies                  [3]string // of the changes; without the closing brace
		}{
			"order": {"/api/v1/orders/" + order, "POST", "/api/v1/orders/" + order + "/transition", s.buyer,
				[3]string{`{"to_status": "submitted"`, `{"to_status": "cancelled"`, `{"to_status": "cancelled"`}},
			"trust": {agent, "PUT", agent + "/trust", s.operator,
				[3]string{`{"trust_status": "approved"`, `{"trust_status": "blocked"`, `{"trust_status": "preferred"`}},
		} {
			t.Run(name, func(t *testing.T) {
				seen := s.must(200, "GET", c.read, c.key, nil)
				version, tag := seen.body["version"], seen.header.Get("ETag")
				if tag != fmt.Sprintf(`"v%v"`, version) {
					t.Fatalf("version %v has the tag %s", version, tag)
				}
				s.must(200, c.method, c.path, c.key, c.bodies[0]+"}", "If-Match", tag)
				stale := s.must(412, c.method, c.path, c.key, c.bodies[1]+"}", "If-Match", tag)
				checkEnvelope(t, stale)
				s.must(412, c.method, c.path, c.key, fmt.Sprintf(`%s, "version": %v}`, c.bodies[1], version))
				now := s.must(200, "GET", c.read, c.key, nil)
				if now.header.Get("ETag") == tag {
					t.Error("the change has the same tag")
				}
				s.must(422, c.method, c.path, c.key, fmt.Sprintf(`%s, "version": %v}`, c.bodies[1], version), "If-Match", now.header.Get("ETag"))
				s.must(200, c.method, c.path, c.key, fmt.Sprintf(`%s, "version": %v}`, c.bodies[2], now.body["version"]))
			})
		}
	})
}

// TestCapacityIsSetFromWhatWasSeen sets days of which some were set since they were read, and others.
func TestCapacityIsSetFromWhatWasSeen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		const path = "/api/v1/products/ctv-sports/capacity"
		seen := s.must(200, "GET", path+"?start_date=2026-08-01&end_date=2026-08-31", s.operator, nil).body["version"]
		set := func(status int, from, to string) reply {
			t.Helper()
			return s.must(status, "PUT", path, s.operator,
				fmt.Sprintf(`{"start_date": "2026-08-%s", "end_date": "2026-08-%s", "daily_impressions": 900000, "version": %v}`, from, to, seen))
		}
		set(200, "10", "12")
		set(412, "12", "20")
		set(412, "01", "10")
		set(200, "13", "20")
		seen = set(200, "01", "09").body["version"]
		set(200, "01", "31")
	})
}
