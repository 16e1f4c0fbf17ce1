"""One run of a scenario: its target, its evidence, its history and its verdict."""

import asyncio
import html
import sys
import traceback
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from IPython.display import display

from gp_lib import checks, evidence
from gp_lib.charts import Chart
from gp_lib.checks.claims import claims_in
from gp_lib.checks.conduct import ACT, SCENARIO
from gp_lib.clock import patience, utc_now
from gp_lib.contract.platform import Platform, UseCase
from gp_lib.errors import UnsafeTarget, WorkbenchError, shortened
from gp_lib.faults import Control, FaultLog, Faults
from gp_lib.faults.rival import Rival
from gp_lib.history import Fault, Operation
from gp_lib.kernels.inside import pending_tasks
from gp_lib.scenario.auditor import Auditor, open_auditor
from gp_lib.scenario.billing import Billing, open_billing
from gp_lib.scenario.database import DatabaseAuditor, open_database
from gp_lib.scenario.failed import ScenarioFailed
from gp_lib.scenario.machine import machine_watched
from gp_lib.scenario.own_name import require_own_name
from gp_lib.scenario.tiers import TierAuditor, open_tiers
from gp_lib.scenario.wires import Wires
from gp_lib.settings import Target
from gp_lib.verdict import MAX_MESSAGE, Ruling, Verdict
from gp_lib.workload import People, Recording


