package qrlogin_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// fromStatus returns the error of a status with these details.
func fromStatus(t *testing.T, code codes.Code, details ...proto.Message) *qrlogin.Error {
	t.Helper()
	st := &spb.Status{Code: int32(code), Message: "the message"}
	for _, detail := range details {
		packed, isPacked := detail.(*anypb.Any)
		if !isPacked {
			var err error
			if packed, err = anypb.New(detail); err != nil {
				t.Fatal(err)
			}
		}
		st.Details = append(st.Details, packed)
	}
	e, ok := qrlogin.FromError(status.ErrorProto(st))
	if !ok {
		t.Fatal("not an Error")
	}
	return e
}

func TestErrorHasTheDetailsOfTheService(t *testing.T) {
	e := fromStatus(t, codes.InvalidArgument,
		&errdetails.ErrorInfo{
			Domain:   "qrlogin.v1",
			Reason:   "CHECK_CODE_MISMATCH",
			Metadata: map[string]string{"current_state": "AWAITING_CHECK_CODE", "attempts_left": "2"},
		},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "check_code", Description: "must be digits"},
		}},
		&errdetails.QuotaFailure{Violations: []*errdetails.QuotaFailure_Violation{{Subject: "screen"}}},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)},
	)
	attempts, hasAttempts := e.AttemptsLeft()
	delay, hasDelay := e.RetryDelay()
	got := []any{
		e.Code, e.Reason, e.RawReason, e.Domain, e.Message, e.CurrentState, e.ExceededLimit, e.FieldViolations,
		attempts, hasAttempts, delay, hasDelay, e.Error(), status.Code(e), len(e.GRPCStatus().Details()),
	}
	want := []any{
		codes.InvalidArgument, qrloginv1.ErrorReason_ERROR_REASON_CHECK_CODE_MISMATCH, "CHECK_CODE_MISMATCH", "qrlogin.v1",
		"the message", qrloginv1.TicketState_TICKET_STATE_AWAITING_CHECK_CODE, "screen",
		[]qrlogin.FieldViolation{{Field: "check_code", Description: "must be digits"}},
		2, true, 1500 * time.Millisecond, true, "qrlogin: InvalidArgument: CHECK_CODE_MISMATCH: the message",
		codes.InvalidArgument, 4,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%v, want\n%v", got, want)
	}
}

func TestErrorWithoutDetailsHasCodeAndMessage(t *testing.T) {
	e := fromStatus(t, codes.Unavailable)
	_, hasAttempts := e.AttemptsLeft()
	_, hasDelay := e.RetryDelay()
	if e.Reason != 0 || e.RawReason != "" || e.CurrentState != 0 || hasAttempts || hasDelay || e.FieldViolations != nil {
		t.Errorf("got details: %+v", e)
	}
	if got, want := e.Error(), "qrlogin: Unavailable: the message"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	withoutMessage, _ := qrlogin.FromError(status.Error(codes.Unavailable, ""))
	if got, want := withoutMessage.Error(), "qrlogin: Unavailable"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestReasonCountsOnlyInTheDomainOfTheService(t *testing.T) {
	foreign := &errdetails.ErrorInfo{
		Domain: "proxy.example", Reason: "TICKET_EXPIRED",
		Metadata: map[string]string{"current_state": "EXPIRED", "attempts_left": "2"},
	}
	e := fromStatus(t, codes.FailedPrecondition, foreign)
	_, hasAttempts := e.AttemptsLeft()
	if e.Reason != 0 || e.CurrentState != 0 || hasAttempts || e.RawReason != "TICKET_EXPIRED" || e.Domain != "proxy.example" {
		t.Errorf("got %+v", e)
	}
	e = fromStatus(t, codes.FailedPrecondition, foreign, &errdetails.ErrorInfo{Domain: "qrlogin.v1", Reason: "TICKET_CANCELLED"})
	if e.Reason != qrloginv1.ErrorReason_ERROR_REASON_TICKET_CANCELLED {
		t.Errorf("beside a foreign one: got %v", e.Reason)
	}
}

func TestReasonThatIsNotKnownIsKeptAsSent(t *testing.T) {
	e := fromStatus(t, codes.FailedPrecondition, &errdetails.ErrorInfo{
		Domain:   "qrlogin.v1",
		Reason:   "MOON_IN_THE_WRONG_PHASE",
		Metadata: map[string]string{"current_state": "WAXING", "attempts_left": "-1"},
	})
	_, hasAttempts := e.AttemptsLeft()
	if e.Reason != 0 || e.RawReason != "MOON_IN_THE_WRONG_PHASE" || e.CurrentState != 0 || hasAttempts {
		t.Errorf("got %+v", e)
	}
}

func TestDetailThatCannotBeReadIsLeftOut(t *testing.T) {
	e := fromStatus(t, codes.NotFound,
		&anypb.Any{TypeUrl: "type.googleapis.com/google.rpc.RetryInfo", Value: []byte{0xff}},
		&anypb.Any{TypeUrl: "type.googleapis.com/example.Unknown", Value: []byte{1}},
		&errdetails.ErrorInfo{Domain: "qrlogin.v1", Reason: "TICKET_NOT_FOUND"},
	)
	if _, hasDelay := e.RetryDelay(); hasDelay || e.Reason != qrloginv1.ErrorReason_ERROR_REASON_TICKET_NOT_FOUND {
		t.Errorf("got %+v", e)
	}
}

func TestRetryDelayIsNotNegative(t *testing.T) {
	e := fromStatus(t, codes.Unavailable, &errdetails.RetryInfo{RetryDelay: durationpb.New(-time.Second)})
	if delay, ok := e.RetryDelay(); delay != 0 || !ok {
		t.Errorf("got %v, %v", delay, ok)
	}
}

func TestFromErrorFindsAWrappedError(t *testing.T) {
	inner := fromStatus(t, codes.NotFound, &errdetails.ErrorInfo{Domain: "qrlogin.v1", Reason: "TICKET_NOT_FOUND"})
	wrapped := fmt.Errorf("sign-in: %w", inner)
	if e, ok := qrlogin.FromError(wrapped); !ok || e != inner {
		t.Errorf("got %v, %v", e, ok)
	}
	if got := qrlogin.ReasonOf(wrapped); got != qrloginv1.ErrorReason_ERROR_REASON_TICKET_NOT_FOUND {
		t.Errorf("got %v", got)
	}
	for _, err := range []error{nil, errors.New("something else")} {
		if e, ok := qrlogin.FromError(err); ok || qrlogin.ReasonOf(err) != 0 {
			t.Errorf("%v: got %v", err, e)
		}
	}
}
