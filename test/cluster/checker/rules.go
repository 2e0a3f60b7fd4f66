package main

import "fmt"

// A violation is a promise that the history shows broken.
type violation struct {
	Rule   string `json:"rule"`
	Ticket string `json:"ticket"`
	Text   string `json:"text"`
	// All that is known of the ticket, by start.
	History []record `json:"history"`
	// A picture of the order that was looked for, if one was drawn.
	Picture string `json:"picture,omitempty"`
}

// countedRules are the promises that can be seen by counting alone, without looking for an order.
func countedRules(h *ticketHistory) []violation {
	var found []violation
	tell := func(rule, format string, values ...interface{}) {
		found = append(found, violation{Rule: rule, Ticket: h.ticket, Text: fmt.Sprintf(format, values...)})
	}
	logins := okOf(h, "ExchangeUserInfo")
	if len(logins) > 1 {
		tell("one login", "%d exchanges were answered OK", len(logins))
	}
	for _, login := range logins {
		for _, one := range h.calls {
			ended := one.end() < login.Start
			switch {
			case (one.Op == "Cancel" || one.Op == "Withdraw") && one.Code == "OK":
				tell("no login after a refusal", "%s by %s and an exchange were both answered OK", one.Op, one.Caller)
			case ended && isRefusal(one):
				tell("no login after a refusal", "an exchange was answered OK after %s had said %s%s", one.Op, one.State, one.Reason)
			}
		}
	}
	for _, one := range h.calls {
		if outcomeOf(one) == unexpected {
			tell("known answers only", "%s by %s was answered %s %s", one.Op, one.Caller, one.Code, one.Reason)
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

// isRefusal tells whether the answer says that nobody will ever be logged in by this ticket.
func isRefusal(r record) bool {
	ended := r.State == "CANCELLED" || r.State == "EXPIRED"
	return ended || r.Reason == "TICKET_CANCELLED" || r.Reason == "TICKET_EXPIRED"
}

func isTerminal(state string) bool {
	return state == "EXCHANGED" || state == "CANCELLED" || state == "EXPIRED"
}

// watcherRules: whoever stayed has ended, and on the terminal state that is stored, unless the store may have lost that since.
func watcherRules(h *ticketHistory, of verdict) []violation {
	const rule = "watchers end on the stored state"
	var found []violation
	tell := func(format string, values ...interface{}) {
		found = append(found, violation{Rule: rule, Ticket: h.ticket, Text: fmt.Sprintf(format, values...)})
	}
	stored, known := finalOf(h)
	for _, end := range h.ends {
		terminal := isTerminal(end.State)
		switch {
		case end.Code == "STUCK" && of.lost && known && !isTerminal(stored.State):
			// The end that others were told was undone.
		case end.Code == "STUCK":
			tell("%s was not told the end; its last status was %s", end.Process, end.State)
		case end.Code == "OK" && !terminal:
			tell("%s was ended in %s", end.Process, end.State)
		case end.Code != "OK" && end.Reason != "TICKET_NOT_FOUND":
			tell("%s was ended with %s %s", end.Process, end.Code, end.Reason)
		case !known:
			tell("nobody knows what is stored")
		case of.lost || (of.gone && stored.Reason == "TICKET_NOT_FOUND"):
			// Lost, before or after the watcher saw its end.
		case end.Code == "OK" && (end.State != stored.State || end.CancelReason != stored.CancelReason || end.Revision != stored.Revision):
			tell("%s ended on %s %d, and %s %d is stored", end.Process, end.State, end.Revision, stored.State, stored.Revision)
		case end.Code != "OK" && stored.Reason != "TICKET_NOT_FOUND":
			tell("%s was told that there is no ticket, and %s is stored", end.Process, stored.State)
		}
	}
	return found
}

// slowestWatcher is how long after the first answer with the terminal state the last watcher heard of it, in milliseconds.
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

// A standing is what an answer says of the ticket at that time: how many writes there were, and what came of them.
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

// cannotFollow tells whether the later standing proves that the earlier one was lost.
func (earlier standing) cannotFollow(later standing) bool {
	if later.gone {
		return true
	}
	if isTerminal(earlier.state) || earlier.revision == later.revision {
		return earlier.revision != later.revision || earlier.state != later.state
	}
	return later.revision < earlier.revision
}

// lostWrites counts the acknowledged writes that a later answer shows to be gone: at least so many were lost.
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
