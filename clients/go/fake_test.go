package qrlogin_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// loopback is a target that a fake dialer connects.
const loopback = "passthrough:///localhost:50051"

// maxCalls is far more than a test expects.
const maxCalls = 10_000

// call is a call as the fake service received it.
type call struct {
	method        string
	authorization []string
	at            time.Time
}

// fakeService answers calls with functions of a test, and records them.
type fakeService struct {
	qrloginv1.UnimplementedQrLoginServiceServer
	unary func(ctx context.Context, number int) error // Called with the number of the call, from 1. nil answers with OK.
	watch func(stream grpc.ServerStreamingServer[qrloginv1.WatchStatusResponse], number int) error

	mutex sync.Mutex
	calls []call
}

func (f *fakeService) record(ctx context.Context, method string) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.calls = append(f.calls, call{method, metadata.ValueFromIncomingContext(ctx, "authorization"), time.Now()})
	if len(f.calls) > maxCalls {
		panic("the client calls without end")
	}
	return len(f.calls)
}

// received returns the calls so far.
func (f *fakeService) received() []call {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return append([]call(nil), f.calls...)
}

func (f *fakeService) answerUnary(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler,
) (any, error) {
	number := f.record(ctx, info.FullMethod)
	if f.unary != nil {
		if err := f.unary(ctx, number); err != nil {
			return nil, err
		}
	}
	return &emptypb.Empty{}, nil // An empty message of any type has the same encoding.
}

func (f *fakeService) WatchStatus(
	_ *qrloginv1.WatchStatusRequest, stream grpc.ServerStreamingServer[qrloginv1.WatchStatusResponse],
) error {
	return f.watch(stream, f.record(stream.Context(), qrloginv1.QrLoginService_WatchStatus_FullMethodName))
}

// serve starts the service and returns the option that connects a client to it, whatever the target.
func (f *fakeService) serve(t *testing.T, opts ...grpc.ServerOption) qrlogin.Option {
	t.Helper()
	server := grpc.NewServer(append(opts,
		grpc.UnaryInterceptor(f.answerUnary),
		grpc.WaitForHandlers(true),
		// Like the service, which accepts all pings.
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)...)
	qrloginv1.RegisterQrLoginServiceServer(server, f)
	listener := bufconn.Listen(1 << 16)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil {
			t.Error("serve:", err)
		}
	})
	return qrlogin.WithDialOptions(grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return listener.DialContext(ctx)
	}))
}

func (f *fakeService) appClient(t *testing.T, opts ...qrlogin.Option) *qrlogin.AppClient {
	t.Helper()
	client, err := qrlogin.NewAppClient(loopback, "shop", "s3cret", append(opts, f.serve(t))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, client) })
	return client
}

func mustClose(t *testing.T, client interface{ Close() error }) {
	t.Helper()
	if err := client.Close(); err != nil {
		t.Error("close:", err)
	}
}

// inBubble runs a test with its own clock, which jumps ahead when all goroutines wait. It fails if a goroutine is left.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// Pings go on for ever, so a test that waits in vain has to be ended.
		watchdog := time.AfterFunc(24*time.Hour, func() { panic("the test has waited for a day") })
		defer watchdog.Stop()
		test(t)
	})
}

// failure returns an error as the service makes it.
func failure(code codes.Code, domain, reason string, details ...protoadapt.MessageV1) error {
	info := &errdetails.ErrorInfo{Domain: domain, Reason: reason}
	details = append([]protoadapt.MessageV1{protoadapt.MessageV1Of(info)}, details...)
	st, err := status.New(code, "the message").WithDetails(details...)
	if err != nil {
		panic(err)
	}
	return st.Err()
}

func ours(code codes.Code, reason string, details ...protoadapt.MessageV1) error {
	return failure(code, "qrlogin.v1", reason, details...)
}

func retryAfter(delay time.Duration) protoadapt.MessageV1 {
	return protoadapt.MessageV1Of(&errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
}
