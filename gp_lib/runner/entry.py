"""One scenario's place in a batch: what was asked, what came out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.cases import Case
from gp_lib.runner.parameters import plain_parameters
from gp_lib.runner.values import Value
from gp_lib.verdict import Check, Ruling, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A finished case of a batch.

    Args:
        folder: its evidence; the folder's name is its own in the batch, where a scenario may stand several times.
        why: explains an *unknown* that no check explains; else it is empty.
        services: the folder of the batch that has the logs of the services it ran on.
        machine: what kind of machine it ran on, where that was not the one that began the batch; else it is empty.
    """

    scenario: str
    title: str
    folder: Path
    parameters: dict[str, Value]
    ruling: Ruling
    took_s: float
    checks: tuple[Check, ...] = ()
    why: str = ""
    services: str = evidence.SERVICES
    machine: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the batch: the scenario's, with what varies where the scenario stands several times."""
        return self.folder.name

    @property
    def sentence(self) -> str:
        """The first thing that is not green, or what it took to be green."""
        broken = Verdict(self.checks).broken()
        if broken:
            return f"{broken[0].name}: {broken[0].message.splitlines()[0] if broken[0].message else ''}"
        return self.why or f"{len(self.checks)} checks passed"

    def to_json(self) -> dict[str, Any]:
        """The entry as ``batch.json`` holds it; the folder by its name only."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "folder": self.folder.name,
            "services": self.services,
            **({"machine": self.machine} if self.machine else {}),
            "parameters": self.parameters,
            "took_s": round(self.took_s, 3),
            "why": self.why,
            **Verdict(self.checks).to_json(),
            "verdict": self.ruling.value,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], batch: Path) -> "Entry":
        """The entry that ``to_json`` wrote into the ``batch.json`` of folder ``batch``.

        Raises:
            ValueError: it names no folder right below ``batch``, a verdict that there is not, or parameters that no
                scenario can have.
        """
        return cls(
            scenario=str(data["scenario"]),
            title=str(data["title"]),
            folder=folder_in(batch, data["folder"]),
            parameters=plain_parameters(data["parameters"]),
            ruling=Ruling(data["verdict"]),
            took_s=float(data["took_s"]),
            checks=Verdict.from_json(data).checks,
            why=str(data["why"]),
            services=folder_in(batch, data.get("services", evidence.SERVICES)).name,
            machine=dict(data.get("machine", {})),
        )


def entry_without_evidence(case: Case, folder: Path, why: str, *, took_s: float = 0.0) -> Entry:
    """The entry of a case that left nothing in ``folder``: *unknown*, because of ``why``."""
    return Entry(
        scenario=case.scenario.name,
        title=case.scenario.title,
        folder=folder,
        parameters=case.parameters,
        ruling=Ruling.UNKNOWN,
        took_s=took_s,
        why=why,
    )


def folder_in(batch: Path, name: object) -> Path:
    """The folder that a file of ``batch`` calls ``name``.

    Raises:
        ValueError: it is not right below ``batch``.
    """
    if not isinstance(name, str) or name in ("", ".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is no folder of the batch")
    return batch / name


@dataclass(slots=True)
class Outcome:
    """What the files say after a scenario was executed."""

    ruling: Ruling
    checks: tuple[Check, ...] = ()
    why: str = ""
    notes: list[str] = field(default_factory=list)


def read_outcome(folder: Path, trouble: str) -> Outcome:
    """The verdict that the notebook wrote; *unknown* without one, because of ``trouble`` (empty: none was seen).

    A verdict is a file that the notebook wrote, never the absence of an error. One that stands beside trouble is
    only believed when it is bad, or when the trouble is that bad verdict itself.
    """
    path = folder / evidence.VERDICT
    if not path.exists():
        return Outcome(Ruling.UNKNOWN, why=trouble or "the notebook ended without writing a verdict")
    try:
        verdict = Verdict.from_json(evidence.read_json(path))
    except (WorkbenchError, KeyError, TypeError, ValueError) as error:
        return Outcome(Ruling.UNKNOWN, why=f"its verdict cannot be read: {error}")
    if trouble and verdict.ruling is Ruling.PASS:
        return Outcome(Ruling.UNKNOWN, verdict.checks, why=f"it passed and then: {trouble}")
    return Outcome(verdict.ruling, verdict.checks)
