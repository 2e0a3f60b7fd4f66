package qrlogin_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	qrlogin "github.com/qrlogin/qrlogin/clients/go"
	"github.com/qrlogin/qrlogin/clients/go/qrloginv1"
)

const (
	pending    = qrloginv1.TicketState_TICKET_STATE_PENDING
	scanned    = qrloginv1.TicketState_TICKET_STATE_SCANNED
	authorized = qrloginv1.TicketState_TICKET_STATE_AUTHORIZED
	exchanged  = qrloginv1.TicketState_TICKET_STATE_EXCHANGED
	unknown    = qrloginv1.TicketState(99)
)

type watchStream = grpc.ServerStreamingServer[qrloginv1.WatchStatusResponse]

func send(stream watchStream, statuses ...*qrloginv1.TicketStatus) error {
	for _, status := range statuses {
		if err := stream.Send(&qrloginv1.WatchStatusResponse{Status: status}); err != nil {
			return err
		}
	}
	return nil
}

func in(state qrloginv1.TicketState) *qrloginv1.TicketStatus {
	return &qrloginv1.TicketStatus{State: state}
}

// held keeps a stream open until the client ends it.
func held(stream watchStream) error {
	<-stream.Context().Done()
	return stream.Context().Err()
}

func sendAndHold(stream watchStream, status *qrloginv1.TicketStatus) error {
	if err := send(stream, status); err != nil {
		return err
	}
	return held(stream)
}

// watchAll returns the states of a watch and its error.
func watchAll(ctx context.Context, client *qrlogin.AppClient) (states []qrloginv1.TicketState, err error) {
	for status, err := range client.WatchStatus(ctx, &qrloginv1.WatchStatusRequest{}) {
		if err != nil {
			return states, err
		}
		states = append(states, status.GetState())
	}
	return states, nil
}

func TestWatchYieldsChangesUntilATerminalStatus(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			step := func(number uint32, left time.Duration) *qrloginv1.TicketStatus {
				return &qrloginv1.TicketStatus{
					State:             pending,
					RemainingDuration: durationpb.New(left),
					QrCodeStep:        &qrloginv1.QrCodeStep{Number: number, RemainingDuration: durationpb.New(left)},
				}
			}
			for _, status := range []*qrloginv1.TicketStatus{
				step(1, 60*time.Second), step(1, 45*time.Second), step(2, 45*time.Second), step(2, 30*time.Second),
				in(scanned), in(unknown), in(authorized), in(authorized), in(exchanged),
			} {
				if err := send(stream, status); err != nil {
					return err
				}
				time.Sleep(15 * time.Second)
			}
			return held(stream)
		}}
		states, err := watchAll(t.Context(), f.appClient(t))
		want := []qrloginv1.TicketState{pending, pending, scanned, unknown, authorized, exchanged}
		if err != nil || !slices.Equal(states, want) {
			t.Errorf("got %v, %v, want %v", states, err, want)
		}
		if got := len(f.received()); got != 1 {
			t.Errorf("got %d calls", got)
		}
	})
}

func TestWatchIsCancelledBeforeTheTerminalStatusIsYielded(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		ended := make(chan error, 1)
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			if err := send(stream, in(exchanged)); err != nil {
				return err
			}
			ended <- held(stream)
			return nil
		}}
		client := f.appClient(t)
		for range client.WatchStatus(t.Context(), &qrloginv1.WatchStatusRequest{}) {
			<-ended // Blocks forever, which the bubble detects, if the call goes on.
		}
	})
}

func TestWatchThatIsLeftEndsItsCall(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		ended := make(chan error, 1)
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			if err := send(stream, in(pending)); err != nil {
				return err
			}
			ended <- held(stream)
			return nil
		}}
		client := f.appClient(t)
		for range client.WatchStatus(t.Context(), &qrloginv1.WatchStatusRequest{}) {
			break
		}
		<-ended
		if got := len(f.received()); got != 1 {
			t.Errorf("got %d calls", got)
		}
	})
}

