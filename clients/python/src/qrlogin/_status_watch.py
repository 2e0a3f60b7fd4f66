"""The watch of the synchronous client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import grpc

from ._errors import QrLoginError
from ._watch_progress import WatchProgress, is_terminal
from .v1.qr_login_service_pb2 import WatchStatusResponse
from .v1.ticket_pb2 import TicketStatus

if TYPE_CHECKING:
    from typing_extensions import Self


class WatchCall(Iterator[WatchStatusResponse], Protocol):
    """One WatchStatus call."""

    def cancel(self) -> bool:
        """Ends the call."""


class StatusWatch(Iterator[TicketStatus]):
    """The statuses of a ticket, up to a terminal one. Returned by ``AppClient.watch_status``.

    Leaving the loop ends the call at the server as soon as nothing refers to the watch. Use it as a context manager, or
    call ``close``, to end it at once. One thread reads a watch; any thread may close it.
    """

    def __init__(self, open_call: Callable[[float | None], WatchCall], progress: WatchProgress) -> None:
        self._open_call = open_call
        self._progress = progress
        self._lock = threading.Lock()
        self._call: WatchCall | None = None
        self._ended = threading.Event()
        self._end_error: QrLoginError | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> TicketStatus:
        try:
            status = self._next_status()
        except BaseException:
            self.close()
            raise
        if status is None:
            raise StopIteration
        return status

    def close(self) -> None:
        """Ends the watch. A thread that waits for a status leaves its loop. Has no effect when called again."""
        self._end(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _end(self, error: QrLoginError | None) -> None:
        """Ends the watch, with an error if its client closes."""
        with self._lock:
            if self._ended.is_set():
                return
            self._end_error = error
            self._ended.set()
            if self._call is not None:
                self._call.cancel()

    def _next_status(self) -> TicketStatus | None:
        """Returns the next status that differs, or None at the end."""
        while (call := self._running_call()) is not None:
            error = None
            try:
                for response in call:
                    status = self._progress.accept(response)
                    if is_terminal(response.status):
                        # Before the caller gets it: one that stops here must not leave an open watch behind.
                        self.close()
                    if status is not None:
                        return status
            except grpc.RpcError as rpc_error:
                error = QrLoginError.from_rpc_error(rpc_error)
            if not self._ended.is_set():
                self._call = None
                # A service may ask for longer than a lock can wait.
                self._ended.wait(min(self._progress.pause_after(error), threading.TIMEOUT_MAX))
        if self._end_error is not None:
            raise self._end_error
        return None

    def _running_call(self) -> WatchCall | None:
        with self._lock:
            if self._ended.is_set():
                return None
            if self._call is None:
                self._call = self._open_call(self._progress.remaining_time())
            return self._call
