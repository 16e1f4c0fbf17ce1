"""What every check shares: a promise in words, a finding, and a verdict that follows from the finding alone."""

import functools
import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec

from gp_lib.history import History
from gp_lib.verdict import Check, Ruling

P = ParamSpec("P")


@dataclass(slots=True)
class Finding:
    """What a check saw. It is *fail* with anything broken, else *unknown* with anything undecided or nothing seen.

    Attributes:
        nothing: what it means that nothing was seen, in words.
        seen: how many things were looked at.
        broken: what breaks the promise, each with the indices that show it.
        undecided: what could not be told, in the same form.
        measured, unit, limit: the figure, where the promise has one.
        note: other figures worth reporting, whatever the verdict; empty when there are none.
    """

    nothing: str
    seen: int = 0
    broken: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    undecided: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    measured: float | None = None
    unit: str = ""
    limit: float | None = None
    note: str = ""

    def break_(self, why: str, *witnesses: int) -> None:
        """Note something that breaks the promise."""
        self.broken.append((why, witnesses))

    def doubt(self, why: str, *witnesses: int) -> None:
        """Note something that could not be told."""
        self.undecided.append((why, witnesses))

    @property
    def ruling(self) -> Ruling:
        """Pass only when something was seen, nothing is broken and nothing undecided."""
        if self.broken:
            return Ruling.FAIL
        return Ruling.UNKNOWN if self.undecided or not self.seen else Ruling.PASS

    @property
    def reasons(self) -> list[tuple[str, tuple[int, ...]]]:
        """What the ruling rests on; empty for a pass and for nothing seen."""
        return self.broken or self.undecided

    def message(self) -> str:
        """The first reason and how many more there are, or what was looked at; then the note."""
        return "; ".join(filter(None, [self._found(), self.note]))

    def _found(self) -> str:
        if not self.reasons:
            return f"looked at {self.seen}" if self.seen else f"nothing to look at: {self.nothing}"
        more = len(self.reasons) - 1
        return self.reasons[0][0] + (f" (and {more} more)" if more else "")


Judge = Callable[Concatenate[History, P], Finding]


CheckFunction = Callable[Concatenate[History, P], Check]


def promise(requirement: str, *, about: str = "", validity: bool = False) -> Callable[[Judge[P]], CheckFunction[P]]:
    """Make a check of a judging function; ``requirement`` may name its arguments in braces.

    Names are unique within a verdict. A check that a scenario asks for several times says in ``about``, again with
    arguments in braces, what each is about; it stands in brackets behind the name: ``tool_results_equal_sql[cost]``.

    ``validity`` says that it asks whether the measurement is worth anything: alone, it makes no verdict *pass*.

    The check never raises: when the judge does, the verdict is *unknown* and the traceback its message.
    """

    def decorate(judge: Judge[P]) -> CheckFunction[P]:
        signature = inspect.signature(judge)

        @functools.wraps(judge)
        def check(history: History, /, *args: P.args, **kwargs: P.kwargs) -> Check:
            name, words = judge.__name__, requirement
            try:
                bound = signature.bind(history, *args, **kwargs)
                bound.apply_defaults()
                words = requirement.format(**{name: _in_words(value) for name, value in bound.arguments.items()})
                name += f"[{about.format(**bound.arguments)}]" if about else ""
                return _ruled(name, words, judge(history, *args, **kwargs), validity)
            except Exception:  # noqa: BLE001 - whatever went wrong, this check could not tell
                return Check(
                    name=name,
                    verdict=Ruling.UNKNOWN,
                    requirement=words,
                    message=f"the check crashed:\n{traceback.format_exc()}",
                    validity=validity,
                )

        return check

    return decorate


def _in_words(value: object) -> object:
    """A collection of names as a sentence lists it; anything else as it is."""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return value


def _ruled(name: str, requirement: str, finding: Finding, validity: bool) -> Check:
    return Check(
        name=name,
        verdict=finding.ruling,
        requirement=requirement,
        measured=finding.measured,
        unit=finding.unit,
        limit=finding.limit,
        witnesses=tuple(sorted({index for _, witnesses in finding.reasons for index in witnesses})),
        message=finding.message(),
        validity=validity,
    )
