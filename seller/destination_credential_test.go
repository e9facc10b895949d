package seller_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"parley"
	"parley/activation"
	"parley/activation/filedrop"
	"parley/internal/stores"
	"parley/seller"
	"parley/storage"
	"parley/vault"
)

// TestCredentialsAreSealedAnewAllOrNone has the database refuse one of several credentials, as where the process dies between two: all
// of them stay under the former key, and the next run seals all that are left.
func TestCredentialsAreSealedAnewAllOrNone(t *testing.T) {
	t.Parallel()
	stores.Each(t, func(t *testing.T, store *storage.Store) {
		keyed := func(fill byte) (*desk, *vault.Vault) {
			t.Helper()
			sealing, err := vault.New(bytes.Repeat([]byte{fill}, 32), "", nil)
			if err != nil {
				t.Fatal(err)
			}
			parts := seller.Parts{Adapters: []activation.Adapter{filedrop.New(t.TempDir())}, Vault: sealing}
			return openDeskWith(t, store, parts, seller.DefaultSettings()), sealing
		}
		formerDesk, formerKey := keyed(1)
		presentDesk, _ := keyed(2)
		made := map[string]parley.Destination{}
		add := func(d *desk, name string) {
			t.Helper()
			var to parley.Destination
			request := seller.DestinationRequest{Kind: filedrop.Kind, Name: name, Settings: json.RawMessage(`{"folder": "` + name + `"}`)}
			_, err := d.service.CreateDestination(t.Context(), seller.Terminal("test"), request, keep(&to))
			if err == nil {
				_, err = d.service.SetDestinationCredential(t.Context(), seller.Terminal("test"), to.ID, "secret of "+name, keep(&to))
			}
			if err != nil {
				t.Fatal(err)
			}
			made[name] = to
		}
		for _, name := range []string{"one", "poison", "three"} {
			add(formerDesk, name)
		}
		add(presentDesk, "new") // after the key was changed
		for _, called := range []string{"ONE", "\uff4fne", " one "} {
			request := seller.DestinationRequest{Kind: filedrop.Kind, Name: called, Settings: json.RawMessage(`{"folder": "other"}`)}
			if _, err := formerDesk.service.CreateDestination(t.Context(), seller.Terminal("test"), request, keep(new(parley.Destination))); !parley.Is(err, parley.CodeConflict) {
				t.Errorf("%q beside \"one\": %v", called, err)
			}
		}
		opens := func(d *desk, want ...string) {
			t.Helper()
			var opened []string
			for _, name := range []string{"one", "poison", "three", "new"} {
				findings, err := d.service.CheckDestination(t.Context(), seller.Terminal("test"), made[name].ID)
				if err != nil {
					t.Fatal(err)
				}
				if len(findings) > 0 && findings[0].Field != "credential" {
					opened = append(opened, name)
				}
			}
			if strings.Join(opened, " ") != strings.Join(want, " ") {
				t.Errorf("opens %v, want %v", opened, want)
			}
		}
		reseal := func() (int, error) {
			return presentDesk.service.ResealCredentials(t.Context(), seller.Terminal("test"), formerKey)
		}
		stuck(t, store, "destinations", "name")
		if n, err := reseal(); err == nil {
			t.Errorf("%d were sealed although one was refused", n)
		}
		opens(formerDesk, "one", "poison", "three")
		opens(presentDesk, "new")
		if strings.HasSuffix(t.Name(), "postgres") {
			stores.Run(t, store, `DROP TRIGGER poison ON destinations`)
		} else {
			stores.Run(t, store, `DROP TRIGGER poison_destinations_UPDATE`)
		}
		for _, want := range []int{3, 0} {
			if n, err := reseal(); n != want || err != nil {
				t.Errorf("sealed %d, want %d: %v", n, want, err)
			}
		}
		opens(formerDesk)
		opens(presentDesk, "one", "poison", "three", "new")
	})
}
