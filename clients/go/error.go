package qrlogin

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

// errorDomain is the domain of the reasons of this service. The reasons of other domains are not ours.
const errorDomain = "qrlogin.v1"

// Error is the error of a call or a watch: an error of the service, or a failure on the way.
//
// Branch on Reason, or on Code if there is none. Message is for people and may change. An error that the end of the
// context has caused wraps [context.Canceled] or [context.DeadlineExceeded]. One of a closed client wraps [ErrClosed].
type Error struct {
	// Code is the gRPC status code.
	Code codes.Code
	// Reason is the reason of the service. It is ERROR_REASON_UNSPECIFIED if the service did not reply, or sent a reason
	// that this version does not know.
	Reason qrloginv1.ErrorReason
	// RawReason is the reason as sent, also if this version does not know it or if it comes from another domain.
	RawReason string
	// Domain is the domain of RawReason: "qrlogin.v1" for this service.
	Domain string
	// Message describes the error for people, without code and reason.
	Message string
	// CurrentState is the state of the ticket that the error depends on. It is TICKET_STATE_UNSPECIFIED if there is none.
	CurrentState qrloginv1.TicketState
	// ExceededLimit is the name of the limit that the call exceeded, such as "screen", for RATE_LIMITED.
	ExceededLimit string
	// FieldViolations lists the faults in the fields of the request, for INVALID_REQUEST.
	FieldViolations []FieldViolation

	attemptsLeft *int
	retryDelay   *time.Duration
	status       *status.Status
	cause        error
}

// FieldViolation is a fault in a field of the request.
type FieldViolation struct {
	// Field is the path of the field by its names in the proto, such as "qr_image.size".
	Field string
	// Description describes the fault for people.
	Description string
}

// Error returns the code, and the reason and the message if there are any.
func (e *Error) Error() string {
	text := "qrlogin: " + e.Code.String()
	for _, part := range []string{e.RawReason, e.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	return text
}

// Unwrap returns the cause: the error of the context, [ErrClosed], or the error of gRPC.
func (e *Error) Unwrap() error { return e.cause }

// GRPCStatus returns the status, with the details as the service sent them. [status.FromError] and [status.Code] use it.
func (e *Error) GRPCStatus() *status.Status {
	if e.status == nil {
		return status.New(e.Code, e.Message)
	}
	return e.status
}

// AttemptsLeft returns the number of attempts that are left after a wrong check code. It returns false if the service
// did not send it.
func (e *Error) AttemptsLeft() (attempts int, ok bool) {
	if e.attemptsLeft == nil {
		return 0, false
	}
	return *e.attemptsLeft, true
}

// RetryDelay returns the time that the service asks to wait before another attempt. It returns false if the service did
// not ask for any.
func (e *Error) RetryDelay() (delay time.Duration, ok bool) {
	if e.retryDelay == nil {
		return 0, false
	}
	return *e.retryDelay, true
}

// ReasonOf returns the reason of an error, or ERROR_REASON_UNSPECIFIED if it is nil or has none.
func ReasonOf(err error) qrloginv1.ErrorReason {
	if e, ok := FromError(err); ok {
		return e.Reason
	}
	return qrloginv1.ErrorReason_ERROR_REASON_UNSPECIFIED
}

// FromError returns an error as an *Error. It also reads errors of a generated client that does not use this package. It
// returns false if err is nil or not an error of a call.
func FromError(err error) (*Error, bool) {
	if e, ok := errors.AsType[*Error](err); ok {
		return e, true
	}
	if _, ok := errors.AsType[grpcStatus](err); ok {
		return newError(err), true
	}
	return nil, false
}

// grpcStatus is an error with a gRPC status.
type grpcStatus interface {
	error
	GRPCStatus() *status.Status
}

// newError reads the status of an error of gRPC. It leaves out whatever is missing or cannot be read, since any proxy on
// the way can write the details.
func newError(err error) *Error {
	// Not status.FromError, which puts what wraps the status into the message.
	var st *status.Status
	if withStatus, ok := errors.AsType[grpcStatus](err); ok {
		st = withStatus.GRPCStatus()
	} else {
		st = status.FromContextError(err)
	}
	e := &Error{Code: st.Code(), Message: st.Message(), status: st, cause: err}
	var info *errdetails.ErrorInfo
	for _, detail := range st.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if info == nil || info.GetDomain() != errorDomain {
				info = detail
			}
		case *errdetails.RetryInfo:
			delay := max(0, detail.GetRetryDelay().AsDuration())
			e.retryDelay = &delay
		case *errdetails.QuotaFailure:
			if violations := detail.GetViolations(); len(violations) > 0 {
				e.ExceededLimit = violations[0].GetSubject()
			}
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				e.FieldViolations = append(e.FieldViolations, FieldViolation{violation.GetField(), violation.GetDescription()})
			}
		}
	}
	e.RawReason = info.GetReason()
	e.Domain = info.GetDomain()
	if e.Domain != errorDomain {
		return e
	}
	e.Reason = qrloginv1.ErrorReason(qrloginv1.ErrorReason_value["ERROR_REASON_"+e.RawReason])
	metadata := info.GetMetadata()
	e.CurrentState = qrloginv1.TicketState(qrloginv1.TicketState_value["TICKET_STATE_"+metadata["current_state"]])
	if attempts, err := strconv.ParseUint(metadata["attempts_left"], 10, 31); err == nil {
		e.attemptsLeft = new(int(attempts))
	}
	return e
}

// isInterrupted reports whether a call was cut off on its way without a response of the service, for example by a proxy.
// The caller has neither cancelled the call nor set a deadline that explains it.
func isInterrupted(e *Error) bool {
	if e.RawReason != "" || errors.Is(e, context.Canceled) || errors.Is(e, context.DeadlineExceeded) {
		return false
	}
	switch e.Code {
	case codes.Canceled, codes.DeadlineExceeded:
		return true
	case codes.Internal:
		// grpc-go identifies a stream that was reset, or that ended without trailers, only by its text.
		return strings.Contains(e.Message, "RST_STREAM") || strings.Contains(e.Message, "without sending trailers")
	default:
		return false
	}
}
