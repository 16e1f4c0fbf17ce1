"""The beginning of a scenario: the target is resolved, judged safe, and asked who it is."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from gp_lib import evidence
from gp_lib.platforms import find_platform
from gp_lib.scenario.fingerprints import fingerprints
from gp_lib.scenario.own_name import require_own_name
from gp_lib.scenario.run import Run
from gp_lib.settings import Effect, load_target, parameters_for, project_root
from gp_lib.values import NotAValue, from_settings


async def begin(
    name: str, *, target: str = "embedded", seed: int | None = None, effect: Effect = "writes", quiet: bool = False
) -> Run:
    """Begin the scenario ``name`` on ``target``.

    Args:
        name: the scenario's one name.
        target: ``embedded`` or a name from ``gpath.toml``.
        seed: what is drawn at random in this scenario is drawn from it; ``None`` when nothing is.
        effect: what the scenario does to its target: ``reads``, ``writes`` or ``breaks`` things.
        quiet: it measures speed: a batch runs nothing else beside it.

    Raises:
        WrongScenario: a batch runs this notebook as another scenario.
        SettingsError: the target is not known or incomplete.
        UnsafeTarget: the target does not allow such a scenario.
        NotReady: a service of the target does not answer.
    """
    require_own_name(name)
    place = load_target(target)
    place.require(effect, name)
    platform = find_platform(place.platform, beside=project_root())
    about: dict[str, Any] = {
        "platform": platform.name,
        "commit": _commit(),
        "services": await fingerprints(place),
    }
    if quiet:
        about["quiet"] = True
    if seed is not None:
        about["seed"] = seed
    ignored = _ignored(parameters_for(name, place.parameters))
    return Run(
        scenario=name, target=place, platform=platform, folder=_folder(name), about=about, ignored_parameters=ignored
    )


def _ignored(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What a batch would have set for this target, and this notebook, which is run by hand, has otherwise."""
    shell = get_ipython()
    if shell is None or os.environ.get(evidence.OF_SCENARIO):
        return {}
    names = shell.user_ns
    return {name: value for name, value in wanted.items() if name in names and not _is_set(names[name], value)}


def _is_set(value: object, wanted: object) -> bool:
    try:
        return bool(from_settings(wanted, value) == value)
    except NotAValue:
        return False


def _folder(name: str) -> Path:
    given = os.environ.get(evidence.VARIABLE)
    folder = Path(given) if given else evidence.new_batch(project_root() / "runs", "-by-hand") / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _commit() -> str:
    """The commit of the workbench's notebooks, with a mark when files differ from it; ``unknown`` outside git."""
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.strip()
