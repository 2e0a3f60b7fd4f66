package qrlogin_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// unaryCalls returns all unary methods of both clients, by name.
func unaryCalls(app *qrlogin.AppClient, approver *qrlogin.ApproverClient) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"CreateTicket":     ignoringResponse(app.CreateTicket, &qrloginv1.CreateTicketRequest{}),
		"GetStatus":        ignoringResponse(app.GetStatus, &qrloginv1.GetStatusRequest{}),
		"SubmitCheckCode":  ignoringResponse(app.SubmitCheckCode, &qrloginv1.SubmitCheckCodeRequest{}),
		"Withdraw":         ignoringResponse(app.Withdraw, &qrloginv1.WithdrawRequest{}),
		"ExchangeUserInfo": ignoringResponse(app.ExchangeUserInfo, &qrloginv1.ExchangeUserInfoRequest{}),
		"GetSigningKeys":   ignoringResponse(app.GetSigningKeys, &qrloginv1.GetSigningKeysRequest{}),
		"MarkScanned":      ignoringResponse(approver.MarkScanned, &qrloginv1.MarkScannedRequest{}),
		"Authorize":        ignoringResponse(approver.Authorize, &qrloginv1.AuthorizeRequest{}),
		"Cancel":           ignoringResponse(approver.Cancel, &qrloginv1.CancelRequest{}),
	}
}

func ignoringResponse[Request, Response any](
	method func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request,
) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := method(ctx, request)
		return err
	}
}

func (f *fakeService) clients(t *testing.T, opts ...qrlogin.Option) (*qrlogin.AppClient, *qrlogin.ApproverClient) {
	t.Helper()
	opts = append(opts, f.serve(t))
	app, err := qrlogin.NewAppClient(loopback, "shop", "s3cret", opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, app) })
	approver, err := qrlogin.NewApproverClient(loopback, qrlogin.StaticToken("t0ken"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, approver) })
	return app, approver
}

func getSigningKeys(ctx context.Context, client *qrlogin.AppClient) error {
	_, err := client.GetSigningKeys(ctx, &qrloginv1.GetSigningKeysRequest{})
	return err
}

// unavailable answers all calls with UNAVAILABLE.
func unavailable(context.Context, int) error {
	return ours(codes.Unavailable, "STORE_UNAVAILABLE")
}

// attempts returns the number of calls that each method has received.
func (f *fakeService) attempts() map[string]int {
	attempts := map[string]int{}
	for _, call := range f.received() {
		attempts[call.method[strings.LastIndex(call.method, "/")+1:]]++
	}
	return attempts
}

func TestEachCallCarriesTheCredentialOfItsClient(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{}
		app, approver := f.clients(t)
		for name, invoke := range unaryCalls(app, approver) {
			if err := invoke(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		ofApprover := []string{"MarkScanned", "Authorize", "Cancel"}
		for _, call := range f.received() {
			name := call.method[strings.LastIndex(call.method, "/")+1:]
			want := "Basic c2hvcDpzM2NyZXQ=" // base64 of shop:s3cret
			if slices.Contains(ofApprover, name) {
				want = "Bearer t0ken"
			}
			if !slices.Equal(call.authorization, []string{want}) {
				t.Errorf("%s: got %q, want %q", name, call.authorization, want)
			}
		}
		if got := len(f.received()); got != 9 {
			t.Errorf("got %d calls", got)
		}
	})
}

func TestOnlyIdempotentCallsAreRetried(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{unary: unavailable}
		app, approver := f.clients(t)
		for name, invoke := range unaryCalls(app, approver) {
			err := invoke(t.Context())
			if got := qrlogin.ReasonOf(err); got != qrloginv1.ErrorReason_ERROR_REASON_STORE_UNAVAILABLE {
				t.Errorf("%s: got %v", name, err)
			}
			if e, _ := qrlogin.FromError(err); e.Message != "the message" {
				t.Errorf("%s: got message %q", name, e.Message)
			}
		}
		want := map[string]int{
			"CreateTicket": 1, "SubmitCheckCode": 1, "ExchangeUserInfo": 1,
			"GetStatus": 4, "Withdraw": 4, "GetSigningKeys": 4, "MarkScanned": 4, "Authorize": 4, "Cancel": 4,
		}
		if got := f.attempts(); !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestRetriesAreAttemptedNoEarlierThanTheServiceAsks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{unary: func(ctx context.Context, number int) error {
			if number > 1 {
				return nil
			}
			if err := grpc.SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "3000")); err != nil {
				return err
			}
			return ours(codes.Unavailable, "STORE_UNAVAILABLE", retryAfter(3*time.Second))
		}}
		client := f.appClient(t)
		if err := getSigningKeys(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		calls := f.received()
		if len(calls) != 2 {
			t.Fatalf("got %d calls, want 2", len(calls))
		}
		if pause := calls[1].at.Sub(calls[0].at); pause < 3*time.Second {
			t.Errorf("the second attempt came after %v", pause)
		}
	})
}

