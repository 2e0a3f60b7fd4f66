from __future__ import annotations

from collections.abc import Iterator

import pytest
from drivers import Asyncio, Driver, Threads
from fake_service import FakeService, RunningService


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def running(service: FakeService) -> Iterator[RunningService]:
    server = RunningService(service)
    yield server
    server.stop()


@pytest.fixture
def address(running: RunningService) -> str:
    return running.address


@pytest.fixture(params=[Threads(), Asyncio()], ids=["threads", "asyncio"])
def driver(request: pytest.FixtureRequest) -> Driver:
    driver: Driver = request.param
    return driver
