"""A platform is found by its name: one of the workbench's own, one of another package, or one beside the project."""

import sys
from pathlib import Path
from typing import Any

import pytest

from gp_lib.contract.platform import Tools
from gp_lib.errors import SettingsError
from gp_lib.platforms import find_platform

ACME = """
import uuid
from dataclasses import replace
from gp_lib.contract.platform import Claims, Platform, Tools, UseCase

CASE = UseCase(tools=Tools(effect="order"), read_claims=lambda answer: Claims(), unknown_id=lambda: uuid.uuid4().hex)
ACME = Platform(name="acme", use_case=CASE)
NOTHING = 5
SHORT = Platform(name="short", use_case=replace(CASE, unknown_id=lambda: uuid.uuid4().hex[:7]))
SAME = Platform(name="same", use_case=replace(CASE, unknown_id=lambda: "0123456789"))
NUMBER = Platform(name="number", use_case=replace(CASE, unknown_id=lambda: 5))
"""


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the module ``acme_gpath``, which no other test finds."""
    (tmp_path / "acme_gpath.py").write_text(ACME)
    (tmp_path / "broken_gpath.py").write_text("import there_is_no_such_module")
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("acme_gpath", "broken_gpath"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_the_platform_that_ships_with_the_workbench_is_found_by_its_name() -> None:
    assert find_platform("golden_path").name == "golden_path"


def test_a_platform_beside_the_project_is_found_by_its_module_and_name(beside: Path) -> None:
    assert find_platform("acme_gpath:ACME", beside=beside).use_case.tools.effect == "order"


def test_a_platform_of_another_package_is_found_by_its_entry_point(beside: Path) -> None:
    about = beside / "acme_gpath-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-gpath\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[golden_path_workbench.platforms]\nacme = acme_gpath:ACME\n")
    sys.path.append(str(beside))
    assert find_platform("acme").name == "acme"


def test_a_name_that_two_packages_give_is_refused(beside: Path) -> None:
    for name in ("one", "two"):
        about = beside / f"{name}-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text("[golden_path_workbench.platforms]\nacme = acme_gpath:ACME\n")
    sys.path.append(str(beside))
    with pytest.raises(SettingsError, match="'acme' is provided by 2 packages"):
        find_platform("acme")


@pytest.mark.parametrize(
    ("names", "error"), [({"effect": None}, TypeError), ({"costs": "a", "effect": "a"}, ValueError)]
)
def test_tools_are_named_by_texts_that_differ(names: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Tools(**names)


def test_an_unknown_platform_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(
        SettingsError, match=r"platform: no platform is called 'acme'; known: .*golden_path.*module:NAME"
    ):
        find_platform("acme")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("broken_gpath:ACME", "cannot be imported: ModuleNotFoundError: No module named 'there_is_no_such_module'"),
        ("nowhere_gpath:ACME", "cannot be imported: ModuleNotFoundError"),
        ("acme_gpath:ACNE", "cannot be imported: AttributeError"),
        ("acme_gpath:NOTHING", "is not a Platform but of type int"),
        ("acme_gpath:SHORT", "unknown_id of 'acme_gpath:SHORT' has to make a new id at each call, of 8 characters"),
        ("acme_gpath:SAME", "has to make a new id at each call"),
        ("acme_gpath:NUMBER", "unknown_id of 'acme_gpath:NUMBER' fails: TypeError"),
        ("acme_gpath:", "cannot be imported"),
        (":ACME", "cannot be imported"),
    ],
)
def test_a_platform_that_cannot_be_had_is_refused_in_a_sentence(beside: Path, name: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        find_platform(name, beside=beside)


def test_looking_for_the_workbenchs_own_platform_leaves_the_way_to_modules_alone(beside: Path) -> None:
    before = list(sys.path)
    find_platform("golden_path", beside=beside)
    assert sys.path == before