func TestWatchMakesAnotherCall(t *testing.T) {
	for name, err := range map[string]error{
		"after UNAVAILABLE":                        status.Error(codes.Unavailable, "connection refused"),
		"after UNAVAILABLE with a reason":          ours(codes.Unavailable, "SERVER_DRAINING"),
		"after UNAVAILABLE with an unknown reason": ours(codes.Unavailable, "MOON_IN_THE_WRONG_PHASE"),
		"after a foreign OUTCOME_UNKNOWN":          failure(codes.Unavailable, "proxy.example", "OUTCOME_UNKNOWN"),
		"after TOO_MANY_WATCHES":                   ours(codes.ResourceExhausted, "TOO_MANY_WATCHES"),
		"after CANCELLED by a proxy":               status.Error(codes.Canceled, "stream terminated"),
		"after DEADLINE_EXCEEDED by a proxy":       status.Error(codes.DeadlineExceeded, "upstream timeout"),
		"after a stream reset":                     status.Error(codes.Internal, "stream terminated by RST_STREAM with error code: 2"),
		"after a stream without trailers":          status.Error(codes.Internal, "server closed the stream without sending trailers"),
		"after OK before a terminal status":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{watch: func(stream watchStream, number int) error {
					if sendErr := send(stream, in(pending)); sendErr != nil || number == 1 {
						return cmp.Or(sendErr, err)
					}
					return send(stream, in(exchanged))
				}}
				states, watchErr := watchAll(t.Context(), f.appClient(t))
				if watchErr != nil || states[len(states)-1] != exchanged {
					t.Errorf("got %v, %v", states, watchErr)
				}
				if slices.Contains(states[1:], pending) {
					t.Errorf("an unchanged status was yielded again: %v", states)
				}
				if got := len(f.received()); got != 2 {
					t.Errorf("got %d calls, want 2", got)
				}
			})
		})
	}
}

func TestWatchEndsWithTheError(t *testing.T) {
	for name, err := range map[string]error{
		"TICKET_NOT_FOUND":                        ours(codes.NotFound, "TICKET_NOT_FOUND"),
		"APP_UNAUTHENTICATED":                     ours(codes.Unauthenticated, "APP_UNAUTHENTICATED"),
		"WATCH_SUPERSEDED":                        ours(codes.Aborted, "WATCH_SUPERSEDED"),
		"OUTCOME_UNKNOWN":                         ours(codes.Unavailable, "OUTCOME_UNKNOWN"),
		"RATE_LIMITED":                            ours(codes.ResourceExhausted, "RATE_LIMITED"),
		"TOO_MANY_WATCHES of another domain":      failure(codes.ResourceExhausted, "proxy.example", "TOO_MANY_WATCHES"),
		"CANCELLED with a reason":                 ours(codes.Canceled, "TICKET_CANCELLED"),
		"INTERNAL of the service":                 ours(codes.Internal, "INTERNAL"),
		"INTERNAL with a reason about RST_STREAM": failure(codes.Internal, "proxy.example", "RST_STREAM"),
		"INTERNAL without a reason, not a reset":  status.Error(codes.Internal, "something else"),
		"UNKNOWN without a reason":                status.Error(codes.Unknown, "something else"),
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{watch: func(watchStream, int) error { return err }}
				_, watchErr := watchAll(t.Context(), f.appClient(t))
				e, ok := errors.AsType[*qrlogin.Error](watchErr)
				if !ok || e.Code != status.Code(err) {
					t.Errorf("got %v, want %v", watchErr, err)
				}
				if got := len(f.received()); got != 1 {
					t.Errorf("got %d calls", got)
				}
			})
		})
	}
}

