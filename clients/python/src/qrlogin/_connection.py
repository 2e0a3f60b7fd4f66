"""What both synchronous clients have: channels, calls, watches and their end."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import grpc

from ._channel import ChannelOptions, Target, resolve_target
from ._credentials import Metadata
from ._errors import QrLoginError, closed_error
from ._status_watch import StatusWatch, WatchCall
from ._timeouts import Stopwatch, check_timeout
from ._watch_progress import WatchProgress
from .v1.qr_login_service_pb2 import WatchStatusRequest
from .v1.qr_login_service_pb2_grpc import QrLoginServiceStub

if TYPE_CHECKING:
    from typing_extensions import Self

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class _Channels(NamedTuple):
    calls: grpc.Channel
    call_stub: QrLoginServiceStub
    watches: grpc.Channel
    watch_stub: QrLoginServiceStub


class Connection:
    """The two channels of a client and the calls on them. Base of the clients; not part of the public API."""

    def __init__(
        self,
        address: str,
        metadata: Callable[[], Metadata],
        *,
        tls: bool | None,
        root_certificates: bytes | str | None,
        timeout: float,
        channel_options: ChannelOptions,
    ) -> None:
        self._target = resolve_target(address, tls, root_certificates, channel_options)
        self._metadata = metadata
        self._timeout = check_timeout(timeout)
        self._lock = threading.Lock()
        self._open_channels: _Channels | None = None
        self._watches: weakref.WeakSet[StatusWatch] = weakref.WeakSet()
        self._closed = False

    @property
    def stub(self) -> QrLoginServiceStub:
        """The generated client, on the connection for calls. Adds the credential and nothing else of this layer."""
        return QrLoginServiceStub(grpc.intercept_channel(self._channels().calls, _AddMetadata(self._metadata)))

    def close(self) -> None:
        """Ends all running calls and watches with a QrLoginError (CANCELLED), and closes the connections.

        A call that is still in the function that returns the token ends when that returns.
        """
        with self._lock:
            self._closed = True
            channels, watches = self._open_channels, list(self._watches)
        for watch in watches:
            watch._end(closed_error())
        if channels is not None:
            channels.calls.close()
            channels.watches.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _channels(self) -> _Channels:
        # With the first call and not with the client: a client can be created before a process forks.
        with self._lock:
            if self._closed:
                raise closed_error()
            if self._open_channels is None:
                calls = _create_channel(self._target, self._target.call_options)
                watches = _create_channel(self._target, self._target.watch_options)
                self._open_channels = _Channels(calls, QrLoginServiceStub(calls), watches, QrLoginServiceStub(watches))
            return self._open_channels

    @property
    def _calls(self) -> QrLoginServiceStub:
        return self._channels().call_stub

    def _call(
        self, method: grpc.UnaryUnaryMultiCallable[_Request, _Response], request: _Request, timeout: float | None
    ) -> _Response:
        stopwatch = Stopwatch(self._timeout if timeout is None else timeout)
        metadata = self._metadata()
        try:
            return method(request, metadata=metadata, timeout=stopwatch.remaining())
        except grpc.RpcError as error:
            raise QrLoginError.from_rpc_error(error) from error
        except ValueError:
            # The type of gRPC for a channel that was closed in the meantime.
            if self._closed:
                raise closed_error() from None
            raise

    def _watch(self, request: WatchStatusRequest, timeout: float | None) -> StatusWatch:
        progress = WatchProgress(None if timeout is None else check_timeout(timeout))

        # The caller may go on to change its message, and a later call must not differ from the first.
        own_request = WatchStatusRequest()
        own_request.CopyFrom(request)

        def open_call(seconds: float | None) -> WatchCall:
            return self._channels().watch_stub.WatchStatus(own_request, metadata=self._metadata(), timeout=seconds)

        watch = StatusWatch(open_call, progress)
        with self._lock:
            self._watches.add(watch)
        return watch


class _CallDetails(NamedTuple):
    method: str
    timeout: float | None
    metadata: Sequence[tuple[str, str | bytes]] | None
    credentials: grpc.CallCredentials | None
    wait_for_ready: bool | None
    compression: grpc.Compression | None


class _AddMetadata(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def __init__(self, metadata: Callable[[], Metadata]) -> None:
        self._metadata = metadata

    def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: object
    ) -> Any:
        return continuation(self._complete(client_call_details), request)

    def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.ClientCallDetails, request: object
    ) -> Any:
        return continuation(self._complete(client_call_details), request)

    def _complete(self, details: grpc.ClientCallDetails) -> _CallDetails:
        return _CallDetails(
            details.method,
            details.timeout,
            (*(details.metadata or ()), *self._metadata()),
            details.credentials,
            details.wait_for_ready,
            details.compression,
        )


def _create_channel(target: Target, options: ChannelOptions) -> grpc.Channel:
    if target.credentials is None:
        return grpc.insecure_channel(target.address, options)
    return grpc.secure_channel(target.address, target.credentials, options)
