"""Finds defects by name and installs them."""

import dataclasses
import importlib
import pkgutil
from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import BadSetting

from .board import Board
from .defect import Defect, Hits

VARIABLE = "GP_PLATFORM_DEFECTS"


def known_defects() -> dict[str, Defect]:
    """All defects by id. Their modules are named ``s<number>_<words>``."""
    package = importlib.import_module(__package__)
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    found = [importlib.import_module(f"{__package__}.{name}").DEFECT for name in names if name[:1] == "s"]
    return {defect.id: defect for defect in found}


def installed(parts: Parts, ids: Sequence[str]) -> Board:
    """Install the defects ``ids`` into ``parts``; returns their counters.

    Raises:
        BadSetting: there is no such defect, or two of them want the same part.
    """
    active = {defect: Hits() for defect in _chosen(ids)}
    owners: dict[str, str] = {}
    for defect, hits in active.items():
        before = dataclasses.replace(parts)
        defect.install(parts, hits)
        for part in _changed(before, parts):
            if part in owners:
                raise BadSetting(VARIABLE, f"names {owners[part]} and {defect.id}, which both replace the {part}")
            owners[part] = defect.id
    return Board(active)


def _chosen(ids: Sequence[str]) -> list[Defect]:
    if not ids:
        return []
    known = known_defects()
    for name in ids:
        if name not in known:
            raise BadSetting(VARIABLE, f"names {name!r}, but there are only: {', '.join(sorted(known))}")
    return [known[name] for name in ids]


def _changed(before: Parts, after: Parts) -> list[str]:
    names = [field.name for field in dataclasses.fields(Parts)]
    return [name for name in names if getattr(before, name) is not getattr(after, name)]
