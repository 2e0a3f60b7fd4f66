"""Reading errors from what gRPC says, byte by byte."""

from __future__ import annotations

import copy
import pickle

import grpc
import pytest
from fake_service import details
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, QuotaFailure, RetryInfo
from google.rpc.status_pb2 import Status

from qrlogin import ErrorReason, FieldViolation, QrLoginError
from qrlogin._errors import is_interrupted
from qrlogin.v1 import error_reason_pb2

Code = grpc.StatusCode


def read(code: Code, packed: bytes | str | None, message: str = "for people") -> QrLoginError:
    trailers = [] if packed is None else [("grpc-status-details-bin", packed)]
    metadata = grpc.aio.Metadata(*trailers)
    return QrLoginError.from_rpc_error(grpc.aio.AioRpcError(code, grpc.aio.Metadata(), metadata, message))


def test_all_details_are_read() -> None:
    status = details(
        Code.INVALID_ARGUMENT,
        RetryInfo(retry_delay=Duration(seconds=1, nanos=500_000_000)),
        QuotaFailure(violations=[{"subject": "screen"}]),
        BadRequest(field_violations=[{"field": "qr_image.size", "description": "too small"}]),
        reason="CHECK_CODE_MISMATCH",
        current_state="AWAITING_CHECK_CODE",
        attempts_left="2",
    )
    error = read(Code.INVALID_ARGUMENT, status.SerializeToString())
    assert error.code is Code.INVALID_ARGUMENT
    assert error.message == "for people"
    assert error.reason is ErrorReason.CHECK_CODE_MISMATCH
    assert error.raw_reason == "CHECK_CODE_MISMATCH"
    assert error.domain == "qrlogin.v1"
    assert error.current_state == "AWAITING_CHECK_CODE"
    assert error.attempts_left == 2
    assert error.exceeded_limit == "screen"
    assert error.field_violations == (FieldViolation("qr_image.size", "too small"),)
    assert error.retry_after == 1.5
    assert error.details == status
    assert str(error) == "INVALID_ARGUMENT: CHECK_CODE_MISMATCH: for people"


def test_an_unknown_reason_is_kept_as_text() -> None:
    error = read(Code.ABORTED, details(Code.ABORTED, reason="FROM_THE_FUTURE").SerializeToString())
    assert (error.reason, error.raw_reason) == (None, "FROM_THE_FUTURE")


@pytest.mark.parametrize("reason", ["ERROR_REASON_TICKET_EXPIRED", "UNSPECIFIED", "ticket_expired", "name"])
def test_what_is_no_reason_is_not_known(reason: str) -> None:
    assert read(Code.ABORTED, details(Code.ABORTED, reason=reason).SerializeToString()).reason is None


def test_a_reason_of_another_domain_does_not_count() -> None:
    status = details(Code.UNAVAILABLE, reason="OUTCOME_UNKNOWN", domain="googleapis.com")
    error = read(Code.UNAVAILABLE, status.SerializeToString())
    assert (error.reason, error.raw_reason, error.domain) == (None, "OUTCOME_UNKNOWN", "googleapis.com")


@pytest.mark.parametrize(
    "packed",
    [
        None,
        b"",
        b"\xff\xff\xff",
        "text",
        Status(
            details=[AnyMessage(type_url="type.googleapis.com/google.rpc.ErrorInfo", value=b"\xff")]
        ).SerializeToString(),
    ],
)
def test_details_that_cannot_be_read_leave_code_and_message(packed: bytes | str | None) -> None:
    error = read(Code.NOT_FOUND, packed)
    assert (error.code, error.message) == (Code.NOT_FOUND, "for people")
    assert (error.reason, error.raw_reason, error.retry_after, error.field_violations) == (None, None, None, ())


@pytest.mark.parametrize("text", ["", "-1", "1.5", "two", "٣", "1" * 10])
def test_attempts_that_are_no_number_are_left_out(text: str) -> None:
    status = details(Code.INVALID_ARGUMENT, reason="CHECK_CODE_MISMATCH", attempts_left=text)
    assert read(Code.INVALID_ARGUMENT, status.SerializeToString()).attempts_left is None


@pytest.mark.parametrize(
    ("delay", "seconds"),
    [(Duration(), 0.0), (Duration(seconds=-5), 0.0), (Duration(seconds=315_576_000_001), 315_576_000_001.0)],
)
def test_a_retry_delay_is_never_negative_and_may_be_invalid(delay: Duration, seconds: float) -> None:
    status = details(Code.UNAVAILABLE, RetryInfo(retry_delay=delay))
    assert read(Code.UNAVAILABLE, status.SerializeToString()).retry_after == seconds


def test_an_error_survives_pickle_and_copy() -> None:
    error = read(Code.NOT_FOUND, details(Code.NOT_FOUND, reason="TICKET_NOT_FOUND").SerializeToString())
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert isinstance(again, QrLoginError)
        assert (str(again), again.reason, again.details) == (str(error), error.reason, error.details)


def test_every_reason_of_the_proto_is_there_with_its_number() -> None:
    expected = {
        name.removeprefix("ERROR_REASON_"): number
        for name, number in error_reason_pb2.ErrorReason.items()
        if number != 0
    }
    assert {reason.name: reason.value for reason in ErrorReason} == expected


@pytest.mark.parametrize(
    ("code", "message", "reason", "expected"),
    [
        (Code.CANCELLED, "", "", True),
        (Code.DEADLINE_EXCEEDED, "", "", True),
        (Code.INTERNAL, "Received RST_STREAM with error code 2", "", True),
        (Code.INTERNAL, "a fault of the service", "", False),
        (Code.CANCELLED, "", "A_NEW_REASON", False),
        (Code.INTERNAL, "RST_STREAM", "INTERNAL", False),
        (Code.UNKNOWN, "Stream removed (Data frame with END_STREAM flag received)", "", True),
        (Code.UNKNOWN, "", "", False),
    ],
)
def test_a_call_is_interrupted_if_nothing_is_from_the_service(
    code: Code, message: str, reason: str, expected: bool
) -> None:
    packed = details(code, reason=reason).SerializeToString()
    assert is_interrupted(read(code, packed, message)) is expected
