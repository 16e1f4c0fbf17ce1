"""What is broken on purpose, and which check of which scenario is expected to notice."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gp_lib.clock import patience
from gp_lib.errors import NotReady, ParameterError
from gp_lib.faults import Rule

LISTED_WITHIN_S = 60.0

Kind = Literal["defect", "sabotage"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to be broken. ``killers`` names the expected check by scenario, written down before it was run.

    ``rule`` is what a sabotaging proxy is told; ``None`` for a defect. ``slow``: it takes more than a minute to notice.
    """

    id: str
    kind: Kind
    story: str
    killers: dict[str, str]
    rule: Rule | None = None
    slow: bool = False


def seeded_defects() -> list[Variant]:
    """The reference platform's seeded defects, in its own words: it is a stranger, so it is asked in its own process.

    Raises:
        NotReady: it could not say.
    """
    command = [sys.executable, "-m", "gp_lib.reference_platform", "--defects"]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=patience(LISTED_WITHIN_S), check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        todo = f"run `{' '.join(command[1:])}` by hand"
        raise NotReady("the list of seeded defects", f"{type(error).__name__}", todo=todo) from error
    return [_defect(name, about) for name, about in json.loads(told).items()]


def _defect(name: str, about: dict[str, Any]) -> Variant:
    killer = about["expected_killer"]
    return Variant(name, "defect", about["story"], {killer["scenario"]: killer["check"]}, slow=killer["slow"])


def chosen(variants: Sequence[Variant], ids: Sequence[str]) -> list[Variant]:
    """Those called ``ids``, in any case of letters; all without ids.

    Raises:
        ParameterError: an id is not known.
    """
    known = {variant.id.upper(): variant for variant in variants}
    if unknown := [name for name in ids if name.upper() not in known]:
        raise ParameterError(unknown[0], "nothing that can be broken is called so", sorted(known))
    return [known[name.upper()] for name in ids] if ids else list(variants)
