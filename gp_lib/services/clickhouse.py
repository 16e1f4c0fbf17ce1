"""The ClickHouse engine, the cold tier: our own process around ``chdb-core-lite``, or ``clickhouse`` on PATH."""

import hashlib
import sys
from pathlib import Path
from xml.sax.saxutils import escape

from gp_lib.errors import UnexpectedReply
from gp_lib.services.account import can_reach, scratch_folder, unprivileged_account
from gp_lib.services.binaries import on_path
from gp_lib.services.ports import HOST
from gp_lib.services.probes import http
from gp_lib.services.process import ProcessSpec, clean_environment
from gp_lib.services.service import Service

USER = "golden_path"
DATABASE = "golden_path"

SERVER_CONFIGURATION = """\
<clickhouse>
  <logger><level>warning</level><console>1</console></logger>
  <listen_host>{host}</listen_host>
  <http_port>{port}</http_port>
  <path>{folder}/</path>
  <tmp_path>{folder}/tmp/</tmp_path>
  <user_files_path>{folder}/user_files/</user_files_path>
  <format_schema_path>{folder}/format_schemas/</format_schema_path>
  <mark_cache_size>67108864</mark_cache_size>
  <profiles><default/></profiles>
  <quotas><default/></quotas>
  <users>
    <{user}>
      <password_sha256_hex>{password_hash}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </{user}>
  </users>
</clickhouse>
"""


class ClickHouse(Service):
    """The server with ClickHouse's HTTP interface."""

    name = "clickhouse"

    @property
    def data_folder(self) -> Path:
        """Where its tables are: in the state directory, or where the account can reach them that root is left for."""
        return self.scratch / "data" if self.scratch else self.folder

    async def prepare(self) -> None:
        """As root, find a place that the unprivileged account can reach: the state directory is closed to it."""
        account = unprivileged_account()
        if account and self.source == "wheel" and not can_reach(self.folder, account):
            self.scratch = scratch_folder(self.name)
            self.around.on_change(self)

    def spec(self, port: int) -> ProcessSpec:
        """The server on ``port``."""
        return self._real_server(port) if self.source == "path" else self._engine(port)

    async def probe(self, port: int) -> str | None:
        """An authenticated query; ``/ping`` alone would also answer for a stranger."""
        status, words = await self._query(port, "SELECT version()")
        return words.strip() if status == 200 else None

    async def settle(self) -> None:
        """Create the database.

        Raises:
            UnexpectedReply: it refuses.
        """
        status, words = await self._query(self.port, f"CREATE DATABASE IF NOT EXISTS {DATABASE}")
        if status != 200:
            raise UnexpectedReply("a database", f"status {status}: {words}")

    def url(self, port: int | None = None) -> str:
        """An HTTP URL; ``port`` is another one than the server's own (a proxy's)."""
        return f"http://{USER}:{self.around.credentials.clickhouse}@{HOST}:{port or self.port}/"

    async def _query(self, port: int, sql: str) -> tuple[int, str]:
        who = f"{USER}:{self.around.credentials.clickhouse}"
        return await http(port, "/", body=sql.encode(), basic_auth=who)

    def _engine(self, port: int) -> ProcessSpec:
        environment = {
            "GP_CLICKHOUSE_HOST": HOST,
            "GP_CLICKHOUSE_PORT": str(port),
            "GP_CLICKHOUSE_DATA_DIR": str(self.data_folder),
            "GP_CLICKHOUSE_USER": USER,
            "GP_CLICKHOUSE_PASSWORD": self.around.credentials.clickhouse,
        }
        return ProcessSpec(
            name=self.name,
            argv=(sys.executable, "-m", "gp_lib.services.clickhouse_server"),
            log=self.log,
            cwd=self.folder,
            environment=clean_environment() | environment | self.environment,
            grace_s=15.0,
        )

    def _real_server(self, port: int) -> ProcessSpec:
        configuration = SERVER_CONFIGURATION.format(
            host=HOST,
            port=port,
            folder=escape(str(self.folder)),
            user=USER,
            password_hash=hashlib.sha256(self.around.credentials.clickhouse.encode()).hexdigest(),
        )
        file = self.folder / "config.xml"
        self.around.state.write(file, configuration)
        return ProcessSpec(
            name=self.name,
            argv=(str(on_path(self.name, "clickhouse")), "server", f"--config-file={file}"),
            log=self.log,
            cwd=self.folder,
            environment=clean_environment() | {"CLICKHOUSE_WATCHDOG_ENABLE": "0"} | self.environment,
            grace_s=15.0,
        )
