// Website is the back end of a website that signs one user in. It prints the text of the QR code, and the user.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"strings"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

var stdin = bufio.NewReader(os.Stdin)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal("website: ", err)
	}
}

func run(ctx context.Context) error {
	client, err := qrlogin.NewAppClient(
		cmp.Or(os.Getenv("QRLOGIN_ADDRESS"), "127.0.0.1:50051"),
		cmp.Or(os.Getenv("QRLOGIN_APP_ID"), "demo-app"),
		cmp.Or(os.Getenv("QRLOGIN_APP_SECRET"), "demo-secret"),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	user, err := signIn(ctx, client)
	if err != nil {
		return err
	}
	fmt.Printf("Hello, %s (%s)\n", user.GetNickname(), user.GetUserId())
	return nil
}

// snippet: sign-in
// signIn shows the code, waits for the approval and returns the user.
func signIn(ctx context.Context, client *qrlogin.AppClient) (*qrloginv1.UserInfo, error) {
	verifier := qrlogin.NewCodeVerifier()
	challenge, err := qrlogin.CodeChallenge(verifier)
	if err != nil {
		return nil, err
	}
	ticket, err := client.CreateTicket(ctx, &qrloginv1.CreateTicketRequest{
		CodeChallenge: challenge,
		Requester:     &qrloginv1.RequesterContext{DeviceName: "The website example"},
		Capabilities: []qrloginv1.CreatorCapability{
			qrloginv1.CreatorCapability_CREATOR_CAPABILITY_CHECK_CODE,
			qrloginv1.CreatorCapability_CREATOR_CAPABILITY_QR_CODE_STEPS,
		},
	})
	if err != nil {
		return nil, err
	}
	shown := ticket.GetQrContent()
	fmt.Println(shown) // Draw it as a QR code.

	request := &qrloginv1.WatchStatusRequest{TicketId: ticket.GetTicketId(), TicketSecret: ticket.GetTicketSecret()}
	for status, err := range client.WatchStatus(ctx, request) {
		if err != nil {
			return nil, err
		}
		switch status.GetState() {
		case qrloginv1.TicketState_TICKET_STATE_PENDING:
			if step := status.GetQrCodeStep(); step != nil && step.GetQrContent() != shown {
				shown = step.GetQrContent() // The code of this ticket changes.
				fmt.Println(shown)
			}
		case qrloginv1.TicketState_TICKET_STATE_AWAITING_CHECK_CODE:
			if err := submitCheckCode(ctx, client, ticket, status); err != nil {
				return nil, err
			}
		case qrloginv1.TicketState_TICKET_STATE_AUTHORIZED:
			exchanged, err := client.ExchangeUserInfo(ctx, &qrloginv1.ExchangeUserInfoRequest{
				ExchangeTicket: status.GetExchangeTicket(),
				CodeVerifier:   verifier,
			})
			return exchanged.GetUser(), err
		}
	}
	return nil, errors.New("the user declined or took too long")
}

// end snippet

// submitCheckCode asks for the check code that the phone shows. After a wrong one, the watch sends the new status.
func submitCheckCode(
	ctx context.Context, client *qrlogin.AppClient, ticket *qrloginv1.CreateTicketResponse, status *qrloginv1.TicketStatus,
) error {
	fmt.Printf("Type the %d digits that the phone shows:\n", status.GetCheckCodeDigits())
	typed, err := stdin.ReadString('\n')
	if err != nil {
		return fmt.Errorf("no check code: %w", err)
	}
	_, err = client.SubmitCheckCode(ctx, &qrloginv1.SubmitCheckCodeRequest{
		TicketId:     ticket.GetTicketId(),
		TicketSecret: ticket.GetTicketSecret(),
		CheckCode:    strings.TrimSpace(typed),
	})
	if qrlogin.ReasonOf(err) == qrloginv1.ErrorReason_ERROR_REASON_CHECK_CODE_MISMATCH {
		fmt.Println("This is not the number on the phone.")
		return nil
	}
	return err
}
