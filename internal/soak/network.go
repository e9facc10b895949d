package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"parley"
	fake "parley/internal/fake/admanager"
)

// network is an ad server that deals are sent to, which loses answers, before and after doing the work.
type network struct {
	*fake.Server

	mu     sync.Mutex
	chance *rand.Rand
}

// networkVariable tells the nodes where the network is.
const networkVariable = "FAULT_AD_MANAGER"

// sealingKey is the file, in the world's folder, that credentials are sealed under.
const sealingKey = "sealing.key"

func openNetwork(folder string, seed uint64) (*network, error) {
	if err := os.WriteFile(filepath.Join(folder, sealingKey), []byte(strings.Repeat("s", 32)), 0o600); err != nil {
		return nil, err
	}
	n := &network{Server: fake.New(parley.SystemClock), chance: rand.New(rand.NewPCG(seed, 17))}
	n.Serves()
	n.Breaks(func(string, string) fake.Fault {
		n.mu.Lock()
		defer n.mu.Unlock()
		switch roll := n.chance.IntN(100); {
		case roll < 10:
			return fake.DropsAfter
		case roll < 14:
			return fake.DropsBefore
		case roll < 16:
			return fake.Answers + "503"
		case roll < 18:
			return fake.Answers + "500"
		}
		return fake.None
	})
	return n, nil
}

// join has deals of the catalog sent to the network.
func (n *network) join(ctx context.Context, w *world) error {
	desk := w.desk[0]
	made, err := w.calls.do(ctx, desk, "POST", "/api/v1/destinations", fields{
		"kind": "ad_manager", "name": "network", "trigger": "deal_booked", "settings": fields{
			"network": fake.Network, "currency": fake.Currency, "trafficker": fake.Trafficker, "deal_key": fake.DealKey, "deal_key_id": fake.DealKeyID,
			"advertiser": fake.Advertiser, "approve": true,
		},
	}, desk.idempotencyKey("destination"))
	if err != nil {
		return err
	}
	if made.status != 201 {
		return unexpected("a destination", made)
	}
	path := "/api/v1/destinations/" + made.body.word("destination_id")
	set, err := w.calls.do(ctx, desk, "PUT", path+"/credential", fields{"credential": string(n.Credential())}, "")
	if err != nil {
		return err
	}
	if set.status != 200 {
		return unexpected("a credential", set)
	}
	for line := range strings.Lines(catalog) {
		product, _, _ := strings.Cut(line, ",")
		if product == "product_id" {
			continue
		}
		mapped, err := w.calls.do(ctx, desk, "PUT", path+"/mappings", fields{
			"about": "product", "name": product, "refs": fields{"ad_units": []string{fake.AdUnit}, "sizes": []string{"640x480"}, "max_seconds": 30},
		}, "")
		if err != nil {
			return err
		}
		if mapped.status != 200 {
			return unexpected("a mapping", mapped)
		}
	}
	return nil
}

// audit finds deals of which the network has two of a kind, and what it has of deals that there are not.
func (n *network) audit(ctx context.Context, a *auditor) error {
	deals, err := a.deals(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for collection, member := range map[string]string{"orders": "poNumber", "customTargetingValues": "adTagName", "lineItems": "externalLineItemId"} {
		seen := map[string]int{}
		for _, o := range n.Made(collection) {
			dealID := fmt.Sprint(o[member])
			if _, known := deals[dealID]; !known {
				problems = append(problems, fmt.Errorf("the network has %s of %s, which is no deal", collection, dealID))
			}
			if seen[dealID]++; seen[dealID] == 2 {
				problems = append(problems, fmt.Errorf("the network has several %s of the deal %s", collection, dealID))
			}
		}
	}
	return errors.Join(problems...)
}

// sent counts the line items that there are.
func (n *network) sent() int { return len(n.Made("lineItems")) }
