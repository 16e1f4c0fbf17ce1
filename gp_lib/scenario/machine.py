"""Whether the machine had CPU to spare while a scenario acted, and who used it: us, or processes beside us."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

from gp_lib.errors import NotReady
from gp_lib.history import Reading
from gp_lib.settings import EMBEDDED, Target, load_stack
from gp_lib.workload import Recording

EVERY_S = 0.5
MACHINE = "machine"
NOT_BUSY = ("idle", "iowait", "guest", "guest_nice")  # guests are counted as user time already


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Seconds of CPU used since the machine started: by all, by nobody, and by us; and of real time on all cores."""

    busy_s: float
    idle_s: float
    ours_s: float


@asynccontextmanager
async def machine_watched(history: Recording, target: Target) -> AsyncIterator[None]:
    """Within the block, note twice a second which share of all cores was idle and which others used.

    Ours are this process and, on the embedded stack, the services. Of an attached target only this machine is known.
    Recorded at the end as the reading ``machine``: ``[{"at_s", "idle", "others"}, …]``, shares from 0 to 1.
    """
    samples: list[dict[str, float]] = []
    started_s = history.now_s()
    watching = asyncio.create_task(_watch(history, target, samples), name="machine")
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        history.record(
            Reading(
                store="workbench",
                question=MACHINE,
                subject=f"{psutil.cpu_count() or 1} cores",
                answer=samples,
                asked_s=started_s,
                answered_s=history.now_s(),
            )
        )


async def _watch(history: Recording, target: Target, samples: list[dict[str, float]]) -> None:
    before = await asyncio.to_thread(_clocks, target)
    while True:
        await asyncio.sleep(EVERY_S)
        now = await asyncio.to_thread(_clocks, target)
        samples.append({"at_s": round(history.now_s(), 3), **_shares(before, now)})
        before = now


def _shares(before: _Clocks, now: _Clocks) -> dict[str, float]:
    busy_s, idle_s = now.busy_s - before.busy_s, now.idle_s - before.idle_s
    whole_s = max(busy_s + idle_s, 1e-9)
    others_s = max(0.0, busy_s - max(0.0, now.ours_s - before.ours_s))
    return {"idle": round(idle_s / whole_s, 3), "others": round(others_s / whole_s, 3)}


def _clocks(target: Target) -> _Clocks:
    times = psutil.cpu_times()._asdict()
    busy_s = sum(seconds for name, seconds in times.items() if name not in NOT_BUSY)
    return _Clocks(busy_s, times["idle"] + times.get("iowait", 0.0), sum(_used_s(one) for one in _ours(target)))


def _ours(target: Target) -> Iterator[psutil.Process]:
    """This process and its children; and those of the embedded stack's supervisor."""
    roots = [os.getpid()]
    if target.name == EMBEDDED:
        with suppress(NotReady):  # it may be gone: then the act itself says so
            roots.append(load_stack().supervisor_pid)
    for root in roots:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(root)
            yield from [process, *process.children(recursive=True)]


def _used_s(process: psutil.Process) -> float:
    """CPU seconds of a process and its ended children; 0 when it has ended meanwhile."""
    try:
        used = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system + used.children_user + used.children_system)
