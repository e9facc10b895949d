package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"parley"
	"parley/deliveryfile"
	"parley/seller"
)

type deliveryCommand struct {
	Profiles deliveryProfilesCommand `cmd:"" help:"Say how the files of sources are to be read."`
	Import   deliveryImportCommand   `cmd:"" help:"Take in a file of what deals delivered, all of it or nothing. The same file of the same source again changes nothing."`
}

type deliveryImportCommand struct {
	world
	File        string            `arg:"" help:"CSV with the columns day, impressions and deal_id, or in its place alias or line_item_ref, and if known line, clicks, completions, viewable, bid_requests, bids, wins, spend with currency, final, loss_CODE; or a JSON list of such rows; '-' is standard input."`
	Source      string            `required:"" placeholder:"NAME" help:"Who counted, such as the ad server's name."`
	AsOf        string            `name:"as-of" placeholder:"TIME" help:"When the source said so, such as 2026-07-02T06:00:00Z; now when absent."`
	Column      map[string]string `placeholder:"HEADING=COLUMN" help:"What a heading means that is called otherwise, such as Date=day, or Notes=ignore."`
	SkipUnknown bool              `name:"skip-unknown" help:"Leave out rows of deals that there are not, rather than refuse the file."`
	Reason      string            `placeholder:"TEXT" help:"Replace final figures too, and say why."`
	DryRun      bool              `name:"dry-run" help:"Only say what would be done."`
}

// Run takes the file in, or says what taking it in would do.
func (c deliveryImportCommand) Run(p *process) error {
	in := io.NopCloser(p.in)
	if c.File != "-" {
		opened, err := os.Open(c.File)
		if err != nil {
			return err
		}
		in = opened
	}
	defer func() { _ = in.Close() }() // it was only read
	sum := sha256.New()
	var reading parley.DeliveryReading // by the source's profile
	file := seller.DeliveryFile{
		Source: c.Source, SkipUnknown: c.SkipUnknown, Reason: c.Reason,
		Feed: func(stage func(int, parley.DeliveryDay) error) error {
			from := io.TeeReader(in, sum)
			if err := deliveryfile.Read(from, deliveryfile.OptionsOf(reading, c.Column), stage); err != nil {
				return err
			}
			_, err := io.Copy(io.Discard, from) // of the file's end
			return err
		},
		Digest: func() string { return hex.EncodeToString(sum.Sum(nil)) },
	}
	if c.AsOf != "" {
		asOf, err := parley.ParseInstant(c.AsOf)
		if err != nil {
			return misuse{fmt.Errorf("--as-of: %q is no time", c.AsOf), "write one such as 2026-07-02T06:00:00Z"}
		}
		file.AsOf = asOf
	}
	return p.withService(func(service *seller.Service) error {
		var err error
		if reading, err = service.ReadingOf(p.ctx, terminal(), c.Source); err != nil {
			return err
		}
		report, err := service.ImportDelivery(p.ctx, terminal(), file, c.DryRun)
		if err != nil {
			return explainImport(err)
		}
		_, err = fmt.Fprintln(p.out, strings.Join(append([]string{said(report)}, report.Warnings...), "\n"))
		return err
	})
}

// said is what an import of figures did, in a line.
func said(r seller.DeliveryReport) string {
	if r.Known {
		return fmt.Sprintf("the file was taken in before, on %s; nothing was done; --as-of takes in again what was said otherwise since", r.At.UTC().Format(time.RFC3339))
	}
	parts := []string{fmt.Sprintf("%s rows, %s new or changed", parley.FormatCount(r.Rows), parley.FormatCount(r.Changed))}
	if r.Skipped > 0 {
		parts = append(parts, parley.FormatCount(r.Skipped)+" of unknown deals left out")
	}
	if r.From > 0 {
		parts = append(parts, fmt.Sprintf("from %s to %s", r.From, r.To))
	}
	text := strings.Join(parts, ", ")
	if r.Preview {
		return "would take in " + text
	}
	return "took in " + text
}
