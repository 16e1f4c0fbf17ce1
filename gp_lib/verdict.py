"""Three verdicts, one of them green.

A ``Check`` is what one promise was found to be worth; a ``Verdict`` is what a scenario's checks say together.
The worst one wins: *fail* over *unknown* over *pass*, and no check at all is *unknown*. Checks of the measurement's
validity ("the act reached its end") are no promise: with nothing else behind it, a verdict is *unknown* too.
"""

import html
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gp_lib.schemas import CheckSchema

from gp_lib.errors import MAX_TEXT, shortened

MAX_MESSAGE = 4 * MAX_TEXT
"""The most characters of what a check found: a traceback has to fit."""


class Ruling(StrEnum):
    """``pass``: looked and found kept; ``fail``: found broken; ``unknown``: could not tell."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"

    @property
    def severity(self) -> int:
        """How bad it is: the higher one wins."""
        return (Ruling.PASS, Ruling.UNKNOWN, Ruling.FAIL).index(self)


def worst(rulings: Iterable[Ruling]) -> Ruling:
    """The worst of ``rulings``; *unknown* when there is none."""
    return max(rulings, key=lambda ruling: ruling.severity, default=Ruling.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one promise was found to be worth.

    Attributes:
        name: the check's name, as the catalogue and the defects use it.
        verdict: pass, fail or unknown.
        requirement: the promise, as a sentence with its number.
        measured: the figure that was found; ``None`` where the promise has no figure.
        unit: of ``measured`` and ``limit``; empty without a figure.
        limit: the bound that ``measured`` is held against; ``None`` without one.
        witnesses: indices into the history that show why.
        message: what was found, in words; a traceback when the check itself crashed.
        validity: whether it asks if the measurement is worth anything, and promises nothing of the platform; not saved.
    """

    name: str
    verdict: Ruling
    requirement: str
    measured: float | None = None
    unit: str = ""
    limit: float | None = None
    witnesses: tuple[int, ...] = ()
    message: str = ""
    validity: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        """Shorten what is too long: a message may quote a whole answer, and stands in every file of a batch."""
        for name, longest in (("name", MAX_TEXT), ("requirement", MAX_TEXT), ("message", MAX_MESSAGE)):
            object.__setattr__(self, name, shortened(getattr(self, name), longest))

    @property
    def figure(self) -> str:
        """``measured`` with its unit, rounded for reading; empty without a figure."""
        return "" if self.measured is None else f"{self.measured:.4g} {self.unit}".rstrip()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Check":
        """The check that ``Verdict.to_json`` wrote.

        Raises:
            ValueError: a field is missing or is not what it should be; the message says which.
        """
        from gp_lib import schemas  # not at the top: pydantic is slow to import

        return cls.of_saved(schemas.fitted(schemas.CheckSchema, data))

    @classmethod
    def of_saved(cls, saved: "CheckSchema") -> "Check":
        """The check whose saved form was found to be in order."""
        fields = {**saved.__dict__, "verdict": Ruling(saved.verdict), "witnesses": tuple(saved.witnesses)}
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scenario's checks say together."""

    checks: tuple[Check, ...]

    @classmethod
    def of(cls, *checks: Check) -> "Verdict":
        """The verdict over ``checks``, one promise each."""
        return cls(checks)

    def and_of(self, *checks: Check) -> "Verdict":
        """This verdict with more checks behind its own; without a promise of its own, it says so in a check."""
        own = self.checks if self.promises else (*self.checks, NO_PROMISE)
        return Verdict((*own, *checks))

    @property
    def promises(self) -> bool:
        """Whether any check is about the platform: validity alone proves nothing."""
        return any(not check.validity for check in self.checks)

    @property
    def ruling(self) -> Ruling:
        """The worst of the checks; at best *unknown* without a promise of the platform's among them."""
        rulings = [check.verdict for check in self.checks]
        return worst(rulings if self.promises else [*rulings, Ruling.UNKNOWN])

    def broken(self) -> tuple[Check, ...]:
        """The checks that are not green, the worst first."""
        red = (check for check in self.checks if check.verdict is not Ruling.PASS)
        return tuple(sorted(red, key=lambda check: -check.verdict.severity))

    def to_json(self) -> dict[str, Any]:
        """A JSON object: the ruling and every check with all its fields."""
        return {"verdict": self.ruling.value, "checks": [_saved(check) for check in self.checks]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Verdict":
        """The verdict that ``to_json`` wrote.

        Raises:
            ValueError: as ``Check.from_json`` does, or what it says of itself is not what its checks say together.
        """
        from gp_lib import schemas

        saved = schemas.fitted(schemas.VerdictSchema, data)
        verdict = cls(tuple(map(Check.of_saved, saved.checks)))
        if saved.verdict != verdict.ruling:
            raise ValueError(f"verdict: it is {saved.verdict!r}, but its checks say {verdict.ruling.value!r}")
        return verdict

    def __str__(self) -> str:
        """A plain table, for terminals."""
        width = max((len(check.name) for check in self.checks), default=0)
        rows = [
            f"{check.verdict.value:8}{check.name:{width}}  {check.figure:>12}  {check.message}".rstrip()
            for check in self.checks
        ]
        return _sendable("\n".join([f"verdict: {self.ruling.value}", *rows]))

    def _repr_html_(self) -> str:
        """The table that JupyterLab shows; readable in a light and in a dark theme, and without any style."""
        shown = [title for title in _COLUMNS if title != "witnesses" or any(check.witnesses for check in self.checks)]
        head = "".join(f'<th style="text-align:left">{title}</th>' for title in shown)
        rows = "".join(_row(check, shown) for check in self.checks)
        return _sendable(
            f'<p><strong>verdict: <span class="gpath-verdict">{_badge(self.ruling)}</span></strong></p>'
            f'<table class="gpath-checks"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        )


NO_PROMISE = Check(
    name="promises_something",
    verdict=Ruling.UNKNOWN,
    requirement="the scenario holds the platform to at least one promise",
    message="The verdict names no check of the platform: add one to `Verdict.of(...)` in the notebook's assert cell.",
)
"""What stands in a verdict that only says that the measurement was valid."""


def _saved(check: Check) -> dict[str, Any]:
    return {name: value for name, value in asdict(check).items() if name != "validity"}


def _sendable(text: str) -> str:
    """``text`` with ``?`` for half characters: a check may quote some, and no kernel can send them to be shown."""
    return text.encode("utf-8", "replace").decode("utf-8")


_COLOURS = {Ruling.PASS: "#1a7f37", Ruling.FAIL: "#cf222e", Ruling.UNKNOWN: "#9a6700"}
_SHOWN_WITNESSES = 8
_WRAPS = "text-align:left;vertical-align:top"
_SHORT = f"{_WRAPS};white-space:nowrap"
_COLUMNS = {
    "verdict": _SHORT,
    "check": _SHORT,
    "promise": _WRAPS,
    "measured": _SHORT,
    "found": _WRAPS,
    "witnesses": _WRAPS,
}


def _badge(ruling: Ruling) -> str:
    style = f"background-color:{_COLOURS[ruling]};color:#ffffff;padding:1px 7px;border-radius:3px"
    return f'<strong style="{style}">{ruling.value}</strong>'


def _row(check: Check, shown: Sequence[str]) -> str:
    cells = {
        "verdict": _badge(check.verdict),
        "check": html.escape(check.name),
        "promise": html.escape(check.requirement),
        "measured": html.escape(check.figure),
        "found": _message(check.message),
        "witnesses": _witnesses(check.witnesses),
    }
    return "<tr>" + "".join(f'<td style="{_COLUMNS[title]}">{cells[title]}</td>' for title in shown) + "</tr>"


def _message(text: str) -> str:
    """One line as it is; of several, a traceback say, the first, and the others on demand."""
    first, _, rest = text.partition("\n")
    if not rest:
        return html.escape(first)
    style = "white-space:pre-wrap;overflow-wrap:anywhere"
    details = f'<pre style="{style}">{html.escape(rest)}</pre>'
    return f"<details><summary>{html.escape(first)}</summary>{details}</details>"


def _witnesses(indices: tuple[int, ...]) -> str:
    shown = ", ".join(str(index) for index in indices[:_SHOWN_WITNESSES])
    return shown if len(indices) <= _SHOWN_WITNESSES else f"{shown} … ({len(indices)})"
