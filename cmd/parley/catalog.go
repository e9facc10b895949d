package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"parley"
	"parley/catalogfile"
	"parley/config"
	"parley/seller"
	"parley/storage"
)

type catalogCommand struct {
	Import catalogImportCommand `cmd:"" help:"Add and change products from a file, all of them or none."`
	Export catalogExportCommand `cmd:"" help:"Print all products."`
}

type catalogImportCommand struct {
	config.Database
	File       string `arg:"" help:"Product CSV or JSON, or the inventory CSV of the IAB Tech Lab's seller agent, told apart by content; '-' is standard input."`
	BaseMarkup string `name:"base-markup" placeholder:"PCT" help:"Put the base price of rows that have only a floor this many percent above it. Without it they sell at their floor."`
}

// Run imports the file.
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
	return p.withService(func(service *seller.Service) error {
		var read catalogfile.Report
		done, err := service.ImportCatalog(p.ctx, terminal(), func(stage func(int, parley.Product) error) error {
			var err error
			read, err = catalogfile.Read(file, options, stage)
			return err
		})
		if warned := p.warn(read); warned != nil {
			return errors.Join(err, warned)
		}
		if err != nil {
			return explainImport(err)
		}
		return p.reportImport(read, done)
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

func (p *process) reportImport(read catalogfile.Report, done storage.ImportReport) error {
	skipped := ""
	if read.Skipped > 0 {
		skipped = fmt.Sprintf(", %d left out", read.Skipped)
	}
	_, err := fmt.Fprintf(p.out, "%d products: %d added, %d changed, %d as they were%s\n",
		read.Products, done.Added, done.Changed, done.Unchanged, skipped)
	return err
}

type catalogExportCommand struct {
	config.Database
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
