"""The debugger works in a forked kernel as it does in JupyterLab: a breakpoint stops it, variables are there."""

import asyncio
import os
from pathlib import Path
from typing import Any

from gp_lib.clock import patience
from tests.kernels.test_warm_kernels import kernel, provisioner

CODE = "def double(n):\n    result = 2 * n\n    return result\ndoubled = double(21)\n"


class Debugging:
    """The debug adapter protocol over a kernel's control channel."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._seq = 0

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """A request and its answer."""
        self._seq += 1
        content = {"type": "request", "seq": self._seq, "command": command, "arguments": arguments}
        message = self._client.session.msg("debug_request", content)
        self._client.control_channel.send(message)
        while True:
            reply = await self._client.get_control_msg(timeout=patience(20))
            if reply["parent_header"]["msg_id"] == message["header"]["msg_id"]:
                assert reply["content"]["success"], reply["content"]
                return dict(reply["content"])

    async def until(self, event: str) -> dict[str, Any]:
        """Wait for an event."""
        while True:
            message = await self._client.get_iopub_msg(timeout=patience(20))
            if message["msg_type"] == "debug_event" and message["content"]["event"] == event:
                return dict(message["content"])


async def test_a_breakpoint_stops_a_forked_kernel_and_shows_its_variables(tmp_path: Path) -> None:
    async with kernel(env={**os.environ, "TMPDIR": str(tmp_path)}) as (manager, client):
        assert provisioner(manager).warm
        debugging = Debugging(client)
        await debugging.ask("initialize", clientID="test", adapterID="", pathFormat="path", linesStartAt1=True)
        await debugging.ask("attach")
        source = (await debugging.ask("dumpCell", code=CODE))["body"]["sourcePath"]
        await debugging.ask("setBreakpoints", source={"path": source}, breakpoints=[{"line": 3}])
        await debugging.ask("configurationDone")
        client.execute(CODE)
        async with asyncio.timeout(patience(40)):
            stopped = await debugging.until("stopped")
            thread = stopped["body"]["threadId"]
            frames = (await debugging.ask("stackTrace", threadId=thread))["body"]["stackFrames"]
            assert frames[0]["name"] == "double"
            scope = (await debugging.ask("scopes", frameId=frames[0]["id"]))["body"]["scopes"][0]
            variables = (await debugging.ask("variables", variablesReference=scope["variablesReference"]))["body"]
            assert {v["name"]: v["value"] for v in variables["variables"]}["result"] == "42"
            await debugging.ask("continue", threadId=thread)
