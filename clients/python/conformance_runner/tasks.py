"""The runner with the asyncio client: a task for each command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from protocol import (
    METHODS,
    Command,
    Result,
    client_arguments,
    describe_error,
    parse_request,
    pkce,
    timeout_of,
    to_json,
    write,
)

from qrlogin import QrLoginError
from qrlogin.aio import AppClient, ApproverClient
from qrlogin.v1 import WatchStatusRequest


class RawWatch:
    """One WatchStatus call of the generated client, heartbeats included."""

    def __init__(self, client: AppClient, request: WatchStatusRequest) -> None:
        """Starts the call."""
        self._call = client.stub.WatchStatus(request)

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Yields every status."""
        try:
            async for response in self._call:
                yield response.status
        except grpc.aio.AioRpcError as error:
            raise QrLoginError.from_rpc_error(error) from error
        except asyncio.CancelledError:
            # Only `aclose` cancels here: the task of a command is never cancelled.
            raise QrLoginError(grpc.StatusCode.CANCELLED, "The call was cancelled") from None

    async def aclose(self) -> None:
        """Cancels the call."""
        self._call.cancel()


class Runner:
    """The open clients and watches."""

    def __init__(self) -> None:
        """Has neither at first."""
        self._clients: dict[str, Any] = {}
        self._watches: dict[str, Any] = {}
        self._statuses: dict[str, AsyncIterator[Message]] = {}
        self._reading: dict[str, asyncio.Lock] = {}

    async def play(self, command: Command) -> None:
        """Plays one command and writes its result. Ends the process on a fault of its own."""
        try:
            try:
                line = {"id": command["id"], "result": await getattr(self, f"_{command['command']}")(command)}
            except (QrLoginError, ValueError) as error:
                line = {"id": command["id"], "error": describe_error(error)}
            write(line)
        except BaseException:  # noqa: BLE001
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    async def close(self) -> None:
        """Closes all clients, which ends what still runs."""
        for client in self._clients.values():
            await client.aclose()

    async def _open(self, command: Command) -> Result:
        kind = AppClient if command["kind"] == "app" else ApproverClient
        self._clients[command["client"]] = kind(**client_arguments(command))
        return {}

    async def _call(self, command: Command) -> Result:
        method = getattr(self._clients[command["client"]], METHODS[command["rpc"]])
        request = parse_request(command["rpc"], command.get("request", {}))
        return {"response": to_json(await method(request, timeout=timeout_of(command)))}

    async def _watch(self, command: Command) -> Result:
        client, name = self._clients[command["client"]], command["watch"]
        request = ParseDict(command["request"], WatchStatusRequest())
        watch = RawWatch(client, request) if command.get("raw") else client.watch_status(request)
        self._watches[name], self._statuses[name], self._reading[name] = watch, aiter(watch), asyncio.Lock()
        return {}

    async def _next(self, command: Command) -> Result:
        name = command["watch"]
        async with self._reading[name]:
            status = await anext(self._statuses[name], None)
        return {"end": True} if status is None else {"status": to_json(status)}

    async def _cancel(self, command: Command) -> Result:
        await self._watches[command["watch"]].aclose()
        return {}

    async def _close(self, command: Command) -> Result:
        await self._clients.pop(command["client"]).aclose()
        return {}

    async def _pkce(self, command: Command) -> Result:
        return pkce(command)


async def run() -> None:
    """Plays the commands of standard input until its end."""
    runner = Runner()
    tasks = []
    # In a thread, because an event loop cannot wait for a standard input of every kind, such as a file.
    while line := await asyncio.to_thread(sys.stdin.readline):
        tasks.append(asyncio.create_task(runner.play(json.loads(line))))
    await runner.close()
    await asyncio.gather(*tasks)
