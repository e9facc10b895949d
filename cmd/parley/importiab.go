package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"parley"
	"parley/config"
	"parley/iabfile"
	"parley/seller"
)

type importCommand struct {
	IAB importIABCommand `cmd:"" name:"iab" help:"Take over products, rate card, packages and buyers' keys from the IAB Tech Lab's seller agent."`
}

type importIABCommand struct {
	config.Database
	Files  []string `arg:"" name:"file" help:"The agent's SQLite file, or JSON that its API answered. Its inventory CSV is for 'parley catalog import'."`
	DryRun bool     `name:"dry-run" help:"Only tell what would become of each row."`
}

// Run reads the files, and takes over what can be. Each kind is taken over whole or not at all, and doing it again changes
// nothing, so that a run that failed is repeated.
func (c importIABCommand) Run(p *process) error {
	var found gathered
	for _, name := range c.Files {
		read, err := iabfile.Read(p.ctx, name, clock())
		if err != nil {
			return fmt.Errorf("%s: %w", name, plainly(err))
		}
		found.add(name, read)
	}
	return p.making().withService(func(service *seller.Service) error {
		moving := move{ctx: p.ctx, service: service, found: found.Contents, dryRun: c.DryRun}
		err := moving.all()
		return errors.Join(err, moving.report(p.out), moving.refusals())
	})
}

// gathered is what several files hold. What is in more than one of them, or more than once in one, counts as the first of them has
// it.
type gathered struct {
	iabfile.Contents
	in map[string]string // the first file of each thing
}

func (g *gathered) add(file string, read iabfile.Contents) {
	for _, p := range read.Products {
		if g.first(file, "product", p.Product.ID, p.Product.ID) {
			g.Products = append(g.Products, p)
		}
	}
	for _, p := range read.Packages {
		if g.first(file, "package", p.ID, p.ID) {
			g.Packages = append(g.Packages, p)
		}
	}
	for _, e := range read.Entries {
		if g.first(file, "rate card", e.InventoryType, e.InventoryType+" "+string(e.BaseCPM.Currency)) {
			g.Entries = append(g.Entries, e)
		}
	}
	for _, k := range read.Keys {
		if g.first(file, "key", k.ID, k.ID) {
			g.Keys = append(g.Keys, k)
		}
	}
	g.Left = append(g.Left, read.Left...)
}

// first tells whether a thing has not been met before; one that has is left, with where it was.
func (g *gathered) first(file, kind, id, known string) bool {
	before, met := g.in[kind+" "+known]
	if met {
		g.Left = append(g.Left, iabfile.Row{Kind: kind, ID: id, Why: "is in " + before + " already, which comes first and counts"})
		return false
	}
	if g.in == nil {
		g.in = map[string]string{}
	}
	g.in[kind+" "+known] = file
	return true
}

// plainly is a refusal in the words for whoever caused it.
func plainly(err error) error {
	var refused *parley.Error
	if errors.As(err, &refused) && refused.Code != parley.CodeInternal {
		return errors.New(refused.Message)
	}
	return err
}

// move is a taking over under way.
type move struct {
	ctx     context.Context
	service *seller.Service
	found   iabfile.Contents
	dryRun  bool
	rows    []movedRow
}

// movedRow is what became of one thing.
type movedRow struct {
	kind, id, what, note string
}

func (m *move) record(kind, id, what, note string) {
	m.rows = append(m.rows, movedRow{kind, id, what, note})
}

// all takes everything over, and tells what is left also where a step fails.
func (m *move) all() error {
	var err error
	for _, step := range []func() error{m.products, m.rateCard, m.packages, m.keys} {
		if err = step(); err != nil {
			break
		}
	}
	for _, row := range m.found.Left {
		what := left
		if row.Refused {
			what = refused
		}
		m.record(row.Kind, row.ID, what, row.Why)
	}
	return err
}

// What became of a row.
const (
	moved   = "moved"
	there   = "there already"
	refused = "refused" // it would have moved, and cannot be read or used
	left    = "left"    // nothing like it moves
)

func (m *move) products() error {
	if len(m.found.Products) == 0 {
		return nil
	}
	changes := seller.CatalogImport{Feed: func(stage func(int, parley.ProductChange) error) error {
		for i, product := range m.found.Products {
			if err := stage(i+1, product.ProductChange); err != nil {
				return err
			}
		}
		return nil
	}}
	// It is tried first, for the same report of a dry run and of a real one.
	preview, err := m.service.PreviewImport(m.ctx, terminal(), changes, len(m.found.Products))
	if err != nil {
		return fmt.Errorf("products: %w", explainImport(err))
	}
	card, err := m.service.RateCard(m.ctx, terminal())
	if err != nil {
		return err
	}
	changed, unpriced := map[string]bool{}, map[string]string{}
	for _, diff := range preview.Diffs {
		changed[diff.After.ID] = true
		if diff.After.BaseCPM == nil {
			unpriced[diff.After.ID] = m.pricedBy(card, diff.After)
		}
	}
	if !m.dryRun {
		if _, err := m.service.ImportCatalog(m.ctx, terminal(), changes); err != nil {
			return fmt.Errorf("products: %w", explainImport(err))
		}
	}
	for _, product := range m.found.Products {
		id := product.Product.ID
		m.record("product", id, outcome(changed[id]), strings.Join(slices.DeleteFunc([]string{product.Note, unpriced[id]}, func(note string) bool { return note == "" }), "; "))
	}
	return nil
}

