package qrlogin_test

import (
	"cmp"
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/structpb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// service connects both clients to the server that the environment names.
func service(t *testing.T) (*qrlogin.AppClient, *qrlogin.ApproverClient) {
	t.Helper()
	address, token := os.Getenv("QRLOGIN_ADDRESS"), os.Getenv("QRLOGIN_USER_TOKEN")
	if address == "" || token == "" {
		t.Fatal("needs a server: run the tests as clients/with-server go test ./... in clients/go")
	}
	appID := cmp.Or(os.Getenv("QRLOGIN_APP_ID"), "demo-app")
	appSecret := cmp.Or(os.Getenv("QRLOGIN_APP_SECRET"), "demo-secret")
	app, err := qrlogin.NewAppClient(address, appID, appSecret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, app) })
	approver, err := qrlogin.NewApproverClient(address, qrlogin.StaticToken(token))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, approver) })
	return app, approver
}

func TestAliceSignsInAtTheService(t *testing.T) {
	app, approver := service(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	verifier := qrlogin.NewCodeVerifier()
	challenge, err := qrlogin.CodeChallenge(verifier)
	if err != nil {
		t.Fatal(err)
	}
	order := &structpb.Struct{Fields: map[string]*structpb.Value{"order": structpb.NewStringValue("4711")}}
	ticket, err := app.CreateTicket(ctx, &qrloginv1.CreateTicketRequest{CodeChallenge: challenge, CustomData: order})
	if err != nil {
		t.Fatal(err)
	}
	request := &qrloginv1.WatchStatusRequest{TicketId: ticket.GetTicketId(), TicketSecret: ticket.GetTicketSecret()}
	var user *qrloginv1.UserInfo
	var states []qrloginv1.TicketState
	for status, err := range app.WatchStatus(ctx, request) {
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, status.GetState())
		switch status.GetState() {
		case pending:
			seen, err := approver.MarkScanned(ctx, &qrloginv1.MarkScannedRequest{
				Scanned: &qrloginv1.MarkScannedRequest_QrContent{QrContent: ticket.GetQrContent()},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := seen.GetCustomData().GetFields()["order"].GetStringValue(); got != "4711" {
				t.Errorf("the phone sees the order %q", got)
			}
		case scanned:
			if _, err := approver.Authorize(ctx, &qrloginv1.AuthorizeRequest{TicketId: ticket.GetTicketId()}); err != nil {
				t.Fatal(err)
			}
		case authorized:
			exchange := &qrloginv1.ExchangeUserInfoRequest{ExchangeTicket: status.GetExchangeTicket(), CodeVerifier: verifier}
			response, err := app.ExchangeUserInfo(ctx, exchange)
			if err != nil {
				t.Fatal(err)
			}
			user = response.GetUser()
			_, err = app.ExchangeUserInfo(ctx, exchange)
			e, ok := errors.AsType[*qrlogin.Error](err)
			if !ok || e.Reason != qrloginv1.ErrorReason_ERROR_REASON_TICKET_ALREADY_EXCHANGED || e.CurrentState != exchanged {
				t.Errorf("a second exchange: got %v", err)
			}
		}
	}
	if user.GetUserId() != "alice" {
		t.Errorf("got user %q", user.GetUserId())
	}
	if last := states[len(states)-1]; last != exchanged {
		t.Errorf("got the states %v", states)
	}
}
