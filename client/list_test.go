package client_test

import (
	"slices"
	"testing"

	"parley/wire/document"
)

// TestAWalkBeginsAnew walks the same list twice, page by page.
func TestAWalkBeginsAnew(t *testing.T) {
	t.Parallel()
	products := openShop(t).buyer().AllProducts(t.Context(), document.ProductFilter{Paging: document.Paging{Limit: 1}})
	walk := func() (ids []string) {
		t.Helper()
		for product, err := range products {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, product.ProductID)
		}
		return ids
	}
	if first, second := walk(), walk(); len(first) < 2 || !slices.Equal(first, second) {
		t.Errorf("first %v, then %v", first, second)
	}
}
