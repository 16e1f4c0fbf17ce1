"""The embedded stack on the bench: its platform restarted with defects, its edge proxy told to sabotage."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from gp_lib.clock import patience
from gp_lib.faults import Control, rule_to_json
from gp_lib.runner.prove.aside import Aside
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.prove.variants import Variant
from gp_lib.settings import load_stack

ASKED_WITHIN_S = 10.0
EDGE = "edge"
"""The proxy between clients and the platform."""


class Bench:
    """The embedded stack that describes itself in ``stack_file``; open it with :func:`on_bench`."""

    def __init__(self, stack_file: Path, control: Control, aside: Aside) -> None:
        self._stack_file = stack_file
        self._control = control
        self._aside = aside
        self._before = self._defects_now()
        self._on: tuple[str, ...] | None = self._before
        self._rule: str | None = None

    def set(self, trial: Trial) -> Path:
        """Have exactly the trial's defect or sabotage in force; the platform is restarted only if that is needed.

        Raises:
            WorkbenchError: it did not come up again.
        """
        variant = trial.variant
        self._heal()
        self._put_on([variant.id] if variant and variant.kind == "defect" else [])
        if variant and variant.rule is not None:
            reply = self._call("faults.impose", proxy=EDGE, rule=rule_to_json(variant.rule))
            self._rule = str(reply["id"])
        return self._stack_file

    def hits(self, trial: Trial) -> int | None:
        """How often what is broken has struck since it was; ``None`` when nobody answers, or nothing is broken."""
        if trial.variant is None:
            return None
        if self._rule is not None:
            return len(self._call("faults.touched", proxy=EDGE, id=self._rule)["struck_s"])
        return self._defect_hits(trial.variant)

    def put_back(self) -> None:
        """Start what a scenario that was cut short has left stopped or paused, and mend what was broken."""
        self._heal()
        for name, service in self._call("process.status").items():
            if service["state"] == "paused":
                self._call("process.signal", service=name, signal="CONT")
            elif service["state"] != "ready":
                self._call("process.start", service=name)
        self._put_on(self._before)

    def _heal(self) -> None:
        if self._rule is not None:
            self._call("faults.heal", proxy=EDGE, id=self._rule)
            self._rule = None

    def _put_on(self, defects: Sequence[str]) -> None:
        if self._on != tuple(defects):
            self._on = None  # nobody knows what it has until it has come up
            self._call("process.restart", service="platform", defects=list(defects))
            self._on = tuple(defects)

    def _defects_now(self) -> tuple[str, ...]:
        return tuple(self._call("process.status")["platform"]["defects"])

    def _defect_hits(self, defect: Variant) -> int | None:
        url = f"{load_stack(self._stack_file).urls.platform_direct_http}/defects"
        try:
            reply = httpx.get(url, trust_env=False, timeout=patience(ASKED_WITHIN_S)).raise_for_status()
            return int(reply.json()[defect.id]["hits"])
        except (httpx.HTTPError, ValueError, KeyError):
            return None

    def _call(self, operation: str, **arguments: Any) -> Any:
        return self._aside.do(self._control.call(operation, **arguments))


@contextmanager
def on_bench(stack_file: Path) -> Iterator[Bench]:
    """The stack as a bench; at the end, however it comes, everything runs again as before (mostly: healthy).

    Raises:
        NotReady: the stack does not take orders.
    """
    address = load_stack(stack_file).control
    control = Control(address.host, address.port, address.token)
    with Aside() as aside:
        aside.do(control.__aenter__())
        try:
            bench = Bench(stack_file, control, aside)
            try:
                yield bench
            finally:
                bench.put_back()
        finally:
            aside.do(control.__aexit__(None, None, None))
