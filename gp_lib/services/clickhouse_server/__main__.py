"""``python -m gp_lib.services.clickhouse_server``: serve one directory until SIGTERM or SIGINT."""

import asyncio
import importlib
import logging
import os
import socket
import sys
from types import FrameType

import uvicorn

from gp_lib.errors import NotReady, SettingsError
from gp_lib.services.clickhouse_server.configuration import Configuration
from gp_lib.services.clickhouse_server.http_head import PatientH11
from gp_lib.services.clickhouse_server.privileges import give_up_root

_log = logging.getLogger("clickhouse_server")

_BACKLOG = 1024
_MAX_HEAD_BYTES = (1 << 20) + (64 << 10)  # ClickHouse's http_max_uri_size, and the other headers
_KEEP_ALIVE_S = 300  # longer than clients keep an idle connection, so that the server is not first to hang up
# what uvicorn and starlette import when they first need it: too late for an account that cannot read it
_IMPORTED_LATER = (
    *("anyio._backends._asyncio", "uvicorn.lifespan.off", "uvicorn.loops.asyncio", "uvicorn.protocols.http.h11_impl"),
    *("encodings.idna", "email.parser", "multiprocessing.connection", "concurrent.futures.thread"),
)
_GRACE_S = 10  # for queries that are running when the server is told to stop


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so: only now does a signal end it in good order."""
        await super().startup(sockets=sockets)
        for listener in sockets or ():
            _log.info("Listens on http://%s:%s", *listener.getsockname()[:2])

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; unlike uvicorn, do not die of the signal afterwards."""
        self.should_exit = True


def main() -> int:
    """Run the server; returns the exit code."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        configuration = Configuration.from_environment(os.environ)
        with _listen(configuration) as listener:
            return asyncio.run(_serve(configuration, listener))
    except (SettingsError, NotReady) as error:
        print(error, file=sys.stderr)
        return 1


def _listen(configuration: Configuration) -> socket.socket:
    """Take the port before the engine is loaded: a taken one is told at once."""
    family = socket.AF_INET6 if ":" in configuration.host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is spelt out; with it each answer takes 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((configuration.host, configuration.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        address = f"{configuration.host}:{configuration.port}"
        reason = error.strerror or str(error)
        raise SettingsError("GP_CLICKHOUSE_PORT", f"cannot listen on {address}: {reason}") from None
    return listener


async def _serve(configuration: Configuration, listener: socket.socket) -> int:
    # loading the engine takes longest, and is not needed to refuse a taken port
    from gp_lib.services.clickhouse_server.app import Face
    from gp_lib.services.clickhouse_server.engine import Engine

    for module in _IMPORTED_LATER:
        importlib.import_module(module)
    unprivileged = give_up_root(configuration.data_dir)
    engine = Engine(configuration.data_dir, configuration.user)
    if not unprivileged:
        _log.warning("Stays root: no unprivileged account can have %s", configuration.data_dir)
    face = Face(engine, configuration)
    _log.info("ClickHouse %s", engine.version)
    await _server(face.app()).serve(sockets=[listener])
    if face.running:
        _log.warning("Stopped with %s queries still running", face.running)
        logging.shutdown()
        os._exit(0)  # their threads cannot be ended otherwise; what was acknowledged is on disk
    face.close()
    engine.close()
    _log.info("Stopped")
    return 0


def _server(app: object) -> _Server:
    return _Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            http=PatientH11,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=_GRACE_S,
            h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