func TestServiceConfigOfTheResolverIsIgnored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const retryAll = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.1s",
			"maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`
		f := &fakeService{unary: unavailable}
		fromDNS := manual.NewBuilderWithScheme("fake")
		fromDNS.BuildCallback = func(_ resolver.Target, cc resolver.ClientConn, _ resolver.BuildOptions) {
			parsed := cc.ParseServiceConfig(retryAll)
			if parsed.Err != nil {
				t.Error(parsed.Err)
			}
			fromDNS.InitialState(resolver.State{
				Endpoints:     []resolver.Endpoint{{Addresses: []resolver.Address{{Addr: "fake"}}}},
				ServiceConfig: parsed,
			})
		}
		options := qrlogin.WithDialOptions(grpc.WithResolvers(fromDNS), grpc.WithDefaultServiceConfig(retryAll))
		client, err := qrlogin.NewAppClient("fake:///x", "shop", "s3cret", qrlogin.WithPlainText(), options, f.serve(t))
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, client)
		_, err = client.ExchangeUserInfo(t.Context(), &qrloginv1.ExchangeUserInfoRequest{})
		if status.Code(err) != codes.Unavailable {
			t.Errorf("got %v", err)
		}
		if got := len(f.received()); got != 1 {
			t.Errorf("the exchange was attempted %d times", got)
		}
	})
}

func TestDeadlines(t *testing.T) {
	for name, test := range map[string]struct {
		opts    []qrlogin.Option
		timeout time.Duration // Of the context of the call.
		want    time.Duration
	}{
		"of 10 seconds by default":    {want: 10 * time.Second},
		"of the client":               {opts: []qrlogin.Option{qrlogin.WithTimeout(3 * time.Second)}, want: 3 * time.Second},
		"of a context that is longer": {timeout: time.Minute, want: time.Minute},
		"of a context":                {timeout: time.Second, want: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{unary: func(ctx context.Context, _ int) error {
					<-ctx.Done()
					return ctx.Err()
				}}
				client := f.appClient(t, test.opts...)
				ctx := t.Context()
				if test.timeout != 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				began := time.Now()
				err := getSigningKeys(ctx, client)
				if status.Code(err) != codes.DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				if got := time.Since(began); got != test.want {
					t.Errorf("ended after %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestCallEndsWithItsContext(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := &fakeService{unary: func(ctx context.Context, _ int) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}}
		err := getSigningKeys(ctx, f.appClient(t))
		if status.Code(err) != codes.Canceled || !errors.Is(err, context.Canceled) || errors.Is(err, qrlogin.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestCloseEndsCalls(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		reached := make(chan struct{})
		f := &fakeService{unary: func(ctx context.Context, _ int) error {
			close(reached)
			<-ctx.Done()
			return ctx.Err()
		}}
		client := f.appClient(t)
		ended := make(chan error)
		go func() { ended <- getSigningKeys(t.Context(), client) }()
		<-reached
		mustClose(t, client)
		for _, err := range []error{<-ended, getSigningKeys(t.Context(), client)} {
			if !errors.Is(err, qrlogin.ErrClosed) || status.Code(err) != codes.Canceled {
				t.Errorf("got %v", err)
			}
		}
		if err := client.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
	})
}

func TestTokenSourceIsCalledOncePerCall(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{unary: func(_ context.Context, number int) error {
			if number%3 != 0 {
				return ours(codes.Unavailable, "STORE_UNAVAILABLE")
			}
			return nil
		}}
		type userKey struct{}
		asked := 0
		source := func(ctx context.Context) (string, error) {
			asked++
			return ctx.Value(userKey{}).(string), nil
		}
		client, err := qrlogin.NewApproverClient(loopback, source, f.serve(t))
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, client)
		for _, user := range []string{"alice", "bob"} {
			ctx := context.WithValue(t.Context(), userKey{}, user)
			if _, err := client.Authorize(ctx, &qrloginv1.AuthorizeRequest{}); err != nil {
				t.Error(err)
			}
		}
		var got []string
		for _, call := range f.received() {
			got = append(got, call.authorization...)
		}
		want := []string{"Bearer alice", "Bearer alice", "Bearer alice", "Bearer bob", "Bearer bob", "Bearer bob"}
		if !slices.Equal(got, want) || asked != 2 {
			t.Errorf("got %v, and %d calls of the source", got, asked)
		}
	})
}

func TestTokenSourceEndsTheCall(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{}
		errSession := errors.New("the session has ended")
		waiting := func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}
		for name, test := range map[string]struct {
			source qrlogin.TokenSource
			want   error
		}{
			"with its error":         {func(context.Context) (string, error) { return "", errSession }, errSession},
			"when it takes too long": {waiting, context.DeadlineExceeded},
		} {
			client, err := qrlogin.NewApproverClient(loopback, test.source, f.serve(t))
			if err != nil {
				t.Fatal(err)
			}
			defer mustClose(t, client)
			if _, err := client.Authorize(t.Context(), &qrloginv1.AuthorizeRequest{}); !errors.Is(err, test.want) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if calls := f.received(); len(calls) != 0 {
			t.Errorf("got %d calls", len(calls))
		}
	})
}
