package main

import (
	"bufio"
	"fmt"

	"parley"
	"parley/catalogfile"
	"parley/seller"
)

type packagesCommand struct {
	Import packagesImportCommand `cmd:"" help:"Add and change packages from a file, all of them or none."`
	Export packagesExportCommand `cmd:"" help:"Print all packages as JSON."`
}

type packagesImportCommand struct {
	world
	File   string `arg:"" help:"JSON list of packages; '-' is standard input."`
	DryRun bool   `help:"Say what would be done, and do nothing."`
}

// Run imports the file.
func (c packagesImportCommand) Run(p *process) error {
	file, err := catalogImportCommand{File: c.File}.open(p)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	packages, err := catalogfile.ReadPackages(file)
	if err != nil {
		return explainImport(err)
	}
	return p.withService(func(service *seller.Service) error {
		done, err := service.ImportPackages(p.ctx, terminal(), packages, c.DryRun)
		if err != nil {
			return explainImport(err)
		}
		tried := ""
		if c.DryRun {
			tried = "; nothing was kept, as asked"
		}
		_, err = fmt.Fprintf(p.out, "%d packages: %d added, %d changed, %d as they were%s\n",
			len(packages), done.Added, done.Changed, done.Unchanged, tried)
		return err
	})
}

type packagesExportCommand struct {
	world
}

// Run prints the packages.
func (c packagesExportCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		packages, err := seller.AllRows(func(k parley.Package) string { return k.ID }, func(page seller.Page) (seller.Listing[parley.Package], error) {
			return service.Packages(p.ctx, terminal(), seller.PackageFilter{Page: page})
		})
		if err != nil {
			return err
		}
		out := bufio.NewWriter(p.out)
		if err := catalogfile.WritePackages(out, packages); err != nil {
			return err
		}
		return out.Flush()
	})
}
