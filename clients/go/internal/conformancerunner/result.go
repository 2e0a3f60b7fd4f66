package main

import (
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// errorResult is an error as the client reports it. Absent values are left out.
type errorResult struct {
	Code            string           `json:"code"`
	Reason          string           `json:"reason,omitempty"`
	RawReason       string           `json:"rawReason,omitempty"`
	Message         string           `json:"message"`
	CurrentState    string           `json:"currentState,omitempty"`
	AttemptsLeft    *int             `json:"attemptsLeft,omitempty"`
	ExceededLimit   string           `json:"exceededLimit,omitempty"`
	RetryAfterMs    *float64         `json:"retryAfterMs,omitempty"`
	FieldViolations []fieldViolation `json:"fieldViolations,omitempty"`
}

type fieldViolation struct {
	Field string `json:"field"`
}

func describe(err error) *errorResult {
	e, ok := qrlogin.FromError(err)
	if !ok {
		return &errorResult{Code: "REJECTED_BY_CLIENT", Message: err.Error()}
	}
	described := &errorResult{
		Code:          code.Code(e.Code).String(),
		RawReason:     e.RawReason,
		Message:       e.Message,
		ExceededLimit: e.ExceededLimit,
	}
	if e.Reason != qrloginv1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		described.Reason = strings.TrimPrefix(e.Reason.String(), "ERROR_REASON_")
	}
	if e.CurrentState != qrloginv1.TicketState_TICKET_STATE_UNSPECIFIED {
		described.CurrentState = strings.TrimPrefix(e.CurrentState.String(), "TICKET_STATE_")
	}
	if attempts, ok := e.AttemptsLeft(); ok {
		described.AttemptsLeft = &attempts
	}
	if delay, ok := e.RetryDelay(); ok {
		described.RetryAfterMs = new(float64(delay) / float64(time.Millisecond))
	}
	for _, violation := range e.FieldViolations {
		described.FieldViolations = append(described.FieldViolations, fieldViolation{violation.Field})
	}
	return described
}

func pkce(c command) (result, error) {
	verifier := qrlogin.NewCodeVerifier()
	if c.CodeVerifier != nil {
		verifier = *c.CodeVerifier
	}
	challenge, err := qrlogin.CodeChallenge(verifier)
	return result{"codeVerifier": verifier, "codeChallenge": challenge}, err
}
