// Command checker reads the history of a fault run, one JSON record a line, and decides whether the promises of the service
// were kept. The order of calls that explains their answers is looked for by Porcupine.
//
// It prints one JSON summary. Exit code 0: no violation; 1: violations; 2: the history cannot be read.
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

// A summary is what the checker says of a history.
type summary struct {
	Level      string `json:"level"`
	Operations int    `json:"operations"`
	Tickets    int    `json:"tickets"`
	// Calls that leave open what happened.
	Unknown int `json:"unknown"`
	// Of these, calls whose deadline passed: whoever is away should be told at once.
	Overdue int `json:"overdue"`
	// Creations without an answer: their tickets, if there are any, are nobody's.
	Unborn int `json:"unborn"`
	// Tickets that an empty store has lost whole, which every level allows.
	Gone int `json:"gone"`
	// How long after anybody else the last of all watchers heard of an end, in milliseconds.
	SlowestWatcher int64       `json:"slowestWatcher"`
	ViolationCount int         `json:"violationCount"`
	Violations     []violation `json:"violations"`
	Losses         losses      `json:"losses"`
}

// Losses are what the level best effort does not promise to keep. They are shown and no violation.
type losses struct {
	Tickets int `json:"tickets"`
	// Acknowledged writes that were gone afterwards; at least so many.
	Writes int `json:"writes"`
	// What came of it.
	LoginsTwice        int `json:"loginsTwice"`
	LoginsAfterRefusal int `json:"loginsAfterRefusal"`
}

// At most so many violations are told in full, and drawn.
const (
	maxTold  = 50
	maxDrawn = 5
)

func main() {
	level := flag.String("level", "durable", "what the deployment promises: durable or best-effort")
	pictures := flag.String("pictures", "", "folder for pictures of what could not be explained")
	flag.Parse()
	if flag.NArg() != 1 || (*level != "durable" && *level != "best-effort") {
		fmt.Fprintln(os.Stderr, "usage: checker [--level durable|best-effort] [--pictures FOLDER] HISTORY")
		os.Exit(2)
	}
	told, err := check(flag.Arg(0), *level, *pictures)
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	text, err := json.Marshal(told)
	if err != nil {
		fmt.Fprintln(os.Stderr, "checker:", err)
		os.Exit(2)
	}
	fmt.Println(string(text))
	if told.ViolationCount > 0 {
		os.Exit(1)
	}
}

func check(path, level, pictures string) (*summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	read, err := readHistory(file)
	if err != nil {
		return nil, err
	}
	told := &summary{
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
				told.add(ticket, judged, pictures)
				mutex.Unlock()
			}
		}()
	}
	for _, ticket := range read.tickets {
		waiting <- ticket
	}
	close(waiting)
	workers.Wait()
	return told, nil
}

// A verdict is what is said of one ticket.
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
		text := "no order of the calls explains their answers"
		if doubtful, _ := linearizable(h, faults, judgement{withDoubtfulRefusals: true}); doubtful == porcupine.Ok {
			text = "an exchange that was refused with STORE_UNAVAILABLE, and so may be repeated, was made all the same"
		}
		of.order = &order
		of.violations = append(of.violations, violation{Rule: "linearizable", Ticket: h.ticket, Text: text})
	case porcupine.Unknown:
		text := fmt.Sprintf("no order was found in %s", patience)
		of.violations = append(of.violations, violation{Rule: "undecided", Ticket: h.ticket, Text: text})
	}
	of.violations = append(of.violations, countedRules(h)...)
	of.violations = append(of.violations, watcherRules(h, of)...)
	return of
}

func (s *summary) add(h *ticketHistory, of verdict, pictures string) {
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
			case "no login after a refusal":
				s.Losses.LoginsAfterRefusal++
			}
		}
	}
	for _, one := range of.violations {
		s.ViolationCount++
		if len(s.Violations) >= maxTold {
			continue
		}
		one.History = append(append([]record{}, h.calls...), h.ends...)
		if one.Rule == "linearizable" && pictures != "" && len(s.Violations) < maxDrawn {
			one.Picture = filepath.Join(pictures, h.ticket+".html")
			if err := porcupine.VisualizePath(model(judgement{}), *of.order, one.Picture); err != nil {
				one.Picture = "cannot be drawn: " + err.Error()
			}
		}
		s.Violations = append(s.Violations, one)
	}
}
