package qrlogin

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"time"

	"google.golang.org/grpc"
	grpcbackoff "google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// serviceConfig defines the retries and the spreading of calls over all addresses. It is a copy of
// gen/service_config.json, which is made from the idempotency levels of the proto.
//
//go:embed service_config.json
var serviceConfig string

const (
	defaultTimeout = 10 * time.Second
	userAgent      = "qrlogin-go/0.1.0"
)

// Option changes a default of a client.
type Option func(*options)

type options struct {
	timeout     time.Duration
	plainText   bool
	tlsConfig   *tls.Config
	roots       []byte
	dialOptions []grpc.DialOption
}

// WithTimeout sets the time limit of a call whose context has no deadline, retries included. It must be above zero; the
// default is 10 seconds. It does not apply to watches.
func WithTimeout(timeout time.Duration) Option {
	return func(o *options) { o.timeout = timeout }
}

// WithRootCertificates uses TLS, also to loopback addresses, and trusts these root certificates (PEM) in place of those
// of the system.
func WithRootCertificates(pem []byte) Option {
	return func(o *options) { o.roots = append([]byte{}, pem...) }
}

// WithTLSConfig uses TLS, also to loopback addresses, with a copy of the configuration. nil stands for the default one.
func WithTLSConfig(config *tls.Config) Option {
	return func(o *options) { o.tlsConfig = cmp.Or(config, &tls.Config{}) }
}

// WithPlainText sends everything in plain text, credentials included. Use it only on a network that nobody else can
// read. Loopback addresses do not need it.
func WithPlainText() Option {
	return func(o *options) { o.plainText = true }
}

// WithDialOptions adds options of the gRPC connections, such as a stats handler. The service config and the protection
// of the connection cannot be replaced.
func WithDialOptions(dialOptions ...grpc.DialOption) Option {
	return func(o *options) { o.dialOptions = append(o.dialOptions, dialOptions...) }
}

// resolve checks the options and completes them with the defaults for the target.
func resolve(target string, opts []Option) (*options, error) {
	resolved := &options{timeout: defaultTimeout}
	for _, option := range opts {
		option(resolved)
	}
	if target == "" {
		return nil, errors.New("qrlogin: the target must not be empty")
	}
	if resolved.timeout <= 0 {
		return nil, errors.New("qrlogin: the timeout must be above zero")
	}
	config := resolved.tlsConfig.Clone()
	if resolved.roots != nil {
		if config == nil {
			config = &tls.Config{}
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(resolved.roots) {
			return nil, errors.New("qrlogin: the root certificates must be certificates in PEM form")
		}
	}
	if resolved.plainText && config != nil {
		return nil, errors.New("qrlogin: plain text and TLS options exclude each other")
	}
	if config == nil {
		resolved.plainText = resolved.plainText || isLoopback(target)
		config = &tls.Config{}
	}
	resolved.tlsConfig = config
	return resolved, nil
}

// dial creates a connection, which connects on first use.
func (o *options) dial(target string, ping keepalive.ClientParameters) (*grpc.ClientConn, error) {
	dialOptions := []grpc.DialOption{
		grpc.WithUserAgent(userAgent),
		grpc.WithKeepaliveParams(ping),
		grpc.WithConnectParams(grpc.ConnectParams{
			// As short as the pauses of a watch: gRPC's own grow to two minutes, in which each attempt would fail at once.
			Backoff:           grpcbackoff.Config{BaseDelay: initialPause, Multiplier: 1.6, Jitter: 0.2, MaxDelay: maxPause},
			MinConnectTimeout: 20 * time.Second,
		}),
	}
	dialOptions = append(dialOptions, o.dialOptions...)
	dialOptions = append(dialOptions,
		grpc.WithDefaultServiceConfig(serviceConfig),
		// Otherwise a DNS TXT record could replace the service config and have exchanges repeated.
		grpc.WithDisableServiceConfig(),
	)
	if o.plainText {
		// A proxy from the environment would carry plain text elsewhere.
		dialOptions = append(dialOptions, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	} else {
		dialOptions = append(dialOptions, grpc.WithTransportCredentials(credentials.NewTLS(o.tlsConfig)))
	}
	return grpc.NewClient(target, dialOptions...)
}
