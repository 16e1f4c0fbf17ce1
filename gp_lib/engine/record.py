"""The notebook under execution: a true state for every cell in its metadata, a banner on top, saves that are whole."""

import asyncio
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from papermill.engines import NotebookExecutionManager
from papermill.execute import ERROR_MARKER_TAG

from gp_lib import evidence
from gp_lib.clock import monotonic_s
from gp_lib.engine import cleaned
from gp_lib.engine.states import Ending, State
from gp_lib.errors import WorkbenchError

BANNER, STOPPED = "gpath-banner", "gpath-stopped"
EVERY_S = 1.0
SHARE = 20
"""Saves during the run are at least a second apart, and take at most a twentieth of the time."""

PAPERMILL = {
    State.NOT_RUN: NotebookExecutionManager.PENDING,
    State.RUNNING: NotebookExecutionManager.RUNNING,
    State.PASSED: NotebookExecutionManager.COMPLETED,
}
"""papermill's word for a state; all others are its *failed*."""

COLOURS = {State.PASSED: "green", State.RUNNING: "darkorange", State.NOT_RUN: "darkorange"}


class Record(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's record of an execution, made true and saved whole.

    ``output_path`` is a local path, an URL that papermill knows, or ``None`` to save nothing.
    """

    def __init__(self, nb: Any, output_path: str | None, **options: Any) -> None:
        super().__init__(nb, output_path=output_path, **options)
        self.nb: Any = nb
        self.state = State.NOT_RUN
        self.ending = Ending(State.NOT_RUN)
        self.stopped_at: int | None = None
        self.save_trouble = ""
        self._dirty = True
        self._saved_s, self._cost_s = -1e9, 0.0

    @property
    def passed(self) -> bool:
        """Whether it was executed to its end, and nothing went wrong."""
        return self.state is State.PASSED

    @property
    def local(self) -> bool:
        """Whether it is saved by us, into a file of this machine."""
        return bool(self.output_path) and "://" not in self.output_path and self.output_path != "-"

    def begin(self) -> None:
        """Every cell is *not run*, its outputs are gone, and the banner says that nothing has happened yet."""
        self.nb.cells = [cell for cell in self.nb.cells if ERROR_MARKER_TAG not in cell.metadata.get("tags", [])]
        for cell in self.nb.cells:
            if "injected-parameters" in cell.metadata.get("tags", []):
                cell["id"] = "injected-parameters"
        self.nb.cells.insert(0, _marker(BANNER, ""))
        self.notebook_start()
        for cell in self.code_cells():
            self._set(cell, Ending(State.NOT_RUN))
        self._say()
        self.write()

    def code_cells(self) -> list[Any]:
        """The cells that can run."""
        return [cell for cell in self.nb.cells if cell.cell_type == "code"]

    def started(self, cell: Any, index: int) -> None:
        """A cell begins to run."""
        self.state = State.RUNNING
        self.cell_start(cell, cell_index=index)
        self._set(cell, Ending(State.RUNNING))
        self._say()

    def ended(self, cell: Any, index: int, ending: Ending) -> None:
        """A cell has ended; what no kernel could write into its outputs any more is written there."""
        if ending.state is not State.PASSED:
            self.ending, self.stopped_at = ending, index
            self.cell_exception(cell, cell_index=index)
            _tell(cell, ending)
        self.cell_complete(cell, cell_index=index)
        self._set(cell, ending)
        self._say()

    def finish(self, ending: Ending) -> None:
        """The execution is over: the last banner, an anchor where it stopped, and the last save.

        A cell that was running when it ended has ended like the whole.

        Raises:
            WorkbenchError: the notebook could not be saved.
        """
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type == "code" and state_of(cell) is State.RUNNING:
                self.ended(cell, index, ending)
        self.ending = ending
        self.state = ending.state
        if self.state is not State.PASSED:
            self.nb.metadata.papermill["exception"] = True
        self.nb.metadata["gpath"] = {"state": self.state.value, "why": self.ending.why}
        self.notebook_complete()
        self._say()
        if self.stopped_at is not None:
            self.nb.cells.insert(self.stopped_at, _marker(STOPPED, f'<span id="{STOPPED}">{self._headline()}</span>'))
        self.cleanup_pbar()
        self.nb = cleaned.cleaned(self.nb)  # papermill writes it again, and raises what stands in it
        self.write()
        if self.save_trouble:
            raise WorkbenchError(self.save_trouble)

    def _set(self, cell: Any, ending: Ending) -> None:
        about: dict[str, Any] = {"state": ending.state.value}
        about |= {"why": ending.why} if ending.why else {}
        about |= {"exit_code": ending.exit_code, "signal": ending.signal} if ending.exit_code is not None else {}
        cell.metadata["gpath"] = about
        cell.metadata.papermill["status"] = PAPERMILL.get(ending.state, self.FAILED)
        self._dirty = True

    def _say(self) -> None:
        states = [state_of(cell) for cell in self.code_cells()]
        done = sum(state is State.PASSED for state in states)
        words = f"{self._headline()}; {done} of {len(states)} code cells passed"
        if self.state in (State.RUNNING, State.NOT_RUN):
            words += " when this was saved. If nothing executes it any more, the execution was cut off here"
        link = f' <a href="#{STOPPED}">To the cell</a>.' if self.stopped_at is not None else ""
        self.nb.cells[0].source = f'<span style="color:{COLOURS.get(self.state, "red")}">{words}.</span>{link}'

    def _headline(self) -> str:
        what = (
            self.state.value.replace("_", " ") if self.stopped_at is None else self.ending.state.value.replace("_", " ")
        )
        why = f": {html.escape(self.ending.why[:500])}" if self.ending.why else ""
        return f"<b>{what}</b>{why}"

    def notebook_complete(self, **kwargs: Any) -> None:
        """The times of the notebook. papermill would call every cell that never ran *completed* here."""
        self.end_time = self.now()
        self.nb.metadata.papermill["end_time"] = self.end_time.isoformat()
        self.nb.metadata.papermill["duration"] = (self.end_time - self.start_time).total_seconds()

    def save(self, **kwargs: Any) -> None:
        """Something has changed. It is saved by ``keep_saved``, or at the end."""
        self._dirty = True

    def autosave_cell(self) -> None:
        """An output has come."""
        self._dirty = True

    async def keep_saved(self) -> None:
        """Save what has changed, again and again, until cancelled. Only to local files."""
        while True:
            await asyncio.sleep(max(EVERY_S, self._cost_s * SHARE))
            if self._dirty and self.local:
                await asyncio.to_thread(self._write_text, self._text())

    def write(self) -> None:
        """Save now; a failure is kept in ``save_trouble``."""
        if self.local:
            self._write_text(self._text())

    def _text(self) -> str:
        self._dirty = False
        return cleaned.text_of(self.nb)

    def _write_text(self, text: str) -> None:
        began_s = monotonic_s()
        try:
            evidence.write_whole(Path(self.output_path), text.encode("utf-8", "replace"))
            self.save_trouble = ""
        except WorkbenchError as error:
            self.save_trouble = str(error)
        self._cost_s = monotonic_s() - began_s


def _tell(cell: Any, ending: Ending) -> None:
    """Write what ended the cell before the exceptions that only follow from it: papermill raises the first.

    It forgives ``SystemExit``, and raises nothing that can be read where the kernel has shown no exception.
    """
    errors = [place for place, output in enumerate(cell.outputs) if output.output_type == "error"]
    if ending.ename != "SystemExit" and ending.ename in (cell.outputs[place].ename for place in errors):
        return
    lines = [f"{ending.ename}: {ending.why}", *ending.pending.splitlines()]
    error = nbformat.v4.new_output("error", ename=ending.ename, evalue=ending.why, traceback=lines)
    cell.outputs.insert(min(errors, default=len(cell.outputs)), error)


def state_of(cell: Any) -> State:
    """The state of an executed code cell; *not run* where nothing is said."""
    return State(cell.metadata.get("gpath", {}).get("state", State.NOT_RUN))


def _marker(name: str, text: str) -> Any:
    """A cell that is not the notebook's own: papermill removes it before another execution."""
    cell = nbformat.v4.new_markdown_cell(text, id=name)
    cell.metadata.update(tags=[name, ERROR_MARKER_TAG], papermill={})
    return cell


OnCell = Callable[[int, State], None]
"""Who hears of a cell's new state: its position in the notebook, and the state."""
