"""The pauses and decisions of a watch, with the time and randomness of the test."""

from __future__ import annotations

import grpc
import pytest
from fake_service import PENDING, details, status
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import RetryInfo

from qrlogin import QrLoginError
from qrlogin._watch_progress import Backoff, WatchProgress
from qrlogin.v1 import QrCodeStep, TicketState, TicketStatus, WatchStatusResponse

UNAVAILABLE = QrLoginError(grpc.StatusCode.UNAVAILABLE, "")


class Time:
    """A clock that stands still until the test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def limits(backoff: Backoff, count: int) -> list[float]:
    return [round(backoff.next_pause(0.0), 3) for _ in range(count)]


def test_the_limit_of_the_pause_doubles_from_100_ms_to_5_s() -> None:
    backoff = Backoff(lambda: 1.0)
    assert limits(backoff, 8) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    # It has no further growth in which a number could overflow.
    assert limits(backoff, 2_000)[-1] == 5.0


def test_the_pause_is_random_below_its_limit_and_comes_after_the_retry_delay() -> None:
    numbers = iter([0.0, 0.5, 0.25])
    backoff = Backoff(lambda: next(numbers))
    assert backoff.next_pause(0.0) == 0.0
    assert backoff.next_pause(0.0) == pytest.approx(0.1)
    assert backoff.next_pause(2.0) == pytest.approx(2.1)


def test_the_pauses_begin_again_only_after_a_call_that_has_sent_statuses_for_5_s() -> None:
    time = Time()
    progress = WatchProgress(None, time, lambda: 1.0)
    response = WatchStatusResponse(status=PENDING)

    def pause_after_a_call_of(seconds: float) -> float:
        progress.accept(response)
        time.seconds += seconds
        return round(progress.pause_after(UNAVAILABLE), 3)

    assert [pause_after_a_call_of(4.9) for _ in range(3)] == [0.1, 0.2, 0.4]
    assert pause_after_a_call_of(5.0) == 0.1
    # A call without any status counts as short, however long it takes.
    time.seconds += 60
    assert round(progress.pause_after(UNAVAILABLE), 3) == 0.2


def test_the_retry_delay_is_part_of_the_pause() -> None:
    retry = details(grpc.StatusCode.UNAVAILABLE, RetryInfo(retry_delay=Duration(seconds=7)), reason="SERVER_DRAINING")
    progress = WatchProgress(None, Time(), lambda: 1.0)
    assert progress.pause_after(QrLoginError(grpc.StatusCode.UNAVAILABLE, "", retry)) == pytest.approx(7.1)


def test_the_end_with_ok_before_a_terminal_status_is_followed_by_a_pause() -> None:
    assert WatchProgress(None, Time(), lambda: 1.0).pause_after(None) == pytest.approx(0.1)


def test_a_status_that_differs_in_the_remaining_durations_only_is_not_new() -> None:
    def pending(seconds: int, number: int = 1) -> WatchStatusResponse:
        left = Duration(seconds=seconds)
        step = QrCodeStep(number=number, qr_content=f"code {number}", remaining_duration=left)
        return WatchStatusResponse(
            status=status(TicketState.TICKET_STATE_PENDING, remaining_duration=left, qr_code_step=step)
        )

    progress = WatchProgress(None)
    first = pending(9)
    assert progress.accept(first) == first.status
    assert progress.accept(pending(8)) is None
    # The caller's own status is untouched.
    assert first.status.qr_code_step.remaining_duration.seconds == 9
    assert progress.accept(pending(7, number=2)) is not None
    assert progress.accept(pending(6, number=1)) is not None


def test_a_status_that_differs_in_a_field_of_a_newer_service_is_new() -> None:
    def with_unknown_field(value: bytes) -> WatchStatusResponse:
        # Field 100 with a length of one.
        return WatchStatusResponse(
            status=TicketStatus.FromString(PENDING.SerializeToString() + b"\xa2\x06\x01" + value)
        )

    progress = WatchProgress(None)
    assert progress.accept(with_unknown_field(b"a")) is not None
    assert progress.accept(with_unknown_field(b"a")) is None
    assert progress.accept(with_unknown_field(b"b")) is not None


def test_a_watch_with_a_deadline_ends_when_its_time_is_over() -> None:
    time = Time()
    progress = WatchProgress(10.0, time, lambda: 1.0)
    time.seconds = 4.0
    assert progress.remaining_time() == 6.0
    exceeded = QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "")
    with pytest.raises(QrLoginError) as caught:
        progress.pause_after(exceeded)
    assert caught.value is exceeded


def test_a_pause_beyond_the_deadline_ends_a_watch_at_once() -> None:
    time = Time()
    progress = WatchProgress(10.0, time, lambda: 1.0)
    time.seconds = 9.95
    with pytest.raises(QrLoginError) as caught:
        progress.pause_after(UNAVAILABLE)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert caught.value.__cause__ is UNAVAILABLE
