package seller

import (
	"context"

	"parley/storage"
)

// ReportNames are what the products and accounts of a report are called.
type ReportNames struct{ products, accounts map[string]string }

// Product is what a product is called; its id where it is not known.
func (n ReportNames) Product(id string) string { return nameOr(n.products, id, id) }

// Account is what an account is called; as it pays where it is not known.
func (n ReportNames) Account(payer string) string {
	return nameOr(n.accounts, storage.PayerAccount(payer), payer)
}

func nameOr(names map[string]string, id, otherwise string) string {
	if name, known := names[id]; known {
		return name
	}
	return otherwise
}

// reportNames asks for the names of products and payers, each once.
func (v *view) reportNames(ctx context.Context, products, payers map[string]bool) (ReportNames, error) {
	accounts := map[string]bool{}
	for payer := range payers {
		if id := storage.PayerAccount(payer); id != "" {
			accounts[id] = true
		}
	}
	var names ReportNames
	for _, asked := range []struct {
		ids  map[string]bool
		ask  func([]string) *storage.Pending[[]storage.Named]
		into *map[string]string
	}{{products, v.ProductNames, &names.products}, {accounts, v.AccountNames, &names.accounts}} {
		if len(asked.ids) == 0 {
			continue
		}
		ids := make([]string, 0, len(asked.ids))
		for id := range asked.ids {
			ids = append(ids, id)
		}
		found, err := asked.ask(ids).Get(ctx)
		if err != nil {
			return names, err
		}
		*asked.into = make(map[string]string, len(found))
		for _, n := range found {
			(*asked.into)[n.ID] = n.Name
		}
	}
	return names, nil
}
