package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// The largest difference between two clocks of the deployment, in nanoseconds: a ticket may expire this much early.
const skew = int64(1e9)

// A state is a ticket with its past states, to which a store that lost writes may fall back.
type state struct {
	ticket
	reached string
}

const between = "|"

func (s state) remember() state {
	if s.phase == unborn || s.phase == gone {
		return s
	}
	seen := s.past()
	for _, one := range seen {
		if one == s.ticket {
			return s
		}
	}
	texts := []string{encode(s.ticket)}
	for _, one := range seen {
		texts = append(texts, encode(one))
	}
	sort.Strings(texts)
	s.reached = strings.Join(texts, between)
	return s
}

func (s state) past() []ticket {
	if s.reached == "" {
		return nil
	}
	var seen []ticket
	for _, text := range strings.Split(s.reached, between) {
		seen = append(seen, decode(text))
	}
	return seen
}

func encode(t ticket) string {
	return fmt.Sprintf("%s,%s,%s,%d", t.phase, t.scanner, t.cancelReason, t.revision)
}

func decode(text string) ticket {
	parts := strings.Split(text, ",")
	t := ticket{phase: phase(parts[0]), scanner: parts[1], cancelReason: parts[2]}
	fmt.Sscan(parts[3], &t.revision)
	return t
}

// An input is a call, or a jump: a moment of a possible loss of the store.
type input struct {
	record
	jump string
	// True if the ticket may have expired by the end of the call, before and after the approval.
	expires, approvalExpires bool
}

// A judgement says how strictly a history is checked.
type judgement struct {
	// True to allow the losses that the faults declare, beyond whole tickets.
	withLosses bool
	// True to allow that exchanges with STORE_UNAVAILABLE took effect.
	withDoubtfulErrors bool
}

func model(j judgement) porcupine.Model {
	nondeterministic := porcupine.NondeterministicModel{
		Init: func() []interface{} {
			return []interface{}{state{ticket: ticket{phase: unborn}}}
		},
		Step: func(from, in, _ interface{}) []interface{} {
			asked := in.(input)
			var next []interface{}
			for _, before := range withExpiry(from.(state), asked) {
				for _, after := range step(before, asked) {
					if j.withLosses {
						after = after.remember()
					}
					next = append(next, after)
				}
			}
			return next
		},
		DescribeOperation: func(in, _ interface{}) string { return describe(in.(input).record) },
		DescribeState: func(of interface{}) string {
			t := of.(state).ticket
			return fmt.Sprintf("%s %s %d", t.phase, t.scanner, t.revision)
		},
	}
	return nondeterministic.ToModel()
}

// withExpiry returns the ticket as it is, and as it is after its expiry, which is a write without a call.
func withExpiry(s state, asked input) []state {
	early := asked.expires && (s.phase == pending || s.phase == scanned)
	late := asked.approvalExpires && s.phase == authorized
	if !early && !late {
		return []state{s}
	}
	gone := s
	gone.ticket = s.ticket.to(expired)
	return []state{s, gone}
}

func step(s state, asked input) []state {
	switch asked.jump {
	case "empty":
		return []state{s, {ticket{phase: gone}, s.reached}}
	case "lost":
		may := []state{s, {ticket{phase: gone}, s.reached}}
		for _, earlier := range s.past() {
			may = append(may, state{earlier, s.reached})
		}
		return may
	}
	if reads[asked.Op] {
		return read(s, asked.record)
	}
	next, reason := decide(s.ticket, asked.Op, asked.Caller)
	after := state{next, s.reached}
	switch outcomeOf(asked.record) {
	case done:
		if reason == "" && next.agrees(asked.record) {
			return []state{after}
		}
	case refused:
		if reason == asked.Reason && s.agrees(asked.record) {
			return []state{s}
		}
	default:
		// It takes effect at its place in the order. A place after everything else is as good as never.
		return []state{after}
	}
	return nil
}

func read(s state, answer record) []state {
	absent := s.phase == unborn || s.phase == gone
	fits := !absent && answer.Code == "OK" && s.agrees(answer)
	if absent {
		fits = answer.Reason == "TICKET_NOT_FOUND"
	}
	if fits {
		return []state{s}
	}
	return nil
}

func describe(r record) string {
	answer := strings.TrimSpace(strings.Join([]string{r.Code, r.Reason, r.State, r.CancelReason}, " "))
	if r.Revision != 0 {
		answer += fmt.Sprintf(" revision %d", r.Revision)
	}
	if r.Effect != "" {
		return fmt.Sprintf("%s: may have lost (%s)", r.Kind, r.Effect)
	}
	if answer == "" {
		answer = "no reply"
	}
	return fmt.Sprintf("%s by %s -> %s %s", r.Op, r.Caller, answer, r.User)
}
