package qrlogin_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

func TestConstructorsRejectInvalidArguments(t *testing.T) {
	token := qrlogin.StaticToken("t0ken")
	app := func(target, appID, appSecret string, opts ...qrlogin.Option) error {
		_, err := qrlogin.NewAppClient(target, appID, appSecret, opts...)
		return err
	}
	approver := func(target string, source qrlogin.TokenSource, opts ...qrlogin.Option) error {
		_, err := qrlogin.NewApproverClient(target, source, opts...)
		return err
	}
	for name, err := range map[string]error{
		"no app id":                  app(loopback, "", "s3cret"),
		"app id with a colon":        app(loopback, "sh:op", "s3cret"),
		"no app secret":              app(loopback, "shop", ""),
		"no target":                  app("", "shop", "s3cret"),
		"no token source":            approver(loopback, nil),
		"timeout of zero":            approver(loopback, token, qrlogin.WithTimeout(0)),
		"certificates not PEM":       app(loopback, "shop", "s3cret", qrlogin.WithRootCertificates([]byte("s3cret"))),
		"certificates missing":       app(loopback, "shop", "s3cret", qrlogin.WithRootCertificates(nil)),
		"plain text and TLS":         app(loopback, "shop", "s3cret", qrlogin.WithPlainText(), qrlogin.WithTLSConfig(&tls.Config{})),
		"plain text and default TLS": app(loopback, "shop", "s3cret", qrlogin.WithPlainText(), qrlogin.WithTLSConfig(nil)),
		"target that is no URL":      app("%zz", "shop", "s3cret"),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error contains a secret: %v", name, err)
		}
	}
}

func TestTextFormsContainNoSecret(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		var printed strings.Builder
		print := func(value any) {
			for _, format := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
				fmt.Fprintf(&printed, format+"\n", value)
			}
		}
		// A logging interceptor prints what it sees of a call.
		interceptor := func(
			ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker,
			opts ...grpc.CallOption,
		) error {
			print(ctx)
			print(opts)
			return invoker(ctx, method, request, reply, cc, opts...)
		}
		f := &fakeService{unary: func(context.Context, int) error { return ours(codes.Unauthenticated, "APP_UNAUTHENTICATED") }}
		app, approver := f.clients(t, qrlogin.WithDialOptions(grpc.WithUnaryInterceptor(interceptor)))
		print(app)
		print(*app)
		print(approver)
		print(*approver)
		print(app.Service())
		for _, invoke := range unaryCalls(app, approver) {
			print(invoke(t.Context()))
		}
		malformed, err := qrlogin.NewApproverClient(loopback, qrlogin.StaticToken("t0ken\nx"), f.serve(t))
		if err != nil {
			t.Fatal(err)
		}
		defer mustClose(t, malformed)
		_, err = malformed.Authorize(t.Context(), &qrloginv1.AuthorizeRequest{})
		print(err)
		if err == nil {
			t.Error("a malformed token was accepted")
		}
		for _, secret := range []string{
			"s3cret", "t0ken", "c2hvcDpzM2NyZXQ", fmt.Sprintf("%x", "s3cret"), fmt.Sprintf("%x", "t0ken"),
		} {
			if strings.Contains(printed.String(), secret) {
				t.Errorf("printed %q:\n%s", secret, printed.String())
			}
		}
	})
}

// certificate returns a certificate of localhost that is its own root, and its PEM form.
func certificate(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, encoded
}

func TestRootCertificatesAreTrusted(t *testing.T) {
	served, root := certificate(t)
	_, otherRoot := certificate(t)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(root)
	f := &fakeService{}
	dial := f.serve(t, grpc.Creds(credentials.NewServerTLSFromCert(&served)))
	for name, test := range map[string]struct {
		opt  qrlogin.Option
		want codes.Code
	}{
		"the root of the service": {qrlogin.WithRootCertificates(root), codes.OK},
		"a TLS configuration":     {qrlogin.WithTLSConfig(&tls.Config{RootCAs: pool}), codes.OK},
		"another root":            {qrlogin.WithRootCertificates(otherRoot), codes.Unavailable},
		"the roots of the system": {qrlogin.WithTLSConfig(&tls.Config{}), codes.Unavailable},
		"plain text":              {qrlogin.WithPlainText(), codes.Unavailable},
	} {
		client, err := qrlogin.NewAppClient(loopback, "shop", "s3cret", test.opt, dial)
		if err != nil {
			t.Fatal(err)
		}
		if err := getSigningKeys(t.Context(), client); status.Code(err) != test.want {
			t.Errorf("%s: got %v, want %v", name, err, test.want)
		}
		mustClose(t, client)
	}
}

func TestPlainTextGoesOnlyToLoopback(t *testing.T) {
	for target, wantPlainText := range map[string]bool{
		loopback:                           true,
		"passthrough:///qr.example.com:80": false,
	} {
		f := &fakeService{}
		client, err := qrlogin.NewAppClient(target, "shop", "s3cret", f.serve(t))
		if err != nil {
			t.Fatal(err)
		}
		err = getSigningKeys(t.Context(), client)
		if gotPlainText := len(f.received()) > 0; gotPlainText != wantPlainText || (err == nil) != wantPlainText {
			t.Errorf("%s: %v, and %d calls in plain text", target, err, len(f.received()))
		}
		mustClose(t, client)
	}
}
