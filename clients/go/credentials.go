package qrlogin

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"google.golang.org/grpc/credentials"
)

// TokenSource returns the token of the user on whose behalf a call is made. It is called once per call, with the context
// of the call, from which it may take the user. It has to return when the context is done, and must be safe for
// concurrent use. A call that fails with USER_TOKEN_EXPIRED is not repeated: refreshing the token is up to the source.
type TokenSource func(ctx context.Context) (string, error)

// StaticToken returns a source that always returns the same token.
func StaticToken(token string) TokenSource {
	return func(context.Context) (string, error) { return token, nil }
}

// authorize returns the value of the metadata key authorization for one call. A function keeps secrets out of the
// textual form of the clients, whatever prints it.
type authorize func(ctx context.Context) (string, error)

// basic returns the credential of an app (RFC 7617).
func basic(appID, appSecret string) (authorize, error) {
	if appID == "" || strings.Contains(appID, ":") {
		return nil, errors.New("qrlogin: the app id must not be empty or contain a colon")
	}
	if appSecret == "" {
		return nil, errors.New("qrlogin: the app secret must not be empty")
	}
	value := "Basic " + base64.StdEncoding.EncodeToString([]byte(appID+":"+appSecret))
	return func(context.Context) (string, error) { return value, nil }, nil
}

var bearerTokenPattern = regexp.MustCompile(`^[A-Za-z0-9\-._~+/]+=*$`)

// bearer returns the credential of a user (RFC 6750). It checks the tokens, because gRPC could quote a malformed one in
// an error.
func bearer(source TokenSource) (authorize, error) {
	if source == nil {
		return nil, errors.New("qrlogin: the token source must not be nil")
	}
	return func(ctx context.Context) (string, error) {
		token, err := source(ctx)
		if err != nil {
			return "", fmt.Errorf("qrlogin: user token: %w", err)
		}
		if !bearerTokenPattern.MatchString(token) {
			return "", errors.New("qrlogin: the user token is empty or contains a character that RFC 6750 does not allow")
		}
		return "Bearer " + token, nil
	}, nil
}

// callCredentials carries the credential of one call. Unlike metadata of the context, it is not visible to stats
// handlers and loggers, and gRPC refuses to send it over plain text if it requires TLS.
type callCredentials struct {
	authorization func() string // A function, for the same reason as authorize.
	requireTLS    bool
}

var _ credentials.PerRPCCredentials = callCredentials{}

func (c callCredentials) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": c.authorization()}, nil
}

func (c callCredentials) RequireTransportSecurity() bool { return c.requireTLS }
