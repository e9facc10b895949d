package rest

// History is every version of something that operators change.
type History[T any] struct {
	Versions   []T `json:"versions" doc:"Oldest first."`
	TotalCount int `json:"total_count"`
}

func historyOf[R, O any](x *exchange, versions []R, render func(*exchange, R) O) History[O] {
	return History[O]{Versions: renderEach(x, versions, render), TotalCount: len(versions)}
}

// renderEach renders a list; none is an empty one.
func renderEach[R, O any](x *exchange, items []R, render func(*exchange, R) O) []O {
	rendered := make([]O, len(items))
	for i, item := range items {
		rendered[i] = render(x, item)
	}
	return rendered
}
