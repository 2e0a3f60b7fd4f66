package qrlogin_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// Signs one user in to a website. The folder examples has complete programs.
func ExampleAppClient_WatchStatus() {
	// snippet: sign-in
	ctx := context.Background()
	client, err := qrlogin.NewAppClient("127.0.0.1:50051", "demo-app", "demo-secret")
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ticket, err := client.CreateTicket(ctx, &qrloginv1.CreateTicketRequest{})
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println("draw as a QR code:", ticket.GetQrContent())

	request := &qrloginv1.WatchStatusRequest{TicketId: ticket.GetTicketId(), TicketSecret: ticket.GetTicketSecret()}
	for status, err := range client.WatchStatus(ctx, request) {
		if err != nil {
			log.Print(err)
			return
		}
		if status.GetState() != qrloginv1.TicketState_TICKET_STATE_AUTHORIZED {
			continue
		}
		signedIn, err := client.ExchangeUserInfo(ctx, &qrloginv1.ExchangeUserInfoRequest{
			ExchangeTicket: status.GetExchangeTicket(),
		})
		if err != nil {
			log.Print(err)
			return
		}
		fmt.Println("signed in:", signedIn.GetUser().GetUserId())
		return
	}
	// end snippet
}

// A back end that acts for many users shares one client. The token source takes the user from the context of the call.
func ExampleNewApproverClient() {
	type userKey struct{}
	tokens := map[string]string{"alice": "alices-token"}
	source := func(ctx context.Context) (string, error) {
		user, _ := ctx.Value(userKey{}).(string)
		token, ok := tokens[user]
		if !ok {
			return "", errors.New("nobody is signed in")
		}
		return token, nil
	}
	client, err := qrlogin.NewApproverClient("127.0.0.1:50051", source)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.Authorize(context.Background(), &qrloginv1.AuthorizeRequest{TicketId: "the ticket id"})
	fmt.Println(err)
	// Output: qrlogin: user token: nobody is signed in
}

func ExampleCodeChallenge() {
	challenge, err := qrlogin.CodeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(challenge)
	// Output: E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM
}

func ExampleError() {
	err := refusal() // The error of a call.
	// snippet: error
	if e, ok := errors.AsType[*qrlogin.Error](err); ok {
		switch e.Reason {
		case qrloginv1.ErrorReason_ERROR_REASON_RATE_LIMITED:
			delay, _ := e.RetryDelay()
			fmt.Printf("the limit %q is exceeded, wait for %v\n", e.ExceededLimit, delay)
		default:
			fmt.Println(e)
		}
	}
	// end snippet
	// Output: the limit "screen" is exceeded, wait for 30s
}

// Errors of a generated client that does not use this package can be read as well.
func ExampleFromError() {
	e, ok := qrlogin.FromError(refusal())
	fmt.Println(ok, e.Code, e.Reason)
	// Output: true ResourceExhausted ERROR_REASON_RATE_LIMITED
}

// refusal returns an error as the service sends it.
func refusal() error {
	st, err := status.New(codes.ResourceExhausted, "too many tickets of one screen").WithDetails(
		&errdetails.ErrorInfo{Domain: "qrlogin.v1", Reason: "RATE_LIMITED"},
		&errdetails.QuotaFailure{Violations: []*errdetails.QuotaFailure_Violation{{Subject: "screen"}}},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(30 * time.Second)},
	)
	if err != nil {
		return err
	}
	e, _ := qrlogin.FromError(st.Err())
	return e
}
