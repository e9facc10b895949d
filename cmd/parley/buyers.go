package main

import (
	"encoding/json"
	"fmt"

	"parley"
	"parley/seller"
	"parley/wire"
	"parley/wire/document"
)

type buyersCommand struct {
	Export buyersExportCommand `cmd:"" help:"Print what is kept of the people of a buyer, as JSON."`
	Erase  buyersEraseCommand  `cmd:"" help:"Write over who the people of a buyer are and what they wrote. Deals, amounts, ids and who did what stay."`
}

type buyersExportCommand struct {
	world
	Buyer string `arg:"" help:"Id of an account, with all that belong to it; or of a buyer's key that is of no account."`
}

// buyerRecord is what is kept of a buyer's people.
type buyerRecord struct {
	Accounts []wire.WholeAccount        `json:"accounts"`
	Keys     []wire.Key                 `json:"keys"`
	Webhooks []document.Webhook         `json:"webhooks"`
	Words    map[string][]recordedWords `json:"words"` // by table and column
}

// recordedWords are what one row has of what somebody wrote.
type recordedWords struct {
	Row      string          `json:"row"`
	Text     string          `json:"text,omitempty"`
	Document json.RawMessage `json:"document,omitempty"`
}

// Run prints the record.
func (c buyersExportCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		record, err := service.BuyerRecord(p.ctx, terminal(), c.Buyer)
		if err != nil {
			return noSuchBuyer(err, c.Buyer)
		}
		shown := buyerRecord{
			Accounts: wire.Each(wire.View{}, record.Accounts, wire.WholeAccountOf), Keys: wire.Each(wire.View{}, record.Keys, wire.KeyOf),
			Webhooks: wire.Each(wire.View{}, record.Webhooks, wire.WebhookOf), Words: map[string][]recordedWords{},
		}
		for _, words := range record.Words {
			for _, row := range words.Rows {
				recorded := recordedWords{Row: row.Key, Text: row.Text}
				if words.Document {
					recorded.Text, recorded.Document = "", json.RawMessage(row.Text)
				}
				shown.Words[words.Column] = append(shown.Words[words.Column], recorded)
			}
		}
		return writeJSON(p.out, shown)
	})
}

type buyersEraseCommand struct {
	world
	Buyer string `arg:"" help:"Id of an account, with all that belong to it; or of a buyer's key that is of no account."`
	Yes   bool   `help:"Do it. Without this it is only told what would be written over."`
}

// Run erases, or tells what it would.
func (c buyersEraseCommand) Run(p *process) error {
	return p.withService(func(service *seller.Service) error {
		counted, err := service.EraseBuyer(p.ctx, terminal(), c.Buyer, c.Yes)
		if err != nil {
			return noSuchBuyer(err, c.Buyer)
		}
		for _, words := range counted {
			if _, err := fmt.Fprintf(p.out, "%6d  %s\n", len(words.Rows), words.Column); err != nil {
				return err
			}
		}
		last := "nothing is left to erase"
		switch {
		case len(counted) > 0 && c.Yes:
			last = "erased; there is no way back, except from a backup, which has it still"
		case len(counted) > 0:
			last = "nothing was changed; give --yes to write over it, for which there is no way back"
		}
		_, err = fmt.Fprintln(p.out, last)
		return err
	})
}

func noSuchBuyer(err error, id string) error {
	if parley.Is(err, parley.CodeNotFound) {
		return fmt.Errorf("there is no account and no key %q; 'parley accounts list' and 'parley keys list' show them", id)
	}
	return err
}
