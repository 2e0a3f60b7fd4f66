"""Compares the layer with the bare generated client in one process, in alternating rounds. Run by `bench`.

1,000 calls of GetSigningKeys in sequence, and 300 watches that are opened until their first status.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import TYPE_CHECKING, cast

import grpc
from google.protobuf.duration_pb2 import Duration

import qrlogin.aio
from qrlogin import AppClient
from qrlogin._credentials import basic_metadata
from qrlogin.v1 import CreateTicketRequest, GetSigningKeysRequest, WatchStatusRequest
from qrlogin.v1.qr_login_service_pb2_grpc import QrLoginServiceStub

if TYPE_CHECKING:
    from qrlogin.v1.qr_login_service_pb2_grpc import QrLoginServiceAsyncStub

CALLS = 1_000
WATCHES = 300
WATCHES_PER_TICKET = 100
ROUNDS = 5

APP_ID, APP_SECRET = "demo-app", "demo-secret"
METADATA = basic_metadata(APP_ID, APP_SECRET)
KEYS = GetSigningKeysRequest()

Once = Callable[[], Awaitable[None]]


async def compare(name: str, count: int, layer: Once, bare: Once) -> None:
    """Measures both in alternating rounds, after one to warm up. Prints the ratio of the medians."""
    seconds: dict[Once, list[float]] = {layer: [], bare: []}
    for turn in range(ROUNDS + 1):
        for once in (layer, bare) if turn % 2 else (bare, layer):
            begin = time.perf_counter()
            for _ in range(count):
                await once()
            if turn > 0:
                seconds[once].append(time.perf_counter() - begin)
    of_layer, of_bare = (median(seconds[once]) / count * 1e6 for once in (layer, bare))
    print(f"{name}: {of_layer / of_bare:.2f} ({of_layer:.0f} us and {of_bare:.0f} us)", flush=True)


async def threads(address: str) -> None:
    """Compares the synchronous client. The coroutines never wait, so that they cost both sides the same."""
    with (
        AppClient(address, app_id=APP_ID, app_secret=APP_SECRET) as client,
        grpc.insecure_channel(address) as channel,
    ):
        stub = QrLoginServiceStub(channel)
        tickets = Tickets(client)

        async def layer_call() -> None:
            client.get_signing_keys(KEYS)

        async def bare_call() -> None:
            stub.GetSigningKeys(KEYS, metadata=METADATA, timeout=10)

        async def layer_watch() -> None:
            with client.watch_status(tickets.take()) as watch:
                next(watch)

        async def bare_watch() -> None:
            call = stub.WatchStatus(tickets.take(), metadata=METADATA)
            next(call)
            call.cancel()

        await compare("threads, GetSigningKeys", CALLS, layer_call, bare_call)
        await compare("threads, WatchStatus", WATCHES, layer_watch, bare_watch)


async def tasks(address: str) -> None:
    """Compares the client for asyncio."""
    with AppClient(address, app_id=APP_ID, app_secret=APP_SECRET) as creator:
        tickets = Tickets(creator)
        async with (
            qrlogin.aio.AppClient(address, app_id=APP_ID, app_secret=APP_SECRET) as client,
            grpc.aio.insecure_channel(address) as channel,
        ):
            stub = cast("QrLoginServiceAsyncStub", QrLoginServiceStub(channel))

            async def layer_call() -> None:
                await client.get_signing_keys(KEYS)

            async def bare_call() -> None:
                await stub.GetSigningKeys(KEYS, metadata=METADATA, timeout=10)

            async def layer_watch() -> None:
                async with client.watch_status(tickets.take()) as watch:
                    await anext(watch)

            async def bare_watch() -> None:
                call = stub.WatchStatus(tickets.take(), metadata=METADATA)
                await call.read()
                call.cancel()

            await compare("asyncio, GetSigningKeys", CALLS, layer_call, bare_call)
            await compare("asyncio, WatchStatus", WATCHES, layer_watch, bare_watch)


class Tickets:
    """Tickets of 60 seconds, a new one for every 100 watches: the service limits the watches of one."""

    def __init__(self, client: AppClient) -> None:
        """Takes the client that creates them."""
        self._client = client
        self._taken = 0

    def take(self) -> WatchStatusRequest:
        """Returns the ticket to watch next."""
        if self._taken % WATCHES_PER_TICKET == 0:
            created = self._client.create_ticket(CreateTicketRequest(ttl=Duration(seconds=60)))
            self._ticket = WatchStatusRequest(ticket_id=created.ticket_id, ticket_secret=created.ticket_secret)
        self._taken += 1
        return self._ticket


if __name__ == "__main__":
    address = os.environ.get("QRLOGIN_ADDRESS")
    if address is None:
        sys.exit("QRLOGIN_ADDRESS is not set: run it as clients/with-server clients/python/bench")
    asyncio.run(threads(address))
    asyncio.run(tasks(address))
