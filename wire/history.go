package wire

// History is every version of something that operators change.
type History[T any] struct {
	Versions   []T `json:"versions" doc:"Oldest first."`
	TotalCount int `json:"total_count"`
}

// HistoryOf writes every version of something.
func HistoryOf[R, O any](v View, versions []R, render func(View, R) O) History[O] {
	return History[O]{Versions: Each(v, versions, render), TotalCount: len(versions)}
}

// Each renders a list; none is an empty one.
func Each[R, O any](v View, items []R, render func(View, R) O) []O {
	rendered := make([]O, len(items))
	for i, item := range items {
		rendered[i] = render(v, item)
	}
	return rendered
}
