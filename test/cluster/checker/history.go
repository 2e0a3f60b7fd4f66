package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"sort"
)

// A record is one line of the history. Times are nanoseconds of one clock.
type record struct {
	Op      string `json:"op"`
	Process string `json:"process,omitempty"`
	Node    string `json:"node,omitempty"`
	Ticket  string `json:"ticket,omitempty"`
	// Who calls: the name of an approver, or "app".
	Caller string `json:"caller,omitempty"`
	Start  int64  `json:"start"`
	// Zero for a call that was never answered.
	End int64 `json:"end,omitempty"`
	// The gRPC code by its name; empty for a call that was never answered.
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
	// What the answer says: the state, or the current state of a refusal.
	State        string `json:"state,omitempty"`
	Revision     int    `json:"revision,omitempty"`
	CancelReason string `json:"cancelReason,omitempty"`
	// Whom an exchange logged in.
	User string `json:"user,omitempty"`
	// Of CreateTicket: how long the ticket lives until it is approved, and from then on. Zero for longer than the history.
	TTL           int64 `json:"ttl,omitempty"`
	AuthorizedTTL int64 `json:"authorizedTtl,omitempty"`
	// Of a Fault: "empty" if the store may have lost tickets whole, "lost" if it may have lost any writes.
	Effect string `json:"effect,omitempty"`
	Kind   string `json:"kind,omitempty"`
	// Of a GetStatus: it was made when all was over.
	Final bool `json:"final,omitempty"`
}

// What a record tells. Calls are operations; a Watch is a status that a stream brought, a WatchEnded the end of a watcher
// that stayed, with the last status it had; a Fault is something that was done to the deployment.
var writes = map[string]bool{
	"CreateTicket": true, "MarkScanned": true, "Authorize": true, "Cancel": true, "Withdraw": true, "ExchangeUserInfo": true,
}
var reads = map[string]bool{"GetStatus": true, "Watch": true}

// A ticketHistory is all that was asked and answered about one ticket, by start.
type ticketHistory struct {
	ticket string
	calls  []record
	ends   []record
}

type history struct {
	tickets    []*ticketHistory
	faults     []record
	operations int
	// Calls that were not answered, or with an answer that leaves open what happened.
	unknown int
	// Calls whose deadline passed before anybody answered.
	overdue int
	// Creations of which no ticket is known.
	unborn int
}

func readHistory(from io.Reader) (*history, error) {
	read := &history{}
	byTicket := map[string]*ticketHistory{}
	lines := bufio.NewReaderSize(from, 1<<20)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			var one record
			if err := json.Unmarshal(line, &one); err != nil {
				return nil, fmt.Errorf("line %d: %v", number, err)
			}
			if err := read.add(one, byTicket); err != nil {
				return nil, fmt.Errorf("line %d: %v", number, err)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	for _, ticket := range read.tickets {
		calls := ticket.calls
		sort.SliceStable(calls, func(i, j int) bool { return calls[i].Start < calls[j].Start })
	}
	return read, nil
}

func (h *history) add(one record, byTicket map[string]*ticketHistory) error {
	known := writes[one.Op] || reads[one.Op] || one.Op == "WatchEnded" || one.Op == "Fault"
	if !known {
		return fmt.Errorf("%q is no operation", one.Op)
	}
	if one.End != 0 && one.End < one.Start {
		return fmt.Errorf("%s ends before it starts", one.Op)
	}
	if one.Op == "Fault" {
		h.faults = append(h.faults, one)
		return nil
	}
	if writes[one.Op] || one.Op == "GetStatus" {
		h.operations++
		if outcomeOf(one) == unknown {
			h.unknown++
		}
		if one.Code == "DEADLINE_EXCEEDED" {
			h.overdue++
		}
	}
	if one.Ticket == "" {
		if one.Op != "CreateTicket" || one.Code == "OK" {
			return fmt.Errorf("%s names no ticket", one.Op)
		}
		h.unborn++
		return nil
	}
	of, seen := byTicket[one.Ticket]
	if !seen {
		of = &ticketHistory{ticket: one.Ticket}
		byTicket[one.Ticket] = of
		h.tickets = append(h.tickets, of)
	}
	if one.Op == "WatchEnded" {
		of.ends = append(of.ends, one)
	} else {
		of.calls = append(of.calls, one)
	}
	return nil
}

// end is when the call was over; a call whose outcome is unknown may take effect for ever.
func (r record) end() int64 {
	if r.End == 0 || outcomeOf(r) == unknown {
		return math.MaxInt64
	}
	return r.End
}

type outcome int

const (
	// It was answered OK.
	done outcome = iota
	// It was refused for what the ticket is, and that can be checked.
	refused
	// It changed nothing and says nothing about the ticket.
	nothing
	// It may have taken effect, or may take effect later.
	unknown
	// It is not an answer that these calls can have.
	unexpected
)

var tellingReasons = map[string]bool{
	"TICKET_NOT_FOUND": true, "SCANNED_BY_ANOTHER_USER": true, "TICKET_NOT_SCANNED": true, "TICKET_NOT_AUTHORIZED": true,
	"TICKET_ALREADY_AUTHORIZED": true, "TICKET_ALREADY_EXCHANGED": true, "TICKET_CANCELLED": true, "TICKET_EXPIRED": true,
}

func outcomeOf(r record) outcome {
	switch r.Code {
	case "OK":
		return done
	case "":
		return unknown
	case "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED":
		// Waiting helps, it says: an exchange that may have been made is OUTCOME_UNKNOWN.
		if r.Op == "ExchangeUserInfo" && r.Reason == "STORE_UNAVAILABLE" {
			return nothing
		}
		return unknown
	case "ABORTED":
		if r.Reason == "CONCURRENT_UPDATE" {
			return nothing
		}
	case "RESOURCE_EXHAUSTED":
		return nothing
	case "NOT_FOUND", "PERMISSION_DENIED", "FAILED_PRECONDITION":
		if tellingReasons[r.Reason] {
			return refused
		}
	}
	return unexpected
}
