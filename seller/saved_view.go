package seller

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"parley"
)

const (
	mostViews        = 20  // of each page
	longestView      = 40  // characters of its name
	longestViewQuery = 500 // bytes of what it narrows to
)

// SaveView keeps a look at a page for the caller, under a name, in the place of the one that had it.
func (s *Service) SaveView(ctx context.Context, call Call, page parley.ViewPage, name, query string, encode Encode[parley.SavedView]) (Answer, error) {
	var problems parley.Problems
	name = strings.Join(strings.Fields(name), " ")
	if !page.Valid() {
		problems.Add("page", "must be inbox, reports, negotiations or finance")
	}
	if name == "" || len([]rune(name)) > longestView {
		problems.Add("name", "must be of 1 to 40 characters")
	}
	if _, err := url.ParseQuery(query); err != nil || len(query) > longestViewQuery {
		problems.Add("query", "must be the parameters of an address, of at most 500 characters")
	}
	if err := problems.Err(); err != nil {
		return Answer{}, err
	}
	return s.view(ctx, call, encode, func(w *work, keyID string, views []parley.SavedView) (parley.SavedView, error) {
		view := parley.SavedView{KeyID: keyID, Page: page, Name: name, Query: query, SavedAt: w.now}
		var before any
		switch i := slices.IndexFunc(views, func(v parley.SavedView) bool { return v.Name == name }); {
		case i >= 0:
			before = map[string]any{"name": name, "query": views[i].Query}
		case len(viewsOf(page, views)) >= mostViews:
			return view, parley.Errorf(parley.CodeConflict, "There are %d views of this page already. Forget one first.", mostViews)
		}
		w.PutSavedView(view)
		return view, w.audit("view.save", "key", keyID, before, map[string]any{"page": page, "name": name, "query": query})
	})
}

// ForgetView removes a look at a page of the caller's.
func (s *Service) ForgetView(ctx context.Context, call Call, page parley.ViewPage, name string, encode Encode[parley.SavedView]) (Answer, error) {
	name = strings.Join(strings.Fields(name), " ")
	return s.view(ctx, call, encode, func(w *work, keyID string, _ []parley.SavedView) (parley.SavedView, error) {
		w.DeleteSavedView(keyID, page, name)
		return parley.SavedView{KeyID: keyID, Page: page, Name: name}, w.audit("view.forget", "key", keyID, map[string]any{"page": page, "name": name}, nil)
	})
}

// view changes the caller's views, which are nobody else's news: there is no event.
func (s *Service) view(
	ctx context.Context, call Call, encode Encode[parley.SavedView], change func(*work, string, []parley.SavedView) (parley.SavedView, error),
) (Answer, error) {
	return write(ctx, s, call, encode, func(w *work) (parley.SavedView, error) {
		w.own = true
		who, err := w.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return parley.SavedView{}, err
		}
		first, there := w.FirstKey(who.KeyID), w.SavedViews(who.KeyID)
		keyID, err := myself(ctx, first, who)
		if err != nil {
			return parley.SavedView{}, err
		}
		views, err := there.Get(ctx)
		if err != nil {
			return parley.SavedView{}, err
		}
		return change(w, keyID, views)
	})
}

// viewsOf are those of views that are looks at a page.
func viewsOf(page parley.ViewPage, views []parley.SavedView) []parley.SavedView {
	return slices.DeleteFunc(slices.Clone(views), func(v parley.SavedView) bool { return v.Page != page })
}

// SavedViews answers the looks at a page that the caller has kept, in the order of their names.
func (s *Service) SavedViews(ctx context.Context, call Call, page parley.ViewPage) ([]parley.SavedView, error) {
	return read(ctx, s, call, func(v *view) ([]parley.SavedView, error) {
		who, err := v.authorize(ctx, needScope(parley.ScopeViewer))
		if err != nil {
			return nil, err
		}
		views, err := v.SavedViews(who.KeyID).Get(ctx)
		return viewsOf(page, views), err
	})
}
