"""Targets by their names, and the parameters that they set."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gp_lib.errors import SettingsError
from gp_lib.settings.project import CONFIG
from gp_lib.settings.stack import load_stack
from gp_lib.settings.tables import fields_of
from gp_lib.settings.target import EMBEDDED, Target


def load_target(name: str) -> Target:
    """The target called ``name``: the embedded stack, or ``[targets.NAME]`` of ``gpath.toml``.

    Every field can come from the environment instead, where secrets belong: ``GPATH_STAGING_POSTGRES_AUDITOR``
    overrides ``postgres_auditor`` of target ``staging``, ``GPATH_STAGING_JWT__SECRET`` a nested one.

    Raises:
        SettingsError: there is no such target, or a field is missing or wrong.
        NotReady: the embedded stack is not running.
    """
    if name == EMBEDDED:
        return Target.of_stack(load_stack()).model_copy(update={"parameters": parameters_of(name)})
    fields = fields_of(name)
    if fields is None:
        raise SettingsError("target", f"{name!r} is neither {EMBEDDED!r} nor in {CONFIG} (or the environment)")
    return _validated(name, fields)


def parameters_of(target: str) -> dict[str, Any]:
    """What ``target`` sets in place of the notebooks' defaults: ``[targets.NAME.parameters]``, or the environment.

    The embedded stack need not be running.

    Raises:
        SettingsError: it is not a table, or something else is set for the embedded stack.
    """
    fields = fields_of(target) or {}
    if target == EMBEDDED and (others := fields.keys() - {"parameters"}):
        raise SettingsError(f"targets.{target}.{min(others)}", "on the embedded target only parameters can be set")
    found = fields.get("parameters", {})
    if not isinstance(found, dict):
        raise SettingsError(f"targets.{target}.parameters", "is not a table of names and values")
    return found


def parameters_for(scenario: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a target's ``parameters`` that are for ``scenario``: its own table goes before what is set for all.

    The table is called as the scenario, or by its id (``a4``).
    """
    names = (scenario.split("_")[0], scenario)
    own = [table for name in names if isinstance(table := parameters.get(name), dict)]
    general = {name: value for name, value in parameters.items() if name not in names}
    return general | {name: value for table in own for name, value in table.items()}


def _validated(name: str, fields: dict[str, Any]) -> Target:
    try:
        return Target.model_validate({**fields, "name": name})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"targets.{name}.{where}", first["msg"].removeprefix("Value error, ")) from None
