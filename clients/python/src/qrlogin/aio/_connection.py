"""What both clients for asyncio have: channels, calls, watches and their end."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import grpc

from .._channel import ChannelOptions, Target, resolve_target
from .._credentials import Metadata
from .._errors import QrLoginError, closed_error
from .._timeouts import Stopwatch, check_timeout
from .._watch_progress import WatchProgress
from ..v1.qr_login_service_pb2 import WatchStatusRequest
from ..v1.qr_login_service_pb2_grpc import QrLoginServiceStub
from ._status_watch import StatusWatch
from ._tasks import is_being_cancelled

if TYPE_CHECKING:
    from typing_extensions import Self

    # Exists for type checkers only: at run time, both kinds of channel have the same stub.
    from ..v1.qr_login_service_pb2_grpc import QrLoginServiceAsyncStub
    from ._status_watch import WatchCall

# Takes the seconds that are left for the call, or None for no limit.
MetadataSource = Callable[["float | None"], Awaitable[Metadata]]

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class _Channels(NamedTuple):
    calls: grpc.aio.Channel
    call_stub: QrLoginServiceAsyncStub
    watches: grpc.aio.Channel
    watch_stub: QrLoginServiceAsyncStub
    # An interceptor belongs to its channel from the beginning, and costs a task per call. This channel connects only if
    # somebody uses the generated client.
    generated: grpc.aio.Channel
    generated_stub: QrLoginServiceAsyncStub


class Connection:
    """The channels of a client and the calls on them. Base of the clients; not part of the public API."""

    def __init__(
        self,
        address: str,
        metadata: MetadataSource,
        *,
        tls: bool | None,
        root_certificates: bytes | str | None,
        timeout: float,
        channel_options: ChannelOptions,
    ) -> None:
        self._target = resolve_target(address, tls, root_certificates, channel_options)
        self._metadata = metadata
        self._timeout = check_timeout(timeout)
        self._open_channels: _Channels | None = None
        self._watches: weakref.WeakSet[StatusWatch] = weakref.WeakSet()
        self._tokens: set[asyncio.Future[str]] = set()
        self._closed = False

    @property
    def stub(self) -> QrLoginServiceAsyncStub:
        """The generated client, on a connection of its own. Adds the credential and nothing else of this layer."""
        return self._channels().generated_stub

    async def aclose(self) -> None:
        """Ends all running calls and watches with a QrLoginError (CANCELLED), and closes the connections."""
        self._closed = True
        for watch in list(self._watches):
            watch._end(closed_error())
        for token in self._tokens:
            token.cancel()
        if self._open_channels is not None:
            channels = self._open_channels
            for channel in (channels.calls, channels.watches, channels.generated):
                await channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _channels(self) -> _Channels:
        # With the first call and not with the client: a channel belongs to the event loop in which it is created.
        if self._closed:
            raise closed_error()
        if self._open_channels is None:
            calls = _create_channel(self._target, self._target.call_options)
            watches = _create_channel(self._target, self._target.watch_options)
            interceptors = [_AddMetadataToCall(self._metadata), _AddMetadataToStream(self._metadata)]
            generated = _create_channel(self._target, self._target.watch_options, interceptors)
            self._open_channels = _Channels(
                calls, _create_stub(calls), watches, _create_stub(watches), generated, _create_stub(generated)
            )
        return self._open_channels

    @property
    def _calls(self) -> QrLoginServiceAsyncStub:
        return self._channels().call_stub

    async def _call(
        self, method: grpc.aio.UnaryUnaryMultiCallable[_Request, _Response], request: _Request, timeout: float | None
    ) -> _Response:
        stopwatch = Stopwatch(self._timeout if timeout is None else timeout)
        metadata = await self._metadata(stopwatch.remaining())
        try:
            return await method(request, metadata=metadata, timeout=stopwatch.remaining())
        except grpc.aio.AioRpcError as error:
            raise QrLoginError.from_rpc_error(error) from error
        except (asyncio.CancelledError, grpc.aio.UsageError):
            # `aclose` ends a call like this, or refuses it; or somebody cancels the task.
            if self._closed and not is_being_cancelled():
                raise closed_error() from None
            raise

    async def _wait_for(self, token: Awaitable[str], seconds: float | None) -> str:
        """Returns the user token.

        Raises:
            QrLoginError: It is not there in time, or the client is closed. The work on it is cancelled.

        """
        task = asyncio.ensure_future(token)
        self._tokens.add(task)
        try:
            # Unlike `wait_for`, does not mix up its own time-out with a TimeoutError of the work.
            await asyncio.wait({task}, timeout=seconds)
            if self._closed:
                raise closed_error()
            if not task.done():
                raise QrLoginError(grpc.StatusCode.DEADLINE_EXCEEDED, "The user token was not there in time")
            return task.result()
        finally:
            self._tokens.discard(task)
            task.cancel()

    def _watch(self, request: WatchStatusRequest, timeout: float | None) -> StatusWatch:
        progress = WatchProgress(None if timeout is None else check_timeout(timeout))

        # The caller may go on to change its message, and a later call must not differ from the first.
        own_request = WatchStatusRequest()
        own_request.CopyFrom(request)

        async def open_call(seconds: float | None) -> WatchCall:
            metadata = await self._metadata(seconds)
            return self._channels().watch_stub.WatchStatus(own_request, metadata=metadata, timeout=seconds)

        watch = StatusWatch(open_call, progress)
        self._watches.add(watch)
        return watch


# Two classes, because `grpc.aio` registers an interceptor for one kind of call only.
class _AddMetadataToCall(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, metadata: MetadataSource) -> None:
        self._metadata = metadata

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: object
    ) -> Any:
        return await continuation(await _with_metadata(client_call_details, self._metadata), request)


class _AddMetadataToStream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, metadata: MetadataSource) -> None:
        self._metadata = metadata

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: object
    ) -> Any:
        return await continuation(await _with_metadata(client_call_details, self._metadata), request)


async def _with_metadata(details: grpc.aio.ClientCallDetails, metadata: MetadataSource) -> grpc.aio.ClientCallDetails:
    return grpc.aio.ClientCallDetails(
        details.method,
        details.timeout,
        grpc.aio.Metadata(*(details.metadata or ()), *await metadata(details.timeout)),
        details.credentials,
        details.wait_for_ready,
    )


def _create_channel(
    target: Target, options: ChannelOptions, interceptors: Sequence[grpc.aio.ClientInterceptor] = ()
) -> grpc.aio.Channel:
    if target.credentials is None:
        return grpc.aio.insecure_channel(target.address, options, interceptors=interceptors)
    return grpc.aio.secure_channel(target.address, target.credentials, options, interceptors=interceptors)


def _create_stub(channel: grpc.aio.Channel) -> QrLoginServiceAsyncStub:
    return cast("QrLoginServiceAsyncStub", QrLoginServiceStub(channel))
