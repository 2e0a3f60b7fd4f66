package qrlogin

import (
	"context"
	"iter"
	"math/rand/v2"

	"google.golang.org/grpc"

	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// AppClient is the client of an app: the back end of a website that asks for sign-ins. It is safe for concurrent use.
type AppClient struct {
	connection *connection
	service    qrloginv1.QrLoginServiceClient
}

// NewAppClient creates a client for an app. It connects on first use. It returns an error if the target, a credential or
// an option is invalid. Close the client when it is no longer needed.
func NewAppClient(target, appID, appSecret string, opts ...Option) (*AppClient, error) {
	authorize, err := basic(appID, appSecret)
	if err != nil {
		return nil, err
	}
	connection, err := newConnection(target, authorize, opts)
	if err != nil {
		return nil, err
	}
	return &AppClient{connection, qrloginv1.NewQrLoginServiceClient(connection)}, nil
}

// CreateTicket creates a ticket. It is not retried, because a retry would create a second one.
func (c *AppClient) CreateTicket(
	ctx context.Context, request *qrloginv1.CreateTicketRequest, opts ...grpc.CallOption,
) (*qrloginv1.CreateTicketResponse, error) {
	return c.service.CreateTicket(ctx, request, opts...)
}

// GetStatus returns the status of a ticket once. [AppClient.WatchStatus] is faster and cheaper where possible.
func (c *AppClient) GetStatus(
	ctx context.Context, request *qrloginv1.GetStatusRequest, opts ...grpc.CallOption,
) (*qrloginv1.GetStatusResponse, error) {
	return c.service.GetStatus(ctx, request, opts...)
}

// WatchStatus returns the statuses of a ticket: the current one at once, then each one that differs in more than the
// remaining durations. The sequence ends after a terminal status. No call is made before the iteration begins. Each
// iteration is a separate watch.
//
// The watch reconnects when the service is unavailable, when the connection breaks, and when the stream ends before a
// terminal status. The pauses grow, vary at random, and are never shorter than the service asks. There is no limit on
// time or attempts unless ctx sets one. Any other error is the last element of the sequence, with a nil status: such as
// TICKET_NOT_FOUND, APP_UNAUTHENTICATED, WATCH_SUPERSEDED (a newer watch has replaced this one), or the end of ctx.
//
// A slow caller gets the newest status. It may miss earlier ones but never the last. Leaving the loop ends the call and
// does not change the ticket.
func (c *AppClient) WatchStatus(
	ctx context.Context, request *qrloginv1.WatchStatusRequest, opts ...grpc.CallOption,
) iter.Seq2[*qrloginv1.TicketStatus, error] {
	return func(yield func(*qrloginv1.TicketStatus, error) bool) {
		ctx, cancel := c.connection.bound(ctx)
		defer cancel()
		open := func(ctx context.Context) (statusStream, error) {
			return c.service.WatchStatus(ctx, request, opts...)
		}
		w := &watch{open: open, yield: yield, backoff: backoff{random: rand.Float64}}
		if err := w.run(ctx); err != nil {
			yield(nil, c.connection.toError(ctx, err))
		}
	}
}

// SubmitCheckCode submits the check code that the user has typed. It is never retried, because a wrong code would count
// twice. Repeat the call after a lost response: a right code that is submitted again changes nothing.
func (c *AppClient) SubmitCheckCode(
	ctx context.Context, request *qrloginv1.SubmitCheckCodeRequest, opts ...grpc.CallOption,
) (*qrloginv1.SubmitCheckCodeResponse, error) {
	return c.service.SubmitCheckCode(ctx, request, opts...)
}

// Withdraw withdraws a ticket.
func (c *AppClient) Withdraw(
	ctx context.Context, request *qrloginv1.WithdrawRequest, opts ...grpc.CallOption,
) (*qrloginv1.WithdrawResponse, error) {
	return c.service.Withdraw(ctx, request, opts...)
}

// ExchangeUserInfo exchanges the exchange ticket for the user, at most once. It is never retried: after UNAVAILABLE
// (also with the reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or CANCELLED the sign-in may be lost, and the user has to
// scan a new code.
func (c *AppClient) ExchangeUserInfo(
	ctx context.Context, request *qrloginv1.ExchangeUserInfoRequest, opts ...grpc.CallOption,
) (*qrloginv1.ExchangeUserInfoResponse, error) {
	return c.service.ExchangeUserInfo(ctx, request, opts...)
}

// GetSigningKeys returns the public keys that verify the tokens of ExchangeUserInfo. The issuer is empty and there are
// no keys if the service signs no tokens.
func (c *AppClient) GetSigningKeys(
	ctx context.Context, request *qrloginv1.GetSigningKeysRequest, opts ...grpc.CallOption,
) (*qrloginv1.GetSigningKeysResponse, error) {
	return c.service.GetSigningKeys(ctx, request, opts...)
}

// Service returns the generated client, with the same credentials, deadlines, retries and errors. Its WatchStatus is one
// call: it does not reconnect, and it returns unchanged statuses as well.
func (c *AppClient) Service() qrloginv1.QrLoginServiceClient { return c.service }

// Close ends all calls and watches with CANCELLED, and closes the connections. Closing again has no effect.
func (c *AppClient) Close() error { return c.connection.close() }
