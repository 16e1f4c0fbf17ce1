"""What all stories have in common: a line's parts, its time, who is who, and what it is to break a story."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Lines: TypeAlias = list[str]

Breaking: TypeAlias = Callable[[Lines, random.Random], Lines]
"""Breaks the lines that it is given, somewhere that chance decides."""

Reword: TypeAlias = Callable[[Lines, str, str, str], Lines]
"""Puts new words for a pattern into the first of the lines that contain another pattern."""

BEGAN = datetime(2026, 11, 22, 6, 48, 20, tzinfo=UTC)
STEP_S = 0.01
"""From one line to the next that does not say when it happened."""


@dataclass(frozen=True)
class Line:
    """One line, taken apart: ``rest`` is what follows the actor, without the options."""

    at_s: float
    who: str
    rest: str
    options: dict[str, str]

    @property
    def tab(self) -> str:
        """The connection of which the line speaks."""
        return f"{self.who}/{self.options.get('tab', '1')}"

    @property
    def since_s(self) -> float:
        """When what takes time began."""
        return float(self.options.get("since", 0.0))


def user_id(name: str) -> str:
    """The id of the user called ``name``."""
    return f"user-{name}"
