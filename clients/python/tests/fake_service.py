"""A service that answers as a test says, over real connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

from qrlogin.v1 import TicketState, TicketStatus, WatchStatusResponse
from qrlogin.v1.qr_login_service_pb2_grpc import (
    QrLoginServiceServicer,
    add_QrLoginServiceServicer_to_server,
)

# Fails a test that would otherwise wait for ever.
PATIENCE = 30.0

Context = grpc.ServicerContext
Answer = Callable[[Context], Any]


def packed(message: Message) -> AnyMessage:
    any_message = AnyMessage()
    any_message.Pack(message)
    return any_message


def details(
    code: grpc.StatusCode, *messages: Message, reason: str = "", domain: str = "qrlogin.v1", **metadata: str
) -> Status:
    info = [ErrorInfo(reason=reason, domain=domain, metadata=metadata)] if reason else []
    return Status(code=code.value[0], details=[packed(message) for message in [*info, *messages]])


def failing(
    code: grpc.StatusCode,
    reason: str = "",
    *,
    domain: str = "qrlogin.v1",
    retry_after_ms: int | None = None,
) -> Answer:
    """Returns an answer that fails like the service does."""
    retry = (
        []
        if retry_after_ms is None
        else [
            RetryInfo(retry_delay=Duration(seconds=retry_after_ms // 1_000, nanos=retry_after_ms % 1_000 * 1_000_000))
        ]
    )
    status = details(code, *retry, reason=reason, domain=domain)

    def fail(context: Context) -> NoReturn:
        trailers: tuple[tuple[str, str | bytes], ...] = (("grpc-status-details-bin", status.SerializeToString()),)
        if retry_after_ms is not None:
            trailers += (("grpc-retry-pushback-ms", str(retry_after_ms)),)
        context.set_trailing_metadata(trailers)
        context.abort(code, "made by the test")

    return fail


def status(state: TicketState.ValueType, revision: int = 1, **fields: Any) -> TicketStatus:
    return TicketStatus(ticket_id="T", state=state, revision=revision, **fields)


PENDING = status(TicketState.TICKET_STATE_PENDING)
SCANNED = status(TicketState.TICKET_STATE_SCANNED, 2)
EXPIRED = status(TicketState.TICKET_STATE_EXPIRED, 3)


class OpenStream:
    """A stream that sends statuses and stays open until the client ends it."""

    def __init__(self, *statuses: TicketStatus) -> None:
        self._statuses = statuses
        self._ended = threading.Event()

    def __call__(self, context: Context) -> Iterator[TicketStatus]:
        context.add_callback(self._ended.set)
        yield from self._statuses
        self._ended.wait(PATIENCE)

    def was_ended(self) -> bool:
        """Waits until the stream has ended. Returns False if it does not."""
        return self._ended.wait(PATIENCE)


def stream(*statuses: TicketStatus, then: Answer | None = None) -> Answer:
    """Returns a stream that sends statuses and ends with OK, or as the answer says."""

    def answer(context: Context) -> Iterator[TicketStatus]:
        yield from statuses
        if then is not None:
            then(context)

    return answer


class FakeService(QrLoginServiceServicer):
    """Takes the answers to the calls of a method one by one. Any further call is a fault of the client."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.watch_requests: list[Message] = []
        self._lock = threading.Lock()

    def _answer(self, method: str, context: Context) -> Any:
        with self._lock:
            self.calls.append((method, {key: str(value) for key, value in context.invocation_metadata()}))
            answers = self.answers.get(method, [])
            answer = answers.pop(0) if answers else None
        if answer is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"unexpected call of {method}")
        return answer(context)

    def count(self, method: str) -> int:
        """Returns the number of calls of a method."""
        with self._lock:
            return sum(called == method for called, _ in self.calls)

    def CreateTicket(self, request: Message, context: Context) -> Any:
        return self._answer("CreateTicket", context)

    def GetStatus(self, request: Message, context: Context) -> Any:
        return self._answer("GetStatus", context)

    def SubmitCheckCode(self, request: Message, context: Context) -> Any:
        return self._answer("SubmitCheckCode", context)

    def Withdraw(self, request: Message, context: Context) -> Any:
        return self._answer("Withdraw", context)

    def ExchangeUserInfo(self, request: Message, context: Context) -> Any:
        return self._answer("ExchangeUserInfo", context)

    def GetSigningKeys(self, request: Message, context: Context) -> Any:
        return self._answer("GetSigningKeys", context)

    def MarkScanned(self, request: Message, context: Context) -> Any:
        return self._answer("MarkScanned", context)

    def Authorize(self, request: Message, context: Context) -> Any:
        return self._answer("Authorize", context)

    def Cancel(self, request: Message, context: Context) -> Any:
        return self._answer("Cancel", context)

    def WatchStatus(self, request: Message, context: Context) -> Iterator[WatchStatusResponse]:
        self.watch_requests.append(request)
        for sent in self._answer("WatchStatus", context):
            yield WatchStatusResponse(status=sent) if sent else WatchStatusResponse()


class RunningService:
    """A fake service on a port of its own, which can be stopped and started again on the same port."""

    def __init__(self, service: FakeService) -> None:
        self._service = service
        self._port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = grpc.server(ThreadPoolExecutor(max_workers=8))
        add_QrLoginServiceServicer_to_server(self._service, self._server)
        self._port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        self._server.start()

    def stop(self) -> None:
        """Cuts all connections."""
        self._server.stop(grace=None).wait()
