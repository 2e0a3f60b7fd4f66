package qrlogin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"regexp"
)

var codeVerifierPattern = regexp.MustCompile(`^[A-Za-z0-9\-._~]{43,128}$`)

// NewCodeVerifier returns a new PKCE code verifier (RFC 7636): 256 random bits, 43 characters of base64url. Keep it
// where the sign-in began, and pass it to ExchangeUserInfo. Pass only its [CodeChallenge] to CreateTicket.
func NewCodeVerifier() string {
	random := make([]byte, 32)
	_, _ = rand.Read(random) // Never fails: crypto/rand ends the program instead.
	return base64.RawURLEncoding.EncodeToString(random)
}

// CodeChallenge returns the code challenge of a verifier by PKCE's method S256: 43 characters of base64url. It returns
// an error if the verifier does not consist of 43 to 128 characters that RFC 7636 allows.
func CodeChallenge(codeVerifier string) (string, error) {
	if !codeVerifierPattern.MatchString(codeVerifier) {
		return "", errors.New("qrlogin: a code verifier must have 43 to 128 characters of " +
			"A-Z, a-z, 0-9, '-', '.', '_' and '~' (RFC 7636)")
	}
	digest := sha256.Sum256([]byte(codeVerifier))
	return base64.RawURLEncoding.EncodeToString(digest[:]), nil
}
