package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/anishathalye/porcupine"
)

// How far two clocks of the deployment may be apart, in nanoseconds: a ticket may expire so much early.
const skew = int64(1e9)

// A state is a ticket, and where it has been: what a store that lost writes may fall back to.
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
	return fmt.Sprintf("%s,%s,%s,%d", t.phase, t.scanner, t.because, t.revision)
}

func decode(text string) ticket {
	parts := strings.Split(text, ",")
	t := ticket{phase: phase(parts[0]), scanner: parts[1], because: parts[2]}
	fmt.Sscan(parts[3], &t.revision)
	return t
}

// An input is a call, or a jump: a moment at which the store may have lost something.
type input struct {
	record
	jump string
	// Whether the ticket's time may have run out by the end of the call, before and after the approval.
	expires, approvalExpires bool
}

// How strictly a history is judged.
type judgement struct {
	// Whether what the faults say may be lost, beyond whole tickets, may have been lost.
	withLosses bool
	// Whether exchanges that were refused with STORE_UNAVAILABLE may have been made all the same.
	withDoubtfulRefusals bool
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

// withExpiry is the ticket as it is, and as it is once its time has run out: that is a write which nobody asks for.
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
		// It takes effect at its place in the order. After everything else is as good as never.
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
		answer = "no answer"
	}
	return fmt.Sprintf("%s by %s -> %s %s", r.Op, r.Caller, answer, r.User)
}
