"""``gpath lab`` as a user starts it, in a project of its own, and what there is to see of it from outside."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from gp_lib.clock import patience, wait_until
from tests.projects import Project

READY_WITHIN_S = 90.0
END_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Places:
    """Folders for everything that JupyterLab and its kernels keep outside the project."""

    root: Path

    @property
    def temporary(self) -> Path:
        """The folder for temporary files."""
        return self.root / "temporary"

    @property
    def runtime(self) -> Path:
        """Where a running server and its kernels describe themselves."""
        return self.root / "runtime"

    def variables(self) -> dict[str, str]:
        """The environment that makes JupyterLab use these folders, and nothing of the user's."""
        self.temporary.mkdir(parents=True)
        names = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        folders = {"TMPDIR": self.temporary, "JUPYTER_RUNTIME_DIR": self.runtime}
        folders |= {variable: self.root / name for variable, name in names.items()}
        return {"JUPYTER_PLATFORM_DIRS": "1"} | {variable: str(folder) for variable, folder in folders.items()}

    def left(self) -> list[str]:
        """What is still there of a server that has ended: temporary files, and descriptions of what runs."""
        running = [path for kind in ("jpserver-*", "kernel-*") for path in self.runtime.glob(kind)]
        return sorted(path.name for path in [*self.temporary.iterdir(), *running])


class LabServer:
    """A running ``gpath lab`` and the JupyterLab behind it."""

    def __init__(self, process: asyncio.subprocess.Process, project: Project, places: Places, log: Path) -> None:
        self.process = process
        self.project = project
        self.places = places
        self.log = log
        self.about: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """The server's address, with a slash at the end."""
        return str(self.about["url"])

    @property
    def token(self) -> str:
        """What a browser must show."""
        return str(self.about["token"])

    @property
    def _signed(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    async def until_ready(self) -> None:
        """Wait until JupyterLab answers."""
        ready = await wait_until(self._answers, deadline_s=READY_WITHIN_S, every_s=0.1)
        assert ready, f"gpath lab did not get ready:\n{self.log.read_text()}"

    async def _answers(self) -> bool:
        assert self.process.returncode is None, f"gpath lab has ended:\n{self.log.read_text()}"
        for description in self.places.runtime.glob("jpserver-*.json"):
            with suppress(ValueError, httpx.TransportError):  # half-written, or not listening yet
                self.about = json.loads(description.read_bytes())
                return (await self.get("api/status")).is_success
        return False

    async def get(self, path: str) -> httpx.Response:
        """What the server answers to a signed-in user."""
        return await self._ask("GET", path)

    async def start_kernel(self, notebook: str) -> None:
        """Open ``notebook`` as JupyterLab does it, without a browser, and wait until its kernel is alive."""
        wanted = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        started = (await self._ask("POST", "api/sessions", wanted)).raise_for_status().json()

        channels = f"ws{self.url.removeprefix('http')}api/kernels/{started['kernel']['id']}/channels"
        async with asyncio.timeout(patience(READY_WITHIN_S)), connect(channels, additional_headers=self._signed) as ws:
            await ws.recv()  # the server asks a new kernel until it answers, and passes that on

    async def end_kernels(self) -> None:
        """Shut down every kernel there is."""
        for kernel in (await self.get("api/kernels")).json():
            await self._ask("DELETE", f"api/kernels/{kernel['id']}")

    async def _ask(self, method: str, path: str, content: Any = None) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=patience(30)) as client:
            return await client.request(method, self.url + path, headers=self._signed, json=content)

    async def end(self, number: signal.Signals) -> int:
        """Send ``gpath`` a signal, wait until it has ended, and give its exit code."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        async with asyncio.timeout(patience(END_WITHIN_S)):
            return await self.process.wait()


@asynccontextmanager
async def gpath_lab(
    project: Project, folder: Path, *options: str, words: Sequence[str] = ("lab",)
) -> AsyncIterator[LabServer]:
    """``gpath lab`` in ``project``, on a free port and without a browser of the user's; ends with the block.

    ``options`` are for JupyterLab; ``words`` another command that opens it. ``folder`` takes everything that it writes
    outside the project. It need not be ready yet.
    """
    places, log = Places(folder), folder / "lab.log"
    command, environment = project.command(*words, "--no-browser", "--port=0", *options, **places.variables())
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=project.folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    server = LabServer(process, project, places, log)
    try:
        yield server
    finally:
        await server.end(signal.SIGTERM)
