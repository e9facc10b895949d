package console

import "testing"

func TestEachPageOfTheNavigationHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	of := map[string]string{}
	for _, to := range goTos {
		if other, taken := of[to.Key]; taken || len(to.Key) != 1 {
			t.Errorf("%q goes to %s, and to %q", to.Key, to.Label, other)
		}
		of[to.Key] = to.Label
	}
}
