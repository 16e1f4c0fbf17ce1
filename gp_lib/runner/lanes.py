"""Lanes: where scenarios of a batch run at the same time, each lane on a stack of its own."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from gp_lib import evidence
from gp_lib.redaction import scanner
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.execute import How, execute, warm_up
from gp_lib.runner.report.logs import keep_logs
from gp_lib.runner.stack import own_stack, stack_for

CORES_OF_A_LANE = 2
MOST_BY_DEFAULT = 4


class Lane(Protocol):
    """Where one scenario at a time runs."""

    @property
    def target_of_its_own(self) -> bool:
        """Whether a scenario that breaks things there disturbs no other lane."""

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Get ready for these scenarios, in the background where that takes time."""

    async def execute(self, case: Case, folder: Path, how: How) -> Entry:
        """Run a case into ``folder``, which is made."""

    def keep_logs(self, batch: Path, began: str) -> None:
        """Copy what its services have written since the batch ``began`` into the batch."""


@dataclass(frozen=True, slots=True)
class LocalLane:
    """A lane on this machine.

    Args:
        stack_file: where its embedded stack describes itself; ``None`` on any other target.
        fresh: whether the stack was started for this batch.
        services: the folder of the batch that gets the logs of its services.
    """

    stack_file: Path | None = None
    fresh: bool = True
    services: str = evidence.SERVICES

    @property
    def target_of_its_own(self) -> bool:
        """Whether it has a stack of its own."""
        return self.stack_file is not None

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Compile the rules for secrets, once on each machine, and start the template of warm kernels."""
        scanner.prepare()
        warm_up(scenarios)

    async def execute(self, case: Case, folder: Path, how: How) -> Entry:
        """Run a case in a kernel of its own."""
        parameters, stack_file = case.parameters, self.stack_file
        entry = await execute(case.scenario, folder, parameters=parameters, stack_file=stack_file, how=how)
        return replace(entry, services=self.services)

    def keep_logs(self, batch: Path, began: str) -> None:
        """Copy what its services have written since the batch ``began`` into the batch."""
        if self.stack_file is not None:
            since = None if self.fresh else datetime.fromisoformat(began)
            keep_logs(self.stack_file.parent / "logs", batch / self.services, since=since)


def lanes_by_default() -> int:
    """How many lanes suit this machine: one for every two cores, as stack and people of a lane share them."""
    return max(1, min(MOST_BY_DEFAULT, len(os.sched_getaffinity(0)) // CORES_OF_A_LANE))


@contextmanager
def lanes_for(root: Path, say: Callable[[str, str], None], *, wanted: int, embedded: bool) -> Iterator[list[LocalLane]]:
    """As many lanes as ``wanted``. On the embedded stack each has one of its own, the first the one that is up.

    Raises:
        NotReady: a stack could not be started.
    """
    if not embedded:
        yield [LocalLane() for _ in range(wanted)]
        return
    with ExitStack() as stacks:
        stack_file, own = stacks.enter_context(stack_for(root, say, wanted=True))
        lanes = [LocalLane(stack_file, own)]
        for number in range(2, wanted + 1):
            more = stacks.enter_context(own_stack(root, say, number))
            lanes.append(LocalLane(more, fresh=True, services=f"{evidence.SERVICES}-{number}"))
        yield lanes
