// Phone is the mobile app of a signed-in user. It shows who is asking, asks for consent and approves.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"strings"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal("phone: ", err)
	}
}

func run(ctx context.Context) error {
	token := os.Getenv("QRLOGIN_USER_TOKEN")
	if len(os.Args) != 2 || token == "" {
		return errors.New("usage: QRLOGIN_USER_TOKEN=… example-phone TEXT")
	}
	address := cmp.Or(os.Getenv("QRLOGIN_ADDRESS"), "127.0.0.1:50051")
	client, err := qrlogin.NewApproverClient(address, qrlogin.StaticToken(token))
	if err != nil {
		return err
	}
	defer client.Close()
	return decide(ctx, client, os.Args[1])
}

// decide shows the request behind a scanned text, and approves or declines it as the user says.
func decide(ctx context.Context, client *qrlogin.ApproverClient, scannedText string) error {
	scanned, err := client.MarkScanned(ctx, &qrloginv1.MarkScannedRequest{
		Scanned:      &qrloginv1.MarkScannedRequest_QrContent{QrContent: scannedText},
		Capabilities: []qrloginv1.PhoneCapability{qrloginv1.PhoneCapability_PHONE_CAPABILITY_CHECK_CODE},
	})
	if err != nil {
		return err
	}
	app := scanned.GetApp().GetName()
	showRequest(scanned)
	fmt.Println("Is the code on a screen in front of you, on a page that you opened yourself just now? [y/N]")
	typed, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return err
	}
	if answer := strings.ToLower(strings.TrimSpace(typed)); answer != "y" && answer != "yes" {
		_, err := client.Cancel(ctx, &qrloginv1.CancelRequest{TicketId: scanned.GetTicketId()})
		fmt.Println("Declined.")
		return err
	}
	authorized, err := client.Authorize(ctx, &qrloginv1.AuthorizeRequest{TicketId: scanned.GetTicketId()})
	if err != nil {
		return err
	}
	if checkCode := authorized.GetCheckCode(); checkCode != "" {
		fmt.Printf("Type this number on %s only, and tell it to nobody: %s\n", app, checkCode)
	}
	fmt.Println("Approved.")
	return nil
}

// showRequest prints who is asking. All of it comes from the service, none from the code. What only the page claims
// stands apart from the rest, since an attacker may have written it.
func showRequest(scanned *qrloginv1.MarkScannedResponse) {
	requester := scanned.GetRequester()
	items := []struct {
		name, value string
		source      qrloginv1.ContextSource
	}{
		{"network address", requester.GetIpAddress(), requester.GetIpAddressSource()},
		{"device", requester.GetDeviceName(), requester.GetDeviceNameSource()},
		{"browser", requester.GetUserAgent(), requester.GetUserAgentSource()},
		{"location", requester.GetLocation(), requester.GetLocationSource()},
	}
	var trusted, claimed []string
	for _, item := range items {
		text := fmt.Sprintf("  %s: %q", item.name, item.value)
		switch {
		case item.value == "":
		case item.source == qrloginv1.ContextSource_CONTEXT_SOURCE_STATED_BY_APP,
			item.source == qrloginv1.ContextSource_CONTEXT_SOURCE_OBSERVED_BY_GATEWAY:
			trusted = append(trusted, text)
		default: // A source that this version does not know counts as a claim.
			claimed = append(claimed, text)
		}
	}
	fmt.Printf("%s asks you to sign in.\n", scanned.GetApp().GetName())
	for _, text := range trusted {
		fmt.Println(text)
	}
	if len(claimed) > 0 {
		fmt.Println("The page says (not checked):")
	}
	for _, text := range claimed {
		fmt.Println(text)
	}
}
