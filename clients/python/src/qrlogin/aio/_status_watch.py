"""The watch of the asyncio client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING

import grpc

from .._errors import QrLoginError
from .._watch_progress import WatchProgress, is_terminal
from ..v1.ticket_pb2 import TicketStatus
from ._tasks import is_being_cancelled, wait

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..v1.qr_login_service_pb2 import WatchStatusRequest, WatchStatusResponse

    WatchCall = grpc.aio.UnaryStreamCall[WatchStatusRequest, WatchStatusResponse]


class StatusWatch(AsyncIterator[TicketStatus]):
    """The statuses of a ticket, up to a terminal one. Returned by ``AppClient.watch_status``.

    Leaving the loop ends the call at the server as soon as nothing refers to the watch. Use it as an asynchronous
    context manager, or call ``aclose``, to end it at once. One task reads a watch; any task of the same event loop may
    close it.
    """

    def __init__(self, open_call: Callable[[float | None], Awaitable[WatchCall]], progress: WatchProgress) -> None:
        self._open_call = open_call
        self._progress = progress
        self._call: WatchCall | None = None
        self._ended = asyncio.Event()
        self._end_error: QrLoginError | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> TicketStatus:
        try:
            status = await self._next_status()
        except BaseException:
            self._end(None)
            raise
        if status is None:
            raise StopAsyncIteration
        return status

    async def aclose(self) -> None:
        """Ends the watch. A task that waits for a status leaves its loop. Has no effect when called again."""
        self._end(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(None)

    def __del__(self) -> None:
        # Incomplete if the constructor has failed.
        call = getattr(self, "_call", None)
        if call is not None:
            call.cancel()

    def _end(self, error: QrLoginError | None) -> None:
        """Ends the watch, with an error if its client closes."""
        if self._ended.is_set():
            return
        self._end_error = error
        self._ended.set()
        if self._call is not None:
            self._call.cancel()

    async def _next_status(self) -> TicketStatus | None:
        """Returns the next status that differs, or None at the end."""
        while not self._ended.is_set():
            error = None
            try:
                if self._call is None:
                    self._call = await self._open_call(self._progress.remaining_time())
                async for response in self._call:
                    status = self._progress.accept(response)
                    if is_terminal(response.status):
                        # Before the caller gets it: one that stops here must not leave an open watch behind.
                        self._end(None)
                    if status is not None:
                        return status
            except grpc.aio.AioRpcError as rpc_error:
                error = QrLoginError.from_rpc_error(rpc_error)
            except asyncio.CancelledError:
                # `_end` has cancelled the call, or somebody the task.
                if not self._ended.is_set() or is_being_cancelled():
                    raise
            if not self._ended.is_set():
                self._call = None
                await wait(self._ended, self._progress.pause_after(error))
        if self._end_error is not None:
            raise self._end_error
        return None