// pricedBy says what a product without a price of its own is sold at: the price of its inventory type, of those that are taken
// over or else in the card in force.
func (m *move) pricedBy(card parley.RateCard, product parley.Product) string {
	for _, entry := range slices.Concat(m.found.Entries, card.Entries) {
		if parley.Folded(entry.InventoryType) == product.InventoryType && entry.BaseCPM.Currency == product.Currency && m.holds(entry) {
			return fmt.Sprintf("it has no price of its own, and sells at the rate card's %s", entry.BaseCPM)
		}
	}
	return fmt.Sprintf("it has no price, and is not sold until the rate card has one for %s in %s", product.InventoryType, product.Currency)
}

// holds tells whether an entry can be put into the card in force.
func (m *move) holds(entry parley.RateCardEntry) bool {
	return entry.EffectiveDate == nil || *entry.EffectiveDate <= m.service.Today()
}

func outcome(changes bool) string {
	if changes {
		return moved
	}
	return there
}

// rateCard puts the prices by inventory type into the rate card in force, and leaves the rest of it as it is.
func (m *move) rateCard() error {
	offered, err := m.service.Offering(m.ctx)
	if err != nil {
		return err
	}
	types := offered.InventoryTypes
	for _, product := range m.found.Products {
		types = append(types, product.Product.InventoryType)
	}
	card, err := m.service.RateCard(m.ctx, terminal())
	if err != nil {
		return err
	}
	differs := false
	for _, entry := range m.found.Entries {
		if !slices.Contains(types, entry.InventoryType) {
			m.record("rate card", entry.InventoryType, left, "there is no product of this inventory type")
			continue
		}
		if !m.holds(entry) {
			m.record("rate card", entry.InventoryType, left, fmt.Sprintf("holds from %s; put it into the card on that day", *entry.EffectiveDate))
			continue
		}
		at := slices.IndexFunc(card.Entries, func(e parley.RateCardEntry) bool {
			return e.InventoryType == entry.InventoryType && e.BaseCPM.Currency == entry.BaseCPM.Currency
		})
		same := at >= 0 && card.Entries[at].Equal(entry)
		switch {
		case same:
		case at >= 0:
			card.Entries[at] = entry
		default:
			card.Entries = append(card.Entries, entry)
		}
		differs = differs || !same
		m.record("rate card", entry.InventoryType, outcome(!same), "")
	}
	if !differs || m.dryRun {
		return nil
	}
	version := card.Version
	_, err = m.service.ImportRateCard(m.ctx, terminal(), card, &version, func(parley.RateCard) (seller.Answer, error) { return seller.Answer{}, nil })
	if err != nil {
		return fmt.Errorf("rate card: %w", explainImport(err))
	}
	return nil
}

// packages are taken over one by one, so that one that cannot be keeps no other back.
func (m *move) packages() error {
	coming := map[string]bool{}
	for _, product := range m.found.Products {
		coming[product.Product.ID] = true
	}
	for _, p := range m.found.Packages {
		if m.dryRun && slices.ContainsFunc(p.Products, func(part parley.PackageProduct) bool { return coming[part.ProductID] }) {
			missing, err := m.missing(p.Package, coming)
			switch {
			case err != nil:
				return fmt.Errorf("package %s: %w", p.ID, err)
			case missing != "":
				m.record("package", p.ID, refused, fmt.Sprintf("names no product of the catalog: %q", missing))
			default:
				m.record("package", p.ID, moved, p.Note+"; its products are taken over first")
			}
			continue
		}
		done, err := m.service.ImportPackages(m.ctx, terminal(), []parley.Package{p.Package}, m.dryRun)
		if m.refuses("package", p.ID, "packages[0].", err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("package %s: %w", p.ID, err)
		}
		m.record("package", p.ID, outcome(done.Added+done.Changed > 0), p.Note)
	}
	return nil
}

// missing is a product of a package that is neither there nor coming; empty when each is.
func (m *move) missing(p parley.Package, coming map[string]bool) (string, error) {
	for _, part := range p.Products {
		if coming[part.ProductID] {
			continue
		}
		_, err := m.service.CatalogProduct(m.ctx, terminal(), part.ProductID)
		if parley.Is(err, parley.CodeNotFound) {
			return part.ProductID, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// keys are taken over one by one, like packages.
func (m *move) keys() error {
	for _, key := range m.found.Keys {
		done, err := m.service.ImportKeys(m.ctx, terminal(), []parley.Key{key}, m.dryRun)
		if m.refuses("key", key.ID, "keys[0].", err) {
			continue
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", key.ID, err)
		}
		note := ""
		if done[0].Added && done[0].Key.ID != key.ID {
			note = "its id was taken; it was " + key.ID
		}
		m.record("key", done[0].Key.ID, outcome(done[0].Added), note)
	}
	return nil
}

// refuses records a thing that the service refused, in the service's words without the place that the thing had among what it was
// given alone. Other failures end the taking over.
func (m *move) refuses(kind, id, place string, err error) bool {
	var why *parley.Error
	if !errors.As(err, &why) || why.Code == parley.CodeInternal {
		return false
	}
	m.record(kind, id, refused, strings.ReplaceAll(why.Message, place, ""))
	return true
}

// refusals is an error where something was refused, so that a script sees it.
func (m *move) refusals() error {
	n := 0
	for _, row := range m.rows {
		if row.what == refused {
			n++
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return errors.New("1 row was refused; mend it where it comes from, then run this again")
	}
	return fmt.Errorf("%d rows were refused; mend them where they come from, then run this again", n)
}

// report tells what became of each row, and of how many.
func (m *move) report(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	counts := map[string]int{}
	for _, row := range m.rows {
		counts[row.what]++
		if _, err := fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.kind, row.id, row.what, row.note); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	tried := ""
	if m.dryRun {
		tried = "; nothing was kept, as asked"
	}
	_, err := fmt.Fprintf(out, "%d rows: %d moved, %d there already, %d refused, %d left%s\n", len(m.rows), counts[moved], counts[there], counts[refused], counts[left], tried)
	return err
}
