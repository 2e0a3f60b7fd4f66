"""What asyncio does not have in every version of Python."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable
from typing import TypeVar

import grpc

from .._errors import QrLoginError

_Result = TypeVar("_Result")


def is_being_cancelled() -> bool:
    """Reports whether somebody cancels the running task. Python 3.10 does not tell: returns False there."""
    task = asyncio.current_task()
    return sys.version_info >= (3, 11) and task is not None and task.cancelling() > 0


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set or the time is over."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def token_within(token: Awaitable[_Result], seconds: float | None) -> _Result:
    """Returns the user token.

    Raises:
        QrLoginError: It is not there in time. The work on it is cancelled.

    """
    task = asyncio.ensure_future(token)
    try:
        # Unlike `wait_for`, does not mix up its own time-out with a TimeoutError of the work.
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "The user token was not there in time")
        return task.result()
    finally:
        task.cancel()
