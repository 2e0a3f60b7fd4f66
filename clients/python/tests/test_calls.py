"""Calls on the wire: credentials, retries, deadlines."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
import traceback
from typing import Any

import grpc
import pytest
from drivers import APP, Driver
from fake_service import EXPIRED, PATIENCE, PENDING, FakeService, failing, stream

import qrlogin.aio
from qrlogin import AppClient, ApproverClient, ErrorReason, QrLoginError
from qrlogin.v1 import (
    AuthorizeRequest,
    AuthorizeResponse,
    CancelRequest,
    CreateTicketRequest,
    ExchangeUserInfoRequest,
    GetSigningKeysRequest,
    GetSigningKeysResponse,
    GetStatusRequest,
    GetStatusResponse,
    SubmitCheckCodeRequest,
    TicketStatus,
)

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
BASIC = "Basic " + base64.b64encode(b"shop:s3cret").decode()


def keys(_context: Any) -> GetSigningKeysResponse:
    return GetSigningKeysResponse(issuer="https://qr.example.com")


def authorized(_context: Any) -> AuthorizeResponse:
    return AuthorizeResponse(revision=3)


def test_an_app_sends_its_credential_with_each_call(driver: Driver, service: FakeService, address: str) -> None:
    service.answers["GetSigningKeys"] = [keys]
    response = driver.app_call(address, "get_signing_keys", GetSigningKeysRequest())
    assert response.issuer == "https://qr.example.com"
    assert [metadata["authorization"] for _, metadata in service.calls] == [BASIC]


def test_the_generated_client_sends_the_credential_too(driver: Driver, service: FakeService, address: str) -> None:
    service.answers = {"GetSigningKeys": [keys], "WatchStatus": [stream(PENDING)]}
    driver.generated_call(address, "GetSigningKeys", GetSigningKeysRequest())
    assert [response.status for response in driver.generated_watch(address)] == [PENDING]
    assert [metadata["authorization"] for _, metadata in service.calls] == [BASIC, BASIC]


def test_the_token_function_is_called_once_per_call_and_not_per_retry(
    driver: Driver, service: FakeService, address: str
) -> None:
    service.answers["Authorize"] = [failing(UNAVAILABLE, "STORE_UNAVAILABLE", retry_after_ms=1), authorized]
    tokens = iter(["one", "two"])
    driver.approver_call(address, "authorize", AuthorizeRequest(), token=lambda: next(tokens))
    assert [metadata["authorization"] for _, metadata in service.calls] == ["Bearer one", "Bearer one"]
    assert next(tokens) == "two"


def test_a_call_that_may_be_repeated_is_made_again_no_sooner_than_the_service_asks(
    driver: Driver, service: FakeService, address: str
) -> None:
    service.answers["GetSigningKeys"] = [failing(UNAVAILABLE, "STORE_UNAVAILABLE", retry_after_ms=300), keys]
    begin = time.monotonic()
    driver.app_call(address, "get_signing_keys", GetSigningKeysRequest())
    assert time.monotonic() - begin >= 0.3
    assert service.count("GetSigningKeys") == 2


def test_a_call_is_made_four_times_at_most(driver: Driver, service: FakeService, address: str) -> None:
    service.answers["GetStatus"] = [failing(UNAVAILABLE, "STORE_UNAVAILABLE", retry_after_ms=1)] * 5
    with pytest.raises(QrLoginError) as caught:
        driver.app_call(address, "get_status", GetStatusRequest())
    assert caught.value.reason is ErrorReason.STORE_UNAVAILABLE
    assert service.count("GetStatus") == 4


@pytest.mark.parametrize(
    ("method", "rpc", "request_message"),
    [
        ("create_ticket", "CreateTicket", CreateTicketRequest()),
        ("submit_check_code", "SubmitCheckCode", SubmitCheckCodeRequest()),
        ("exchange_user_info", "ExchangeUserInfo", ExchangeUserInfoRequest()),
    ],
)
def test_a_call_that_must_not_be_repeated_is_made_once(
    driver: Driver, service: FakeService, address: str, method: str, rpc: str, request_message: Any
) -> None:
    service.answers[rpc] = [failing(UNAVAILABLE, "STORE_UNAVAILABLE")] * 2
    with pytest.raises(QrLoginError) as caught:
        driver.app_call(address, method, request_message)
    assert caught.value.code is UNAVAILABLE
    assert service.count(rpc) == 1


def test_a_service_config_of_the_caller_cannot_have_an_exchange_repeated(
    driver: Driver, service: FakeService, address: str
) -> None:
    config = """{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4, "initialBackoff": "0.01s",
        "maxBackoff": "0.01s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}"""
    service.answers["ExchangeUserInfo"] = [failing(UNAVAILABLE)] * 2
    options = [("grpc.service_config", config)]
    with pytest.raises(QrLoginError):
        driver.app_call(address, "exchange_user_info", ExchangeUserInfoRequest(), channel_options=options)
    assert service.count("ExchangeUserInfo") == 1


def test_a_call_ends_at_its_deadline(driver: Driver, service: FakeService, address: str) -> None:
    released = threading.Event()
    service.answers["GetStatus"] = [lambda _context: released.wait(PATIENCE)]
    with pytest.raises(QrLoginError) as caught:
        driver.app_call(address, "get_status", GetStatusRequest(), timeout=0.1)
    released.set()
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert caught.value.reason is None


@pytest.mark.parametrize("seconds", [1e10, 1e300, float("inf")])
def test_a_limit_beyond_what_grpc_can_express_is_no_limit(
    driver: Driver, service: FakeService, address: str, seconds: float
) -> None:
    service.answers = {"GetSigningKeys": [keys], "WatchStatus": [stream(EXPIRED)]}
    driver.app_call(address, "get_signing_keys", GetSigningKeysRequest(), timeout=seconds)
    received: list[TicketStatus] = []
    driver.watch(address, received, timeout=seconds)
    assert received == [EXPIRED]


def test_a_call_to_a_closed_client_fails(address: str) -> None:
    client = AppClient(address, **APP)
    client.close()
    client.close()
    with pytest.raises(QrLoginError, match="closed") as caught:
        client.get_signing_keys()
    assert caught.value.code is grpc.StatusCode.CANCELLED


def test_closing_ends_a_running_call(service: FakeService, address: str) -> None:
    begun, released = threading.Event(), threading.Event()

    def hold(_context: Any) -> GetStatusResponse:
        begun.set()
        released.wait(PATIENCE)
        return GetStatusResponse()

    service.answers["GetStatus"] = [hold]
    client = AppClient(address, **APP)

    def close() -> None:
        begun.wait(PATIENCE)
        client.close()

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(QrLoginError) as caught:
        client.get_status(GetStatusRequest())
    closer.join()
    released.set()
    assert caught.value.code is grpc.StatusCode.CANCELLED


def test_closing_ends_a_running_call_of_asyncio(service: FakeService, address: str) -> None:
    begun, released = threading.Event(), threading.Event()

    def hold(_context: Any) -> GetStatusResponse:
        begun.set()
        released.wait(PATIENCE)
        return GetStatusResponse()

    service.answers["GetStatus"] = [hold]

    async def play() -> None:
        client = qrlogin.aio.AppClient(address, **APP)
        call = asyncio.create_task(client.get_status(GetStatusRequest()))
        await asyncio.to_thread(begun.wait, PATIENCE)
        await client.aclose()
        with pytest.raises(QrLoginError) as caught:
            await call
        assert caught.value.code is grpc.StatusCode.CANCELLED
        with pytest.raises(QrLoginError, match="closed"):
            await client.get_signing_keys()

    asyncio.run(play())
    released.set()


def test_cancelling_a_task_cancels_its_call(service: FakeService, address: str) -> None:
    begun, ended = threading.Event(), threading.Event()

    def hold(context: Any) -> GetStatusResponse:
        context.add_callback(ended.set)
        begun.set()
        ended.wait(PATIENCE)
        return GetStatusResponse()

    service.answers["GetStatus"] = [hold]

    async def play() -> None:
        async with qrlogin.aio.AppClient(address, **APP) as client:
            call = asyncio.create_task(client.get_status(GetStatusRequest()))
            await asyncio.to_thread(begun.wait, PATIENCE)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert await asyncio.to_thread(ended.wait, PATIENCE)

    asyncio.run(play())


def test_an_asynchronous_function_may_return_the_token(service: FakeService, address: str) -> None:
    service.answers["Authorize"] = [authorized]

    async def token() -> str:
        await asyncio.sleep(0)
        return "fresh"

    async def play() -> None:
        async with qrlogin.aio.ApproverClient(address, token=token) as client:
            await client.authorize(AuthorizeRequest())

    asyncio.run(play())
    assert [metadata["authorization"] for _, metadata in service.calls] == ["Bearer fresh"]


def test_a_token_that_does_not_come_counts_for_the_deadline(service: FakeService, address: str) -> None:
    async def token() -> str:
        await asyncio.Event().wait()
        return "never"

    async def play() -> None:
        async with qrlogin.aio.ApproverClient(address, token=token, timeout=0.05) as client:
            with pytest.raises(QrLoginError) as caught:
                await client.authorize(AuthorizeRequest())
            assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED

    asyncio.run(play())
    assert service.calls == []


def test_closing_ends_a_call_that_waits_for_its_token(service: FakeService, address: str) -> None:
    async def play() -> None:
        begun, cancelled = asyncio.Event(), asyncio.Event()

        async def token() -> str:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
            return "never"

        client = qrlogin.aio.ApproverClient(address, token=token, timeout=PATIENCE)
        call = asyncio.create_task(client.authorize(AuthorizeRequest()))
        await begun.wait()
        await client.aclose()
        with pytest.raises(QrLoginError, match="closed") as caught:
            await call
        assert caught.value.code is grpc.StatusCode.CANCELLED
        await cancelled.wait()

    asyncio.run(play())
    assert service.calls == []


def test_an_error_of_the_token_function_reaches_the_caller(driver: Driver, service: FakeService, address: str) -> None:
    def token() -> str:
        raise LookupError("no session")

    with pytest.raises(LookupError, match="no session"):
        driver.approver_call(address, "authorize", AuthorizeRequest(), token=token)
    assert service.calls == []


@pytest.mark.parametrize("token", ["", "line\nbreak", "späte", "two words"])
def test_a_text_that_is_no_bearer_token_is_rejected_without_being_quoted(
    driver: Driver, service: FakeService, address: str, token: str
) -> None:
    for given in (token, lambda: token):
        with pytest.raises(ValueError, match="RFC 6750") as caught:
            driver.approver_call(address, "authorize", AuthorizeRequest(), token=given)
        assert not token or token not in str(caught.value)
    assert service.calls == []


def test_clients_do_not_show_their_credentials() -> None:
    app = AppClient("127.0.0.1:1", **APP)
    approver = ApproverClient("127.0.0.1:1", token="t0ken")
    for text in (repr(app), str(app), repr(approver), repr(vars(app)), repr(vars(approver))):
        assert "s3cret" not in text
        assert BASIC.split()[1] not in text
        assert "t0ken" not in text


def test_a_report_of_an_error_with_local_variables_does_not_show_credentials(
    driver: Driver, service: FakeService, address: str
) -> None:
    service.answers = {
        "GetStatus": [failing(grpc.StatusCode.NOT_FOUND)],
        "Cancel": [failing(grpc.StatusCode.NOT_FOUND)],
    }
    with pytest.raises(QrLoginError) as of_app:
        driver.app_call(address, "get_status", GetStatusRequest())
    with pytest.raises(QrLoginError) as of_approver:
        driver.approver_call(address, "cancel", CancelRequest(), token=lambda: "t0ken")
    for caught in (of_app, of_approver):
        report = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert "metadata = (('authorization', <secret>),)" in report
        assert BASIC.split()[1] not in report
        assert "Bearer t0ken" not in report
    assert [metadata["authorization"] for _, metadata in service.calls] == [BASIC, "Bearer t0ken"]
