package main

// A phase is a state of the contract, or one of two that only the checker has: not yet created, and lost by the
// store.
type phase string

const (
	unborn     phase = "UNBORN"
	gone       phase = "GONE"
	pending    phase = "PENDING"
	scanned    phase = "SCANNED"
	authorized phase = "AUTHORIZED"
	exchanged  phase = "EXCHANGED"
	cancelled  phase = "CANCELLED"
	expired    phase = "EXPIRED"
)

const (
	byApprover = "CANCELLED_BY_APPROVER"
	byCreator  = "WITHDRAWN_BY_CREATOR"
)

// A ticket as it is stored.
type ticket struct {
	phase        phase
	scanner      string
	cancelReason string
	revision     int
}

func (t ticket) live() bool {
	return t.phase == pending || t.phase == scanned || t.phase == authorized
}

func (t ticket) to(next phase) ticket {
	t.phase = next
	t.revision++
	return t
}

// decide is the state table of the contract. An empty reason means OK; `next` is then the ticket after the command.
func decide(t ticket, op string, caller string) (next ticket, reason string) {
	if op == "CreateTicket" {
		if t.phase != unborn {
			return t, "taken"
		}
		return ticket{phase: pending, revision: 1}, ""
	}
	if t.phase == unborn || t.phase == gone {
		return t, "TICKET_NOT_FOUND"
	}
	byPhone := op == "MarkScanned" || op == "Authorize" || op == "Cancel"
	if byPhone && t.scanner != "" && t.scanner != caller {
		return t, "SCANNED_BY_ANOTHER_USER"
	}
	switch t.phase {
	case exchanged:
		return t, "TICKET_ALREADY_EXCHANGED"
	case expired:
		return t, "TICKET_EXPIRED"
	case cancelled:
		again := (op == "Cancel" && t.cancelReason == byApprover) || (op == "Withdraw" && t.cancelReason == byCreator)
		if again {
			return t, ""
		}
		return t, "TICKET_CANCELLED"
	}
	switch op {
	case "MarkScanned":
		if t.phase == pending {
			t.scanner = caller
			return t.to(scanned), ""
		}
		return t, ""
	case "Authorize":
		if t.phase == pending {
			return t, "TICKET_NOT_SCANNED"
		}
		if t.phase == scanned {
			return t.to(authorized), ""
		}
		return t, ""
	case "Cancel":
		if t.phase == pending {
			return t, "TICKET_NOT_SCANNED"
		}
		if t.phase == authorized {
			return t, "TICKET_ALREADY_AUTHORIZED"
		}
		t.cancelReason = byApprover
		return t.to(cancelled), ""
	case "Withdraw":
		t.cancelReason = byCreator
		return t.to(cancelled), ""
	case "ExchangeUserInfo":
		if t.phase != authorized {
			return t, "TICKET_NOT_AUTHORIZED"
		}
		return t.to(exchanged), ""
	}
	panic("the table does not know " + op)
}

// agrees reports whether a result says only what is true of the ticket.
func (t ticket) agrees(answer record) bool {
	return (answer.State == "" || answer.State == string(t.phase)) &&
		(answer.Revision == 0 || answer.Revision == t.revision) &&
		(answer.CancelReason == "" || answer.CancelReason == t.cancelReason) &&
		(answer.User == "" || answer.User == t.scanner)
}
