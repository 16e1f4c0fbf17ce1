"""One scenario's place in a batch: what was asked, what came out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.errors import DAMAGED, Damaged, shortened
from gp_lib.runner.cases import Case
from gp_lib.runner.notebook_digest import KEY, noted_digest
from gp_lib.runner.parameters import plain_parameters
from gp_lib.values import Value
from gp_lib.verdict import Check, Ruling, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A finished case of a batch.

    Args:
        folder: its evidence; the folder's name is its own in the batch, where a scenario may stand several times.
        why: explains an *unknown* that no check explains; else it is empty.
        services: the folder of the batch that has the logs of the services it ran on.
        machine: what kind of machine it ran on, where that was not the one that began the batch; else it is empty.
        notebook: SHA-256 (hex) of the notebook it was run from; empty where that is not known.
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
    notebook: str = ""

    def __post_init__(self) -> None:
        """Shorten a reason that is too long: it stands in every file of the batch."""
        object.__setattr__(self, "why", shortened(self.why))

    @property
    def name(self) -> str:
        """Its name in the batch: the scenario's, with what varies where the scenario stands several times."""
        return self.folder.name

    @property
    def is_damaged(self) -> bool:
        """Whether its evidence cannot be read; ``why`` says what of it, and where."""
        return self.why.startswith(DAMAGED)

    @property
    def sentence(self) -> str:
        """The first thing that is not green, or what it took to be green."""
        broken = Verdict(self.checks).broken()
        if broken and not (self.is_damaged and self.ruling is Ruling.UNKNOWN):
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
            **({KEY: self.notebook} if self.notebook else {}),
            "parameters": self.parameters,
            "took_s": round(self.took_s, 3),
            "why": self.why,
            **Verdict(self.checks).to_json(),
            "verdict": self.ruling.value,
        }

    @classmethod
    def from_json(cls, data: object, batch: Path) -> "Entry":
        """The entry that ``to_json`` wrote into the ``batch.json`` of folder ``batch``.

        Raises:
            ValueError: a field is missing or is not what it should be, it says better than its checks do, or no
                scenario can have its parameters.
        """
        from gp_lib import schemas  # not at the top: pydantic is slow to import
        from gp_lib.runner.schemas import EntrySchema

        saved = schemas.fitted(EntrySchema, data)
        checks, ruling = tuple(map(Check.of_saved, saved.checks)), Ruling(saved.verdict)
        if ruling.severity < (found := Verdict(checks).ruling).severity:
            raise ValueError(f"verdict: it is {ruling.value!r}, but its checks say {found.value!r}")
        return cls(
            scenario=saved.scenario,
            title=saved.title,
            folder=folder_in(batch, saved.folder),
            parameters=plain_parameters(saved.parameters),
            ruling=ruling,
            took_s=saved.took_s,
            checks=checks,
            why=saved.why,
            services=folder_in(batch, saved.services).name,
            machine=saved.machine.model_dump(exclude_unset=True) if saved.machine else {},
            notebook=noted_digest(saved.notebook_sha256),
        )


def entry_without_evidence(case: Case, folder: Path, why: str, *, took_s: float = 0.0) -> Entry:
    """The entry of a case that left no verdict in ``folder``: *unknown*, because of ``why``."""
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
        ValueError: it is not right below ``batch``, or a link leads elsewhere from there.
    """
    from gp_lib.schemas import file_name

    if not isinstance(name, str):
        raise ValueError(f"{name!r:.60} is not the name of a file or folder")
    if (batch / file_name(name)).is_symlink():
        raise ValueError(f"{name[:60]!r} is a link, and not a folder of the batch")
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
    except Damaged as error:
        return Outcome(Ruling.UNKNOWN, why=error.why)
    except ValueError as error:
        return Outcome(Ruling.UNKNOWN, why=Damaged(path, str(error)).why)
    if trouble and verdict.ruling is Ruling.PASS:
        return Outcome(Ruling.UNKNOWN, verdict.checks, why=f"it passed and then: {trouble}")
    return Outcome(verdict.ruling, verdict.checks)
