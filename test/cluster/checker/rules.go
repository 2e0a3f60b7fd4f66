package main

import "fmt"

// A violation is a broken guarantee.
type violation struct {
	Rule   string `json:"rule"`
	Ticket string `json:"ticket"`
	Text   string `json:"text"`
	// All calls of the ticket, sorted by start.
	History []record `json:"history"`
	// Path of the visualization of the search for an order, if there is one.
	Visualization string `json:"visualization,omitempty"`
}

// countedRules checks the guarantees that need counting only, and no order.
func countedRules(h *ticketHistory) []violation {
	var found []violation
	report := func(rule, format string, values ...interface{}) {
		found = append(found, violation{Rule: rule, Ticket: h.ticket, Text: fmt.Sprintf(format, values...)})
	}
	logins := okOf(h, "ExchangeUserInfo")
	if len(logins) > 1 {
		report("one login", "%d exchanges succeeded", len(logins))
	}
	for _, login := range logins {
		for _, one := range h.calls {
			ended := one.end() < login.Start
			switch {
			case (one.Op == "Cancel" || one.Op == "Withdraw") && one.Code == "OK":
				report("no login after the end", "%s by %s and an exchange both succeeded", one.Op, one.Caller)
			case ended && isEnd(one):
				report("no login after the end", "an exchange succeeded after %s with %s%s", one.Op, one.State, one.Reason)
			}
		}
	}
	for _, one := range h.calls {
		if outcomeOf(one) == unexpected {
			report("known results only", "%s by %s ended with %s %s", one.Op, one.Caller, one.Code, one.Reason)
		}
	}
	return found
}

func okOf(h *ticketHistory, op string) []record {
	var found []record
	for _, one := range h.calls {
		if one.Op == op && one.Code == "OK" {
			found = append(found, one)
		}
	}
	return found
}

// isEnd reports whether the result rules out any login with this ticket.
func isEnd(r record) bool {
	ended := r.State == "CANCELLED" || r.State == "EXPIRED"
	return ended || r.Reason == "TICKET_CANCELLED" || r.Reason == "TICKET_EXPIRED"
}

func isTerminal(state string) bool {
	return state == "EXCHANGED" || state == "CANCELLED" || state == "EXPIRED"
}

// watcherRules checks that every watcher that stayed has ended, with the stored terminal state unless that may
// be lost.
func watcherRules(h *ticketHistory, of verdict) []violation {
	const rule = "watchers end on the stored state"
	var found []violation
	report := func(format string, values ...interface{}) {
		found = append(found, violation{Rule: rule, Ticket: h.ticket, Text: fmt.Sprintf(format, values...)})
	}
	stored, known := finalOf(h)
	for _, end := range h.ends {
		terminal := isTerminal(end.State)
		switch {
		case end.Code == "STUCK" && of.lost && known && !isTerminal(stored.State):
			// The end that others received was undone.
		case end.Code == "STUCK":
			report("%s did not get the end; its last status was %s", end.Process, end.State)
		case end.Code == "OK" && !terminal:
			report("%s ended in %s", end.Process, end.State)
		case end.Code != "OK" && end.Reason != "TICKET_NOT_FOUND":
			report("%s ended with %s %s", end.Process, end.Code, end.Reason)
		case !known:
			report("the stored state is unknown")
		case of.lost || (of.gone && stored.Reason == "TICKET_NOT_FOUND"):
			// Lost, before or after the watcher got its end.
		case end.Code == "OK" && (end.State != stored.State || end.CancelReason != stored.CancelReason || end.Revision != stored.Revision):
			report("%s ended with %s %d, but %s %d is stored", end.Process, end.State, end.Revision, stored.State, stored.Revision)
		case end.Code != "OK" && stored.Reason != "TICKET_NOT_FOUND":
			report("%s ended with TICKET_NOT_FOUND, but %s is stored", end.Process, stored.State)
		}
	}
	return found
}

// slowestWatcher returns the delay, in milliseconds, between the first result with the end and the last
// watcher's end.
func slowestWatcher(h *ticketHistory) int64 {
	var slowest int64
	for _, end := range h.ends {
		for _, one := range h.calls {
			late := (end.Start - one.end()) / 1e6
			if end.Code == "OK" && one.Op != "Watch" && one.Code == "OK" && one.State == end.State && late > slowest {
				slowest = late
			}
		}
	}
	return slowest
}

func finalOf(h *ticketHistory) (record, bool) {
	for _, one := range h.calls {
		if one.Final && outcomeOf(one) != unknown {
			return one, true
		}
	}
	return record{}, false
}

// A standing is what a result shows of the ticket at that time: its number of writes and their effect.
type standing struct {
	revision int
	state    string
	gone     bool
}

func standingOf(r record) (standing, bool) {
	if r.Reason == "TICKET_NOT_FOUND" {
		return standing{gone: true}, true
	}
	switch {
	case r.Op == "CreateTicket" && r.Code == "OK":
		return standing{revision: 1, state: "PENDING"}, true
	case r.Op == "ExchangeUserInfo" && r.Code == "OK":
		return standing{revision: 4, state: "EXCHANGED"}, true
	case r.Revision != 0:
		return standing{revision: r.Revision, state: r.State}, true
	}
	usual := map[string]int{"PENDING": 1, "SCANNED": 2, "AUTHORIZED": 3, "EXCHANGED": 4}[r.State]
	return standing{revision: usual, state: r.State}, usual != 0
}

// cannotFollow reports whether the later standing proves that the earlier one was lost.
func (earlier standing) cannotFollow(later standing) bool {
	if later.gone {
		return true
	}
	if isTerminal(earlier.state) || earlier.revision == later.revision {
		return earlier.revision != later.revision || earlier.state != later.state
	}
	return later.revision < earlier.revision
}

// lostWrites counts the acknowledged writes that a later result shows to be gone, which is a lower bound.
func lostWrites(h *ticketHistory) int {
	lost := map[standing]bool{}
	for _, one := range h.calls {
		at, tells := standingOf(one)
		if !writes[one.Op] || one.Code != "OK" || !tells || lost[at] {
			continue
		}
		for _, other := range h.calls {
			then, tells := standingOf(other)
			if tells && other.Start > one.end() && at.cannotFollow(then) {
				lost[at] = true
				break
			}
		}
	}
	return len(lost)
}
