"""nbclient's handling of a kernel's messages, with outputs that are bounded and a kernel whose end is seen at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete

from gp_lib.clock import patience
from gp_lib.engine.kernel import Kernel
from gp_lib.engine.outputs import Outputs
from gp_lib.engine.sizes import written

LAST_WORDS_S = 0.05
"""What a dying kernel has sent just before is still on its way."""


class KernelLeaves(Exception):
    """The kernel has said that it ends itself: ``exit()``, ``quit()``, or what else asks it to."""


class Client(NotebookClient):  # type: ignore[misc]
    """Executes cells, and gives each output to the cell that caused it, also when that has ended."""

    def __init__(self, nb: Any, kernel: Kernel, on_output: Callable[[Any], None]) -> None:
        # nbclient's own joining of streams takes time with the square of a line's length: minutes for a megabyte
        super().__init__(nb, km=kernel.manager, timeout=None, iopub_timeout=int(patience(10)), coalesce_streams=False)
        self.kc = kernel.client
        self.kernel = kernel
        self.outputs = Outputs()
        self._on_output = on_output
        self._asked: dict[str, int] = {}

    async def still_there(self) -> None:
        """Have the kernel answer once more, and take what it has still to say of its cells.

        Raises:
            KernelLeaves: it answers, but it is about to end.
        """
        asked = self.kc.execute("", silent=True, store_history=False)
        while (reply := await self.kc.shell_channel.get_msg(timeout=None))["parent_header"].get("msg_id") != asked:
            pass
        _require_stay(reply)
        await self._listen(asked)

    async def _async_poll_kernel_alive(self) -> None:
        """The base class asks once a second; the end of our kernels is an event."""
        await self.kernel.ended()
        await asyncio.sleep(LAST_WORDS_S)
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: Any, cell_index: int) -> None:
        """The base class drops what a thread or task of an earlier cell sends."""
        self._asked[parent_msg_id] = cell_index
        await self._listen(parent_msg_id)

    async def _listen(self, until: str) -> None:
        """Take what the kernel sends until it has done the request ``until``."""
        while True:
            message = await self.kc.iopub_channel.get_msg(timeout=None)
            caused_by = message["parent_header"].get("msg_id")
            if (index := self._asked.get(caused_by)) is not None:
                with suppress(CellExecutionComplete):
                    self.process_message(message, self.nb.cells[index], index)
            idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
            if idle and caused_by == until:
                return

    async def _check_raise_for_error(self, cell: Any, cell_index: int, exec_reply: dict[str, Any] | None) -> None:
        _require_stay(exec_reply)
        await super()._check_raise_for_error(cell, cell_index, exec_reply)

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Keep an output, or what of it there is room for."""
        cell = self.nb.cells[cell_index]
        if widgets := self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            if self._held(widgets[-1], msg, cell_index):
                super().output(outs, msg, display_id, cell_index)
            return None
        if (kept := self.outputs.add(cell_index, cell, msg, display_id)) is not None:
            self._on_output(kept)
        return kept

    def clear_output(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        """Clear what a cell, or the widget that catches its outputs, shows."""
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            super().clear_output(outs, msg, cell_index)
        else:
            self.outputs.clear(cell_index, self.nb.cells[cell_index], wait=bool(msg["content"].get("wait")))

    def handle_comm_msg(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        """Keep a widget's state; a value for which there is no room is not known then."""
        comm, data = msg["content"]["comm_id"], msg["content"]["data"]
        cell, state = self.nb.cells[cell_index], data.get("state") or {}
        for name, value in list(state.items()):
            if not name.startswith("_") and not self.outputs.holds(cell_index, cell, f"{comm}/{name}", written(value)):
                del state[name]
                self.widget_state.get(comm, {}).pop(name, None)
        if data.get("buffer_paths") and not self.outputs.holds(cell_index, cell, comm, _in_base64(msg["buffers"])):
            data["buffer_paths"] = []
            self.widget_buffers.pop(comm, None)
        super().handle_comm_msg(outs, msg, cell_index)

    def _held(self, widget: Any, msg: dict[str, Any], cell_index: int) -> bool:
        """Whether a widget that catches outputs may keep this one beside those that it has."""
        kept = [] if widget.clear_before_next_output else widget.outputs
        size = sum(map(written, kept)) + written(msg["content"])
        return self.outputs.holds(cell_index, self.nb.cells[cell_index], f"{widget.comm_id}/outputs", size)

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        self.outputs.update(display_id, msg)


def _require_stay(reply: dict[str, Any] | None) -> None:
    payload = (reply or {}).get("content", {}).get("payload") or ()
    if any(one.get("source") == "ask_exit" for one in payload):
        raise KernelLeaves


def _in_base64(buffers: list[Any]) -> int:
    return sum(memoryview(buffer).nbytes for buffer in buffers) * 4 // 3
