package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"parley"
	"parley/activation/filedrop"
	"parley/catalogfile"
	"parley/config"
	"parley/seller"
	"parley/storage"
)

// demoKeys are the keys of 'serve --demo', by the names that they have in the key file and in examples.
var demoKeys = []struct {
	name    string
	request seller.KeyRequest
}{
	{"SEAT_KEY", seller.KeyRequest{Role: parley.RoleBuyer, Label: "demo: seat", Identity: parley.Identity{
		SeatID: "demo-seat", DSPPlatform: "thetradedesk",
	}}},
	{"AGENCY_KEY", seller.KeyRequest{Role: parley.RoleBuyer, Label: "demo: agency", Identity: parley.Identity{
		SeatID: "demo-seat", DSPPlatform: "thetradedesk", AgencyID: "demo-agency", AgencyName: "Meridian Media",
	}}},
	{"ADVERTISER_KEY", seller.KeyRequest{Role: parley.RoleBuyer, Label: "demo: advertiser", Identity: parley.Identity{
		SeatID: "demo-seat", DSPPlatform: "thetradedesk", AgencyID: "demo-agency", AgencyName: "Meridian Media",
		AdvertiserID: "demo-advertiser", AdvertiserName: "Orion Outdoors", AdvertiserDomain: "orion.example",
	}}},
	{"OPERATOR_KEY", seller.KeyRequest{Role: parley.RoleOperator, Label: "demo: operator", Scopes: []parley.Scope{parley.ScopeAdmin}}},
}

// demoKeyFile is where the demo's keys are kept: beside the embedded database, or in data.
func demoKeyFile(database config.DatabaseURL) string {
	folder := "data"
	if path, embedded := database.SQLite(); embedded {
		folder = filepath.Dir(path)
	}
	return filepath.Join(folder, "demo-keys")
}

// demoTraffic is where the demo's trafficking sheets are written: beside its keys.
func demoTraffic(database config.DatabaseURL) string {
	return filepath.Join(filepath.Dir(demoKeyFile(database)), "traffic")
}

// ensureDemoDestination has booked deals become trafficking sheets, unless something else was decided about them. Orders do
// not wait for it.
func (p *process) ensureDemoDestination(service *seller.Service) error {
	present, err := service.Destinations(p.ctx, terminal(), storage.DestinationFilter{Page: storage.Page{Limit: 1}})
	if err != nil || present.Total > 0 {
		return err
	}
	request := seller.DestinationRequest{Kind: filedrop.Kind, Name: "Trafficking sheets"}
	_, err = service.CreateDestination(p.ctx, terminal(), request, func(parley.Destination) (seller.Answer, error) { return seller.Answer{}, nil })
	return err
}

// prepareDemo fills an empty catalog, makes sure of a destination and of a key of each kind, and prints the keys with a first
// request.
func (p *process) prepareDemo(service *seller.Service, settings config.Settings, base string) error {
	if err := service.ClaimForDemo(p.ctx); err != nil {
		return err
	}
	if err := p.loadDemoCatalog(service); err != nil {
		return fmt.Errorf("load the demo catalog: %w", err)
	}
	if err := p.ensureDemoDestination(service); err != nil {
		return fmt.Errorf("make the demo's destination: %w", err)
	}
	file := demoKeyFile(settings.DatabaseURL)
	keys, err := p.ensureDemoKeys(service, file)
	if err != nil {
		return fmt.Errorf("make the demo keys: %w", err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "The demo's keys; '. %s' puts them into a shell:\n\n", file)
	for _, k := range demoKeys {
		fmt.Fprintf(&text, "  %s=%s\n", k.name, keys[k.name])
	}
	fmt.Fprintf(&text, "\nThe deals of approved orders become trafficking sheets in %s.\n", settings.TrafficFolder)
	if settings.Console {
		fmt.Fprintf(&text, "\nThe deal desk's page is %s/console; sign in with OPERATOR_KEY.\n", base)
	}
	request, err := p.firstRequest(service)
	if err != nil {
		return err
	}
	if request != "" {
		fmt.Fprintf(&text, "\nA first request to paste, which asks what a guaranteed volume costs an agency:\n\n"+
			"  curl -s %s/api/v1/quotes -H 'Authorization: Bearer %s' \\\n    -H 'Content-Type: application/json' \\\n    -d '%s'\n\n",
			base, keys["AGENCY_KEY"], request)
	}
	_, err = p.out.Write([]byte(text.String()))
	return err
}

// loadDemoCatalog imports the demo catalog unless there is one.
func (p *process) loadDemoCatalog(service *seller.Service) error {
	present, err := service.Products(p.ctx, terminal(), storage.ProductFilter{Page: storage.Page{Limit: 1}})
	if err != nil || present.Total > 0 {
		return err
	}
	_, err = service.ImportCatalog(p.ctx, terminal(), seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		_, err := catalogfile.Read(bytes.NewReader(catalogfile.Demo), catalogfile.Options{}, stage)
		return err
	}})
	if err != nil {
		return err
	}
	packages, err := catalogfile.ReadPackages(bytes.NewReader(catalogfile.DemoPackages))
	if err != nil {
		return err
	}
	_, err = service.ImportPackages(p.ctx, terminal(), packages, false)
	return err
}

// ensureDemoKeys answers the keys in the file, and makes the ones that are missing there or that the database does not
// know any more.
func (p *process) ensureDemoKeys(service *seller.Service, file string) (map[string]string, error) {
	keys, err := readDemoKeys(file)
	if err != nil {
		return nil, err
	}
	made := false
	for _, k := range demoKeys {
		if secret := keys[k.name]; secret != "" {
			_, err := service.Screen(p.ctx, seller.Call{Secret: secret})
			if err == nil {
				continue
			}
			if !parley.Is(err, parley.CodeUnauthorized) {
				return nil, err
			}
		}
		if keys[k.name], err = p.createKey(service, k.request); err != nil {
			return nil, err
		}
		made = true
	}
	if !made {
		return keys, nil
	}
	return keys, writeDemoKeys(file, keys)
}

// readDemoKeys reads NAME=KEY lines. A file that is not there holds none.
func readDemoKeys(file string) (map[string]string, error) {
	keys := map[string]string{}
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return keys, nil
	}
	if err == nil {
		err = os.Chmod(file, 0o600) // also one that somebody has copied here
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(content)) {
		if name, key, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			keys[name] = key
		}
	}
	return keys, nil
}

// writeDemoKeys replaces the file as a whole. Nobody but its owner may read it.
func writeDemoKeys(file string, keys map[string]string) (err error) {
	var content strings.Builder
	content.WriteString("# Keys of the demo, for a shell to read. 'parley serve --demo' made them.\n")
	for _, k := range demoKeys {
		fmt.Fprintf(&content, "%s=%s\n", k.name, keys[k.name])
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = draft.WriteString(content.String())
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(draft.Name()))
	}
	return nil
}

// firstRequest is the body of a quote that can be had: of the first product that sells a guaranteed volume. It is empty
// when there is none.
func (p *process) firstRequest(service *seller.Service) (string, error) {
	listing, err := service.Products(p.ctx, terminal(), storage.ProductFilter{
		DealType: parley.ProgrammaticGuaranteed, Page: storage.Page{Limit: 1},
	})
	if err != nil || len(listing.Items) == 0 {
		return "", err
	}
	product := listing.Items[0].Product
	return fmt.Sprintf(`{"product_id": %q, "deal_type": "PG", "impressions": %d}`,
		product.ID, max(product.MinimumImpressions, 1_000_000)), nil
}
