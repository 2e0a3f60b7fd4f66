"""Time limits in seconds."""

from __future__ import annotations

import math
import time

import grpc

from ._errors import QrLoginError

DEFAULT_TIMEOUT = 10.0


def check_timeout(seconds: float) -> float:
    """Returns the time limit unchanged.

    Raises:
        ValueError: It is not above zero.

    """
    if not seconds > 0:
        raise ValueError("timeout must be above zero")
    return seconds


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
            raise QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "The user token was not there in time")
        return left
