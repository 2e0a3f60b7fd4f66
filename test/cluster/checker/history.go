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
	// Caller: the name of an approver, or "app".
	Caller string `json:"caller,omitempty"`
	Start  int64  `json:"start"`
	// Zero for a call without a reply.
	End int64 `json:"end,omitempty"`
	// Name of the gRPC code; empty for a call without a reply.
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
	// State in the response, or the current state in an error.
	State        string `json:"state,omitempty"`
	Revision     int    `json:"revision,omitempty"`
	CancelReason string `json:"cancelReason,omitempty"`
	// Name of the user whom an exchange logged in.
	User string `json:"user,omitempty"`
	// Of CreateTicket: lifetimes of the ticket before and after its approval. Zero if longer than the history.
	TTL           int64 `json:"ttl,omitempty"`
	AuthorizedTTL int64 `json:"authorizedTtl,omitempty"`
	// Of a Fault: "empty" if the store may have lost whole tickets, "lost" if it may have lost any writes.
	Effect string `json:"effect,omitempty"`
	Kind   string `json:"kind,omitempty"`
	// Of a GetStatus: true if it was made at the end of the run.
	Final bool `json:"final,omitempty"`
}

// Operations by kind. Calls are operations; a Watch is a status from a stream; a WatchEnded is the end of a
// watcher that stayed, with its last status; a Fault is a fault of the deployment.
var writes = map[string]bool{
	"CreateTicket": true, "MarkScanned": true, "Authorize": true, "Cancel": true, "Withdraw": true, "ExchangeUserInfo": true,
}
var reads = map[string]bool{"GetStatus": true, "Watch": true}

// A ticketHistory holds all calls of one ticket, sorted by start.
type ticketHistory struct {
	ticket string
	calls  []record
	ends   []record
}

type history struct {
	tickets    []*ticketHistory
	faults     []record
	operations int
	// Number of calls without a reply, or with a reply that leaves the outcome open.
	unknown int
	// Number of calls whose deadline passed before a reply.
	overdue int
	// Number of creations without a known ticket.
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
			return fmt.Errorf("%s has no ticket", one.Op)
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

// end returns the moment at which the call was over. A call with an unknown outcome may take effect at any
// later time.
func (r record) end() int64 {
	if r.End == 0 || outcomeOf(r) == unknown {
		return math.MaxInt64
	}
	return r.End
}

type outcome int

const (
	// The call succeeded.
	done outcome = iota
	// The state of the ticket rejected the call, which can be checked.
	refused
	// The call changed nothing and says nothing about the ticket.
	nothing
	// The call may have taken effect, or may take effect later.
	unknown
	// The result is not one that these calls can have.
	unexpected
)

var ticketReasons = map[string]bool{
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
		// The caller may retry: an exchange that may have been made is OUTCOME_UNKNOWN.
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
		if ticketReasons[r.Reason] {
			return refused
		}
	}
	return unexpected
}
