package a2a_test

import (
	"fmt"
	"slices"
	"testing"
)

// Tasks are listed the newest first, whatever they began as, page by page, by context and by state.
func TestListTasks(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *shop) {
		var made []string
		for i := range 3 {
			made = append(made,
				s.task("INPUT_REQUIRED", s.buyer, fmt.Sprint("q", i), "request_quote", quoteInput(), "contextId", fmt.Sprint("c-", i)).text("id"),
				s.task("INPUT_REQUIRED", s.buyer, fmt.Sprint("p", i), "submit_proposal", proposalInput(24), "contextId", fmt.Sprint("c-", i)).text("id"))
		}
		slices.Reverse(made)
		list := func(params object) (ids []string, answer tree) {
			t.Helper()
			answer = s.call(s.buyer, "ListTasks", params)
			tasks, ok := answer.at("result.tasks").([]any)
			if !ok {
				t.Fatalf("answered %v", answer)
			}
			for _, task := range tasks {
				if task, ok := task.(map[string]any); ok {
					ids = append(ids, tree(task).text("id"))
				}
			}
			return ids, answer
		}
		var paged []string
		token := ""
		for {
			ids, answer := list(object{"pageSize": 4, "pageToken": token})
			paged = append(paged, ids...)
			if token = answer.text("result.nextPageToken"); token == "" {
				break
			}
		}
		if !slices.Equal(paged, made) {
			t.Errorf("listed %q, want %q", paged, made)
		}
		if ids, answer := list(object{"contextId": "c-1"}); !slices.Equal(ids, made[2:4]) || answer.at("result.tasks.0.artifacts") != nil || answer.at("result.tasks.0.history") != nil {
			t.Errorf("in one context there are %q: %v", ids, answer)
		}
		s.call(s.buyer, "CancelTask", object{"id": made[0]})
		if ids, _ := list(object{"status": "TASK_STATE_CANCELED"}); !slices.Equal(ids, made[:1]) {
			t.Errorf("cancelled are %q", ids)
		}
		if _, answer := list(object{"pageSize": 1, "includeArtifacts": true, "historyLength": 1}); answer.text("result.tasks.0.artifacts.0.name") != "proposal" ||
			answer.at("result.tasks.0.history.1") != nil || answer.at("result.tasks.0.history.0") == nil {
			t.Errorf("with all there is: %v", answer)
		}
		for _, count := range []struct {
			params object
			total  float64
		}{
			{object{}, 6}, {object{"pageSize": 1}, 6}, {object{"contextId": "c-1"}, 2}, {object{"contextId": "c-1", "pageSize": 1}, 2},
			{object{"contextId": "c-1", "pageSize": 1, "pageToken": made[2]}, 2}, {object{"contextId": "none"}, 0},
			{object{"status": "TASK_STATE_CANCELED"}, 1}, {object{"status": "TASK_STATE_INPUT_REQUIRED", "pageSize": 2}, 5},
			{object{"status": "TASK_STATE_INPUT_REQUIRED", "contextId": "c-2"}, 1},
			{object{"statusTimestampAfter": "2040-01-01T00:00:00Z"}, 0},
		} {
			_, answer := list(count.params)
			total, _ := answer.at("result.totalSize").(float64)
			if total != count.total {
				t.Errorf("of %v there are %v: %v", count.params, total, answer)
			}
		}
		paged, token = nil, ""
		for {
			ids, answer := list(object{"status": "TASK_STATE_INPUT_REQUIRED", "pageSize": 2, "pageToken": token})
			paged = append(paged, ids...)
			if token = answer.text("result.nextPageToken"); token == "" {
				break
			}
		}
		if !slices.Equal(paged, made[1:]) {
			t.Errorf("the open ones, by pages, are %q, want %q", paged, made[1:])
		}
		for _, params := range []object{{"status": "FOO"}, {"historyLength": -1}, {"pageSize": 101}, {"pageSize": -1}, {"pageToken": "evt-1"}} {
			s.refused(s.call(s.buyer, "ListTasks", params), -32602, "VALIDATION")
		}
	})
}
