"""What a watch does with each status and with the end of each call. Without I/O, so that both clients share it."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable

import grpc

from ._error_reason import ErrorReason
from ._errors import QrLoginError, is_interrupted
from .v1.qr_login_service_pb2 import WatchStatusResponse
from .v1.ticket_pb2 import TICKET_STATE_CANCELLED, TICKET_STATE_EXCHANGED, TICKET_STATE_EXPIRED, TicketStatus

_FIRST_LIMIT = 0.1
_LAST_LIMIT = 5.0


class Backoff:
    """The pauses before further attempts: random between zero and a limit that doubles up to five seconds."""

    def __init__(self, random_number: Callable[[], float]) -> None:
        self._random_number = random_number
        self._limit = _FIRST_LIMIT

    def next_pause(self, retry_after: float) -> float:
        """Returns the next pause in seconds: the delay that the service asks for, plus a random one."""
        # The sum, not the greater of the two: else all who were told the same delay come back in the same instant.
        pause = retry_after + self._random_number() * self._limit
        self._limit = min(2 * self._limit, _LAST_LIMIT)
        return pause

    def succeeded(self, seconds: float) -> None:
        """Begins again with the shortest limit if a call has sent statuses for five seconds or longer.

        A shorter success changes nothing: a server that ends each call at once would be called without pause.
        """
        if seconds >= _LAST_LIMIT:
            self._limit = _FIRST_LIMIT


class WatchProgress:
    """The state of one watch."""

    def __init__(
        self,
        timeout: float | None,
        now: Callable[[], float] = time.monotonic,
        random_number: Callable[[], float] = random.random,
    ) -> None:
        self._now = now
        self._deadline = math.inf if timeout is None else now() + timeout
        self._backoff = Backoff(random_number)
        self._first_status_at: float | None = None
        self._last_fingerprint: bytes | None = None

    def remaining_time(self) -> float | None:
        """Returns the seconds until the deadline that the caller has set. None if there is none."""
        return None if self._deadline == math.inf else max(0.0, self._deadline - self._now())

    def accept(self, response: WatchStatusResponse) -> TicketStatus | None:
        """Returns the status if the caller is to get it: it is new in more than the remaining durations.

        Raises:
            QrLoginError: The message has no status.

        """
        if not response.HasField("status"):
            raise QrLoginError(grpc.StatusCode.INTERNAL, "The service sent a message without a status")
        if self._first_status_at is None:
            self._first_status_at = self._now()
        fingerprint = _fingerprint(response.status)
        if fingerprint == self._last_fingerprint:
            return None
        self._last_fingerprint = fingerprint
        return response.status

    def pause_after(self, error: QrLoginError | None) -> float:
        """Returns the seconds to wait before the next call. The error of the call that has ended is None for OK.

        Raises:
            QrLoginError: The given error, if it ends the watch.

        """
        if error is not None and not self._is_retryable(error):
            raise error
        if self._first_status_at is not None:
            self._backoff.succeeded(self._now() - self._first_status_at)
            self._first_status_at = None
        retry_after = error.retry_after if error is not None else None
        pause = self._backoff.next_pause(retry_after or 0.0)
        remaining = self.remaining_time()
        if remaining is not None and pause >= remaining:
            raise QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "The time of the watch is over") from error
        return pause

    def _is_retryable(self, error: QrLoginError) -> bool:
        if error.reason is ErrorReason.TOO_MANY_WATCHES:
            return True
        if error.code is grpc.StatusCode.UNAVAILABLE:
            return error.reason is not ErrorReason.OUTCOME_UNKNOWN
        if error.code is grpc.StatusCode.DEADLINE_EXCEEDED and self._deadline != math.inf:
            return False
        # The watch has neither cancelled the call nor set a deadline, so a proxy did.
        return is_interrupted(error)


def is_terminal(status: TicketStatus) -> bool:
    """Reports whether no other status follows. A state unknown to this client is not terminal."""
    return status.state in (TICKET_STATE_EXCHANGED, TICKET_STATE_CANCELLED, TICKET_STATE_EXPIRED)


def _fingerprint(status: TicketStatus) -> bytes:
    """Returns the encoded status without the remaining durations, which differ in every message."""
    stripped = TicketStatus()
    stripped.CopyFrom(status)
    stripped.ClearField("remaining_duration")
    if stripped.HasField("qr_code_step"):
        stripped.qr_code_step.ClearField("remaining_duration")
    return stripped.SerializeToString(deterministic=True)
