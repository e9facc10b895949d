package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley"
	"parley/client"
	"parley/wire/contract"
	"parley/wire/document"
)

// buyerCommand is the buyer's side at a terminal: it talks to a seller agent over HTTP, like any buyer's program.
type buyerCommand struct {
	Quote     buyerQuoteCommand     `cmd:"" help:"Ask for a quote."`
	Propose   buyerProposeCommand   `cmd:"" help:"Propose a deal at a price of your own."`
	Negotiate buyerNegotiateCommand `cmd:"" help:"Negotiate about a quote or a proposal, up to a ceiling, and show each round."`
	Book      buyerBookCommand      `cmd:"" help:"Book a quote, or an accepted proposal."`
	Watch     buyerWatchCommand     `cmd:"" help:"Show what happens to your quotes, proposals, deals and orders, as it happens."`
}

// sellerFlags say which seller agent to talk to, as whom, and how to show its answers.
type sellerFlags struct {
	URL  string `name:"url" env:"PARLEY_URL" default:"http://127.0.0.1:8080" placeholder:"URL" help:"The seller agent."`
	Key  string `name:"key" env:"PARLEY_API_KEY" placeholder:"KEY" help:"Your API key; better in PARLEY_API_KEY than on the command line."`
	JSON bool   `name:"json" help:"Print JSON, a line for each thing."`
}

func (f sellerFlags) client() *client.Client {
	return client.New(f.URL, f.Key, client.WithUserAgent("parley-buyer/"+version))
}

// show prints a thing: as JSON, or as lines of a name and a text of which the empty ones are left out.
func (f sellerFlags) show(p *process, thing any, lines ...[2]string) error {
	if f.JSON {
		return json.NewEncoder(p.out).Encode(thing)
	}
	widest := 0
	for _, line := range lines {
		widest = max(widest, len(line[0]))
	}
	for _, line := range lines {
		if line[1] == "" {
			continue
		}
		if _, err := fmt.Fprintf(p.out, "%-*s  %s\n", widest, line[0], printable(line[1])); err != nil {
			return err
		}
	}
	return nil
}

// flightFlags are a deal's terms.
type flightFlags struct {
	Product     string `arg:"" help:"Id of the product."`
	DealType    string `name:"deal-type" default:"PD" placeholder:"TYPE" help:"PG (guaranteed), PD (preferred) or PA (private auction)."`
	Impressions int64  `placeholder:"N" help:"How many; required for PG and for proposals."`
	Start       string `placeholder:"DATE" help:"First day, such as 2027-03-01."`
	End         string `placeholder:"DATE" help:"Last day, included."`
}

// flightDay reads a date of a flag; none is nil.
func flightDay(flag, text string) (*parley.Date, error) {
	if text == "" {
		return nil, nil
	}
	date, err := parley.ParseDate(text)
	if err != nil {
		return nil, misuse{fmt.Errorf("%s %w", flag, err), "write a date such as 2027-03-01"}
	}
	return &date, nil
}

func (f flightFlags) days() (start, end *parley.Date, err error) {
	start, errStart := flightDay("--start", f.Start)
	end, errEnd := flightDay("--end", f.End)
	return start, end, errors.Join(errStart, errEnd)
}

// price reads a price of a flag. Its currency is the seller's.
func price(flag, text string) (parley.Money, error) {
	p, err := client.ParsePrice(text, "")
	if err != nil || p.Micros <= 0 {
		return p, misuse{fmt.Errorf("%s %q is not a price", flag, text), "write a CPM such as 12.50"}
	}
	return p, nil
}

type buyerQuoteCommand struct {
	sellerFlags
	flightFlags
	Target string `placeholder:"CPM" help:"What you hope for; it never moves the price."`
}

