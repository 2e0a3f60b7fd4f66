"""The error of a call, and how it is read from the trailers of gRPC."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, QuotaFailure, RetryInfo
from google.rpc.status_pb2 import Status

from ._error_reason import ErrorReason

_ERROR_DOMAIN = "qrlogin.v1"
_DETAILS_KEY = "grpc-status-details-bin"

_Detail = TypeVar("_Detail", bound=Message)


class FieldViolation(NamedTuple):
    """A request field that breaks its limits."""

    field: str
    """Path in the request, such as ``qr_image.size``."""
    description: str
    """Description for people."""


class QrLoginError(Exception):
    """The error of a call: an error of the service, or a failure on the way.

    Branch on ``reason``, or on ``code`` if there is none. The message is for people and may change.
    """

    code: grpc.StatusCode
    """Status code of gRPC."""
    message: str
    """Message for people, without code and reason."""
    reason: ErrorReason | None
    """Reason of the error. None if the service did not reply, or sent a reason unknown to this client."""
    raw_reason: str | None
    """Reason as sent, even if this client does not know it."""
    domain: str | None
    """Domain of the reason: ``qrlogin.v1`` for this service."""
    current_state: str | None
    """State of the ticket that the error depends on, such as ``EXPIRED``."""
    attempts_left: int | None
    """Number of attempts that are left, for CHECK_CODE_MISMATCH."""
    exceeded_limit: str | None
    """Name of the limit that the call exceeded, such as ``screen``, for RATE_LIMITED."""
    field_violations: tuple[FieldViolation, ...]
    """Faults in the fields of the request."""
    retry_after: float | None
    """Seconds that the service asks to wait before another attempt."""
    details: Status
    """All details as the service sent them. Empty if there are none."""

    def __init__(self, code: grpc.StatusCode, message: str, details: Status | None = None) -> None:
        """Reads reason and details from the given status, which the service sends with each error."""
        self.details = details or Status()
        info = _find(self.details, ErrorInfo) or ErrorInfo()
        retry = _find(self.details, RetryInfo)
        quota = _find(self.details, QuotaFailure) or QuotaFailure()
        request = _find(self.details, BadRequest) or BadRequest()
        super().__init__(": ".join(filter(None, (code.name, info.reason, message))))
        self.code = code
        self.message = message
        self.raw_reason = info.reason or None
        self.domain = info.domain or None
        # Another service on the way can have reasons and keys of the same names.
        ours = info if info.domain == _ERROR_DOMAIN else ErrorInfo()
        self.reason = ErrorReason.__members__.get(ours.reason)
        self.current_state = ours.metadata.get("current_state") or None
        self.attempts_left = _count(ours.metadata.get("attempts_left", ""))
        self.exceeded_limit = next((violation.subject for violation in quota.violations), None) or None
        self.field_violations = tuple(
            FieldViolation(violation.field, violation.description) for violation in request.field_violations
        )
        # Computed by hand: `ToTimedelta` fails for durations that are too long for it.
        delay = None if retry is None else retry.retry_delay
        self.retry_after = None if delay is None else max(0.0, delay.seconds + delay.nanos / 1e9)

    def __reduce__(self) -> tuple[type[QrLoginError], tuple[grpc.StatusCode, str, Status]]:
        """Makes errors fit for ``pickle`` and ``copy``, which would pass the text alone to the constructor."""
        return type(self), (self.code, self.message, self.details)

    @classmethod
    def from_rpc_error(cls, error: grpc.RpcError) -> QrLoginError:
        """Converts an error of ``grpc`` or ``grpc.aio``. Details that cannot be read are left out."""
        # Errors of calls have these methods. Their types do not say so.
        code = error.code() if hasattr(error, "code") else None
        message = error.details() if hasattr(error, "details") else None
        trailers = error.trailing_metadata() if hasattr(error, "trailing_metadata") else None
        return cls(code or grpc.StatusCode.UNKNOWN, message or "The call failed", _read_details(trailers))


def is_interrupted(error: QrLoginError) -> bool:
    """Reports whether a call was cut off without a reply of the service, for example by a proxy.

    That is CANCELLED or DEADLINE_EXCEEDED without a reason, or a stream that was reset or ended without a status, which
    gRPC identifies only by its text.
    """
    if error.raw_reason is not None:
        return False
    if error.code in (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED):
        return True
    if error.code is grpc.StatusCode.UNKNOWN:
        return "Stream removed" in error.message
    return error.code is grpc.StatusCode.INTERNAL and "RST_STREAM" in error.message


def _read_details(trailers: Iterable[Any] | None) -> Status | None:
    packed = next((value for key, value in trailers or () if key == _DETAILS_KEY), None)
    if not isinstance(packed, bytes):
        return None
    try:
        return Status.FromString(packed)
    except DecodeError:
        # Any proxy on the way can write this trailer. Code and message count without it.
        return None


def _find(status: Status, kind: type[_Detail]) -> _Detail | None:
    found = next((detail for detail in status.details if detail.Is(kind.DESCRIPTOR)), None)
    if found is None:
        return None
    message = kind()
    try:
        found.Unpack(message)
    except DecodeError:
        return None
    return message


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def closed_error() -> QrLoginError:
    """Returns the error of calls and watches whose client is closed."""
    return QrLoginError(grpc.StatusCode.CANCELLED, "The client is closed")
