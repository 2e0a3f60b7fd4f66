// Signs a user in with code that is generated from the proto.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	qrloginv1 "example.com/shop/gen/qrlogin/v1"
)

// snippet: connect

//go:embed service_config.json
var serviceConfig string

// connect opens a channel. It uses plain text, which is for loopback alone, or TLS with these root certificates.
func connect(address string, roots *x509.CertPool) (*grpc.ClientConn, error) {
	transport := insecure.NewCredentials()
	if roots != nil {
		transport = credentials.NewTLS(&tls.Config{RootCAs: roots})
	}
	return grpc.NewClient(address,
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultServiceConfig(serviceConfig),
		// A service config in the DNS could have exchanges repeated.
		grpc.WithDisableServiceConfig(),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			Time:                30 * time.Second,
			Timeout:             10 * time.Second,
			PermitWithoutStream: true,
		}),
	)
}

// end snippet

// snippet: sign-in
// signIn returns the user who has scanned the code and approved.
func signIn(ctx context.Context, service qrloginv1.QrLoginServiceClient, appID, appSecret string) (*qrloginv1.UserInfo, error) {
	credential := base64.StdEncoding.EncodeToString([]byte(appID + ":" + appSecret))
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Basic "+credential)
	ctx, cancel := context.WithCancel(ctx) // ends the watch
	defer cancel()

	withDeadline, cancelCall := context.WithTimeout(ctx, 10*time.Second)
	defer cancelCall()
	ticket, err := service.CreateTicket(withDeadline, &qrloginv1.CreateTicketRequest{})
	if err != nil {
		return nil, err
	}
	fmt.Println(ticket.QrContent) // the text to draw

	// No deadline: a watch lasts as long as its ticket.
	watch, err := service.WatchStatus(ctx, &qrloginv1.WatchStatusRequest{
		TicketId:     ticket.TicketId,
		TicketSecret: ticket.TicketSecret,
	})
	if err != nil {
		return nil, err
	}
	for {
		response, err := watch.Recv()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("cancelled or expired")
		}
		if err != nil {
			return nil, err
		}
		if response.Status.State != qrloginv1.TicketState_TICKET_STATE_AUTHORIZED {
			continue
		}
		withDeadline, cancelCall := context.WithTimeout(ctx, 10*time.Second)
		defer cancelCall()
		exchanged, err := service.ExchangeUserInfo(withDeadline, &qrloginv1.ExchangeUserInfoRequest{
			ExchangeTicket: response.Status.ExchangeTicket,
		})
		return exchanged.GetUser(), err
	}
}

// end snippet

// snippet: errors
// reasonOf returns the reason of an error, such as TICKET_EXPIRED, or the status code if the error has none.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.Domain == "qrlogin.v1" {
			return info.Reason
		}
	}
	return status.Code(err).String()
}

// end snippet

func main() {
	connection, err := connect(os.Getenv("QRLOGIN_ADDRESS"), rootCertificates())
	if err != nil {
		fail(err)
	}
	defer connection.Close()
	service := qrloginv1.NewQrLoginServiceClient(connection)
	user, err := signIn(context.Background(), service, os.Getenv("QRLOGIN_APP_ID"), os.Getenv("QRLOGIN_APP_SECRET"))
	if err != nil {
		fail(err)
	}
	fmt.Println(user.UserId)
}

// rootCertificates returns the certificates of a file, or nil if none is given.
func rootCertificates() *x509.CertPool {
	file := os.Getenv("QRLOGIN_ROOT_CERTIFICATES")
	if file == "" {
		return nil
	}
	certificates, err := os.ReadFile(file)
	if err != nil {
		fail(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(certificates) {
		fail(errors.New("no certificate in the file"))
	}
	return roots
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, reasonOf(err))
	os.Exit(1)
}
