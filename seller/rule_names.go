package seller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley"
	"parley/condition"
	"parley/storage"
)

// names looks up what rules and destinations name.
type names struct{ *storage.Reader }

// mention is the name of something in the catalog in a rule, or in what a destination is for: of a product, or of a kind of inventory.
type mention struct {
	path    string // the field that has it
	what    condition.Variable
	name    string
	literal *condition.Literal // in a condition; nil: by itself
	folded  bool               // capitals make no other name
}

// selected are the names of a selector.
func selected(path string, what condition.Variable, names []string) []mention {
	mentions := make([]mention, len(names))
	for i, name := range names {
		mentions[i] = mention{path: fmt.Sprintf("%s[%d]", path, i), what: what, name: name}
	}
	return mentions
}

// inSelector are the names that a rule's selector has.
func inSelector(s parley.Selector) []mention {
	return slices.Concat(selected("product_ids", condition.ProductID, s.ProductIDs), selected("inventory_types", condition.InventoryType, s.InventoryTypes))
}

// mentioned are the names in a condition, which has been found to compile.
func mentioned(vocabulary *condition.Vocabulary, expression string) []mention {
	if expression == "" {
		return nil
	}
	program, err := vocabulary.Compile(expression)
	if err != nil {
		return nil
	}
	var mentions []mention
	for _, l := range program.Literals() {
		if l.Variable == condition.ProductID || l.Variable == condition.InventoryType {
			mentions = append(mentions, mention{path: condition.Field, what: l.Variable, name: l.Text, literal: &l})
		}
	}
	return mentions
}

func cardMentions(card parley.RateCard) []mention {
	mentions := make([]mention, len(card.Entries))
	for i, entry := range card.Entries {
		mentions[i] = mention{path: fmt.Sprintf("entries[%d].inventory_type", i), what: condition.InventoryType, name: entry.InventoryType}
	}
	return mentions
}

// known refuses names that nothing in the catalog has, so that no rule waits for what can never come: each with the nearest one
// that there is. Kinds of inventory may also be the field's usual ones, which are there before the first product is.
func (n names) known(ctx context.Context, mentions []mention) error {
	if len(mentions) == 0 {
		return nil
	}
	types, err := n.inventoryTypes(ctx)
	if err != nil {
		return err
	}
	products, err := n.productsNamed(ctx, mentions)
	if err != nil {
		return err
	}
	var problems parley.Problems
	var place *condition.Literal
	for _, m := range mentions {
		if m.what == condition.ProductID && products[m.name] {
			continue
		}
		why, err := n.unknownName(ctx, m, types)
		if err != nil {
			return err
		}
		if why == "" {
			continue
		}
		if m.literal != nil {
			why = m.literal.Refused(why).Fields[0].Message
			if place == nil {
				place = m.literal
			}
		}
		problems.Add(m.path, "%s", why)
	}
	refused := problems.Err()
	var invalid *parley.Error
	if place != nil && errors.As(refused, &invalid) {
		return invalid.With("line", place.Line).With("column", place.Column)
	}
	return refused
}

// inventoryTypes are those that products have, and the field's usual ones, in order.
func (n names) inventoryTypes(ctx context.Context) ([]string, error) {
	found, err := n.InventoryTypes().Get(ctx)
	types := slices.Clone(parley.UsualInventoryTypes[:])
	for _, name := range found {
		types = append(types, parley.Folded(name))
	}
	slices.Sort(types)
	return slices.Compact(types), err
}

// productsNamed are the products among those that rules name.
func (n names) productsNamed(ctx context.Context, mentions []mention) (map[string]bool, error) {
	var ids []string
	for _, m := range mentions {
		if m.what == condition.ProductID {
			ids = append(ids, m.name)
		}
	}
	there := map[string]bool{}
	if len(ids) == 0 {
		return there, nil
	}
	found, err := n.ProductsByID(ids).Get(ctx)
	for _, p := range found {
		there[p.ID] = true
	}
	return there, err
}

// unknownName says why a product's id that is not there, or a kind of inventory, is nothing's in the catalog; "" when it is
// something's.
func (n names) unknownName(ctx context.Context, m mention, types []string) (string, error) {
	if m.what == condition.InventoryType {
		if parley.MediaOf(m.name) == parley.MediaLinearTV {
			return fmt.Sprintf("%q is linear television, which is not traded", m.name), nil
		}
		if slices.Contains(types, m.name) {
			return "", nil
		}
		// Kinds of which nothing is for sale now are not among them.
		held, err := n.Products(storage.ProductFilter{InventoryType: m.name, Page: storage.Page{Limit: 1, CountTo: 1}}).Get(ctx)
		if err != nil || len(held.Items) > 0 {
			return "", err
		}
		return fmt.Sprintf("there is no inventory type %q: these are ", m.name) + `"` + strings.Join(types, `", "`) + `"` + hint(parley.Nearest(m.name, types)), nil
	}
	near, err := n.nearestProduct(ctx, m.name)
	if m.folded && parley.Folded(near) == parley.Folded(m.name) {
		return "", err
	}
	return fmt.Sprintf("there is no product %q: it can be named once it is in the catalog", m.name) + hint(near), err
}

// nearestProduct is the id that a misspelt one most likely stands for, of those that begin alike.
func (n names) nearestProduct(ctx context.Context, id string) (string, error) {
	const begins, most = 3, 500
	start := []rune(strings.ToLower(strings.ToValidUTF8(id, "")))
	found, err := n.Products(storage.ProductFilter{
		Search: string(start[:min(begins, len(start))]), Page: storage.Page{Limit: most, CountTo: 1},
	}).Get(ctx)
	ids := make([]string, len(found.Items))
	for i, p := range found.Items {
		ids[i] = p.ID
	}
	return parley.Nearest(id, ids), err
}

func hint(name string) string {
	if name == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", name)
}

// MisnamedRules says what is wrong with the rules of the configuration that name what the catalog or the accounts do not have: they are
// read without these, and match nothing until it is there.
func (s *Service) MisnamedRules(ctx context.Context) (parley.Problems, error) {
	var problems parley.Problems
	err := s.store.Read(ctx, func(r *storage.Reader) error {
		for _, rule := range s.settings.ApprovalRules {
			there := names{r}
			err := there.known(ctx, approvalRules.mentions(rule))
			if err == nil {
				err = there.accounts(ctx, rule.AccountIDs)
			}
			if err == nil {
				err = there.met(ctx, approvalRules.aim(rule), s.today(s.clock()))
			}
			var misnamed *parley.Error
			if err != nil && (!errors.As(err, &misnamed) || misnamed.Code != parley.CodeValidation) {
				return err
			}
			if misnamed == nil {
				continue
			}
			for _, field := range misnamed.Fields {
				problems.Add(rule.Name, "%s", field.Message)
			}
		}
		return nil
	})
	return problems, err
}
