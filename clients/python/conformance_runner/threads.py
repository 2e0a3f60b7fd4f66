"""The runner with the synchronous client: a thread for each command."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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

from qrlogin import AppClient, ApproverClient, QrLoginError
from qrlogin.v1 import WatchStatusRequest


class RawWatch:
    """One WatchStatus call of the generated client, heartbeats included."""

    def __init__(self, client: AppClient, request: WatchStatusRequest) -> None:
        """Starts the call."""
        self._call = client.stub.WatchStatus(request)

    def __iter__(self) -> Iterator[Message]:
        """Yields every status."""
        try:
            for response in self._call:
                yield response.status
        except grpc.RpcError as error:
            raise QrLoginError.from_rpc_error(error) from error

    def close(self) -> None:
        """Cancels the call."""
        self._call.cancel()


class Runner:
    """The open clients and watches."""

    def __init__(self) -> None:
        """Has neither at first."""
        self._clients: dict[str, Any] = {}
        self._watches: dict[str, Any] = {}
        self._statuses: dict[str, Iterator[Message]] = {}
        self._reading: dict[str, threading.Lock] = {}
        self._write = threading.Lock()

    def play(self, command: Command) -> None:
        """Plays one command and writes its result. Ends the process on a fault of its own."""
        try:
            try:
                line = {"id": command["id"], "result": getattr(self, f"_{command['command']}")(command)}
            except (QrLoginError, ValueError) as error:
                line = {"id": command["id"], "error": describe_error(error)}
            with self._write:
                write(line)
        except BaseException:  # noqa: BLE001
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    def close(self) -> None:
        """Closes all clients, which ends what still runs."""
        for client in self._clients.values():
            client.close()

    def _open(self, command: Command) -> Result:
        kind = AppClient if command["kind"] == "app" else ApproverClient
        self._clients[command["client"]] = kind(**client_arguments(command))
        return {}

    def _call(self, command: Command) -> Result:
        method = getattr(self._clients[command["client"]], METHODS[command["rpc"]])
        request = parse_request(command["rpc"], command.get("request", {}))
        return {"response": to_json(method(request, timeout=timeout_of(command)))}

    def _watch(self, command: Command) -> Result:
        client, name = self._clients[command["client"]], command["watch"]
        request = ParseDict(command["request"], WatchStatusRequest())
        watch = RawWatch(client, request) if command.get("raw") else client.watch_status(request)
        self._watches[name], self._statuses[name], self._reading[name] = watch, iter(watch), threading.Lock()
        return {}

    def _next(self, command: Command) -> Result:
        name = command["watch"]
        with self._reading[name]:
            status = next(self._statuses[name], None)
        return {"end": True} if status is None else {"status": to_json(status)}

    def _cancel(self, command: Command) -> Result:
        self._watches[command["watch"]].close()
        return {}

    def _close(self, command: Command) -> Result:
        self._clients.pop(command["client"]).close()
        return {}

    def _pkce(self, command: Command) -> Result:
        return pkce(command)


def run() -> None:
    """Plays the commands of standard input until its end."""
    runner = Runner()
    # More threads than a scenario has commands at a time.
    with ThreadPoolExecutor(max_workers=256) as threads:
        for line in sys.stdin:
            threads.submit(runner.play, json.loads(line))
        runner.close()
