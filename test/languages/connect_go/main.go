package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"

	qrloginv1 "example.com/phone/gen/qrlogin/v1"
	"example.com/phone/gen/qrlogin/v1/qrloginv1connect"
)

func main() {
	if err := approve(context.Background(), os.Args[1]); err != nil {
		fmt.Println(reasonOf(err))
		os.Exit(1)
	}
}

// approve shows who is asking, and approves.
func approve(ctx context.Context, scannedText string) error {
	// connect.WithGRPCWeb() selects the other protocol.
	service := qrloginv1connect.NewQrLoginServiceClient(http.DefaultClient, os.Getenv("QRLOGIN_GATEWAY"))
	scan := connect.NewRequest(&qrloginv1.MarkScannedRequest{
		Scanned:      &qrloginv1.MarkScannedRequest_QrContent{QrContent: scannedText},
		Capabilities: []qrloginv1.PhoneCapability{qrloginv1.PhoneCapability_PHONE_CAPABILITY_CHECK_CODE},
	})
	scan.Header().Set("authorization", "Bearer "+os.Getenv("QRLOGIN_USER_TOKEN"))
	scanned, err := service.MarkScanned(ctx, scan)
	if err != nil {
		return err
	}
	fmt.Println(scanned.Msg.App.Name) // show it with the requester, and ask the user
	decision := connect.NewRequest(&qrloginv1.AuthorizeRequest{TicketId: scanned.Msg.TicketId})
	decision.Header().Set("authorization", "Bearer "+os.Getenv("QRLOGIN_USER_TOKEN"))
	approval, err := service.Authorize(ctx, decision)
	if err != nil {
		return err
	}
	if code := approval.Msg.CheckCode; code != "" {
		fmt.Printf("Type %s on %s only. Never tell it to anybody.\n", code, scanned.Msg.App.Name)
	}
	return nil
}

// reasonOf returns the reason of an error, such as TICKET_EXPIRED, or the code if the error has none.
func reasonOf(err error) string {
	var failure *connect.Error
	if !errors.As(err, &failure) {
		return err.Error()
	}
	for _, detail := range failure.Details() {
		if value, err := detail.Value(); err == nil {
			if info, ok := value.(*errdetails.ErrorInfo); ok && info.Domain == "qrlogin.v1" {
				return info.Reason
			}
		}
	}
	return failure.Code().String()
}
