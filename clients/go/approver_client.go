package qrlogin

import (
	"context"

	"google.golang.org/grpc"

	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// ApproverClient is the client of an approver: a mobile app or its back end, on behalf of a signed-in user. It is safe
// for concurrent use.
type ApproverClient struct {
	connection *connection
	service    qrloginv1.QrLoginServiceClient
}

// NewApproverClient creates a client for an approver. It connects on first use. It returns an error if the target, the
// token source or an option is invalid. Close the client when it is no longer needed.
//
// A back end that acts for many users shares one client: its token source takes the user from the context of the call.
func NewApproverClient(target string, token TokenSource, opts ...Option) (*ApproverClient, error) {
	authorize, err := bearer(token)
	if err != nil {
		return nil, err
	}
	connection, err := newConnection(target, authorize, opts)
	if err != nil {
		return nil, err
	}
	return &ApproverClient{connection, qrloginv1.NewQrLoginServiceClient(connection)}, nil
}

// MarkScanned marks a ticket as scanned, and returns who is asking, for the user to judge.
func (c *ApproverClient) MarkScanned(
	ctx context.Context, request *qrloginv1.MarkScannedRequest, opts ...grpc.CallOption,
) (*qrloginv1.MarkScannedResponse, error) {
	return c.service.MarkScanned(ctx, request, opts...)
}

// Authorize approves the sign-in. The response contains the check code to show, if the website waits for one.
func (c *ApproverClient) Authorize(
	ctx context.Context, request *qrloginv1.AuthorizeRequest, opts ...grpc.CallOption,
) (*qrloginv1.AuthorizeResponse, error) {
	return c.service.Authorize(ctx, request, opts...)
}

// Cancel declines the sign-in.
func (c *ApproverClient) Cancel(
	ctx context.Context, request *qrloginv1.CancelRequest, opts ...grpc.CallOption,
) (*qrloginv1.CancelResponse, error) {
	return c.service.Cancel(ctx, request, opts...)
}

// Service returns the generated client, with the same credentials, deadlines, retries and errors.
func (c *ApproverClient) Service() qrloginv1.QrLoginServiceClient { return c.service }

// Close ends all calls with CANCELLED, and closes the connections. Closing again has no effect.
func (c *ApproverClient) Close() error { return c.connection.close() }
