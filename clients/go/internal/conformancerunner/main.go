// Conformancerunner plays the commands of the conformance suite with the Go client. It reads them from standard input,
// and writes the results to standard output; conformance/README.md defines both.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"sync"
)

// command is one line of input. Each command uses some of the fields.
type command struct {
	ID               json.RawMessage `json:"id"`
	Command          string          `json:"command"`
	Client           string          `json:"client"`
	Kind             string          `json:"kind"`
	Address          string          `json:"address"`
	AppID            string          `json:"appId"`
	AppSecret        string          `json:"appSecret"`
	Token            string          `json:"token"`
	RootCertificates string          `json:"rootCertificates"`
	DeadlineMs       float64         `json:"deadlineMs"`
	RPC              string          `json:"rpc"`
	Request          json.RawMessage `json:"request"`
	Watch            string          `json:"watch"`
	Raw              bool            `json:"raw"`
	CodeVerifier     *string         `json:"codeVerifier"`
}

// response is one line of output: either a result or an error.
type response struct {
	ID     json.RawMessage `json:"id"`
	Result result          `json:"result,omitzero"`
	Error  *errorResult    `json:"error,omitempty"`
}

type result map[string]any

func main() {
	log.SetFlags(0)
	log.SetPrefix("conformancerunner: ")
	r := &runner{
		output:  json.NewEncoder(os.Stdout),
		clients: map[string]client{},
		watches: map[string]*watch{},
	}
	if err := r.run(json.NewDecoder(os.Stdin)); err != nil {
		log.Fatal(err)
	}
}

type runner struct {
	outputLock sync.Mutex
	output     *json.Encoder
	clients    map[string]client
	watches    map[string]*watch
	running    sync.WaitGroup
}

// run starts each command as it is read. It returns at the end of the input, once all results are written, or with the
// first command that it cannot understand.
func (r *runner) run(input *json.Decoder) error {
	r.output.SetEscapeHTML(false)
	for {
		var c command
		if err := input.Decode(&c); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("input: %w", err)
		}
		if err := r.start(c); err != nil {
			return fmt.Errorf("command %s: %w", c.ID, err)
		}
	}
	for _, client := range r.clients {
		if err := client.Close(); err != nil {
			return err
		}
	}
	for _, watch := range r.watches {
		close(watch.nexts)
	}
	r.running.Wait()
	return nil
}

// start plays a command. It returns an error only if the command is not understood.
func (r *runner) start(c command) error {
	switch c.Command {
	case "open":
		client, err := open(c)
		if err == nil {
			r.clients[c.Client] = client
		}
		r.write(c, result{}, err)
	case "call":
		call, err := r.prepareCall(c)
		if err != nil {
			return err
		}
		r.running.Go(func() {
			res, err := call()
			r.write(c, res, err)
		})
	case "watch":
		watch, err := r.prepareWatch(c)
		if err != nil {
			return err
		}
		r.watches[c.Watch] = watch
		r.running.Go(func() { watch.play(r.write) })
		r.write(c, result{}, nil)
	case "next", "cancel":
		watch, ok := r.watches[c.Watch]
		if !ok {
			return fmt.Errorf("there is no watch %q", c.Watch)
		}
		if c.Command == "next" {
			watch.nexts <- c
			return nil
		}
		watch.cancel()
		r.write(c, result{}, nil)
	case "close":
		client, ok := r.clients[c.Client]
		if !ok {
			return fmt.Errorf("there is no client %q", c.Client)
		}
		r.write(c, result{}, client.Close())
	case "pkce":
		res, err := pkce(c)
		r.write(c, res, err)
	default:
		return errors.New("unknown: " + c.Command)
	}
	return nil
}

func (r *runner) write(c command, res result, err error) {
	out := response{ID: c.ID, Result: res}
	if err != nil {
		out.Result, out.Error = nil, describe(err)
	}
	r.outputLock.Lock()
	defer r.outputLock.Unlock()
	if err := r.output.Encode(out); err != nil {
		log.Fatal("output: ", err)
	}
}
