"""No client of ours asks the environment for a proxy, nor a .netrc for a password."""

import ast
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

import gp_lib
from gp_lib.clients.clickhouse import open_clickhouse
from gp_lib.clients.http import open_http
from gp_lib.clients.postgres import open_postgres
from gp_lib.clients.session import open_session
from gp_lib.clients.valkey import open_valkey
from gp_lib.clients.websocket import open_websocket
from gp_lib.errors import WorkbenchError
from gp_lib.reference_platform.config import read_settings
from gp_lib.reference_platform.problems import StoreLost
from gp_lib.reference_platform.stores.clickhouse import ColdTier
from gp_lib.services.probes import http as probe

NOBODY = "127.0.0.1:9"  # the discard port: nothing listens there
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy", "socks_proxy", "ftp_proxy")


class Seen(ThreadingHTTPServer):
    """An HTTP server that answers 200 to everything, and remembers each request's line and headers."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), _Remembers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Remembers(BaseHTTPRequestHandler):
    server: Seen

    def handle_one_request(self) -> None:
        self.server.requests.append("a connection")
        super().handle_one_request()

    def do_GET(self) -> None:
        self.server.requests.append(f"{self.requestline}\n{self.headers}")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_CONNECT = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def seen() -> Iterator[Seen]:
    with Seen() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def proxy(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What every variable that may name a proxy names."""
    for name in VARIABLES:
        monkeypatch.setenv(name, seen.url)
        monkeypatch.setenv(name.upper(), seen.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return seen


def opening(client: AbstractAsyncContextManager[object]) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        async with client:
            raise AssertionError("nobody is there to be connected to")

    return do


async def a_request() -> None:
    async with open_http(f"http://me:hunter2@{NOBODY}") as client:
        await client.get("/")


async def the_platforms_cold_tier() -> None:
    words = {"JWT_SECRET": "s" * 32, "PORT": "1", "DATABASE_URL": "postgresql://h", "MIGRATION_URL": "postgresql://h"}
    words |= {
        "VALKEY_URL": "redis://h",
        "CLICKHOUSE_URL": f"http://me:hunter2@{NOBODY}/",
        "MODEL_URL": "http://h",
        "MODEL_KEY": "k",
    }
    tier = ColdTier(read_settings({f"GP_PLATFORM_{name}": text for name, text in words.items()}))
    async with tier.opened():
        await tier.probe()


CLIENTS: dict[str, Callable[[], Awaitable[object]]] = {
    "http": a_request,
    "websocket": lambda: open_websocket(f"ws://{NOBODY}/", name="ana/1", token="hunter2"),
    "clickhouse": lambda: opening(open_clickhouse(f"http://me:hunter2@{NOBODY}/"))(),
    "clickhouse over TLS": lambda: opening(open_clickhouse(f"https://me:hunter2@{NOBODY}/"))(),
    "valkey": lambda: opening(open_valkey(f"redis://:hunter2@{NOBODY}/0"))(),
    "postgres": lambda: opening(open_postgres(f"postgresql://me:hunter2@{NOBODY}/x"))(),
    "session": lambda: opening(open_session(f"postgresql://me:hunter2@{NOBODY}/x"))(),
    "probe": lambda: probe(9, "/", basic_auth="me:hunter2"),
    "the platform's cold tier": the_platforms_cold_tier,
}


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_proxy_of_the_environment_sees_nothing_of(name: str, proxy: Seen) -> None:
    with pytest.raises((WorkbenchError, httpx.ConnectError, OSError, StoreLost)):
        await CLIENTS[name]()
    assert proxy.requests == []


async def test_such_a_proxy_would_be_seen_by_a_client_that_asks_the_environment(proxy: Seen) -> None:
    async with httpx.AsyncClient() as client:
        await client.get(f"http://{NOBODY}/")
    assert any(NOBODY in request for request in proxy.requests)


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".netrc"
    file.write_text("machine 127.0.0.1 login me password hunter2\ndefault login me password hunter2\n")
    file.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(file))


@pytest.mark.usefixtures("netrc")
async def test_no_password_comes_from_a_netrc(seen: Seen) -> None:
    async with open_http(seen.url) as client:
        await client.get("/")
    with pytest.raises(WorkbenchError):
        await opening(open_clickhouse(seen.url))()
    with pytest.raises(WorkbenchError):
        await open_websocket(seen.url.replace("http", "ws"), name="ana/1")
    assert len(seen.requests) > 3
    assert "uthorization" not in "".join(seen.requests)


def test_every_http_client_in_the_code_says_that_it_trusts_no_environment() -> None:
    calls = {f"{file.name}:{call.lineno}": call for file, call in _http_calls()}
    trusting = [where for where, call in calls.items() if "trust_env" not in {word.arg for word in call.keywords}]
    assert calls
    assert trusting == []


def _http_calls() -> Iterator[tuple[Path, ast.Call]]:
    made = {f"httpx.{name}" for name in ("AsyncClient", "Client", "get", "post", "request", "stream")}
    for file in Path(gp_lib.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in made:
                yield file, node
