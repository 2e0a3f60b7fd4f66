package main

import (
	"math"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

// The time limit of Porcupine for one ticket.
const timeLimit = 60 * time.Second

// jumpsInPiece is how often a store that loses writes may change its state between two neighbouring events of a
// ticket.
const jumpsInPiece = 3

// linearizable checks with Porcupine whether the calls of a ticket fit the state table in some order that their
// times allow.
func linearizable(h *ticketHistory, faults []record, j judgement) (porcupine.CheckResult, porcupine.LinearizationInfo) {
	return porcupine.CheckOperationsVerbose(model(j), operationsOf(h, faults, j), timeLimit)
}

// operationsOf returns the calls that report or may change something, and the moments of possible losses of the
// store.
func operationsOf(h *ticketHistory, faults []record, j judgement) []porcupine.Operation {
	calls := judged(h.calls, j)
	first, last := span(calls)
	expires, approvalExpires := expiries(calls)
	clients := map[string]int{}
	var operations []porcupine.Operation
	add := func(in input, process string, start, end int64) {
		if _, seen := clients[process]; !seen {
			clients[process] = len(clients)
		}
		if end == math.MaxInt64 {
			// After everything that is known of the ticket, which is as good as never and can be drawn.
			end = last + 1
		}
		in.expires, in.approvalExpires = end >= expires, end >= approvalExpires
		operations = append(operations, porcupine.Operation{
			ClientId: clients[process], Input: in, Call: start, Return: end,
		})
	}
	for _, one := range calls {
		add(input{record: one}, one.Process, one.Start, one.end())
	}
	for _, fault := range faults {
		if fault.End < first || fault.Start > last {
			continue
		}
		switch {
		case j.withLosses && fault.Effect == "lost":
			for _, piece := range pieces(fault, calls) {
				for i := 0; i < jumpsInPiece; i++ {
					add(input{record: fault, jump: "lost"}, "fault", piece[0], piece[1])
				}
			}
		case fault.Effect == "empty":
			add(input{record: fault, jump: "empty"}, "fault", fault.Start, fault.End)
		}
	}
	return operations
}

// judged returns the calls whose results the table can check, or that may have changed something. Of equal calls with
// unknown outcomes, the first is enough: it may take effect whenever a later one may, and a second effect is none.
func judged(calls []record, j judgement) []record {
	var kept []record
	seen := map[string]bool{}
	for _, one := range calls {
		what := outcomeOf(one)
		if j.withDoubtfulErrors && what == nothing && one.Reason == "STORE_UNAVAILABLE" {
			one.Code, one.Reason, one.End, what = "", "", 0, unknown
		}
		if what == nothing || what == unexpected || (what == unknown && reads[one.Op]) {
			continue
		}
		if what == unknown {
			same := one.Op + " " + one.Caller
			if seen[same] {
				continue
			}
			seen[same] = true
		}
		kept = append(kept, one)
	}
	return kept
}

func span(calls []record) (first, last int64) {
	first = math.MaxInt64
	for _, one := range calls {
		if one.Start < first {
			first = one.Start
		}
		for _, at := range []int64{one.Start, one.end()} {
			if at > last && at != math.MaxInt64 {
				last = at
			}
		}
	}
	return first, last
}

// expiries returns the earliest moments at which the ticket may have expired, before and after the approval.
func expiries(calls []record) (pending, approved int64) {
	pending, approved = math.MaxInt64, math.MaxInt64
	for _, one := range calls {
		if one.Op != "CreateTicket" {
			continue
		}
		if one.TTL > 0 {
			pending = one.Start + one.TTL - skew
		}
		if one.AuthorizedTTL > 0 {
			approved = one.Start + one.AuthorizedTTL - skew
		}
	}
	return pending, approved
}

// pieces returns the parts of a fault between the starts and ends of calls: the state of the store may differ
// in each.
func pieces(fault record, calls []record) [][2]int64 {
	cuts := []int64{fault.Start, fault.End}
	for _, one := range calls {
		for _, at := range []int64{one.Start, one.end()} {
			if at > fault.Start && at < fault.End {
				cuts = append(cuts, at)
			}
		}
	}
	sort.Slice(cuts, func(i, j int) bool { return cuts[i] < cuts[j] })
	var stretches [][2]int64
	for i := 1; i < len(cuts); i++ {
		stretches = append(stretches, [2]int64{cuts[i-1], cuts[i]})
	}
	return stretches
}
