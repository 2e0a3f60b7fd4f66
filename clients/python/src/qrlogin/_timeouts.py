"""Time limits in seconds."""

from __future__ import annotations

import math
import time

import grpc

from ._errors import QrLoginError

DEFAULT_TIMEOUT = 10.0

# About 30 years. gRPC takes a deadline after the year 2262 for one that has passed.
_LONGEST_TIMEOUT = 1e9


def check_timeout(seconds: float) -> float:
    """Returns the time limit. One of more than 30 years is no limit (``math.inf``).

    Raises:
        ValueError: It is not above zero.

    """
    if not seconds > 0:
        raise ValueError("timeout must be above zero")
    return seconds if seconds <= _LONGEST_TIMEOUT else math.inf


class Stopwatch:
    """The time that is left of a limit, which begins now."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + check_timeout(seconds)

    def remaining(self) -> float | None:
        """Returns the seconds that are left, as gRPC takes them: None if there is no limit.

        Raises:
            QrLoginError: The time is over.

        """
        if self._deadline == math.inf:
            return None
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "The time of the call was over before it was sent")
        return left
