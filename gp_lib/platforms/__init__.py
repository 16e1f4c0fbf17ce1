"""Descriptions of platforms, one module each: ``find_platform`` loads them by name, nothing imports them directly."""

import importlib
import pkgutil
import sys
from importlib import metadata
from pathlib import Path

from gp_lib.contract.platform import Platform
from gp_lib.errors import SettingsError

ENTRY_POINTS = "golden_path_workbench.platforms"
"""The group of entry points by which another package brings a platform."""


SHORTEST_ID = 8
"""Characters."""


def find_platform(name: str, *, beside: Path | None = None) -> Platform:
    """The platform called ``name``: one of the workbench's own, one of another package, or ``module:NAME``.

    Args:
        name: as in ``platform = "…"`` of a target.
        beside: a folder in which ``module`` may stand, where Python finds no other module of this name; ``None``: only
            where Python looks for modules anyway.

    Raises:
        SettingsError: there is none, its module cannot be imported, or it is not the description of a platform.
    """
    if name in _own():
        return _loaded(name, f"{__name__}.{name}", "PLATFORM")
    module, colon, attribute = name.partition(":")
    if colon:
        return _loaded(name, module, attribute, beside)
    entry_points = list(metadata.entry_points(group=ENTRY_POINTS, name=name))
    if len(entry_points) > 1:
        raise SettingsError("platform", f"{name!r} is provided by {len(entry_points)} packages; name it as module:NAME")
    if entry_points:
        return _loaded(name, entry_points[0].module, entry_points[0].attr)
    raise SettingsError(
        "platform", f"no platform is called {name!r}; known: {', '.join(_known())}; or name yours as module:NAME"
    )


def _own() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__)]


def _known() -> list[str]:
    return sorted({*_own(), *metadata.entry_points(group=ENTRY_POINTS).names})


def _loaded(name: str, module: str, attribute: str, beside: Path | None = None) -> Platform:
    if beside is not None and str(beside) not in sys.path:
        sys.path.append(str(beside))
    try:
        found = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise SettingsError("platform", f"{name!r} cannot be imported: {type(error).__name__}: {error}") from error
    if not isinstance(found, Platform):
        raise SettingsError("platform", f"{name!r} is not a Platform but of type {type(found).__name__}")
    _require_unguessable_ids(name, found)
    return found


def _require_unguessable_ids(name: str, platform: Platform) -> None:
    """Ids that come again, or that anything contains by chance, would be found everywhere and look like a leak."""
    try:
        first, second = platform.use_case.unknown_id(), platform.use_case.unknown_id()
        good = min(len(first), len(second)) >= SHORTEST_ID and first != second
    except Exception as error:
        raise SettingsError("platform", f"unknown_id of {name!r} fails: {type(error).__name__}: {error}") from error
    if not good:
        problem = f"has to make a new id at each call, of {SHORTEST_ID} characters or more"
        raise SettingsError("platform", f"unknown_id of {name!r} {problem}")
