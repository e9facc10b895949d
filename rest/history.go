package rest

import "parley/wire"

// History is every version of something that operators change.
type History[T any] struct {
	Versions   []T `json:"versions" doc:"Oldest first."`
	TotalCount int `json:"total_count"`
}

func historyOf[R, O any](v wire.View, versions []R, render func(wire.View, R) O) History[O] {
	return History[O]{Versions: renderEach(v, versions, render), TotalCount: len(versions)}
}

// renderEach renders a list; none is an empty one.
func renderEach[R, O any](v wire.View, items []R, render func(wire.View, R) O) []O {
	rendered := make([]O, len(items))
	for i, item := range items {
		rendered[i] = render(v, item)
	}
	return rendered
}
