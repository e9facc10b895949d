package courier_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"parley"
	"parley/activation/filedrop"
	"parley/internal/racedetector"
	"parley/seller"
)

// TestAPlaceIsOneDestinations has several people make destinations in one folder at a time: one of them comes first.
func TestAPlaceIsOneDestinations(t *testing.T) {
	t.Parallel()
	racedetector.AtOnce(t)
	onEach(t, func(t *testing.T, d *desk) {
		var made atomic.Int32
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				var to parley.Destination
				_, err := d.service.CreateDestination(context.Background(), d.admin, seller.DestinationRequest{
					Kind: filedrop.Kind, Name: fmt.Sprint("drop ", i),
				}, keep(&to))
				switch {
				case err == nil:
					made.Add(1)
				case !parley.Is(err, parley.CodeConflict):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if made.Load() != 1 {
			t.Errorf("%d destinations write to one folder", made.Load())
		}
	})
}