func TestWatchReturnsNoEarlierThanTheServiceAsks(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, number int) error {
			if number <= 3 {
				return ours(codes.ResourceExhausted, "TOO_MANY_WATCHES", retryAfter(20*time.Second))
			}
			return send(stream, in(exchanged))
		}}
		if _, err := watchAll(t.Context(), f.appClient(t)); err != nil {
			t.Fatal(err)
		}
		calls := f.received()
		for i, limit := range []time.Duration{100, 200, 400} {
			pause := calls[i+1].at.Sub(calls[i].at)
			if pause < 20*time.Second || pause > 20*time.Second+limit*time.Millisecond {
				t.Errorf("pause %d was %v", i+1, pause)
			}
		}
	})
}

func TestWatchDoesNotHammerAServerThatEndsEachCallAtOnce(t *testing.T) {
	for name, answer := range map[string]func(watchStream, int) error{
		"after a status": func(stream watchStream, _ int) error { return send(stream, in(pending)) },
		"with an error":  func(watchStream, int) error { return ours(codes.Unavailable, "STORE_UNAVAILABLE") },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{watch: answer}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				_, err := watchAll(ctx, f.appClient(t))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				// 600 s in pauses of 2.5 s on average are 240 calls; more than 400 are next to impossible.
				if got := len(f.received()); got > 400 || got < 100 {
					t.Errorf("got %d calls in 10 minutes", got)
				}
			})
		})
	}
}

func TestWatchThatHasWorkedBeginsAgainWithTheShortestPause(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, number int) error {
			if number == 10 {
				return send(stream, in(exchanged))
			}
			if err := send(stream, in(pending)); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			return ours(codes.Unavailable, "SERVER_DRAINING")
		}}
		if _, err := watchAll(t.Context(), f.appClient(t)); err != nil {
			t.Fatal(err)
		}
		calls := f.received()
		for i := range calls[1:] {
			if pause := calls[i+1].at.Sub(calls[i].at) - time.Minute; pause > 100*time.Millisecond {
				t.Errorf("pause %d was %v", i+1, pause)
			}
		}
	})
}

func TestWatchEndsWithItsContext(t *testing.T) {
	for name, test := range map[string]struct {
		watch func(watchStream, int) error
		end   func(context.Context) (context.Context, context.CancelFunc)
		want  error
		code  codes.Code
	}{
		"cancelled while it waits for a status": {
			func(stream watchStream, _ int) error { return sendAndHold(stream, in(pending)) },
			cancelledAfter, context.Canceled, codes.Canceled,
		},
		"cancelled while it pauses": {
			func(watchStream, int) error {
				return ours(codes.Unavailable, "SERVER_DRAINING", retryAfter(time.Hour))
			},
			cancelledAfter, context.Canceled, codes.Canceled,
		},
		"at its deadline": {
			func(stream watchStream, _ int) error { return sendAndHold(stream, in(pending)) },
			endingAfter, context.DeadlineExceeded, codes.DeadlineExceeded,
		},
		"at a deadline that the service notices first": {
			func(watchStream, int) error { return status.Error(codes.DeadlineExceeded, "too late") },
			endingAfter, context.DeadlineExceeded, codes.DeadlineExceeded,
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{watch: test.watch}
				ctx, cancel := test.end(t.Context())
				defer cancel()
				_, err := watchAll(ctx, f.appClient(t))
				if !errors.Is(err, test.want) || status.Code(err) != test.code {
					t.Errorf("got %v, want %v", err, test.want)
				}
				if got := len(f.received()); got != 1 {
					t.Errorf("got %d calls", got)
				}
			})
		})
	}
}

func cancelledAfter(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	time.AfterFunc(time.Minute, cancel)
	return ctx, cancel
}

func endingAfter(parent context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(parent, time.Minute)
}

func TestWatchHasNoDeadline(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			if err := send(stream, in(pending)); err != nil {
				return err
			}
			if deadline, ok := stream.Context().Deadline(); ok {
				t.Errorf("the call has the deadline %v", deadline)
			}
			time.Sleep(time.Hour)
			return send(stream, in(exchanged))
		}}
		states, err := watchAll(t.Context(), f.appClient(t, qrlogin.WithTimeout(time.Second)))
		if err != nil || !slices.Equal(states, []qrloginv1.TicketState{pending, exchanged}) {
			t.Errorf("got %v, %v", states, err)
		}
	})
}

