"""Stores from the shared stack; a database, a model and gateways of these tests' own."""

import os
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from .gateways import Gateway, Home, StartGateway, free_port, running


@pytest.fixture(scope="session")
def scripted_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A scripted model of our own, because the stack keeps its key to itself: URL and key."""
    port, key = free_port(), secrets.token_hex(16)
    folder = tmp_path_factory.mktemp("model")
    environment = {**os.environ, "GP_MODEL_PORT": str(port), "GP_MODEL_KEY": key, "GP_MODEL_TOKEN_DELAY_MS": "4"}
    with (folder / "model.log").open("wb") as log:
        command = [sys.executable, "-m", "gp_lib.reference_platform.scripted_model"]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}/v1", key
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str) -> None:
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport, trust_env=False) as client:
        for _ in range(400):
            try:
                if client.get(url, timeout=0.5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer")


@pytest.fixture(scope="session")
async def home(
    stack: Any, scripted_model: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """The stack's stores with a database of our own, so that the stack's platform does not help out."""
    async with _database_of_our_own(stack, scripted_model, tmp_path_factory.mktemp("gateways")) as shared:
        yield shared


@pytest.fixture
async def lonely_home(stack: Any, scripted_model: tuple[str, str], tmp_path: Path) -> AsyncIterator[Home]:
    """The same for one test: no other gateway can help out."""
    async with _database_of_our_own(stack, scripted_model, tmp_path) as lonely:
        yield lonely


@pytest.fixture(scope="module")
async def lonely_home_of_a_file(
    stack: Any, scripted_model: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """The same for a file's tests together."""
    async with _database_of_our_own(stack, scripted_model, tmp_path_factory.mktemp("lonely")) as lonely:
        yield lonely


@asynccontextmanager
async def _database_of_our_own(stack: Any, model: tuple[str, str], folder: Path) -> AsyncIterator[Home]:
    name, password = f"platform_tests_{uuid.uuid4().hex[:8]}", secrets.token_hex(16)
    admin = await asyncpg.connect(stack.urls.postgres_admin)
    try:
        await admin.execute(f"create role {name} login password '{password}'")
        await admin.execute(f"create database {name} owner {name}")
        owner = urlsplit(_in_database(stack.urls.postgres_admin, name))
        account = f"{name}:{password}@{owner.hostname}:{owner.port}"
        yield Home(
            folder=folder,
            app_url=_in_database(stack.urls.postgres_app, name),
            owner_url=urlunsplit(owner._replace(netloc=account)),
            auditor_url=_in_database(stack.urls.postgres_auditor, name),
            valkey_url=stack.urls.valkey,
            clickhouse_url=stack.urls.clickhouse,
            model_url=model[0],
            model_key=model[1],
        )
        await admin.execute(f"drop database {name} with (force)")
        await admin.execute(f"drop role {name}")
    finally:
        await admin.close()


def _in_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
async def gateway(home: Home) -> AsyncIterator[Gateway]:
    """One healthy gateway for all tests that break nothing."""
    async with running(home) as healthy:
        yield healthy


@pytest.fixture
async def start(home: Home) -> AsyncIterator[StartGateway]:
    """Start a gateway for one test: ``await start(defects="S07", pool_size="1")``."""
    async with AsyncExitStack() as exits:

        async def begin(**variables: str) -> Gateway:
            return await exits.enter_async_context(running(home, **variables))

        yield begin


@pytest.fixture(scope="session")
async def auditor(home: Home, gateway: Gateway) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection that sees every user's rows."""
    connection = await asyncpg.connect(home.auditor_url)
    yield connection
    await connection.close()