// Run asks for a quote.
func (c buyerQuoteCommand) Run(p *process) error {
	start, end, err := c.days()
	if err != nil {
		return err
	}
	request := document.QuoteRequest{
		ProductID: c.Product, DealType: parley.DealType(c.DealType), Impressions: c.Impressions, FlightStart: start, FlightEnd: end,
	}
	if c.Target != "" {
		target, err := price("--target", c.Target)
		if err != nil {
			return err
		}
		request.TargetCPM = contract.PriceOf(target)
	}
	quote, err := c.client().CreateQuote(p.ctx, request)
	if err != nil {
		return err
	}
	available := "yes"
	if !quote.Availability.InventoryAvailable {
		available = "no"
	}
	if n := quote.Availability.AvailableImpressions; n != nil {
		available += fmt.Sprintf(", %d over the flight", *n)
	}
	return c.show(p, quote,
		[2]string{"quote", quote.QuoteID}, [2]string{"product", quote.Product.Name}, [2]string{"price", quote.Pricing.FinalCPM.String() + " CPM"},
		[2]string{"why", quote.Pricing.Rationale}, [2]string{"terms", termsText(quote.DealType, quote.Terms)},
		[2]string{"available", available}, [2]string{"good until", minute(quote.ExpiresAt)},
	)
}

func termsText(dealType parley.DealType, terms document.Terms) string {
	text := fmt.Sprintf("%s, %s to %s", dealType, terms.FlightStart, terms.FlightEnd)
	if terms.Impressions != nil {
		text = fmt.Sprintf("%d impressions, %s", *terms.Impressions, text)
	}
	return text
}

type buyerProposeCommand struct {
	sellerFlags
	flightFlags
	Price string `required:"" placeholder:"CPM" help:"What you would pay."`
}

// Run proposes a deal.
func (c buyerProposeCommand) Run(p *process) error {
	start, end, err := c.days()
	if err != nil {
		return err
	}
	if start == nil || end == nil {
		return misuse{errors.New("a proposal names its days"), "give --start and --end"}
	}
	offer, err := price("--price", c.Price)
	if err != nil {
		return err
	}
	proposal, err := c.client().Propose(p.ctx, document.ProposalRequest{
		ProductID: c.Product, DealType: parley.DealType(c.DealType), Price: contract.PriceOf(offer), Impressions: c.Impressions, StartDate: start, EndDate: end,
	})
	if err != nil {
		return err
	}
	return c.show(p, proposal, proposalLines(proposal)...)
}

func proposalLines(proposal document.ProposalResponse) [][2]string {
	lines := [][2]string{{"proposal", proposal.ProposalID}, {"status", string(proposal.Status)}}
	if proposal.AgreedPrice != nil {
		lines = append(lines, [2]string{"agreed", proposal.AgreedPrice.String() + " CPM"})
	}
	if terms := proposal.CounterTerms; terms != nil {
		lines = append(lines, [2]string{"offered instead", terms.ProposedPrice.String() + " CPM"}, [2]string{"because", terms.Reason})
	}
	var why []string
	for _, e := range proposal.Errors {
		why = append(why, e.Detail)
	}
	return append(lines, [2]string{"why not", strings.Join(why, " ")}, [2]string{"approval", contract.TextOf(proposal.ApprovalID)})
}

type buyerBookCommand struct {
	sellerFlags
	ID    string `arg:"" help:"Id of the quote or proposal."`
	Notes string `placeholder:"TEXT" help:"For the publisher; with a quote."`
	DSP   string `name:"dsp" placeholder:"NAME" help:"Where you will bid on it; with a proposal."`
}

// Run books a quote or a proposal.
func (c buyerBookCommand) Run(p *process) error {
	deal, err := book(p, c.client(), c.ID, c.Notes, c.DSP)
	if err != nil {
		return err
	}
	return c.show(p, deal, dealLines(deal)...)
}

func book(p *process, seller *client.Client, id, notes, dsp string) (document.DealResponse, error) {
	if strings.HasPrefix(id, parley.PrefixProposal) {
		return seller.BookProposal(p.ctx, document.ProposalBookingRequest{ProposalID: id, DSPPlatform: dsp})
	}
	return seller.BookDeal(p.ctx, document.BookingRequest{QuoteID: id, Notes: notes})
}

func dealLines(deal document.DealResponse) [][2]string {
	lines := [][2]string{
		{"deal", deal.DealID}, {"status", string(deal.Status)}, {"product", deal.Product.Name},
		{"price", deal.Pricing.FinalCPM.String() + " CPM"}, {"terms", termsText(deal.DealType, deal.Terms)},
	}
	for _, dsp := range slices.Sorted(maps.Keys(deal.ActivationInstructions)) {
		lines = append(lines, [2]string{printable(dsp), deal.ActivationInstructions[dsp]})
	}
	return lines
}
