"""What asyncio does not have in every version of Python."""

from __future__ import annotations

import asyncio
import contextlib
import sys


def is_being_cancelled() -> bool:
    """Reports whether somebody cancels the running task. Python 3.10 does not tell: returns False there."""
    task = asyncio.current_task()
    return sys.version_info >= (3, 11) and task is not None and task.cancelling() > 0


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Waits until the event is set or the time is over."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