func TestCloseEndsWatches(t *testing.T) {
	for name, answer := range map[string]func(watchStream, int) error{
		"that wait for a status": func(stream watchStream, _ int) error { return held(stream) },
		"that pause": func(watchStream, int) error {
			return ours(codes.Unavailable, "SERVER_DRAINING", retryAfter(time.Hour))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				f := &fakeService{watch: answer}
				client := f.appClient(t)
				time.AfterFunc(time.Minute, func() { mustClose(t, client) })
				_, err := watchAll(t.Context(), client)
				if !errors.Is(err, qrlogin.ErrClosed) || status.Code(err) != codes.Canceled {
					t.Errorf("got %v", err)
				}
				if _, err := watchAll(t.Context(), client); !errors.Is(err, qrlogin.ErrClosed) {
					t.Errorf("a watch of a closed client: got %v", err)
				}
				if got := len(f.received()); got != 1 {
					t.Errorf("got %d calls", got)
				}
			})
		})
	}
}

func TestSlowReaderGetsTheNewestStatus(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			for revision := range uint32(1_000) {
				if err := send(stream, &qrloginv1.TicketStatus{State: pending, Revision: revision + 1}); err != nil {
					return err
				}
				time.Sleep(time.Millisecond)
			}
			return held(stream)
		}}
		client := f.appClient(t)
		var revisions []uint32
		for status, err := range client.WatchStatus(t.Context(), &qrloginv1.WatchStatusRequest{}) {
			if err != nil {
				t.Fatal(err)
			}
			revisions = append(revisions, status.GetRevision())
			if status.GetRevision() == 1_000 {
				break
			}
			time.Sleep(time.Minute)
		}
		if !slices.Equal(revisions, []uint32{1, 1_000}) {
			t.Errorf("got %v", revisions)
		}
	})
}

func TestMessageWithoutAStatusEndsTheWatch(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error { return sendAndHold(stream, nil) }}
		if _, err := watchAll(t.Context(), f.appClient(t)); status.Code(err) != codes.Internal {
			t.Errorf("got %v", err)
		}
	})
}

func TestIterationsAreSeparateWatches(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error { return send(stream, in(exchanged)) }}
		statuses := f.appClient(t).WatchStatus(t.Context(), &qrloginv1.WatchStatusRequest{})
		if got := len(f.received()); got != 0 {
			t.Errorf("%d calls before the iteration", got)
		}
		for range 2 {
			for status, err := range statuses {
				if err != nil || status.GetState() != exchanged {
					t.Errorf("got %v, %v", status, err)
				}
			}
		}
		if got := len(f.received()); got != 2 {
			t.Errorf("got %d calls, want 2", got)
		}
	})
}

func TestGeneratedClientWatchesOnceWithTheCredentials(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		f := &fakeService{watch: func(stream watchStream, _ int) error {
			if err := send(stream, in(pending), in(pending)); err != nil {
				return err
			}
			return ours(codes.Unavailable, "SERVER_DRAINING", retryAfter(time.Second))
		}}
		stream, err := f.appClient(t).Service().WatchStatus(t.Context(), &qrloginv1.WatchStatusRequest{})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := stream.Recv(); err != nil {
				t.Error(err)
			}
		}
		_, err = stream.Recv()
		if e, ok := errors.AsType[*qrlogin.Error](err); !ok || e.Reason != qrloginv1.ErrorReason_ERROR_REASON_SERVER_DRAINING {
			t.Errorf("got %v", err)
		}
		if calls := f.received(); len(calls) != 1 || !slices.Equal(calls[0].authorization, []string{"Basic c2hvcDpzM2NyZXQ="}) {
			t.Errorf("got %v", calls)
		}
	})
}
