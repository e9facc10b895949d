package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
)

// history is what clients asked of one kind of thing and heard, to be checked for being linearizable: that there is an
// order of the requests, each at an instant between its being made and its being answered, in which one client alone would
// have heard the same.
type history struct {
	mu         sync.Mutex
	operations map[string][]porcupine.Operation // by what they are about
}

func (h *history) add(subject string, client int, a answer, input, output any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.operations == nil {
		h.operations = map[string][]porcupine.Operation{}
	}
	h.operations[subject] = append(h.operations[subject],
		porcupine.Operation{ClientId: client, Input: input, Call: a.from, Output: output, Return: a.to})
}

// histories are those of one phase.
type histories struct {
	quotes    history // bookings of a quote
	proposals history // bookings of an accepted proposal
	approvals history // decisions of an approval
	ledger    history // reservations of a product on one day
}

// judge checks all histories, and answers how many operations they hold. It fails on one that is not linearizable, and
// counts the subjects that it could not decide on in time.
func (h *histories) judge(within time.Duration) (operations, undecided int, err error) {
	for _, c := range []struct {
		name    string
		history *history
		model   porcupine.Model
	}{
		{"quote booking", &h.quotes, bookingModel(false)},
		{"proposal to deal", &h.proposals, bookingModel(true)},
		{"approval decisions", &h.approvals, decisionModel},
		{"inventory ledger", &h.ledger, ledgerModel},
	} {
		for _, subject := range slices.Sorted(maps.Keys(c.history.operations)) {
			of := c.history.operations[subject]
			operations += len(of)
			switch porcupine.CheckOperationsTimeout(c.model, of, within) {
			case porcupine.Illegal:
				return operations, undecided, fmt.Errorf("%s: the history of %s is not linearizable:\n%s", c.name, subject, describe(c.model, of))
			case porcupine.Unknown:
				undecided++
			case porcupine.Ok:
			}
		}
	}
	return operations, undecided, nil
}

func describe(model porcupine.Model, operations []porcupine.Operation) string {
	text := ""
	for _, o := range operations {
		text += fmt.Sprintf("%12d..%-12d %s\n", o.Call, o.Return, model.DescribeOperation(o.Input, o.Output))
	}
	return text
}

// booked is the answer to a booking: the deal that it made, or the one that was there, or that inventory was short.
type booked struct {
	deal  string
	taken string
	short bool
}

// bookingModel is something that becomes at most one deal. The state is the deal's id, empty until there is one. Where it
// repeats, booking what is booked answers with the same deal; else it is refused with that deal's id.
func bookingModel(repeats bool) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, _, output any) (bool, any) {
			deal, _ := state.(string)
			switch out, _ := output.(booked); {
			case out.short:
				return deal == "", state
			case out.taken != "":
				return deal == out.taken, state
			default:
				return deal == "" || repeats && deal == out.deal, out.deal
			}
		},
		DescribeOperation: func(_, output any) string { return fmt.Sprintf("book: %+v", output) },
	}
}

// decided is the answer to a decision: that it holds, or that another does.
type decided struct{ holds bool }

// decisionModel is an approval, which is decided once. The state is the decision.
var decisionModel = porcupine.Model{
	Init: func() any { return "" },
	Step: func(state, input, output any) (bool, any) {
		if out, _ := output.(decided); out.holds {
			return state == "", input
		}
		return state != "", state
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%v: %+v", input, output) },
}

// reserve asks for impressions on a product's day, or gives them back when negative. The first operation of a history says
// what is reserved before, with observed.
type reserve struct {
	impressions int64
	capacity    int64
	observed    bool
}

// reserved tells whether a reservation was made; a release always is.
type reserved struct{ done bool }

// ledgerModel is one product's day. The state is what is reserved.
var ledgerModel = porcupine.Model{
	Init: func() any { return int64(-1) },
	Step: func(state, input, output any) (bool, any) {
		sum, _ := state.(int64)
		in, _ := input.(reserve)
		out, _ := output.(reserved)
		switch {
		case in.observed:
			return sum < 0, in.impressions
		case sum < 0:
			return false, state
		case !out.done:
			return sum+in.impressions > in.capacity, state
		}
		sum += in.impressions
		return sum >= 0 && sum <= in.capacity, sum
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %+v", input, output) },
}
