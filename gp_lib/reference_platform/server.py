"""The process: listens, runs the background jobs, and leaves in good order."""

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn

from .assembly import Job, Platform, assembled
from .config import Settings
from .defects.registry import installed
from .http_head import PatientH11
from .parts import Parts
from .problems import PlatformError
from .stores.migration import migrate

log = logging.getLogger("platform")

STOP_S = 0.4
PAUSE_S = 0.5
BACKLOG = 512
# Kernel memory for one socket's unread frames. Without this bound the kernel would buffer megabytes for a client
# that does not read, and the queue that ends slow readers would notice much too late.
SEND_BUFFER_BYTES = 32 * 1024


class QuietServer(uvicorn.Server):
    """Uvicorn, except that signals are ours: it would close sockets before runs have ended."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def serve(settings: Settings) -> None:
    """Run one gateway until SIGTERM or SIGINT.

    Raises:
        BadSetting: the settings ask for something that there is not.
        OSError: the address cannot be listened on.
    """
    parts = Parts()
    board = installed(parts, settings.defects)
    # The address first: a gateway that cannot listen must not touch the stores.
    with _listening(settings) as listener:
        await migrate(settings)
        async with assembled(settings, parts) as platform:
            platform.status.defect_report = lambda: board.report(platform.stores.hot)
            _calm_collector()
            counting: list[Job] = [lambda: board.keep_forever(platform.stores.hot)] if settings.defects else []
            async with _jobs(platform, counting):
                await _serve_until_told(platform, listener)


def _calm_collector() -> None:
    """Spare the garbage collector what was imported, which stays for ever, and let it look less often.

    Each model answer makes thousands of short-lived objects; this saves about 6 % of the CPU of a run.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@contextlib.contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is spelt out because asyncio switches Nagle's algorithm off only then: without it small frames
    # wait 40 ms for the acknowledgement of the one before.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
        yield listener


@contextlib.asynccontextmanager
async def _jobs(platform: Platform, more: list[Job]) -> AsyncIterator[None]:
    """The background jobs; one that fails is begun again, and must not take the front door down with it."""
    await _take_up_own_past(platform)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_kept_going(job)) for job in [*platform.jobs(), *more]]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _kept_going(job: Job) -> None:
    while True:
        try:
            await job()
        except Exception:
            log.exception("a background job failed and is begun again")
        await asyncio.sleep(PAUSE_S)


async def _take_up_own_past(platform: Platform) -> None:
    try:
        await platform.recovery.take_up_own_past()
    except PlatformError as error:
        log.warning("recovery will be done later: %s", error)


async def _serve_until_told(platform: Platform, listener: socket.socket) -> None:
    server = QuietServer(_uvicorn_config(platform))
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    log.info("gateway %s listens on port %s", platform.settings.gateway_id, platform.settings.port)
    telling = asyncio.create_task(told.wait())
    await asyncio.wait([serving, telling], return_when=asyncio.FIRST_COMPLETED)
    telling.cancel()
    await _leave(platform, server)
    await serving


async def _leave(platform: Platform, server: QuietServer) -> None:
    """Show the clients out, let runs finish or end them, deliver the rest, stop."""
    log.info("gateway %s leaves", platform.settings.gateway_id)
    drained = asyncio.create_task(platform.running.live.drain(platform.settings.drain_s))
    platform.door.close()
    await drained
    await platform.telling.deliverer.emptied(STOP_S)
    server.should_exit = True


def _uvicorn_config(platform: Platform) -> uvicorn.Config:
    return uvicorn.Config(
        platform.app,
        http=PatientH11,
        ws="websockets-sansio",
        ws_max_size=platform.settings.frame_limit_bytes,
        # The reader may be slow, and its answer to a ping stands in line behind what it has not read.
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
