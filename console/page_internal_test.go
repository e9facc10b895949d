package console

import "testing"

// TestEveryPageHasItsTemplates makes each page's templates, which a server does when the page is first shown.
func TestEveryPageHasItsTemplates(t *testing.T) {
	t.Parallel()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := loadPages(a, new(names))
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.sets) == 0 {
		t.Error("there are no pages")
	}
	for name, made := range loaded.sets {
		set, err := made()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if set.Lookup("layout") == nil {
			t.Errorf("%s has no layout", name)
		}
	}
}
