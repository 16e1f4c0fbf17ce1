"""What a defect is."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from gp_lib.reference_platform.parts import Parts


class Hits:
    """Counts how often a defect struck; one that never did was not reached by the scenario."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        """It struck."""
        self.count += 1


@dataclass(frozen=True)
class Killer:
    """The scenario, and the check in it, that is meant to catch a defect.

    ``slow``: the scenario has to wait for more than a minute before it knows.
    """

    scenario: str
    check: str
    slow: bool = False


@dataclass(frozen=True)
class Defect:
    """One way to be broken. ``install`` puts it into the parts and calls the counter whenever it strikes."""

    id: str
    story: str
    expected_killer: Killer
    install: Callable[[Parts, Hits], None]

    def described(self) -> dict[str, Any]:
        """Its story and its expected killer, as they were written down before it was ever run."""
        killer = self.expected_killer
        return {"story": self.story, "expected_killer": asdict(killer)}

    def report(self, hits: Hits) -> dict[str, Any]:
        """What ``GET /defects`` says about it."""
        return {**self.described(), "hits_here": hits.count}
