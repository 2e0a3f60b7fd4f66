package qrlogin

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
)

// ErrClosed is wrapped by the errors of calls and watches of a closed client.
var ErrClosed = errors.New("qrlogin: the client is closed")

// connection adds credentials, deadlines and errors to the calls of a generated client. It has one gRPC connection for
// calls and one for watches, so that long streams do not use up the streams that calls need.
type connection struct {
	calls      *grpc.ClientConn
	watches    *grpc.ClientConn
	authorize  authorize
	requireTLS bool
	timeout    time.Duration
	lifetime   context.Context // Done once the client is closed.
	close      func() error    // Ends all calls and streams and closes the connections.
}

var _ grpc.ClientConnInterface = (*connection)(nil)

func newConnection(target string, authorize authorize, opts []Option) (*connection, error) {
	resolved, err := resolve(target, opts)
	if err != nil {
		return nil, err
	}
	// Detects a connection that broke without notice within 40 seconds.
	ping := keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}
	calls, err := resolved.dial(target, ping)
	if err != nil {
		return nil, err
	}
	// There is no call between two attempts of a watch, and the connection must not break unnoticed then.
	ping.PermitWithoutStream = true
	watches, err := resolved.dial(target, ping)
	if err != nil {
		return nil, errors.Join(err, calls.Close())
	}
	lifetime, end := context.WithCancel(context.Background())
	return &connection{
		calls:      calls,
		watches:    watches,
		authorize:  authorize,
		requireTLS: !resolved.plainText,
		timeout:    resolved.timeout,
		lifetime:   lifetime,
		close: sync.OnceValue(func() error {
			end()
			return errors.Join(calls.Close(), watches.Close())
		}),
	}, nil
}

// Invoke makes a unary call.
func (c *connection) Invoke(ctx context.Context, method string, request, response any, opts ...grpc.CallOption) error {
	ctx, cancel := c.bound(ctx)
	defer cancel()
	if _, hasDeadline := ctx.Deadline(); !hasDeadline {
		var cancelTimeout context.CancelFunc
		ctx, cancelTimeout = context.WithTimeout(ctx, c.timeout)
		defer cancelTimeout()
	}
	opts, err := c.withCredentials(ctx, opts)
	if err != nil {
		return err
	}
	return c.toError(ctx, c.calls.Invoke(ctx, method, request, response, opts...))
}

// NewStream starts a streaming call, which ends when ctx does.
func (c *connection) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	opts, err := c.withCredentials(ctx, opts)
	if err != nil {
		return nil, err
	}
	stream, err := c.watches.NewStream(ctx, desc, method, opts...)
	if err != nil {
		return nil, c.toError(ctx, err)
	}
	return &clientStream{stream, ctx, c}, nil
}

// bound returns a context that is also done once the client is closed.
func (c *connection) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(c.lifetime, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// withCredentials puts the credential before the options of the caller.
func (c *connection) withCredentials(ctx context.Context, opts []grpc.CallOption) ([]grpc.CallOption, error) {
	if c.lifetime.Err() != nil {
		return nil, c.toError(ctx, ErrClosed)
	}
	authorization, err := c.authorize(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, c.toError(ctx, ctx.Err())
		}
		return nil, err
	}
	credentials := callCredentials{authorization: func() string { return authorization }, requireTLS: c.requireTLS}
	return append([]grpc.CallOption{grpc.PerRPCCredentials(credentials)}, opts...), nil
}

// toError returns the error of a call as an *Error. It returns nil, io.EOF and an *Error unchanged.
func (c *connection) toError(ctx context.Context, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	// gRPC reports the end of its connection in several ways.
	if c.lifetime.Err() != nil {
		return &Error{Code: codes.Canceled, Message: "the client is closed", cause: ErrClosed}
	}
	converted := newError(err)
	_, hasDeadline := ctx.Deadline()
	switch {
	case converted.Code == codes.Canceled && ctx.Err() != nil:
		converted.cause = ctx.Err()
	// The service can notice the end of the deadline first.
	case converted.Code == codes.DeadlineExceeded && hasDeadline:
		converted.cause = context.DeadlineExceeded
	}
	return converted
}

// clientStream converts the errors of a stream.
type clientStream struct {
	grpc.ClientStream
	ctx        context.Context
	connection *connection
}

func (s *clientStream) RecvMsg(message any) error {
	return s.connection.toError(s.ctx, s.ClientStream.RecvMsg(message))
}

func (s *clientStream) SendMsg(message any) error {
	return s.connection.toError(s.ctx, s.ClientStream.SendMsg(message))
}
