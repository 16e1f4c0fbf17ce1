"""How one make of platform does it: a module each, found by its name and never imported by it."""

import importlib
import pkgutil
import sys
from importlib import metadata
from pathlib import Path

from gp_lib.contract.platform import Platform
from gp_lib.errors import SettingsError

ENTRY_POINTS = "golden_path_workbench.platforms"
"""The group of entry points by which another package brings a platform."""


def find_platform(name: str, *, beside: Path | None = None) -> Platform:
    """The platform called ``name``: one of the workbench's own, one of another package, or ``module:NAME``.

    Args:
        name: as in ``platform = "…"`` of a target.
        beside: a folder in which ``module`` may stand; ``None``: only where Python looks for modules anyway.

    Raises:
        SettingsError: there is none, or its module cannot be imported.
    """
    if name in _own():
        return _loaded(name, f"{__name__}.{name}", "PLATFORM")
    module, colon, attribute = name.partition(":")
    if colon:
        return _loaded(name, module, attribute, beside)
    for entry_point in metadata.entry_points(group=ENTRY_POINTS, name=name):
        return _loaded(name, entry_point.module, entry_point.attr)
    raise SettingsError("platform", f"there is no platform {name!r}; there is {', '.join(_known())}, or module:NAME")


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
        raise SettingsError("platform", f"{name!r} is not a Platform, but a {type(found).__name__}")
    return found
