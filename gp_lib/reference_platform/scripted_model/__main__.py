"""Starts the scripted model; ends with exit code 0 on SIGTERM and SIGINT."""

import logging
import os
import signal
import socket
import sys
from types import FrameType

import uvicorn

from gp_lib.reference_platform.http_head import PatientH11

from .server import ModelServer
from .settings import BadSetting, Settings, read_settings

_GRACE_S = 3


class _OneLine(logging.Formatter):
    """Keeps every record, tracebacks too, on one line, so that a log's last lines mean something."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its line breaks spelled out."""
        return super().format(record).replace("\n", "\\n")


class _Server(uvicorn.Server):
    """Tells the model to stop before uvicorn waits for what is in flight."""

    def __init__(self, config: uvicorn.Config, model: ModelServer) -> None:
        super().__init__(config)
        self._model = model

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let streams run out without pauses and silent answers end, then stop."""
        self._model.stopping.set()
        await super().shutdown(sockets)


def main() -> None:
    """Read the environment and serve until a signal comes."""
    # uvicorn raises the signal again after a graceful stop; this handler turns it into exit code 0.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    _log_to_stderr()
    try:
        _serve(read_settings(os.environ))
    except BadSetting as error:
        sys.exit(f"the scripted model did not start: {error}")


def _serve(settings: Settings) -> None:
    listening = _listen(settings)
    model = ModelServer(settings)
    config = uvicorn.Config(
        model.app,
        http=PatientH11,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=_GRACE_S,
    )
    _Server(config, model).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise BadSetting("GP_MODEL_PORT", f"cannot be used: {where}: {error.strerror or error}") from error


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)


if __name__ == "__main__":
    main()
