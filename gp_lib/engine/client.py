"""nbclient's handling of a kernel's messages, with outputs that are bounded and a kernel whose end is seen at once."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nbclient import NotebookClient
from nbclient.client import CellExecutionComplete

from gp_lib.clock import patience
from gp_lib.engine.kernel import Kernel
from gp_lib.engine.outputs import MAX_CELL_BYTES, MAX_NOTEBOOK_BYTES, Outputs
from gp_lib.engine.sizes import OUTPUT_BYTES, written

LAST_WORDS_S = 0.05
"""What a dying kernel has sent just before is still on its way."""


class KernelLeaves(Exception):
    """The kernel has said that it ends itself: ``exit()``, ``quit()``, or what else asks it to."""


class Client(NotebookClient):  # type: ignore[misc]
    """Executes cells, and gives each output to the cell that caused it, also when that has ended."""

    def __init__(
        self, nb: Any, kernel: Kernel, on_output: Callable[[Any], None], on_change: Callable[[], None]
    ) -> None:
        # nbclient's own joining of streams takes time with the square of a line's length: minutes for a megabyte
        super().__init__(nb, km=kernel.manager, timeout=None, iopub_timeout=int(patience(10)), coalesce_streams=False)
        self.kc = kernel.client
        self.kernel = kernel
        self.outputs = Outputs()
        self._on_output, self._on_change = on_output, on_change
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
        self._on_change()
        if self.output_hook_stack[msg["parent_header"].get("msg_id")]:
            super().clear_output(outs, msg, cell_index)
        else:
            self.outputs.clear(cell_index, self.nb.cells[cell_index], wait=bool(msg["content"].get("wait")))

    def handle_comm_msg(self, outs: list[Any], msg: dict[str, Any], cell_index: int) -> None:
        """Keep a widget's state; a value for which there is no room is not known then."""
        self._on_change()
        comm, data = msg["content"]["comm_id"], msg["content"]["data"]
        for name, value in list((data.get("state") or {}).items()):
            if not name.startswith("_") and not self._holds(cell_index, f"{comm}/{name}", written(value)):
                del data["state"][name]
                self.widget_state.get(comm, {}).pop(name, None)
        buffers = list(zip(data.get("buffer_paths") or (), msg.get("buffers") or (), strict=False))
        kept = [(path, buffer) for path, buffer in buffers if self._holds_buffer(cell_index, comm, path, buffer)]
        if len(kept) < len(buffers):
            data["buffer_paths"], msg["buffers"] = [path for path, _ in kept], [buffer for _, buffer in kept]
        super().handle_comm_msg(outs, msg, cell_index)

    def _holds(self, cell_index: int, name: str, size: int, limit: int = MAX_NOTEBOOK_BYTES) -> bool:
        return self.outputs.holds(cell_index, self.nb.cells[cell_index], name, size, limit)

    def _holds_buffer(self, cell_index: int, comm: str, path: list[Any], buffer: Any) -> bool:
        """Whether a buffer may be kept, instead of the one that was at its place before; it is written in base64."""
        if self._holds(cell_index, f"{comm}/{path}", memoryview(buffer).nbytes * 4 // 3 + OUTPUT_BYTES):
            return True
        self.widget_buffers.get(comm, {}).pop(tuple(path), None)
        return False

    def _held(self, widget: Any, msg: dict[str, Any], cell_index: int) -> bool:
        """Whether a widget that catches outputs may keep this one beside those that it has."""
        kept = [] if widget.clear_before_next_output else widget.outputs
        size = sum(map(written, kept)) + written(msg["content"])
        return self._holds(cell_index, f"{widget.comm_id}/outputs", size, MAX_CELL_BYTES)

    def _update_display_id(self, display_id: str, msg: dict[str, Any]) -> None:
        self.outputs.update(display_id, msg)
        self._on_change()


def _require_stay(reply: dict[str, Any] | None) -> None:
    payload = (reply or {}).get("content", {}).get("payload") or ()
    if any(one.get("source") == "ask_exit" for one in payload):
        raise KernelLeaves
