// Command checker reads the history of a fault run, one JSON record per line, and decides whether the service
// kept its guarantees. Porcupine searches for an order of the calls that explains their results.
//
// It prints a JSON summary. Exit code 0: no violation; 1: violations; 2: the history cannot be read.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"github.com/anishathalye/porcupine"
)

// A summary is the result of the checker for a history.
type summary struct {
	Level      string `json:"level"`
	Operations int    `json:"operations"`
	Tickets    int    `json:"tickets"`
	// Number of calls with an unknown outcome.
	Unknown int `json:"unknown"`
	// Number of those whose deadline passed. An unreachable store should be reported at once.
	Overdue int `json:"overdue"`
	// Number of creations without a response: their tickets, if any, belong to nobody.
	Unborn int `json:"unborn"`
	// Number of tickets that an empty store has lost whole, which every level allows.
	Gone int `json:"gone"`
	// Longest delay, in milliseconds, between the first reply with an end and the watcher that heard of it last.
	SlowestWatcher int64       `json:"slowestWatcher"`
	ViolationCount int         `json:"violationCount"`
	Violations     []violation `json:"violations"`
	Losses         losses      `json:"losses"`
}

// Losses are what the level best effort does not guarantee. They are reported, and are not violations.
type losses struct {
	Tickets int `json:"tickets"`
	// Number of acknowledged writes that were gone afterwards, at least.
	Writes int `json:"writes"`
	// Consequences of the losses.
	LoginsTwice    int `json:"loginsTwice"`
	LoginsAfterEnd int `json:"loginsAfterEnd"`
}

// Limits on the violations that are reported in full, and on those that are visualized.
const (
	maxShown = 50
	maxDrawn = 5
)

func main() {
	level := flag.String("level", "durable", "guarantee of the deployment: durable or best-effort")
	visualizations := flag.String("visualizations", "", "folder for visualizations of unexplained tickets")
	flag.Parse()
	if flag.NArg() != 1 || (*level != "durable" && *level != "best-effort") {
		fmt.Fprintln(os.Stderr, "usage: checker [--level durable|best-effort] [--visualizations FOLDER] HISTORY")
		os.Exit(2)
	}
	result, err := check(flag.Arg(0), *level, *visualizations)
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	text, err := json.Marshal(result)
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	fmt.Println(string(text))
	if result.ViolationCount > 0 {
		os.Exit(1)
	}
}

func check(path, level, visualizations string) (*summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	read, err := readHistory(file)
	if err != nil {
		return nil, err
	}
	result := &summary{
		Level: level, Operations: read.operations, Tickets: len(read.tickets),
		Unknown: read.unknown, Overdue: read.overdue, Unborn: read.unborn, Violations: []violation{},
	}
	var mutex sync.Mutex
	var workers sync.WaitGroup
	waiting := make(chan *ticketHistory)
	for i := 0; i < runtime.NumCPU(); i++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for ticket := range waiting {
				judged := judge(ticket, read.faults, level)
				mutex.Lock()
				result.add(ticket, judged, visualizations)
				mutex.Unlock()
			}
		}()
	}
	for _, ticket := range read.tickets {
		waiting <- ticket
	}
	close(waiting)
	workers.Wait()
	return result, nil
}

// A verdict is the result for one ticket.
type verdict struct {
	violations []violation
	lost       bool
	gone       bool
	order      *porcupine.LinearizationInfo
}

func judge(h *ticketHistory, faults []record, level string) verdict {
	var of verdict
	for _, one := range h.calls {
		of.gone = of.gone || one.Reason == "TICKET_NOT_FOUND"
	}
	result, order := linearizable(h, faults, judgement{})
	if result == porcupine.Illegal && level == "best-effort" {
		var withLosses porcupine.CheckResult
		withLosses, order = linearizable(h, faults, judgement{withLosses: true})
		if withLosses == porcupine.Ok {
			of.lost = true
			of.violations = watcherRules(h, of)
			return of
		}
		result = withLosses
	}
	switch result {
	case porcupine.Illegal:
		text := "no order of the calls explains their results"
		if doubtful, _ := linearizable(h, faults, judgement{withDoubtfulErrors: true}); doubtful == porcupine.Ok {
			text = "an exchange took effect although it failed with STORE_UNAVAILABLE, after which it may be repeated"
		}
		of.order = &order
		of.violations = append(of.violations, violation{Rule: "linearizable", Ticket: h.ticket, Text: text})
	case porcupine.Unknown:
		text := fmt.Sprintf("no order was found in %s", timeLimit)
		of.violations = append(of.violations, violation{Rule: "undecided", Ticket: h.ticket, Text: text})
	}
	of.violations = append(of.violations, countedRules(h)...)
	of.violations = append(of.violations, watcherRules(h, of)...)
	return of
}

func (s *summary) add(h *ticketHistory, of verdict, visualizations string) {
	if late := slowestWatcher(h); late > s.SlowestWatcher {
		s.SlowestWatcher = late
	}
	if of.gone {
		s.Gone++
	}
	if of.lost {
		s.Losses.Tickets++
		s.Losses.Writes += lostWrites(h)
		for _, consequence := range countedRules(h) {
			switch consequence.Rule {
			case "one login":
				s.Losses.LoginsTwice++
			case "no login after the end":
				s.Losses.LoginsAfterEnd++
			}
		}
	}
	for _, one := range of.violations {
		s.ViolationCount++
		if len(s.Violations) >= maxShown {
			continue
		}
		one.History = append(append([]record{}, h.calls...), h.ends...)
		if one.Rule == "linearizable" && visualizations != "" && len(s.Violations) < maxDrawn {
			one.Visualization = filepath.Join(visualizations, h.ticket+".html")
			if err := porcupine.VisualizePath(model(judgement{}), *of.order, one.Visualization); err != nil {
				one.Visualization = "cannot be drawn: " + err.Error()
			}
		}
		s.Violations = append(s.Violations, one)
	}
}
