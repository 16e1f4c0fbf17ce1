"""What ``gpath.toml`` and the environment say of a target, before anybody knows whether it makes sense."""

import os
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from gp_lib.errors import SettingsError
from gp_lib.settings.project import CONFIG, project_root


def fields_of(target: str) -> dict[str, Any] | None:
    """The fields of ``target``, those from the environment over those of the file; ``None``: neither knows it.

    Raises:
        SettingsError: the file is not TOML, or a variable contradicts it or another one.
    """
    tables = _target_tables()
    table, overrides = tables.get(target), _overrides(target, tables)
    return None if table is None and not overrides else _merged(table or {}, overrides)


def _target_tables() -> dict[str, dict[str, Any]]:
    path = project_root() / CONFIG
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("targets", {})
    except ValueError as error:
        raise SettingsError(CONFIG, f"is not valid TOML: {error}") from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError(CONFIG, "each target is a table of its own: [targets.NAME]")
    return tables


def variables_of(target: str) -> str:
    """How the names of the variables begin that override fields of a target: ``GPATH_STAGING_``."""
    return f"GPATH_{re.sub(r'[^A-Z0-9]', '_', target.upper())}_"


def _overrides(name: str, others: Iterable[str]) -> dict[str, Any]:
    """What the environment says of ``name``; a variable of ``staging_eu`` says nothing of ``staging``."""
    prefix = variables_of(name)
    longer = tuple(each for each in map(variables_of, others) if each != prefix and each.startswith(prefix))
    found: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(prefix) or variable.startswith(longer):
            continue
        for other in others:
            if other != name and variables_of(other) == prefix:
                raise SettingsError(variable, f"applies to both targets {name!r} and {other!r}; rename one of them")
        *parents, leaf = variable.removeprefix(prefix).lower().split("__")
        table = found
        for parent in parents:
            table = table.setdefault(parent, {})
            if not isinstance(table, dict):
                raise SettingsError(variable, f"{parent!r} is set as a whole too; unset one of the two")
        table[leaf] = text
    return found


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value if isinstance(value, dict) else {} for key, value in base.items()}
    nested = {key: _merged(inner.get(key, {}), value) for key, value in over.items() if isinstance(value, dict)}
    return {**base, **over, **nested}
