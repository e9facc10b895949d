package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"parley"
)

// writeApprovalsTable writes one line for each approval.
func writeApprovalsTable(w io.Writer, approvals []parley.InboxItem) error {
	if len(approvals) == 0 {
		_, err := fmt.Fprintln(w, "there are none")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, err := fmt.Fprintln(table, "ID\tGATE\tSTATUS\tWHO DECIDES\tUNTIL\tPRODUCT\tPRICE\tVALUE\tA YES")
	for _, a := range approvals {
		_, failed := fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Gate, a.Status, a.Role, minute(a.TimeoutAt),
			printable(a.Case.ProductID), amount(a.Case.Price, a.Case.Currency), valueOf(a), aYes(a))
		err = errors.Join(err, failed)
	}
	return errors.Join(err, table.Flush())
}

// writeApproval writes all there is to know of an approval, a line for each thing.
func writeApproval(w io.Writer, a parley.InboxItem) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var err error
	line := func(name, text string) {
		if text != "" {
			_, failed := fmt.Fprintf(table, "%s\t%s\n", name, text)
			err = errors.Join(err, failed)
		}
	}
	line("approval", a.ID)
	line("status", string(a.Status))
	line("gate", fmt.Sprintf("%s, by the rule %s", a.Gate, strconv.Quote(a.RuleName)))
	line("asked", minute(a.RequestedAt))
	line("asked by", printable(a.RequestedBy))
	line("who decides", whoDecides(a))
	line("about", about(a.Approval))
	line("what", whatIsSold(a.Facts()))
	line("price", priceAndAsk(a.Case))
	line("value", valueOf(a))
	line("approve", aYes(a))
	line("answered", notCarriedOut(a))
	if a.DecidedAt != nil {
		line("decided", fmt.Sprintf("%s by %s", minute(*a.DecidedAt), printable(a.DecidedBy)))
	}
	line("reason", printable(a.Reason))
	line("told the buyer", printable(a.BuyerMessage))
	line("offered", offered(a.Approval))
	switch {
	case a.ResumedAt != nil:
		line("carried out", minute(*a.ResumedAt)+": "+told(a.Outcome))
	case a.DecidedAt != nil:
		line("carried out", "not yet; 'parley approvals resume "+a.ID+"' does it")
	}
	return errors.Join(err, table.Flush())
}

func whoDecides(a parley.InboxItem) string {
	if a.Status != parley.ApprovalPending {
		return ""
	}
	who := string(a.Role)
	switch {
	case a.FirstOfTwo():
		who = fmt.Sprintf("two people, %s and %s", a.Role, a.SecondRole)
	case a.FirstLapsed():
		who = fmt.Sprintf("two people, %s first, since the yes of %s was to “%s”, which is not what a yes does now",
			strings.ReplaceAll(fmt.Sprint(a.Deciders()), " ", " or "), a.FirstBy, parley.PlainNumbers().FirstWas(a))
	case a.FirstBy != "":
		who = fmt.Sprintf("%s, after the yes of %s", strings.ReplaceAll(fmt.Sprint(a.Deciders()), " ", " or "), a.FirstBy)
	}
	text := fmt.Sprintf("%s, until %s; then it is rejected", who, minute(a.TimeoutAt))
	if a.OnTimeout == parley.TimeoutEscalates {
		text = fmt.Sprintf("%s, until %s; then %s", who, minute(a.TimeoutAt), a.EscalateTo)
	}
	return text
}

// about names what the approval holds.
func about(a parley.Approval) string {
	var parts []string
	for _, part := range []struct{ kind, id string }{
		{"proposal", a.ProposalID}, {"quote", a.QuoteID}, {"negotiation", a.NegotiationID}, {"deal", a.DealID}, {"order", a.OrderID},
		{"change request", a.ChangeID},
	} {
		if part.id != "" {
			parts = append(parts, part.kind+" "+part.id)
		}
	}
	return strings.Join(parts, ", ")
}

// valueOf is what a yes comes to while the question waits, and else what was asked about.
func valueOf(a parley.InboxItem) string {
	if a.Status != parley.ApprovalPending && a.Case.Volume != parley.VolumeUnknown {
		return amount(a.Case.DealValue, a.Case.Currency)
	}
	return cmp.Or(numbers.Valued(a), "unknown")
}

// notCarriedOut is what was answered and could not be carried out, and why; empty where nothing was.
func notCarriedOut(a parley.InboxItem) string {
	if !a.NotCarriedOut() {
		return ""
	}
	numbers := parley.PlainNumbers()
	why := cmp.Or(numbers.Instead(a), a.Planned.Failure)
	return printable("“" + numbers.Planned(a) + "” by " + a.Planned.By + " was not carried out: " + why)
}

// aYes is what a yes does; empty of what does not wait any more.
func aYes(a parley.InboxItem) string {
	if a.Status != parley.ApprovalPending {
		return ""
	}
	return printable(numbers.Decision(a, parley.ApprovalApproved, nil))
}

func whatIsSold(c parley.ApprovalCase) string {
	text := fmt.Sprintf("%s of %s (%s) to a buyer of the %s tier, %d days",
		c.DealType, printable(c.ProductID), printable(c.InventoryType), c.BuyerTier, c.FlightDays)
	switch {
	case c.Volume == parley.VolumeAvailable:
		text = parley.FormatCount(c.Impressions) + " available impressions, " + text
	case c.Impressions > 0:
		text = parley.FormatCount(c.Impressions) + " impressions, " + text
	}
	return text
}

func priceAndAsk(c parley.ApprovalCase) string {
	text := amount(c.Price, c.Currency) + " CPM"
	if off := c.DiscountPct(); off > 0 {
		text += fmt.Sprintf(", %.4g%% under the price list's %s", off, amount(c.Ask, c.Currency))
	}
	if c.UnderFloor() {
		text += fmt.Sprintf(", and under the floor of %s: it can only be rejected", amount(c.Floor, c.Currency))
	}
	return text
}

// offered are the terms of a counter.
func offered(a parley.Approval) string {
	m := a.Modifications
	if m == nil {
		return ""
	}
	var parts []string
	if m.CounterCPM != nil {
		parts = append(parts, amount(*m.CounterCPM, a.Case.Currency)+" CPM")
	}
	if m.Impressions != nil {
		parts = append(parts, parley.FormatCount(*m.Impressions)+" impressions")
	}
	if m.FlightStart != nil {
		parts = append(parts, "from "+m.FlightStart.String())
	}
	if m.FlightEnd != nil {
		parts = append(parts, "to "+m.FlightEnd.String())
	}
	if m.Note != "" {
		parts = append(parts, strconv.Quote(m.Note))
	}
	return strings.Join(parts, ", ")
}

// told is what carrying a decision out did, in words.
func told(outcome json.RawMessage) string {
	var done struct {
		Result string `json:"result"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(outcome, &done); err != nil {
		return string(outcome)
	}
	if done.Reason == "" {
		return done.Result
	}
	return done.Result + ", " + printable(done.Reason)
}

func minute(at time.Time) string { return at.UTC().Format("2006-01-02T15:04Z") }

// numbers are written as in notices.
var numbers = parley.PlainNumbers()

func amount(micros int64, currency parley.Currency) string { return numbers.Money(micros, currency) }
