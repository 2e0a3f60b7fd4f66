package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// client is what both clients have in common.
type client interface {
	io.Closer
	Service() qrloginv1.QrLoginServiceClient
}

func open(c command) (client, error) {
	var opts []qrlogin.Option
	if c.DeadlineMs != 0 {
		opts = append(opts, qrlogin.WithTimeout(milliseconds(c.DeadlineMs)))
	}
	if c.RootCertificates != "" {
		pem, err := os.ReadFile(c.RootCertificates)
		if err != nil {
			return nil, err
		}
		opts = append(opts, qrlogin.WithRootCertificates(pem))
	}
	switch c.Kind {
	case "app":
		return asClient(qrlogin.NewAppClient(c.Address, c.AppID, c.AppSecret, opts...))
	case "approver":
		return asClient(qrlogin.NewApproverClient(c.Address, qrlogin.StaticToken(c.Token), opts...))
	default:
		return nil, errors.New("unknown kind of client: " + c.Kind)
	}
}

// asClient keeps a nil pointer from becoming a client that is not nil.
func asClient[C client](c C, err error) (client, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (r *runner) prepareCall(c command) (func() (result, error), error) {
	client, ok := r.clients[c.Client]
	if !ok {
		return nil, fmt.Errorf("there is no client %q", c.Client)
	}
	method, ok := methodsOf(client)[c.RPC]
	if !ok {
		return nil, fmt.Errorf("unknown rpc %q", c.RPC)
	}
	invoke, err := method(c.Request)
	if err != nil {
		return nil, err
	}
	return func() (result, error) {
		ctx := context.Background()
		if c.DeadlineMs != 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, milliseconds(c.DeadlineMs))
			defer cancel()
		}
		message, err := invoke(ctx)
		if err != nil {
			return nil, err
		}
		return asResult("response", message)
	}, nil
}

// method parses a request and returns the call that it is for.
type method func(request json.RawMessage) (func(context.Context) (proto.Message, error), error)

// methodsOf returns the methods of a client. Those of the other kind of client are called with its generated client.
func methodsOf(c client) map[string]method {
	service := c.Service()
	methods := map[string]method{
		"CreateTicket":     unary(service.CreateTicket),
		"GetStatus":        unary(service.GetStatus),
		"MarkScanned":      unary(service.MarkScanned),
		"Authorize":        unary(service.Authorize),
		"Cancel":           unary(service.Cancel),
		"SubmitCheckCode":  unary(service.SubmitCheckCode),
		"Withdraw":         unary(service.Withdraw),
		"ExchangeUserInfo": unary(service.ExchangeUserInfo),
		"GetSigningKeys":   unary(service.GetSigningKeys),
	}
	switch c := c.(type) {
	case *qrlogin.AppClient:
		methods["CreateTicket"] = unary(c.CreateTicket)
		methods["GetStatus"] = unary(c.GetStatus)
		methods["SubmitCheckCode"] = unary(c.SubmitCheckCode)
		methods["Withdraw"] = unary(c.Withdraw)
		methods["ExchangeUserInfo"] = unary(c.ExchangeUserInfo)
		methods["GetSigningKeys"] = unary(c.GetSigningKeys)
	case *qrlogin.ApproverClient:
		methods["MarkScanned"] = unary(c.MarkScanned)
		methods["Authorize"] = unary(c.Authorize)
		methods["Cancel"] = unary(c.Cancel)
	}
	return methods
}

func unary[Request, Response proto.Message](
	call func(context.Context, Request, ...grpc.CallOption) (Response, error),
) method {
	return func(text json.RawMessage) (func(context.Context) (proto.Message, error), error) {
		request, err := parse[Request](text)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context) (proto.Message, error) { return call(ctx, request) }, nil
	}
}

// watch is a sequence of statuses. The next one is not read before a command asks for it.
type watch struct {
	statuses iter.Seq2[*qrloginv1.TicketStatus, error]
	cancel   context.CancelFunc
	nexts    chan command
}

// maxWaitingNexts is the number of commands that can wait for one watch. The input is not read any further beyond it.
const maxWaitingNexts = 1_000

func (r *runner) prepareWatch(c command) (*watch, error) {
	client, ok := r.clients[c.Client].(*qrlogin.AppClient)
	if !ok {
		return nil, fmt.Errorf("there is no app client %q", c.Client)
	}
	request, err := parse[*qrloginv1.WatchStatusRequest](c.Request)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	statuses := client.WatchStatus(ctx, request)
	if c.Raw {
		statuses = rawStatuses(ctx, client.Service(), request)
	}
	return &watch{statuses, cancel, make(chan command, maxWaitingNexts)}, nil
}

// play answers each command in its turn.
func (w *watch) play(write func(command, result, error)) {
	defer w.cancel()
	next, stop := iter.Pull2(w.statuses)
	defer stop()
	for c := range w.nexts {
		status, err, ok := next()
		switch {
		case !ok:
			write(c, result{"end": true}, nil)
		case err != nil:
			write(c, nil, err)
		default:
			res, err := asResult("status", status)
			write(c, res, err)
		}
	}
}

// rawStatuses returns the messages of one WatchStatus call as they are.
func rawStatuses(
	ctx context.Context, service qrloginv1.QrLoginServiceClient, request *qrloginv1.WatchStatusRequest,
) iter.Seq2[*qrloginv1.TicketStatus, error] {
	return func(yield func(*qrloginv1.TicketStatus, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := service.WatchStatus(ctx, request)
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			response, err := stream.Recv()
			if err == io.EOF {
				return
			}
			if !yield(response.GetStatus(), err) || err != nil {
				return
			}
		}
	}
}

func parse[M proto.Message](text json.RawMessage) (M, error) {
	var empty M
	message := empty.ProtoReflect().New().Interface().(M)
	if len(text) == 0 {
		return message, nil
	}
	return message, protojson.Unmarshal(text, message)
}

func asResult(name string, message proto.Message) (result, error) {
	text, err := protojson.Marshal(message)
	return result{name: json.RawMessage(text)}, err
}

func milliseconds(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond))
}
