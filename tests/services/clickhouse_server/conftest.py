"""One server for all tests that do not need one of their own, and a database of its own for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from clickhouse_connect.driver.httputil import default_pool_manager

from .serving import Running, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("clickhouse") / "data") as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def closed_connections() -> Iterator[None]:
    """The driver's synchronous clients share one pool, which outlives them."""
    yield
    default_pool_manager().clear()


@pytest.fixture
def http(server: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


@pytest.fixture
def database(http: httpx.Client) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    http.post("/", content=f"CREATE DATABASE {name}").raise_for_status()
    yield name
    http.post("/", content=f"DROP DATABASE {name} SYNC").raise_for_status()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"
