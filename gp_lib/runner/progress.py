"""Who hears of a batch as it goes on."""

from typing import Protocol

from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry


class Progress(Protocol):
    """Who hears of a batch as it goes on. What it raises ends its hearing, not the batch."""

    def started(self, case: Case) -> None:
        """A case is being run."""

    def cell(self, case: Case, role: str, state: str) -> None:
        """A cell of its notebook, by its role there (``act``), has reached a state."""

    def done(self, entry: Entry) -> None:
        """A case has its entry."""
