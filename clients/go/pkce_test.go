package qrlogin_test

import (
	"strings"
	"testing"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
)

func TestCodeChallengeOfRFC7636AppendixB(t *testing.T) {
	challenge, err := qrlogin.CodeChallenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
	if want := "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; challenge != want || err != nil {
		t.Errorf("got %q, %v, want %q", challenge, err, want)
	}
}

func TestCodeChallengeRejectsWhatRFC7636DoesNotAllow(t *testing.T) {
	for _, verifier := range []string{
		"", strings.Repeat("a", 42), strings.Repeat("a", 129), strings.Repeat("a", 43) + "\n", strings.Repeat("ä", 43),
	} {
		if challenge, err := qrlogin.CodeChallenge(verifier); err == nil {
			t.Errorf("%q: got %q, want an error", verifier, challenge)
		} else if verifier != "" && strings.Contains(err.Error(), verifier) {
			t.Errorf("the error contains the verifier: %v", err)
		}
	}
	for _, length := range []int{43, 128} {
		if _, err := qrlogin.CodeChallenge(strings.Repeat("~", length)); err != nil {
			t.Errorf("%d characters: %v", length, err)
		}
	}
}

func TestNewCodeVerifierIsRandomAndValid(t *testing.T) {
	first, second := qrlogin.NewCodeVerifier(), qrlogin.NewCodeVerifier()
	if first == second || len(first) != 43 {
		t.Errorf("got %q and %q, want two different texts of 43 characters", first, second)
	}
	if _, err := qrlogin.CodeChallenge(first); err != nil {
		t.Error(err)
	}
}
