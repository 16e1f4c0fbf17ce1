"""Dependencies are declared once: the lock, and conda's environment, agree with pyproject.toml."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.projects import ROOT

CONDA_NAMES = {"redis-py": "redis", "prometheus-client": "prometheus-client", "python-duckdb": "duckdb"}
"""conda-forge's names, where they differ from PyPI's."""


def declared(extra: str | None = None) -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {canonicalize_name(req.name): req for req in map(Requirement, texts)}


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [re.match(r"([\w.-]+)==([\w.]+)", line) for line in lines]
    return {canonicalize_name(pin[1]): pin[2] for pin in pins if pin}


def conda() -> dict[str, Requirement]:
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    from_pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    from_forge = [entry for entry in entries if isinstance(entry, str) and not entry.startswith(("python>", "pip"))]
    requirements = map(Requirement, [*from_forge, *from_pip])
    named = {canonicalize_name(req.name): req for req in requirements}
    return {CONDA_NAMES.get(name, name): req for name, req in named.items()}


def test_every_requirement_is_locked_at_a_version_that_it_allows() -> None:
    pins = locked()
    wanted = declared() | declared("test")
    assert {name for name, req in wanted.items() if not req.specifier.contains(pins.get(name, "0"))} == set()


def test_the_conda_environment_has_the_same_requirements() -> None:
    assert {name: (req.specifier, req.extras) for name, req in conda().items()} == {
        name: (req.specifier, req.extras) for name, req in declared().items()
    }


def test_what_the_user_fixed_is_required() -> None:
    assert {"jupyterlab", "papermill", "nbclient", "websockets", "asyncpg", "pandas"} <= declared().keys()
