package qrlogin

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

type statusStream = grpc.ServerStreamingClient[qrloginv1.WatchStatusResponse]

// watch makes one WatchStatus call after another, until a terminal status has come.
type watch struct {
	open    func(ctx context.Context) (statusStream, error)
	yield   func(*qrloginv1.TicketStatus, error) bool
	backoff backoff
	last    *qrloginv1.TicketStatus // The last status that was yielded, without its remaining durations.
}

// run passes on the statuses. It returns an error if the watch ends before a terminal status, unless the caller has left
// the sequence.
func (w *watch) run(ctx context.Context) error {
	for {
		ended, err := w.call(ctx)
		if ended {
			return nil
		}
		var retryDelay time.Duration
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok || !isWatchedAgain(e) {
				return err
			}
			retryDelay, _ = e.RetryDelay()
		}
		if err := sleep(ctx, w.backoff.next(retryDelay)); err != nil {
			return err
		}
	}
}

// call makes one call. It reports whether the watch has ended: by a terminal status, or because the caller has left the
// sequence. Otherwise it returns the error of the call, or nil after OK.
func (w *watch) call(ctx context.Context) (ended bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := w.open(ctx)
	if err != nil {
		return false, err
	}
	reader := &statusReader{newest: make(chan *qrloginv1.TicketStatus, 1)}
	go reader.read(stream)
	defer reader.wait(cancel)

	var began time.Time
	for status := range reader.newest {
		if ctx.Err() != nil {
			break // The error of the stream follows.
		}
		if began.IsZero() {
			began = time.Now()
		}
		terminal := isTerminal(status.GetState())
		if terminal {
			// Before the caller gets it: a caller that stops here must not leave an open watch behind.
			reader.wait(cancel)
		}
		if lasting := withoutDurations(status); !proto.Equal(lasting, w.last) {
			w.last = lasting
			if !w.yield(status, nil) {
				return true, nil
			}
		}
		if terminal {
			return true, nil
		}
	}
	reader.wait(cancel)
	if !began.IsZero() {
		w.backoff.succeeded(time.Since(began))
	}
	return false, reader.err
}

// statusReader reads a stream without pause and keeps only the newest unread status. With back-pressure, a slow caller
// would get old ones.
type statusReader struct {
	newest chan *qrloginv1.TicketStatus // Closed at the end of the stream.
	err    error                        // The error that ended the stream. Valid once newest is closed.
}

func (r *statusReader) read(stream statusStream) {
	defer close(r.newest)
	for {
		response, err := stream.Recv()
		if err != nil {
			if err != io.EOF {
				r.err = err
			}
			return
		}
		if response.GetStatus() == nil {
			r.err = &Error{Code: codes.Internal, Message: "the service sent a message without a status"}
			return
		}
		select {
		case <-r.newest:
		default:
		}
		r.newest <- response.GetStatus() // Never blocks: nobody else sends.
	}
}

// wait ends the stream and returns once its reader has ended.
func (r *statusReader) wait(cancel context.CancelFunc) {
	cancel()
	for range r.newest {
	}
}

// isWatchedAgain reports whether a watch makes another call after an error: the call was cut off, which says nothing
// about the ticket, or a limit on watches is reached.
func isWatchedAgain(e *Error) bool {
	if e.Reason == qrloginv1.ErrorReason_ERROR_REASON_TOO_MANY_WATCHES {
		return true
	}
	if e.Code == codes.Unavailable {
		return e.Reason != qrloginv1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN
	}
	return isInterrupted(e)
}

// isTerminal reports whether no other state follows. A state that this version does not know is not terminal.
func isTerminal(state qrloginv1.TicketState) bool {
	switch state {
	case qrloginv1.TicketState_TICKET_STATE_EXCHANGED,
		qrloginv1.TicketState_TICKET_STATE_CANCELLED,
		qrloginv1.TicketState_TICKET_STATE_EXPIRED:
		return true
	default:
		return false
	}
}

// withoutDurations returns a copy without the remaining durations, which differ in every message.
func withoutDurations(status *qrloginv1.TicketStatus) *qrloginv1.TicketStatus {
	status = proto.CloneOf(status)
	status.RemainingDuration = nil
	if status.QrCodeStep != nil {
		status.QrCodeStep.RemainingDuration = nil
	}
	return status
}

// sleep returns nil after the pause, or the error of the context once it is done.
func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
