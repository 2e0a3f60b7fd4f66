"""The two clients behind one face, so that a test plays both."""

from __future__ import annotations

import asyncio
from typing import Any

from google.protobuf.message import Message

import qrlogin
import qrlogin.aio
from qrlogin.v1 import TicketStatus, WatchStatusRequest, WatchStatusResponse

APP: dict[str, Any] = {"app_id": "shop", "app_secret": "s3cret"}


class Threads:
    """Plays the synchronous client."""

    def app_call(self, address: str, method: str, request: Message, **options: Any) -> Any:
        with qrlogin.AppClient(address, **APP, **options) as client:
            return getattr(client, method)(request)

    def approver_call(self, address: str, method: str, request: Message, **options: Any) -> Any:
        with qrlogin.ApproverClient(address, **options) as client:
            return getattr(client, method)(request)

    def watch(self, address: str, received: list[TicketStatus], **options: Any) -> None:
        with qrlogin.AppClient(address, **APP) as client:
            # Not `extend`: the statuses before an error count.
            for status in client.watch_status(WatchStatusRequest(), **options):
                received.append(status)  # noqa: PERF402

    def generated_watch(self, address: str) -> list[WatchStatusResponse]:
        with qrlogin.AppClient(address, **APP) as client:
            return list(client.stub.WatchStatus(WatchStatusRequest()))

    def generated_call(self, address: str, method: str, request: Message) -> Any:
        with qrlogin.AppClient(address, **APP) as client:
            return getattr(client.stub, method)(request)


class Asyncio:
    """Plays the client for asyncio."""

    def app_call(self, address: str, method: str, request: Message, **options: Any) -> Any:
        async def play() -> Any:
            async with qrlogin.aio.AppClient(address, **APP, **options) as client:
                return await getattr(client, method)(request)

        return asyncio.run(play())

    def approver_call(self, address: str, method: str, request: Message, **options: Any) -> Any:
        async def play() -> Any:
            async with qrlogin.aio.ApproverClient(address, **options) as client:
                return await getattr(client, method)(request)

        return asyncio.run(play())

    def watch(self, address: str, received: list[TicketStatus], **options: Any) -> None:
        async def play() -> None:
            async with qrlogin.aio.AppClient(address, **APP) as client:
                async for status in client.watch_status(WatchStatusRequest(), **options):
                    received.append(status)

        asyncio.run(play())

    def generated_watch(self, address: str) -> list[WatchStatusResponse]:
        async def play() -> list[WatchStatusResponse]:
            async with qrlogin.aio.AppClient(address, **APP) as client:
                return [response async for response in client.stub.WatchStatus(WatchStatusRequest())]

        return asyncio.run(play())

    def generated_call(self, address: str, method: str, request: Message) -> Any:
        async def play() -> Any:
            async with qrlogin.aio.AppClient(address, **APP) as client:
                return await getattr(client.stub, method)(request)

        return asyncio.run(play())


Driver = Threads | Asyncio