@dataclass(slots=True, repr=False)
class Run:
    """A scenario under way.

    ``about`` is what the evidence says of it: services, commit, seed. ``ignored_parameters`` are those that the target
    sets and this notebook does not follow.
    """

    scenario: str
    target: Target
    platform: Platform
    folder: Path
    about: dict[str, Any]
    ignored_parameters: Mapping[str, Any] = field(default_factory=dict)
    _recording: Recording | None = None

    @property
    def use_case(self) -> UseCase:
        """What the platform's agents work on: the names of their tools, and ids that nobody has."""
        return self.platform.use_case

    @property
    def recording(self) -> Recording:
        """The history of the act.

        Raises:
            WorkbenchError: there was no act yet.
        """
        if self._recording is None:
            raise WorkbenchError(f"{self.scenario} has not acted yet: run its act cell first")
        return self._recording

    @asynccontextmanager
    async def acting(self, *, deadline_s: float) -> AsyncIterator[Recording]:
        """The act: everything inside is written into the history, which is sealed and saved at its end.

        After ``deadline_s`` (scaled) seconds the act is cut off. That, and any error inside, does not stop the
        notebook: what was seen until then is judged, and the verdict can no longer be *pass*. What was pending when
        the deadline struck, task by task, is kept in the history.
        """
        if (self.folder / evidence.HISTORY).exists():
            self.folder = evidence.new_batch(self.folder.parent.parent, "-again") / self.scenario
            self.folder.mkdir()
        tools = self.platform.use_case.tools
        self._recording = Recording(self.folder / evidence.HISTORY, tools=tools, scenario=self.scenario, **self.about)
        why: str | None = "interrupted"
        pending: list[str] = []
        timer = asyncio.get_running_loop().call_later(patience(deadline_s), _note_pending, pending)
        try:
            async with machine_watched(self.recording, self.target), asyncio.timeout(patience(deadline_s)):
                yield self.recording
            why = None
        except TimeoutError:
            why = f"cut off by the deadline of {deadline_s} s, or by a time-out:\n{traceback.format_exc()}"
        except Exception:  # noqa: BLE001 - whatever it was, what was seen before is evidence and gets judged
            why = traceback.format_exc()
        finally:
            timer.cancel()
            try:
                self._read_claims()
            finally:
                self._end_act(why, pending)

    def _read_claims(self) -> None:
        """Write down what every answer claims."""
        for reading in claims_in(self.recording, self.use_case.read_claims, now_s=self.recording.now_s()):
            self.recording.record(reading)

    def _end_act(self, why: str | None, pending: Sequence[str]) -> None:
        detail: dict[str, Any] = {} if why is None else {"why": shortened(why, MAX_MESSAGE)}
        if pending:
            detail["pending"] = list(pending)
        self.recording.record(
            Operation(
                actor=SCENARIO,
                action=ACT,
                outcome="ok" if why is None else "unknown",
                started_s=0.0,
                ended_s=self.recording.now_s(),
                detail=detail,
            )
        )
        self.recording.seal()
        if why is not None:
            print(f"the act did not reach its end: {detail['why']}", file=sys.stderr)

    @asynccontextmanager
    async def people(self) -> AsyncIterator[People]:
        """The people of this act: fresh users, who leave and are removed from the platform at its end."""
        people = People(self.recording, self.target)
        try:
            yield people
        finally:
            await people.leave()
            await people.are_forgotten()

    def auditor(self) -> AbstractAsyncContextManager[Auditor]:
        """A reader of the stores, on connections of its own."""
        return open_auditor(self.recording, self.target)

    def billing(self) -> AbstractAsyncContextManager[Billing]:
        """The customers' billing export, which writes their costs into the cold tier."""
        return open_billing(self.recording, self.target)

    def database(self) -> AbstractAsyncContextManager[DatabaseAuditor]:
        """A view of PostgreSQL from the side of its administrator: sessions, and rows as each user sees them."""
        return open_database(self.recording, self.target)

    def tiers(self) -> AbstractAsyncContextManager[TierAuditor]:
        """A view of the hot, the warm and the cold tier, on connections of its own."""
        return open_tiers(self.recording, self.target)

    def rival(self) -> Rival:
        """Another client of the same database, whose transactions get in the platform's way.

        Raises:
            UnsafeTarget: the target does not give away the platform's role.
        """
        if self.target.postgres_app is None:
            raise UnsafeTarget(self.scenario, self.target.name, "a rival needs postgres_app")
        return Rival(self.target.postgres_app, self._note_fault)

    @asynccontextmanager
    async def faults(self) -> AsyncIterator[Faults]:
        """Faults on the wire and to processes, each written into the history when it is over.

        Raises:
            UnsafeTarget: the workbench does not own the target's wires and processes.
        """
        address = self.target.control
        if address is None:
            raise UnsafeTarget(self.scenario, self.target.name, "faults need the embedded stack")
        async with (
            Control(address.host, address.port, address.token) as control,
            Faults(control, self._note_fault) as faults,
        ):
            yield faults

    @asynccontextmanager
    async def wires(self) -> AsyncIterator[Wires]:
        """The wires between the platform and its stores, to be listened to.

        Raises:
            UnsafeTarget: the workbench does not own the target's wires.
        """
        address = self.target.control
        if address is None:
            raise UnsafeTarget(self.scenario, self.target.name, "listening to wires needs the embedded stack")
        async with Control(address.host, address.port, address.token) as control:
            yield Wires(control, self.recording)

    def _note_fault(self, log: FaultLog) -> None:
        since = self.recording.since_start_s
        self.recording.record(
            Fault(
                name=log.name,
                target=log.target,
                started_s=since(log.started_s),
                healed_s=self.recording.now_s() if log.healed_s is None else since(log.healed_s),
                connections=log.connections,
                bytes=log.bytes,
                frames=log.frames,
                struck_s=tuple(since(moment) for moment in log.struck_s),
                rule=dict(log.rule),
            )
        )

    def show(self, chart: Chart) -> None:
        """Show a chart in the notebook and keep it with the evidence."""
        folder = self.folder / evidence.CHARTS
        folder.mkdir(exist_ok=True)
        evidence.write_whole(folder / f"{chart.name}.png", chart.png)
        evidence.write_whole(folder / f"{chart.name}.svg", chart.svg)
        display(chart)  # type: ignore[no-untyped-call]

    def finish(self, verdict: Verdict) -> None:
        """Write ``verdict.json``, show the table, and raise unless the verdict is *pass*.

        Raises:
            ScenarioFailed: the verdict is *fail* or *unknown*.
            WrongScenario: a batch runs this notebook as another scenario.
        """
        require_own_name(self.scenario)
        complete = verdict.and_of(*checks.conduct(self.recording))
        evidence.write_json(
            self.folder / evidence.VERDICT,
            {
                "version": 1,
                "scenario": self.scenario,
                "target": self.target.name,
                "finished": utc_now().isoformat(),
                "records": len(self.recording),
                **self.about,
                **complete.to_json(),
            },
        )
        display(complete)  # type: ignore[no-untyped-call]
        if complete.ruling is not Ruling.PASS:
            raise ScenarioFailed(self.scenario, complete)

    def __repr__(self) -> str:
        """Short, and without the target's secrets and the machine's folders: executed notebooks are shared."""
        return f"Run({self.scenario} on {self.target.name}, evidence in {self.folder.parent.name}/{self.folder.name})"

    def _repr_html_(self) -> str:
        """What the arrange cell shows: where this runs, and who answers there."""
        target = f"{self.target.name} ({self.target.safety}), described as {self.platform.name}"
        facts = [("scenario", self.scenario), ("target", target)]
        facts += [(key, str(value)) for key, value in self.about.items() if key not in ("platform", "services")]
        services = self.about.get("services", {})
        facts += [(name, ", ".join(f"{k} {v}" for k, v in print_.items())) for name, print_ in services.items()]
        if self.ignored_parameters:
            others = ", ".join(f"{name} = {value!r}" for name, value in self.ignored_parameters.items())
            facts.append(
                ("not used", f"{others}: the target sets this in batches; to use it here, change the parameters cell")
            )
        left = 'style="text-align:left"'
        rows = "".join(f"<tr><th {left}>{html.escape(k)}</th><td {left}>{html.escape(v)}</td></tr>" for k, v in facts)
        return f"<table>{rows}</table>"


def _note_pending(pending: list[str]) -> None:
    """Called just before the deadline cancels the act: afterwards its tasks would be gone."""
    pending += pending_tasks(asyncio.get_running_loop())
