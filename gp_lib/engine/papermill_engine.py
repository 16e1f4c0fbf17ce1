"""The engine as papermill knows it: ``papermill --engine gpath …``."""

import asyncio
import signal
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click import ClickException
from papermill.engines import Engine
from papermill.exceptions import PapermillException
from papermill.iorw import papermill_io, write_ipynb

from gp_lib import redaction
from gp_lib.errors import WorkbenchError

if TYPE_CHECKING:
    from gp_lib.engine.execution import Listeners


class GpathEngine(Engine):  # type: ignore[misc]
    """papermill's runner around, a true record inside.

    papermill's ``execution_timeout`` is the longest for one cell; ``deadline_s`` (API only) that of the whole.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        **options: Any,
    ) -> Any:
        """Execute ``nb`` and return it; papermill raises for the error that stands in a cell's outputs.

        Raises:
            ExecutionFailed: no cell's outputs tell what went wrong.
        """
        from gp_lib.engine.execution import START_S, Plan, execute
        from gp_lib.engine.record import Record

        record = Record(nb, _resolved(output_path), progress_bar=progress_bar, log_output=log_output)
        plan = Plan(
            kernel_name=kernel_name,
            start_s=float(options.get("start_timeout") or START_S),
            cell_s=_seconds(options.get("execution_timeout")),
            deadline_s=_seconds(options.get("deadline_s")),
            arguments=tuple(options.get("extra_arguments") or ()),
        )
        try:
            _run(execute(record, plan, _listeners(record, options)))
        except WorkbenchError as error:
            raise ExecutionFailed(redaction.clean(str(error))) from None
        _require_cells_to_tell(record, saved=output_path is not None)
        return record.nb


class ExecutionFailed(PapermillException, ClickException):  # type: ignore[misc]
    """The execution ended outside of a cell, or could not be saved. The command line says it in a sentence, exit 1."""


def _require_cells_to_tell(record: Any, *, saved: bool) -> None:
    """What went wrong is found by papermill in the outputs of cells, and all else is a success to it.

    Raises:
        ExecutionFailed: something went wrong, and no cell says it. The notebook is saved then.
    """
    if record.passed or record.stopped_at is not None:
        return
    path = record.nb.metadata.papermill.get("output_path")
    if path and not (saved and record.local):  # papermill would have written it after us
        write_ipynb(record.nb, path)
    raise ExecutionFailed(redaction.clean(f"the notebook was not executed to its end: {record.ending.why}"))


def _resolved(output_path: str | None) -> str | None:
    """Where papermill itself writes: a relative path is not one of the folder that ``--cwd`` names."""
    if not output_path or "://" in output_path or output_path == "-":
        return output_path
    return str(Path(getattr(papermill_io.get_handler("local"), "_cwd", None) or "", output_path))


def _seconds(value: Any) -> float | None:
    return float(value) if value else None


def _listeners(record: Any, options: dict[str, Any]) -> "Listeners":
    """What papermill calls ``--log-output``, ``--stdout-file`` and ``--stderr-file``."""
    from papermill.log import logger

    from gp_lib.engine.execution import Listeners

    files = {"stdout": options.get("stdout_file"), "stderr": options.get("stderr_file")}

    def on_output(output: Any) -> None:
        if output.output_type == "stream":
            text = redaction.clean(output.text)
            if (file := files.get(output.name)) is not None:
                file.write(text)
                file.flush()
            if record.log_output:
                (logger.info if output.name == "stdout" else logger.warning)(text)
        elif record.log_output and "text/plain" in output.get("data", {}):
            logger.info(redaction.clean(output.data["text/plain"]))

    return Listeners(output=on_output)


def _run(work: Coroutine[Any, Any, Any]) -> None:
    """Run it to its end, also where an event loop runs already. SIGTERM cancels it like Ctrl-C, and then ends us."""
    if threading.current_thread() is not threading.main_thread() or _loop_runs():
        _run_beside(work)
        return
    terminated = False

    async def heeding() -> None:
        task = asyncio.current_task()
        assert task is not None

        def terminate() -> None:
            nonlocal terminated
            terminated = True
            task.cancel()

        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, terminate)
        await work

    with suppress(asyncio.CancelledError):
        asyncio.run(heeding())
    if terminated:
        sys.exit(128 + signal.SIGTERM)


def _run_beside(work: Coroutine[Any, Any, Any]) -> None:
    """Run it in a thread of its own; what it raises is raised here, and what interrupts us cancels it."""
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]]] = Future()

    async def cancellable() -> None:
        task = asyncio.current_task()
        assert task is not None
        begun.set_result((asyncio.get_running_loop(), task))
        await work

    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(asyncio.run, cancellable())
        try:
            done.result()
        except KeyboardInterrupt:
            loop, task = begun.result()
            loop.call_soon_threadsafe(task.cancel)
            raise


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
