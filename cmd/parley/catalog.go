package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"parley"
	"parley/catalogfile"
	"parley/seller"
)

type catalogCommand struct {
	Import catalogImportCommand `cmd:"" help:"Add and change products from a file, all of them or none. Columns that the file does not have stay as they are."`
	Export catalogExportCommand `cmd:"" help:"Print all products."`
	Pause  catalogPauseCommand  `cmd:"" help:"Offer products no more for now: nothing new is agreed on them."`
	Resume catalogResumeCommand `cmd:"" help:"Offer products again."`
	Retire catalogRetireCommand `cmd:"" help:"Take products off sale for good, out of sight of buyers. Their running deals keep on."`
}

type catalogImportCommand struct {
	world
	File             string `arg:"" help:"Product CSV or JSON, or the inventory CSV of the IAB Tech Lab's seller agent, told apart by content; '-' is standard input."`
	BaseMarkup       string `name:"base-markup" placeholder:"PCT" help:"Put the base price of rows that have only a floor this many percent above it. Without it new products sell at their floor."`
	DailyImpressions *int64 `name:"daily-impressions" placeholder:"N" help:"Declare this capacity of a day for products that are left without one, so that they can be sold as PG."`
	DryRun           bool   `name:"dry-run" help:"Only show what would change."`
}

// Run imports the file, or shows what importing it would change.
func (c catalogImportCommand) Run(p *process) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	file, err := c.open(p)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return p.making().withService(func(service *seller.Service) error {
		var read catalogfile.Report
		products := seller.CatalogImport{
			Feed: func(stage func(int, parley.ProductChange) error) error {
				var err error
				read, err = catalogfile.Read(file, options, stage)
				return err
			},
			DailyImpressions: c.DailyImpressions,
		}
		var preview seller.CatalogPreview
		var err error
		if c.DryRun {
			preview, err = service.PreviewImport(p.ctx, terminal(), products, math.MaxInt)
		} else {
			preview.ImportedCatalog, err = service.ImportCatalog(p.ctx, terminal(), products)
		}
		if warned := p.warn(read); warned != nil {
			return errors.Join(err, warned)
		}
		if err != nil {
			return explainImport(err)
		}
		if err := p.warnUnguaranteed(preview.ImportSummary); err != nil {
			return err
		}
		if err := p.warnMixed(preview.MixedPackages); err != nil {
			return err
		}
		return p.reportImport(read, preview, c.DryRun)
	})
}

func (c catalogImportCommand) options() (catalogfile.Options, error) {
	if c.BaseMarkup == "" {
		return catalogfile.Options{}, nil
	}
	wrong := misuse{
		fmt.Errorf("--base-markup: %q is not a percentage", c.BaseMarkup), "write one from 0 to 1000 such as 25 or 12.5",
	}
	// A percent is a hundred basis points, and has at most two decimal places.
	micros, err := parley.ParseMicros(c.BaseMarkup)
	const perBasisPoint = parley.MicrosPerUnit / 100
	if err != nil || micros < 0 || micros > 1000*parley.MicrosPerUnit || micros%perBasisPoint != 0 {
		return catalogfile.Options{}, wrong
	}
	return catalogfile.Options{BaseMarkup: parley.BasisPoints(micros / perBasisPoint)}, nil
}

func (c catalogImportCommand) open(p *process) (io.ReadCloser, error) {
	if c.File == "-" {
		return io.NopCloser(p.in), nil
	}
	return os.Open(c.File)
}

// warn tells what is worth knowing about rows that are not wrong.
func (p *process) warn(read catalogfile.Report) error {
	for _, warning := range read.Warnings {
		if _, err := fmt.Fprintln(p.err, "warning:", warning); err != nil {
			return err
		}
	}
	if more := read.WarningsTotal - len(read.Warnings); more > 0 {
		_, err := fmt.Fprintf(p.err, "warning: and %d more\n", more)
		return err
	}
	return nil
}

// explainImport says that nothing was imported, and why.
func explainImport(err error) error {
	var rows *catalogfile.RowErrors
	if errors.As(err, &rows) {
		return fmt.Errorf("nothing was imported, for these problems (%d):\n%w", rows.Total, rows)
	}
	var refused *parley.Error
	if errors.As(err, &refused) && refused.Code != parley.CodeInternal {
		if len(refused.Fields) == 0 {
			return fmt.Errorf("nothing was imported: %s", refused.Message)
		}
		var lines strings.Builder
		for _, field := range refused.Fields {
			fmt.Fprintf(&lines, "\n%s: %s", field.Path, field.Message)
		}
		return fmt.Errorf("nothing was imported, for these problems (%d):%s", len(refused.Fields), lines.String())
	}
	return fmt.Errorf("nothing was imported: %w", err)
}

// warnUnguaranteed names the products that are sold as PG and declare no capacity for it.
func (p *process) warnUnguaranteed(done seller.ImportSummary) error {
	if done.UnguaranteedTotal == 0 {
		return nil
	}
	const named = 10
	ids, more := done.Unguaranteed[:min(named, len(done.Unguaranteed))], ""
	if rest := done.UnguaranteedTotal - int64(len(ids)); rest > 0 {
		more = fmt.Sprintf(" and %d more", rest)
	}
	_, err := fmt.Fprintf(p.err, "warning: without daily_impressions these are sold as PG only on days that have a capacity of their own: %s%s\n"+
		"warning: --daily-impressions N declares a capacity for rows without one\n", strings.Join(ids, ", "), more)
	return err
}

// warnMixed names the packages that a change of products takes out of the media kit.
func (p *process) warnMixed(packages []seller.MixedPackage) error {
	for _, mixed := range packages {
		if _, err := fmt.Fprintln(p.err, "warning:", mixed); err != nil {
			return err
		}
	}
	return nil
}

// reportImport says what was done, or what would be.
func (p *process) reportImport(read catalogfile.Report, done seller.CatalogPreview, dryRun bool) error {
	out := bufio.NewWriter(p.out)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) } // Flush tells the first failure
	for _, d := range done.Diffs {
		if d.Before == nil {
			say("line %d: %s is added\n", d.Line, d.After.ID)
			continue
		}
		say("line %d: %s is changed\n", d.Line, d.After.ID)
		for _, field := range d.Before.Differences(d.After).Each() {
			say("  %s: %q -> %q\n", field, d.Before.Text(field), d.After.Text(field))
		}
	}
	would := ""
	if dryRun {
		would = "dry run, nothing was changed: "
	}
	say("%s%d products: %d added, %d changed, %d as they were\n", would, read.Products, done.Added, done.Changed, done.Unchanged)
	if done.OpenQuotes > 0 {
		say("%s of products that would be sold otherwise; they keep their price until they expire", parley.Quantity(done.OpenQuotes, "open quote"))
		if done.Unsold > 0 {
			say(", but for %d that could not be booked any more", done.Unsold)
		}
		say("\n")
	}
	return out.Flush()
}

type catalogExportCommand struct {
	world
	Format string `enum:"csv,json" default:"csv" placeholder:"csv|json" help:"Form of the file, csv or json; csv when not given."`
}

// Run prints the products.
func (c catalogExportCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		out := bufio.NewWriter(p.out)
		file := catalogfile.NewCSVWriter(out)
		if c.Format == "json" {
			file = catalogfile.NewJSONWriter(out)
		}
		if err := service.ExportCatalog(p.ctx, terminal(), file.Write); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
		return out.Flush()
	})
}
