"""Watches on the wire: reconnecting, ends, cancellation."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from typing import Any, cast

import grpc
import pytest
from drivers import APP, Driver
from fake_service import (
    EXPIRED,
    PATIENCE,
    PENDING,
    SCANNED,
    FakeService,
    OpenStream,
    RunningService,
    failing,
    status,
    stream,
)

import qrlogin.aio
from qrlogin import AppClient, ErrorReason, QrLoginError
from qrlogin.v1 import TicketState, TicketStatus, WatchStatusRequest

Code = grpc.StatusCode
UNKNOWN_STATE = cast("TicketState.ValueType", 99)


def test_a_watch_yields_each_new_status_and_ends_after_a_terminal_one(
    driver: Driver, service: FakeService, address: str
) -> None:
    unknown = status(UNKNOWN_STATE, 2)
    # The service ends the last call only when it is cancelled.
    last = OpenStream(PENDING, PENDING, unknown, EXPIRED)
    service.answers["WatchStatus"] = [last]
    received: list[TicketStatus] = []
    driver.watch(address, received)
    assert received == [PENDING, unknown, EXPIRED]
    assert last.was_ended()
    assert service.count("WatchStatus") == 1


@pytest.mark.parametrize(
    "cut",
    [
        None,
        failing(Code.UNAVAILABLE),
        failing(Code.UNAVAILABLE, "SERVER_DRAINING", retry_after_ms=1),
        failing(Code.UNAVAILABLE, "A_NEW_REASON"),
        failing(Code.UNAVAILABLE, "OUTCOME_UNKNOWN", domain="another.example"),
        failing(Code.RESOURCE_EXHAUSTED, "TOO_MANY_WATCHES", retry_after_ms=1),
        failing(Code.CANCELLED),
        failing(Code.DEADLINE_EXCEEDED),
    ],
)
def test_a_watch_that_is_cut_off_reconnects_and_repeats_nothing(
    driver: Driver, service: FakeService, address: str, cut: Any
) -> None:
    service.answers["WatchStatus"] = [stream(PENDING, then=cut), stream(PENDING, then=cut), stream(SCANNED, EXPIRED)]
    received: list[TicketStatus] = []
    driver.watch(address, received)
    assert received == [PENDING, SCANNED, EXPIRED]
    assert service.count("WatchStatus") == 3


@pytest.mark.parametrize(
    ("end", "code", "reason"),
    [
        (failing(Code.NOT_FOUND, "TICKET_NOT_FOUND"), Code.NOT_FOUND, ErrorReason.TICKET_NOT_FOUND),
        (failing(Code.ABORTED, "WATCH_SUPERSEDED"), Code.ABORTED, ErrorReason.WATCH_SUPERSEDED),
        (failing(Code.UNAVAILABLE, "OUTCOME_UNKNOWN"), Code.UNAVAILABLE, ErrorReason.OUTCOME_UNKNOWN),
        (failing(Code.RESOURCE_EXHAUSTED, "TOO_MANY_WATCHES", domain="x"), Code.RESOURCE_EXHAUSTED, None),
        (failing(Code.CANCELLED, "A_NEW_REASON"), Code.CANCELLED, None),
        (failing(Code.INTERNAL, "INTERNAL"), Code.INTERNAL, ErrorReason.INTERNAL),
        (failing(Code.INTERNAL), Code.INTERNAL, None),
    ],
)
def test_any_other_error_ends_a_watch(
    driver: Driver, service: FakeService, address: str, end: Any, code: Code, reason: ErrorReason | None
) -> None:
    service.answers["WatchStatus"] = [stream(PENDING, then=end)]
    received: list[TicketStatus] = []
    with pytest.raises(QrLoginError) as caught:
        driver.watch(address, received)
    assert received == [PENDING]
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert service.count("WatchStatus") == 1


def test_a_watch_calls_again_no_sooner_than_the_service_asks(
    driver: Driver, service: FakeService, address: str
) -> None:
    draining = failing(Code.UNAVAILABLE, "SERVER_DRAINING", retry_after_ms=300)
    service.answers["WatchStatus"] = [stream(then=draining), stream(EXPIRED)]
    begin = time.monotonic()
    driver.watch(address, [])
    assert time.monotonic() - begin >= 0.3


def test_a_watch_comes_back_when_the_service_has_restarted(
    driver: Driver, service: FakeService, running: RunningService
) -> None:
    first = OpenStream(PENDING)
    begun = threading.Event()

    def begin(context: Any) -> Any:
        begun.set()
        return first(context)

    service.answers["WatchStatus"] = [begin, stream(SCANNED, EXPIRED)]

    def restart() -> None:
        begun.wait(PATIENCE)
        running.stop()
        running.start()

    restarter = threading.Thread(target=restart)
    restarter.start()
    received: list[TicketStatus] = []
    driver.watch(running.address, received)
    restarter.join()
    # The cut may come before the first status has been read.
    assert received[-2:] == [SCANNED, EXPIRED]


def test_a_watch_has_the_deadline_that_the_caller_sets(driver: Driver, service: FakeService, address: str) -> None:
    service.answers["WatchStatus"] = [OpenStream(PENDING)]
    received: list[TicketStatus] = []
    with pytest.raises(QrLoginError) as caught:
        driver.watch(address, received, timeout=0.2)
    assert caught.value.code is Code.DEADLINE_EXCEEDED
    assert service.count("WatchStatus") == 1


def test_a_message_without_a_status_ends_a_watch(driver: Driver, service: FakeService, address: str) -> None:
    service.answers["WatchStatus"] = [lambda _context: iter([None])]
    with pytest.raises(QrLoginError, match="without a status"):
        driver.watch(address, [])


def test_a_request_that_its_caller_changes_stays_as_it_was(service: FakeService, address: str) -> None:
    service.answers["WatchStatus"] = [stream(PENDING), stream(EXPIRED)] * 2
    request = WatchStatusRequest(ticket_id="T")
    with AppClient(address, **APP) as client:
        for received in client.watch_status(request):
            request.ticket_id = f"changed after {received.state}"

    async def play() -> None:
        request = WatchStatusRequest(ticket_id="T")
        async with qrlogin.aio.AppClient(address, **APP) as client:
            async for received in client.watch_status(request):
                request.ticket_id = f"changed after {received.state}"

    asyncio.run(play())
    assert service.watch_requests == [WatchStatusRequest(ticket_id="T")] * 4


def test_leaving_the_loop_ends_the_call(service: FakeService, address: str) -> None:
    call = OpenStream(PENDING)
    service.answers["WatchStatus"] = [call]
    with AppClient(address, **APP) as client:
        for _ in client.watch_status(WatchStatusRequest()):
            break
        gc.collect()
        assert call.was_ended()


def test_leaving_the_block_ends_the_call_of_a_watch_that_is_still_referred_to(
    service: FakeService, address: str
) -> None:
    call = OpenStream(PENDING)
    service.answers["WatchStatus"] = [call]
    with AppClient(address, **APP) as client:
        with client.watch_status(WatchStatusRequest()) as statuses:
            assert next(statuses) == PENDING
        assert call.was_ended()
        assert list(statuses) == []


@pytest.mark.parametrize("closing", ["watch", "client"])
def test_closing_from_another_thread_ends_a_waiting_reader(service: FakeService, address: str, closing: str) -> None:
    call = OpenStream(PENDING)
    service.answers["WatchStatus"] = [call]
    client = AppClient(address, **APP)
    watch = client.watch_status(WatchStatusRequest())
    assert next(watch) == PENDING
    closer = threading.Thread(target=(watch if closing == "watch" else client).close)
    closer.start()
    if closing == "watch":
        assert list(watch) == []
    else:
        with pytest.raises(QrLoginError, match="closed") as caught:
            next(watch)
        assert caught.value.code is Code.CANCELLED
    closer.join()
    assert call.was_ended()
    client.close()


@pytest.mark.parametrize("retry_after_ms", [3_600_000, 10**15])
@pytest.mark.parametrize("closing", ["watch", "client"])
def test_closing_ends_a_pause(service: FakeService, address: str, closing: str, retry_after_ms: int) -> None:
    service.answers["WatchStatus"] = [failing(Code.UNAVAILABLE, "SERVER_DRAINING", retry_after_ms=retry_after_ms)]
    client = AppClient(address, **APP)
    watch = client.watch_status(WatchStatusRequest())
    ends: list[object] = []

    def read() -> None:
        try:
            ends.append(list(watch))
        except QrLoginError as error:
            ends.append(error.code)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    while service.count("WatchStatus") == 0:
        time.sleep(0.01)
    (watch if closing == "watch" else client).close()
    reader.join(PATIENCE)
    assert ends == [[] if closing == "watch" else Code.CANCELLED]
    client.close()
    assert service.count("WatchStatus") == 1


@pytest.mark.parametrize("way", ["break", "block", "watch", "client", "task", "garbage"])
def test_a_watch_of_asyncio_ends_its_call_however_it_is_left(service: FakeService, address: str, way: str) -> None:
    call = OpenStream(PENDING)
    service.answers["WatchStatus"] = [call]

    async def play() -> None:
        client = qrlogin.aio.AppClient(address, **APP)
        watch = client.watch_status(WatchStatusRequest())
        if way == "break":
            async for _ in watch:
                break
            del watch
        elif way == "block":
            async with watch as statuses:
                assert await anext(statuses) == PENDING
            assert [left async for left in statuses] == []
        elif way == "garbage":
            assert await anext(watch) == PENDING
            del watch
            gc.collect()
        else:
            assert await anext(watch) == PENDING
            reader = asyncio.ensure_future(anext(watch, None))
            await asyncio.sleep(0)
            if way == "watch":
                await watch.aclose()
                assert await reader is None
            elif way == "client":
                await client.aclose()
                with pytest.raises(QrLoginError, match="closed"):
                    await reader
            else:
                reader.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await reader
        assert await asyncio.to_thread(call.was_ended)
        await client.aclose()

    asyncio.run(play())
    assert service.count("WatchStatus") == 1


def test_an_asyncio_client_may_be_created_before_the_event_loop(service: FakeService, address: str) -> None:
    service.answers["WatchStatus"] = [stream(EXPIRED)]
    client = qrlogin.aio.AppClient(address, **APP)
    watch = client.watch_status(WatchStatusRequest())

    async def play() -> list[TicketStatus]:
        async with client:
            return [received async for received in watch]

    assert asyncio.run(play()) == [EXPIRED]
